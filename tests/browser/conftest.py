"""Browser fixtures. A page that sends a request to another host fails its test."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import chinese_font, launched
from tests.browser.watch import watch

PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One per module, because its event loop runs in the tests' thread while it is open.

    While a loop runs, Django refuses plain queries unless configured otherwise, and uses other
    connections than before: none may stay open across either end.
    """
    chinese_font()
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = launched(playwright)
        yield started
        started.close()
        connections.close_all()


@pytest.fixture
def page_at(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """`page_at(390)` opens a page of that width on the live server; goto takes paths."""
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
