"""Signing in, out, and changing one's password."""

import pytest
from django.utils import translation

from tests.builders import make_county, make_person
from units.models import Role

pytestmark = pytest.mark.django_db

NEW = "a-long-new-password-7"


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["language"] = "en"
    with translation.override("en"):
        yield


def sign_in(client, person, password="sample"):
    typed = {"username": person.username, "password": password}
    return client.post("/accounts/login/?next=/ranking/", typed | {"next": "/ranking/"})


def test_the_page_names_the_only_county_and_none_of_several(client):
    make_person(make_county(), Role.LEADER)
    assert "商南县" in client.get("/accounts/login/").text

    make_county("611024", "山阳县")
    assert "商南县" not in client.get("/accounts/login/").text


def test_a_person_comes_in_and_goes_where_he_was_bound(client):
    assert sign_in(client, make_person(make_county(), Role.LEADER)).url == "/ranking/"


def test_nobody_is_sent_to_another_site(client):
    person = make_person(make_county(), Role.LEADER)

    typed = {"username": person.username, "password": "sample", "next": "https://evil.example/"}

    assert client.post("/accounts/login/", typed).url == "/"


def test_a_wrong_name_and_a_wrong_password_read_the_same(client):
    """quality 20"""
    person = make_person(make_county(), Role.LEADER)

    pages = [
        client.post("/accounts/login/", {"username": name, "password": "wrong"}).text
        for name in (person.username, "nobody")
    ]

    refusals = [page.split('class="refusals"')[1].split("</div>")[0] for page in pages]
    assert refusals[0] == refusals[1]


def test_the_sixth_guess_meets_a_page_that_says_what_to_do(client):
    """quality 20"""
    person = make_person(make_county(), Role.LEADER)
    for _guess in range(5):
        answer = sign_in(client, person, "wrong")

    assert answer.status_code == 429
    assert "Wait 30 minutes" in answer.text
    assert sign_in(client, person).status_code == 429


def test_signing_out_takes_a_post(client):
    client.force_login(make_person(make_county(), Role.LEADER))

    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").url == "/accounts/login/"
    assert client.get("/ranking/").url.startswith("/accounts/login/")


def test_a_changed_password_counts_at_once_and_lifts_the_demand_to_change_it(client):
    person = make_person(make_county(), Role.LEADER)
    person.must_change_password = True
    person.save()
    client.force_login(person)
    typed = {"old_password": "sample", "new_password1": NEW, "new_password2": NEW}

    answer = client.post("/accounts/password/", typed, follow=True)

    person.refresh_from_db()
    assert "Your password is changed." in answer.text
    assert person.check_password(NEW)
    assert not person.must_change_password


def test_a_weak_password_is_refused_beside_the_field(client):
    client.force_login(make_person(make_county(), Role.LEADER))
    typed = {"old_password": "sample", "new_password1": "1234567890", "new_password2": "1234567890"}

    page = client.post("/accounts/password/", typed).text

    assert 'id="id_new_password2_error"' in page
    assert "entirely numeric" in page


def test_the_language_is_switched_and_kept(client):
    make_person(make_county(), Role.LEADER)
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"})

    assert '<html lang="zh-hans">' in client.get("/accounts/login/").text
