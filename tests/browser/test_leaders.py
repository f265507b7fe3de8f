"""Leaders' pages in a real browser: the big screen turns, and nothing needs a script."""

import pytest

from ledger.meeting import pledges
from ledger.meeting.pledges import PledgeDraft
from ledger.rules.months import Month
from tests import builders
from tests.builders import day, moment, wan
from units.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


class County:
    """Three towns in three tiers, a fulfilled and an open pledge from the last meeting."""

    def __init__(self):
        self.county = builders.make_county()
        self.head = builders.make_head(self.county)
        self.leader = builders.make_person(self.county, Role.LEADER)
        for name, amount in (("水沟镇", 1000), ("试马镇", 600), ("富水镇", 0)):
            unit = builders.make_unit(self.county, name)
            builders.set_target(unit, 1000)
            if amount:
                builders.make_verified(builders.make_project(unit, f"{name}矿山"), amount)
            draft = PledgeDraft(unit, "按期完成任务。", wan(600), day("2012-06-30"))
            pledges.record(
                self.county, Month(2012, 3), draft, by=self.head, at=moment("2012-04-16")
            )


@pytest.fixture
def county():
    return County()


def sign_in(page, user, language):
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "language", "value": language, "domain": "localhost", "path": "/"}]
    )
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "sample")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def test_the_screen_turns_by_script_and_by_the_keyboard(page_at, county):
    page = page_at(1920, 1080)
    sign_in(page, county.leader, "en")
    page.goto("/screen/")

    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/screen/?slide=curve")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/screen/?slide=headline")

    page.evaluate("document.body.dataset.seconds = '0.1'; turn()")
    page.wait_for_url("**/screen/?slide=curve")


def test_a_slide_fills_the_screen_and_no_more(page_at, county):
    page = page_at(1920, 1080)
    sign_in(page, county.leader, "zh-hans")
    for slide in ("headline", "curve", "tiers", "town-1", "idle", "composition"):
        page.goto(f"/screen/?slide={slide}")
        size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        assert page.evaluate(size) == [1920, 1080], slide


def test_a_pledge_is_recorded_and_money_is_opened_without_script(page_at, county):
    page = page_at(1440, java_script_enabled=False)
    sign_in(page, county.head, "en")
    page.goto("/meeting/2012-06/")
    page.select_option("[name=unit]", label="富水镇")
    page.fill("[name=promised_amount]", "３００")
    page.fill("[name=due_on]", "2012-09-30")
    page.fill("[name=words]", "三季度末到位300万元。")
    page.click("text=Record >> nth=-1")

    page.wait_for_selector("text=三季度末到位300万元。")
    page.goto("/composition/2012-06/")
    page.click("text=really new >> nth=-1")
    page.wait_for_selector("text=水沟镇矿山")
    page.goto("/screen/")
    page.click(".screen__dot >> nth=1")
    assert "slide=curve" in page.url


def test_a_folded_part_comes_when_it_is_opened_and_a_figure_leads_to_its_part(page_at, county):
    page = page_at(1440)
    sign_in(page, county.leader, "en")
    page.goto("/ranking/2012-06/")

    page.locator("details.catch-up summary").click()
    needed = page.locator("details.catch-up tbody tr")
    needed.first.wait_for()
    assert needed.count() == 1
    assert needed.first.locator("th").inner_text().strip() == "富水镇"

    page.locator("table.ranking tbody tr").first.locator("td.gap").click()
    page.wait_for_url("**/explain/?as_of=2012-06-30#gap")


def test_a_folded_part_is_a_page_of_its_own_without_script(page_at, county):
    page = page_at(1440, java_script_enabled=False)
    sign_in(page, county.leader, "en")
    page.goto("/ranking/2012-06/")

    page.locator("details.catch-up summary").click()
    page.locator("details.catch-up a").click()

    page.wait_for_url("**/ranking/2012-06/needed/?kind=town")
    assert page.locator("tbody th").inner_text().strip() == "富水镇"
