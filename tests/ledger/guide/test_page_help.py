"""Every page has its help, whose terms are in the glossary, in both languages."""

import pytest
from django.urls import URLResolver, get_resolver

from ledger.guide.page_help import PAGES, SHOWN_AGAIN, TERMS
from tests.builders import make_clerk, make_county, make_head, make_unit
from units.models import Role

# Addresses that show no page: they lead on, give out a file or data, or take a deed and lead back.
NO_PAGE = {
    *("logout", "set_language", "notice-read", "guide-own", "guide-picture"),
    *("ranking", "ranking-json", "ranking-xlsx", "ranking-docx", "composition", "meeting"),
    *("region-newest", "report-newest", "target-current", "evidence-file"),
    *("project-xlsx", "receipt-xlsx", "service-xlsx", "trail-xlsx"),
    *("book-template", "book-import-marked"),
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
    without = set(names(get_resolver())) - set(PAGES) - set(SHOWN_AGAIN) - NO_PAGE

    assert without == set()


def test_help_is_of_addresses_that_exist():
    known = set(names(get_resolver()))

    assert (set(PAGES) | set(SHOWN_AGAIN) | NO_PAGE) - known == set()
    assert set(SHOWN_AGAIN.values()) <= set(PAGES)
    assert not set(PAGES) & NO_PAGE


def test_the_terms_of_every_help_are_in_the_glossary():
    assert {anchor for help_ in PAGES.values() for anchor in help_.terms} <= set(TERMS)


def test_help_speaks_to_roles_that_exist():
    assert {role for help_ in PAGES.values() for role in help_.next_for} <= set(Role)


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

    with django_assert_num_queries(3):  # session, person, county
        client.get("/glossary/")
