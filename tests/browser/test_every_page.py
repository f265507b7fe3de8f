"""Every page in both languages, on a wide screen and a phone: accessible, and nothing overflows.

The pages come from the URLconf: a new URL without a visit in `visits.py` fails here.
"""

import re
from collections.abc import Iterator

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
  main.querySelectorAll('{COMFORTS}').forEach(part => part.remove());
  return main.innerText;
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


@pytest.mark.parametrize(("language", "width"), [("zh-hans", PHONE), ("en", WIDE)])
def test_no_page_hinders_anybody(opened, language, width):
    found = []
    for name, places in opened.visits.items():
        for visit in places:
            page = opened.see(visit, language)
            page.set_viewport_size({"width": width, "height": 900})
            found += [
                f"{visit.address}: {one}" for one in hindrances(page, language, is_top=name in TOP)
            ]

    assert not found, "\n".join(found)
    assert opened.complaints == []


def test_head_body_and_foot_of_every_table_share_their_columns(opened):
    """quality 57"""
    found = [
        f"{visit.address} at {cell}"
        for places in opened.visits.values()
        for visit in places
        for cell in stray_cells(opened.see(visit, "zh-hans"))
    ]

    assert not found, "\n".join(found)


def test_every_page_is_whole_without_script(opened):
    differing = [
        visit.address
        for places in opened.visits.values()
        for visit in places
        if opened.words(visit, script=False) != opened.words(visit, script=True)
    ]

    assert not differing, "\n".join(differing)
