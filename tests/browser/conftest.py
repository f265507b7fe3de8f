"""A real browser against the live server. A page that asks for anything elsewhere fails its test."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import chinese_font, launched
from tests.browser.watch import watch

# Playwright's loop runs in the test's own thread, where Django would refuse a plain query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE_MS = 10_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chinese_font()
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()


@pytest.fixture
def page_at(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """`page_at(390)` opens a page of that width on the live server; literal paths work in goto."""
    complaints: list[str] = []
    contexts = []

    def open_page(width: int, height: int = 900, **options) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            **{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options},
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        watch(page, live_server.url, complaints)
        return page

    yield open_page

    for context in contexts:
        context.close()
    assert complaints == []
