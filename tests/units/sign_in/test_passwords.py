"""What a password must be, how long it holds, and one-time passwords."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from ledger.sample import loading
from tests.builders import make_clerk, make_county, make_person, make_unit
from units.models import Role
from units.sign_in import passwords
from units.sign_in.password_again import PasswordAgainForm

pytestmark = pytest.mark.django_db
DJANGOS = "django.contrib.auth.password_validation"
MODERN = [
    {"NAME": f"{DJANGOS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{DJANGOS}.CommonPasswordValidator"},
    {"NAME": f"{DJANGOS}.NumericPasswordValidator"},
    {"NAME": "units.sign_in.passwords.NotNamedAfter"},
]
PBKDF2 = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
modern = override_settings(AUTH_PASSWORD_VALIDATORS=MODERN, PASSWORD_DAYS=0)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def clerk():
    return make_clerk(make_unit(make_county(), "水沟镇"))


def sign_in(client, person, password):
    return client.post("/accounts/login/", {"username": person.username, "password": password})


def codes(password, user=None, validators=None):
    try:
        validate_password(password, user, validators)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Kx7-mmmm", set()),
        ("kx7mmm-中文", set()),
        ("Kx7-mmm", {"password_too_short"}),
        ("onlysmallletters", {"password_too_plain"}),
        ("smalland777", {"password_too_plain"}),
        ("Password123", {"password_too_common"}),
        ("Kx7-水沟-abc", {"password_names"}),
        ("Kx7-商南-abc", {"password_names"}),
        ("Kx7-JiaoZhang", {"password_names"}),
        ("Kx7-ｊｉａｏzhang", {"password_names"}),
        (loading.PASSWORD, set()),
    ],
)
def test_dengbao(clerk, password, found):
    """quality 22"""
    assert codes(password, clerk) == found


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("correct horse battery", set()),
        ("eleven-char", {"password_too_short"}),
        ("159357258456159", {"password_entirely_numeric"}),
        ("jiaozhang is my life", {"password_names"}),
        (loading.PASSWORD, set()),
    ],
)
def test_modern(clerk, password, found):
    """quality 22: length in place of composition"""
    assert codes(password, clerk, get_password_validators(MODERN)) == found


def test_the_sign_in_name_does_not_make_a_password(clerk):
    assert codes(f"Kx7-{clerk.username}", clerk) == {"password_names"}


def test_none_of_the_last_five_is_taken_again(clerk):
    """quality 22"""
    for number in range(6):
        clerk.set_password(f"Kx7-mmmm-{number}")
    clerk.save()
    clerk.refresh_from_db()

    taken = [number for number in range(6) if codes(f"Kx7-mmmm-{number}", clerk)]

    assert taken == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_the_rules_in_force(clerk, language):
    client = Client()
    client.force_login(clerk)
    client.cookies["language"] = language

    page = client.get("/accounts/password/").text

    with translation.override(language):
        rules = passwords.policy()
    assert len(rules) == 7
    assert all(rule in page for rule in rules)


def test_an_old_password_is_changed_before_anything_else(clerk):
    """quality 22: 90 days under dengbao"""
    client = Client()
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        client.force_login(clerk)
        answer = client.get("/projects/?sort=name")
        typed = {"old_password": "sample", "new_password1": "Kx7-mmmm", "new_password2": "Kx7-mmmm"}

        assert answer.url == "/accounts/password/?next=%2Fprojects%2F%3Fsort%3Dname"
        done = client.post("/accounts/password/", typed | {"next": "/projects/?sort=name"})
        assert done.url == "/projects/?sort=name"
        assert client.get("/projects/").status_code == 200


def test_modern_lets_a_password_grow_old(clerk):
    client = Client()
    with modern, time_machine.travel(timezone.now() + timedelta(days=1000)):
        client.force_login(clerk)
        assert client.get("/projects/").status_code == 200


def test_the_sample_county_may_be_looked_at_for_ever():
    client = Client()
    with time_machine.travel(timezone.now() + timedelta(days=1000)):
        person = make_person(make_county(is_sample=True), Role.LEADER)
        person.date_joined = timezone.now() - timedelta(days=900)
        person.save()
        client.force_login(person)
        assert client.get("/projects/").status_code == 200


def test_a_one_time_password_opens_one_sitting_and_only_the_page_to_change_it(clerk):
    """quality 22"""
    password = passwords.give_one_time(clerk, by=None, at=timezone.now())
    client = Client()

    assert sign_in(client, clerk, password).status_code == 302
    assert client.get("/projects/").url.startswith("/accounts/password/")
    assert client.post("/projects/new/", {}).url.startswith("/accounts/password/")
    again = sign_in(Client(headers={"accept-language": "en"}), clerk, password)
    assert again.status_code == 200
    assert "one-time password has been used" in again.text


def test_a_one_time_password_holds_a_day(clerk):
    """quality 22"""
    password = passwords.give_one_time(clerk, by=None, at=timezone.now())

    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        late = sign_in(Client(), clerk, password)

    assert late.status_code == 200


def test_a_slip_of_the_founding_holds_a_week(clerk):
    """quality 22"""
    clerk.must_change_password = True
    clerk.save()

    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert sign_in(Client(), clerk, "sample").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert sign_in(Client(), clerk, "sample").status_code == 302
        assert sign_in(Client(), clerk, "sample").status_code == 200


def test_a_stronger_hash_is_made_at_the_next_sign_in_and_is_no_new_password(clerk):
    """quality 20"""
    with override_settings(PASSWORD_HASHERS=[*settings.PASSWORD_HASHERS, PBKDF2]):
        clerk.password = make_password("Kx7-mmmm", hasher="pbkdf2_sha256")
        clerk.save()
        client = Client()
        assert sign_in(client, clerk, "Kx7-mmmm").status_code == 302
        assert client.get("/accounts/me/").status_code == 200

    clerk.refresh_from_db()
    assert clerk.password.startswith("md5$")
    assert clerk.check_password("Kx7-mmmm")
    assert (clerk.password_changed_at, clerk.old_passwords) == (None, [])


def test_a_hash_of_old_parameters_signs_nobody_out_who_confirms_or_mistypes_a_new_password(clerk):
    """A new hash ends sessions, so it is made at a sign-in only."""
    with override_settings(PASSWORD_HASHERS=[*settings.PASSWORD_HASHERS, PBKDF2]):
        clerk.password = make_password("Kx7-mmmm", hasher="pbkdf2_sha256")
        clerk.save()
        client = Client()
        client.force_login(clerk)
        request = RequestFactory().post("/")
        request.user, request.session = clerk, client.session
        form = PasswordAgainForm({"password": "Kx7-mmmm"}, request=request)
        assert form.is_valid()
        form.demand()
        mistyped = {"old_password": "Kx7-mmmm", "new_password1": "x", "new_password2": "y"}
        assert client.post("/accounts/password/", mistyped).status_code == 200

        assert client.get("/accounts/me/").status_code == 200


def test_a_spent_password_is_told_only_to_whoever_has_it(clerk):
    """quality 20: no enumeration"""
    password = passwords.give_one_time(clerk, by=None, at=timezone.now())
    sign_in(Client(), clerk, password)
    client = Client(headers={"accept-language": "en"})

    wrong = sign_in(client, clerk, "not-it")

    assert "one-time" not in wrong.text


def test_giving_a_one_time_password_ends_what_was_open(clerk):
    """quality 21"""
    client = Client()
    client.force_login(clerk)
    passwords.give_one_time(clerk, by=None, at=timezone.now())

    assert client.get("/projects/").url.startswith("/accounts/login/")


def test_one_time_passwords_differ_and_pass_the_rules(clerk):
    made = {passwords.one_time() for _number in range(200)}

    assert len(made) == 200
    assert all(len(password) == 19 for password in made)
