"""Folded parts of an account: loaded when opened; without a script a page of its own."""

import pytest

from tests.browser.test_walk import sign_in
from tests.builders import make_clerk, make_county, make_project, make_unit, make_verified

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk():
    unit = make_unit(make_county(), "水沟镇")
    make_verified(make_project(unit), 250)
    return make_clerk(unit)


def test_entries_and_history_appear_where_they_are_opened(page_at, clerk):
    page = page_at(390)
    sign_in(page, clerk)
    page.goto(f"/units/{clerk.unit.code}/")
    entries, history = page.locator("details.folded").all()
    assert entries.locator("a").text_content() == "单独打开"

    for fold, words in ((entries, "250.00"), (history, "认定")):
        fold.locator("summary").click()
        fold.locator("[data-part]", has_text=words).wait_for()

    assert page.get_by_text("单独打开").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_line_that_breaks_leaves_the_link_and_the_next_opening_tries_again(page_at, clerk):
    page = page_at(1024)
    sign_in(page, clerk)
    page.route("**/entries/", lambda route: route.fulfill(status=503, body="busy"), times=1)
    page.goto(f"/units/{clerk.unit.code}/")
    fold = page.locator("details.folded").first

    with page.expect_response("**/entries/"):
        fold.locator("summary").click()
    assert fold.get_by_text("单独打开").is_visible()
    for _press in range(2):
        fold.locator("summary").click()

    fold.locator("[data-part] table").wait_for()


def test_without_a_script_the_link_leads_to_the_page(page_at, clerk):
    page = page_at(1024, java_script_enabled=False)
    sign_in(page, clerk)
    page.goto(f"/units/{clerk.unit.code}/")
    fold = page.locator("details.folded").first

    fold.locator("summary").click()
    fold.get_by_text("单独打开").click()

    page.wait_for_url("**/entries/")
    assert "250.00" in page.locator("main").inner_text()
