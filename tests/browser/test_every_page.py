"""Every page in both languages, on a wide screen and a phone: accessible, and nothing overflows.

The pages come from the URLconf: a new URL without a visit in `visits.py` fails here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.hindrances import PHONE, WIDE, hindrances, stray_cells
from tests.browser.visits import NO_PAGES, OF_A_MOMENT, Village, Visit, addresses, visits
from tests.browser.watch import watch
from tests.conftest import empty_tables
from units.context import PAGES
from units.models import User

# Marked so that the test database is created; the county outlives each test's rollback.
pytestmark = pytest.mark.django_db
PATIENCE_MS = 20_000
CLOCK = re.compile(r"\d\d:\d\d")
# Controls that need a script, absent without one.
COMFORTS = "[data-share-add], [data-share-sum], .many__all, [data-copy]"
WORDS = f"""main => {{
  const parts = [...main.querySelectorAll('{COMFORTS}')];
  const places = parts.map(() => document.createComment(''));
  parts.forEach((part, at) => part.replaceWith(places[at]));
  const words = main.innerText;
  parts.map((part, at) => () => places[at].replaceWith(part)).reverse().forEach(back => back());
  return words;
}}"""
# Pages of the navigation, or reachable from everywhere: they need no way back.
TOP = {name for name, _right, _words in PAGES} | {
    "home",
    "login",
    "password-change",
    "ranking",
    "report-month",
    "target-grid",
    "glossary",
    "search",
    "screen",
    "my-account",
    "calendar",
    "inbox",
    "guide",
    "region-newest",
    "region-month",
}


def session_of(who: User) -> str:
    client = Client()
    client.force_login(who)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Chinese(NamedTuple):
    """What one visit to a page in Chinese has found."""

    words: list[str]  # when it was opened, wide
    hindrances: list[str]  # on a phone
    stray: list[str]  # cells of tables


class Visitor:
    """Opens pages as any person, in one browser, with and without script."""

    def __init__(self, home: str, browser: Browser) -> None:
        self.home = home
        self.complaints: list[str] = []
        self.visits = visits(Village())
        people = {visit.who for places in self.visits.values() for visit in places if visit.who}
        self.sessions = {who: session_of(who) for who in people}
        self.contexts = [
            browser.new_context(
                base_url=home,
                locale="zh-CN",
                bypass_csp=with_script,
                java_script_enabled=with_script,
            )
            for with_script in (True, False)
        ]
        self.pages = [context.new_page() for context in self.contexts]
        watch(self.pages[0], home, self.complaints)

    def see(self, visit: Visit, language: str, *, script: bool = True) -> Page:
        context, page = self.contexts[not script], self.pages[not script]
        context.clear_cookies()
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if visit.who:
            cookies[settings.SESSION_COOKIE_NAME] = self.sessions[visit.who]
        context.add_cookies(
            [{"name": name, "value": value, "url": self.home} for name, value in cookies.items()]
        )
        page.set_viewport_size({"width": WIDE, "height": 900})
        answer = page.goto(visit.address, timeout=PATIENCE_MS)
        assert answer.status == 200, visit
        if visit.press:
            page.click(visit.press)
            page.wait_for_load_state()
        return page

    def everywhere(self) -> Iterator[tuple[str, Visit]]:
        """Each visit with the name of its address."""
        for name, places in self.visits.items():
            for visit in places:
                yield name, visit

    @cached_property
    def chinese(self) -> dict[Visit, Chinese]:
        """Each page opened once in Chinese for all that is asked of it."""
        found = {}
        for name, visit in self.everywhere():
            words = self.words(visit, script=True)
            page = self.pages[0]
            page.set_viewport_size({"width": PHONE, "height": 900})
            hindering = list(hindrances(page, "zh-hans", is_top=name in TOP))
            found[visit] = Chinese(words, hindering, list(stray_cells(page)))
        return found

    def words(self, visit: Visit, *, script: bool) -> list[str]:
        """The text of the wide Chinese page; the minute may change between two visits."""
        page = self.see(visit, "zh-hans", script=script)
        words = page.locator("main").evaluate(WORDS).split()
        return [word for word in words if not CLOCK.fullmatch(word)]

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker, browser: Browser) -> Iterator[Visitor]:
    """A county behind a live server, created once for this module."""
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        visitor = Visitor(server.url, browser)
        yield visitor
        visitor.close()
        server.stop()
        empty_tables()
        connections.close_all()  # the browser's loop has its own connection


def test_every_address_is_visited_or_known_to_be_no_page(opened):
    named = set(addresses())

    known = set(opened.visits) | NO_PAGES | OF_A_MOMENT

    assert sorted(named - known) == [], "add a visit in tests/browser/visits.py"
    assert sorted(known - named) == [], "take these out of tests/browser/visits.py"


def told(found: Iterable[tuple[Visit, list[str]]]) -> str:
    return "\n".join(f"{visit.address}: {one}" for visit, several in found for one in several)


def test_no_page_hinders_anybody_on_a_phone(opened):
    """In Chinese."""
    assert told((visit, seen.hindrances) for visit, seen in opened.chinese.items()) == ""
    assert opened.complaints == []


def test_no_page_hinders_anybody_at_a_desk(opened):
    """In English."""
    found = [
        (visit, list(hindrances(opened.see(visit, "en"), "en", is_top=name in TOP)))
        for name, visit in opened.everywhere()
    ]

    assert told(found) == ""
    assert opened.complaints == []


def test_head_body_and_foot_of_every_table_share_their_columns(opened):
    """quality 57"""
    assert told((visit, seen.stray) for visit, seen in opened.chinese.items()) == ""


def test_every_page_is_whole_without_script(opened):
    differing = [
        visit.address
        for visit, seen in opened.chinese.items()
        if opened.words(visit, script=False) != seen.words
    ]

    assert not differing, "\n".join(differing)
