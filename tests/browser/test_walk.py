"""The whole workflow in a real browser: project, receipt, verification, table, workbook."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ledger.models import Entry, Receipt
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_unit,
    make_verifier,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "sample"


@pytest.fixture
def people():
    """A county of two towns, one of which receives money during the test."""
    county = make_county()
    make_head(county)
    town, other = make_unit(county, "水沟镇"), make_unit(county, "富水镇")
    year = date.today().year  # noqa: DTZ011 - the page's own calendar starts with this year
    for unit in (town, other):
        set_target(unit, 1000, year=year)
    return {
        "clerk": make_clerk(town),
        "verifier": make_verifier(county),
        "leader": make_person(county, Role.LEADER),
    }


def sign_in(page, user):
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def enter_project(page, signed):
    page.goto("/projects/new/")
    page.fill("[name=name]", "金丝峡漂流")
    page.fill("[name=investor]", "西安山水旅游有限公司")
    page.select_option("[name=origin]", "other_province")
    page.select_option("[name=industry]", label="旅游服务")
    page.select_option("[name=stage]", "contract")
    page.fill("[name=contract_on]", signed)
    page.fill("[name=total_investment]", "１２，０００")
    page.fill("[name=introduced_amount]", "10,000")
    page.click(".form__actions button")
    page.wait_for_url("**/projects/*/")


def enter_receipt(page, day, amount):
    page.goto(page.url + "receipts/new/")
    page.fill("[name=received_on]", day)
    page.fill("[name=amount]", amount)
    page.select_option("[name=kind]", "construction")
    page.fill("[name=voucher_no]", "商农行-001")
    page.click("button[value=submit]")


def fits(page):
    """The page itself does not scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_clerks_entry_to_the_leaders_workbook(page_at, people, width):
    page = page_at(width)
    today = date.today()  # noqa: DTZ011
    sign_in(page, people["clerk"])
    enter_project(page, f"{today.year}-01-01")
    project_page = page.url

    enter_receipt(page, today.isoformat(), "十二")
    refused = page.locator("[name=amount]").input_value()
    page.goto(project_page)
    enter_receipt(page, today.isoformat(), "２５０．５")
    page.wait_for_url("**/receipts/*/")
    assert refused == "十二"
    assert Receipt.objects.get().amount == 2_505_000
    assert fits(page)

    sign_in(page, people["verifier"])
    page.goto("/receipts/")
    assert fits(page)
    page.click("a:has-text('金丝峡漂流')")
    page.fill("[name=word]", "原件已核对，扫描件随后补传。")
    page.click(".verdict button[accesskey=v]")
    page.wait_for_load_state()
    assert fits(page)
    assert Entry.objects.get().amount == 2_505_000

    sign_in(page, people["leader"])
    page.goto("/")
    page.wait_for_url("**/ranking/*/")
    assert fits(page)
    row = page.locator("tr", has_text="水沟镇").first
    assert "250.50" in row.inner_text()
    with page.expect_download() as download:
        page.click("a[href*='.xlsx']")
    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    values = [cell.value for line in book["排名表"].iter_rows() for cell in line]
    assert "水沟镇" in values
    assert 250.5 in values
