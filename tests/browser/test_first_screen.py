"""The league table begins on the first screen; the navigation is one line; many receipts by keyboard."""

import pytest

from ledger.models import Receipt
from tests.browser.test_walk import fits, sign_in
from tests.builders import make_project, make_verified, set_target

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
@pytest.mark.parametrize("who", ["leader", "head"])
def test_the_table_begins_on_the_first_screen(page_at, office, width, height, who):
    set_target(office.town, 1_000)
    set_target(office.department, 1_000)
    make_verified(office.project, 600, "2012-05-10")
    page = page_at(width, height)
    sign_in(page, getattr(office, who))
    page.goto("/ranking/2012-06/")

    row = page.locator("table.ranking tbody tr").first.bounding_box()
    menus = page.locator(".masthead__inner").bounding_box()

    assert row["y"] + row["height"] < height
    assert menus["height"] < 80
    assert fits(page)
    assert page.locator(".jumps a[href='#department']").count() == 1


def test_the_navigation_is_one_button_on_a_phone(page_at, office):
    page = page_at(390)
    sign_in(page, office.leader)
    page.goto("/projects/")
    assert not page.locator(".masthead__menus").is_visible()
    page.click(".nav-button")
    page.click("text=资金构成") if page.locator("text=资金构成").first.is_visible() else (
        page.click(".menu summary >> nth=0"),
        page.click("text=资金构成"),
    )
    page.wait_for_url("**/composition/**")


def test_a_menu_leads_to_its_pages_without_script(page_at, office):
    page = page_at(1024, java_script_enabled=False)
    sign_in(page, office.head)
    page.click(".menu summary:has-text('管理')")
    page.click(".menu__sheet a:has-text('账期')")

    assert page.url.endswith("/periods/")


def test_cells_of_a_workbook_are_pasted_into_the_grid(page_at, office):
    make_project(office.town, "茶叶加工")
    page = page_at(1440)
    sign_in(page, office.clerk)
    page.goto("/receipts/grid/")
    cells = "钒矿深加工\t2012/5/10\t12.35\t土地款\tA-1\t首付\n茶叶加工\t2012年5月11日\t100\t\tA-2\t\n没有的\t2012.5.12\t3\t\tA-3\t"
    cells = cells.replace("钒矿深加工", office.project.name)
    page.focus("[name=row-0-project_name]")
    page.evaluate(
        """cells => {
          const data = new DataTransfer(); data.setData("text/plain", cells);
          document.activeElement.dispatchEvent(new ClipboardEvent("paste",
            {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        cells,
    )
    assert page.input_value("[name=row-1-received_on]") == "2012-05-11"
    assert page.inner_text("[data-rows-sum]") == "115.35"
    page.locator("[data-faults=row-2-project_name]:not(:empty)").wait_for()
    for number in (0, 1, 2):
        page.select_option(f"[name=row-{number}-kind]", "land")
    page.fill("[name=row-2-project_name]", "茶叶加工")
    page.press("[name=row-2-voucher_no]", "Enter")
    assert page.evaluate("document.activeElement.name") == "row-3-voucher_no"
    page.click("button[value=submit]")
    page.wait_for_url("**/receipts/?state=submitted")

    assert Receipt.objects.count() == 3
    assert sum(receipt.amount for receipt in Receipt.objects.all()) == 1_153_500


def test_the_grid_is_ten_plain_rows_without_script_and_fits_a_phone(page_at, office):
    office.ready("project")
    page = page_at(390, java_script_enabled=False)
    sign_in(page, office.clerk)
    page.goto("/receipts/grid/")

    assert page.locator("tbody tr").count() == 10
    assert fits(page)


def test_switching_the_language_keeps_what_was_typed_and_leaving_asks(page_at, office):
    page = page_at(1440)
    sign_in(page, office.clerk)
    page.goto(f"/projects/{office.project.pk}/receipts/new/")
    page.fill("[name=voucher_no]", "商农行-001")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=en]")
    assert page.input_value("[name=voucher_no]") == "商农行-001"

    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/projects/")
    assert asked == ["beforeunload"]
