"""Every page has its help, whose terms are in the glossary, in both languages."""

import pytest
from django.urls import URLResolver, get_resolver

from ledger.guide import texts
from ledger.guide.glossary import terms
from tests.builders import make_clerk, make_county, make_head, make_unit
from units.models import Role

HELP = texts.read("help.toml")
SHOWN_BY = [name for page in HELP.values() for name in page.get("shown_by", ())]
# Addresses that show no page: they lead on, give out a file or data, or take a deed and lead back.
NO_PAGE = {
    *("logout", "set_language", "notice-read", "guide-own", "guide-picture"),
    *("ranking-newest", "ranking-json", "ranking-xlsx", "ranking-docx", "composition", "meeting"),
    *("region-newest", "report-newest", "target-current", "evidence-file"),
    *("project-xlsx", "receipt-xlsx", "service-xlsx", "trail-xlsx"),
    *("book-template", "book-import-marked"),
    *(
        "conversion-xlsx",
        "score-newest",
        "score-xlsx",
        "score-unit-xlsx",
        "scheme-file",
        "figure-decide",
    ),
    *("kept-form", "second-factor-picture", "calendar-zh-hans", "calendar-en"),
    "screen",  # the wall screen: nothing but the table
}


def names(resolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern)
        elif not str(pattern.pattern).startswith("api/v1/"):  # data for programs
            yield pattern.name


def test_every_address_that_shows_a_page_has_help():
    without = set(names(get_resolver())) - set(HELP) - set(SHOWN_BY) - NO_PAGE

    assert without == set(), "write their help into docs/guide/help.toml"


def test_help_is_of_addresses_that_exist():
    known = set(names(get_resolver()))

    gone = (set(HELP) | set(SHOWN_BY) | NO_PAGE) - known
    assert gone == set(), "rename or remove them in docs/guide/help.toml or NO_PAGE"
    assert not set(HELP) & NO_PAGE


def test_every_address_has_one_help():
    assert len({*HELP, *SHOWN_BY}) == len(HELP) + len(SHOWN_BY)


def test_a_help_holds_nothing_that_is_not_shown():
    for name, page in HELP.items():
        assert {"purpose", "terms", "next"} <= set(page), name
        assert set(page) <= {"purpose", "terms", "next", "for", "shown_by"}, name


def test_the_terms_of_every_help_are_in_the_glossary():
    assert {anchor for page in HELP.values() for anchor in page["terms"]} <= set(terms("zh"))


def test_help_speaks_to_roles_that_exist():
    assert {role for page in HELP.values() for role in page.get("for", ())} <= set(Role)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "word", "own"),
    [("zh-hans", "本页说明", "须由两人完成"), ("en", "What is this page for?", "two people close")],
)
def test_a_page_shows_its_help_for_the_role_that_reads_it(client, language, word, own):
    county = make_county()
    client.cookies["language"] = language

    client.force_login(make_head(county))
    page = client.get("/periods/").content.decode()
    assert word in page
    assert 'href="/glossary/#period"' in page
    assert 'href="/guide/head/"' in page

    client.force_login(make_clerk(make_unit(county)))
    assert own not in client.get("/projects/").content.decode()


@pytest.mark.django_db
def test_help_costs_no_query(client, django_assert_num_queries):
    client.force_login(make_head(make_county()))

    with django_assert_num_queries(4):  # session, person, county, inbox
        client.get("/glossary/")
