"""The handbook: a page a role in both languages; its pictures exist and its addresses lead somewhere."""

import re

import pytest
from django.urls import Resolver404, resolve

from ledger.guide import handbook
from ledger.guide.texts import FOLDER
from tests.builders import make_clerk, make_county, make_leader_of, make_person, make_unit
from units.models import Role

SOURCES = sorted(FOLDER.glob("*/*.md"))
PICTURES = sorted((FOLDER / "pictures").glob("*.png"))


def shown(path):
    return re.findall(r"!\[[^\]]+\]\(\.\./pictures/([a-z0-9-]+\.png)\)", path.read_text())


def test_every_role_has_its_page_in_both_languages():
    of_people = set(Role) - {Role.NONE}
    assert {handbook.role_page(role) for role in of_people} == set(handbook.PAGES)
    found = {f"{path.parent.name}/{path.stem}" for path in SOURCES}
    assert found == {f"{folder}/{page}" for folder in ("zh", "en") for page in handbook.PAGES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_pictures_exist_and_addresses_lead_somewhere(path):
    text = path.read_text()
    assert shown(path)
    assert text.count("![") == len(shown(path))
    assert [name for name in shown(path) if not (FOLDER / "pictures" / name).exists()] == []
    assert re.findall(r"`/[^`]*`", text) == [], "name the menu and link it"
    for address in re.findall(r"\]\((/[^)]*)\)", text):
        try:
            resolve(address)
        except Resolver404:
            pytest.fail(f"{address} leads nowhere")
    for name in re.findall(r"\]\(([a-z]+)\.md\)", text):
        assert name in handbook.PAGES


def test_both_languages_show_the_same_steps():
    for page in handbook.PAGES:
        chinese, english = ((FOLDER / folder / f"{page}.md").read_text() for folder in ("zh", "en"))
        for sign in (r"^#+ ", r"^\d+\. ", r"!\["):
            found = [len(re.findall(sign, text, re.MULTILINE)) for text in (chinese, english)]
            assert found[0] == found[1], (page, sign)


def test_pictures_are_small_and_all_are_used():
    used = {name for path in SOURCES for name in shown(path)}

    assert {path.name for path in PICTURES} == used, (
        "run `make screenshots`, or remove what is unused"
    )
    assert all(path.stat().st_size < 200_000 for path in PICTURES)
    assert sum(path.stat().st_size for path in PICTURES) < 3_000_000


@pytest.mark.django_db
@pytest.mark.parametrize("page", handbook.PAGES)
def test_a_page_opens_with_its_pictures_and_links(client, page):
    client.force_login(make_person(make_county(), Role.LEADER))

    text = client.get(f"/guide/{page}/").content.decode()

    assert f'href="/guide/{page}/" aria-current="page"' in text
    assert 'href="/glossary/"' in text
    for name in set(re.findall(r'src="\.\./pictures/([^"]+)"', text)):
        picture = client.get(f"/guide/pictures/{name}")
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")


@pytest.mark.django_db
def test_a_reader_is_linked_only_to_where_they_may_go(client):
    county = make_county()
    for role in (Role.LEADER, Role.BUREAU_HEAD, Role.AUDIT_ADMIN):
        client.force_login(make_person(county, role))
        for page in handbook.PAGES:
            text = client.get(f"/guide/{page}/").text.partition("<main")[2].partition("</main")[0]
            found = set(re.findall(r'href="(/[^"]+)"', text))
            assert [at for at in found if client.get(at, follow=True).status_code != 200] == []
    assert 'href="/receipts/"' not in client.get("/guide/verifier/").text
    assert "业务—到位资金" in client.get("/guide/verifier/").text


@pytest.mark.django_db
def test_the_language_decides_which_text(client):
    client.force_login(make_person(make_county(), Role.LEADER))
    client.cookies["language"] = "en"

    assert "<h1>" in (text := client.get("/guide/leader/").content.decode())
    assert not re.search(r"<h2>[^<]*[一-龥]", text)


@pytest.mark.django_db
def test_everybody_is_led_to_their_own_page(client):
    county = make_county()
    people = {
        make_clerk(make_unit(county)): "clerk",
        make_leader_of("6110"): "leader",
        make_person(county, Role.AUDIT_ADMIN): "administrators",
    }
    for user, page in people.items():
        client.force_login(user)
        assert client.get("/guide/").url == f"/guide/{page}/"


@pytest.mark.django_db
def test_visitors_and_strange_names_get_nothing(client):
    assert client.get("/guide/clerk/").status_code == 302
    assert client.get("/guide/pictures/account.png").status_code == 302
    client.force_login(make_person(make_county(), Role.LEADER))

    for address in ("/guide/secret/", "/guide/pictures/none.png", "/guide/..%2fclerk/"):
        assert client.get(address).status_code == 404
