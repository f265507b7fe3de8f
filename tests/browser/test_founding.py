"""From an empty database to the first receipt: code, five pages, slip, the clerk's own password."""

from datetime import date

import pytest

from ledger.founding import wizard_state
from ledger.models import Receipt
from tests.browser.hindrances import hindrances
from tests.browser.test_walk import enter_project, enter_receipt
from units.models import County, User

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "Qinling-8821-cha"


@pytest.fixture(autouse=True)
def only_the_code_on_the_desk():
    wizard_state.clear()
    wizard_state.terminal_code()
    yield
    wizard_state.clear()


def go_on(page):
    width = page.viewport_size
    assert list(hindrances(page, "zh-hans", is_top=True)) == []
    page.set_viewport_size(width)
    page.click("main .form__actions .btn-primary")


def found(page):
    """Fill in every page of the founding; returns the printed slip of the first town."""
    page.goto("/")
    page.wait_for_url("**/start/")
    page.fill("[name=code]", wizard_state.terminal_code())
    go_on(page)
    page.fill("[name=code]", "611023")
    page.fill("[name=name]", "商南县")
    go_on(page)
    page.fill("[name=names]", "1、水沟镇\t5000\n2、富水镇\t3000\n3、财政局")
    go_on(page)
    page.wait_for_url("**/check/")
    go_on(page)
    page.fill("[name=document_no]", "商政发〔2026〕8号")
    go_on(page)
    page.fill("[name=head]", "李明")
    go_on(page)
    slip = page.locator(".slip", has_text="水沟镇填报人").locator("code").all_inner_texts()
    page.check("[name=printed]")
    go_on(page)
    page.wait_for_url("**/accounts/login/")
    return slip


@pytest.mark.parametrize("width", [1440, 390])
def test_a_new_county_enters_its_first_receipt(page_at, width):
    page = page_at(width)
    today = date.today()  # noqa: DTZ011

    username, password = found(page)
    assert County.objects.get().name == "商南县"
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/accounts/password/")
    page.fill("[name=old_password]", password)
    page.fill("[name=new_password1]", OWN)
    page.fill("[name=new_password2]", OWN)
    page.press("[name=new_password2]", "Enter")
    page.wait_for_url(lambda url: "password" not in url)
    enter_project(page, f"{today.year}-01-01")
    enter_receipt(page, today.isoformat(), "250.5")
    page.wait_for_url("**/receipts/*/")

    clerk = User.objects.get(username="t01")
    assert Receipt.objects.get().entered_by == clerk
    assert clerk.check_password(OWN)
    assert not clerk.must_change_password
