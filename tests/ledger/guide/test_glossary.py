"""The glossary: every term once, in both languages, and every link to it leads somewhere."""

import re
from pathlib import Path

import pytest
from django.utils.html import escape

from ledger.guide.glossary import chapters
from tests import builders

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
TERMS = [term for chapter in chapters("zh") for term in chapter.terms]
IN_ENGLISH = [term for chapter in chapters("en") for term in chapter.terms]


def test_no_term_is_defined_twice():
    for part in ("anchor", "chinese", "english"):
        assert len({getattr(term, part) for term in TERMS}) == len(TERMS)


def test_an_anchor_can_stand_in_an_address():
    assert all(re.fullmatch(r"[a-z-]+", term.anchor) for term in TERMS)


def test_a_definition_is_one_sentence():
    for term in TERMS + IN_ENGLISH:
        assert term.meaning.endswith((".", "。"))
        assert not re.search(r"[.。] ?\S", term.meaning)


def test_every_link_to_the_glossary_finds_its_term():
    anchors = {term.anchor for term in TERMS}
    linked = {
        anchor
        for path in TEMPLATES.rglob("*.html")
        for anchor in re.findall(r'"_term\.html" with term="([^"]+)"', path.read_text())
    }

    named = {
        anchor
        for path in (
            TEMPLATES.parent / "units",
            TEMPLATES.parent / "projects",
            TEMPLATES.parent / "ledger",
        )
        for module in path.rglob("*table*.py")
        for anchor in re.findall(r'"term": "([^"]+)"|_head\("num", "([^"]+)"\)', module.read_text())
    }
    assert linked | {anchor for pair in named for anchor in pair if anchor} <= anchors


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "terms"), [("zh-hans", TERMS), ("en", IN_ENGLISH)])
def test_the_page_shows_every_term_in_both_languages(client, language, terms):
    client.force_login(builders.make_head(builders.make_county()))
    client.cookies["language"] = language

    page = client.get("/glossary/").content.decode()

    for term in terms:
        assert f'id="{term.anchor}"' in page
        assert term.chinese in page
        assert term.english in page
        assert escape(term.meaning) in page


@pytest.mark.django_db
def test_a_visitor_signs_in_first(client):
    assert client.get("/glossary/").status_code == 302
