"""Receipts in a real browser: evidence beside the figures, keyboard, bulk actions, phone."""

import io
import re

import pytest
from PIL import Image

from ledger.models import Entry, Receipt
from tests.builders import (
    make_receipt,
    moment,
)

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page, user):
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "sample")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def slip():
    target = io.BytesIO()
    Image.new("RGB", (300, 180), "ivory").save(target, "PNG")
    return {"name": "回单.png", "mimeType": "image/png", "buffer": target.getvalue()}


def enter(page, project):
    page.goto(f"/projects/{project.pk}/receipts/new/")
    page.fill("[name=received_on]", "2012-05-10")
    page.fill("[name=amount]", "１，２５０．５")
    page.select_option("[name=kind]", "construction")
    page.fill("[name=voucher_no]", "商农行-001")
    page.select_option("[name=evidence_kind]", "bank_slip")
    page.set_input_files("[name=evidence]", [slip()])


@pytest.mark.parametrize("width", [1440, 390])
def test_evidence_is_seen_beside_the_figures_and_verified_by_keyboard(page_at, office, width):
    clerk, verifier = page_at(width), page_at(width)
    sign_in(clerk, office.clerk)
    enter(clerk, office.project)
    clerk.dblclick("button[value=submit]")
    clerk.wait_for_url(re.compile(r"/receipts/\d+/$"))
    assert Receipt.objects.count() == 1

    sign_in(verifier, office.verifier)
    verifier.goto(clerk.url)
    picture = verifier.locator(".file img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 300
    assert verifier.evaluate("document.documentElement.scrollWidth") <= width
    verifier.keyboard.press("Alt+v")
    verifier.wait_for_url("**/receipts/")

    assert Entry.objects.get().amount == Receipt.objects.get().amount


def test_a_receipt_is_returned_by_keyboard_and_the_next_one_opens(page_at, office):
    first = make_receipt(office.project, 10, at=moment("2012-05-11"))
    second = make_receipt(office.project, 20, at=moment("2012-05-12"))
    page = page_at(1440)
    sign_in(page, office.verifier)
    page.goto(f"/receipts/{first.pk}/")

    page.fill("[name=reason]", "回单缺银行章")
    page.keyboard.press("Alt+r")
    page.wait_for_url(f"**/receipts/{second.pk}/")

    first.refresh_from_db()
    assert (first.state, first.returned_reason) == ("returned", "回单缺银行章")


def test_one_box_ticks_all_and_all_are_verified(page_at, office):
    for amount in (11, 12, 13):
        make_receipt(office.project, amount)
    page = page_at(1440)
    sign_in(page, office.verifier)
    page.goto("/receipts/")

    page.check("[data-check-all]")
    page.click(".many button")
    assert "36.00" in page.text_content("dl.facts")
    page.fill("[name=word]", "已查看银行流水")
    page.click("main form button")
    page.wait_for_selector("text=认定结果")

    assert Entry.objects.count() == 3


def test_everything_works_without_script(page_at, office):
    receipt = make_receipt(office.project, 10)
    page = page_at(390, java_script_enabled=False)
    sign_in(page, office.verifier)
    page.goto("/receipts/")
    assert not page.is_visible("[data-check-all]")

    page.check("[name=receipt]")
    page.click(".many button")
    page.fill("[name=word]", "已查看银行流水")
    page.click("main form button")
    page.wait_for_selector("text=认定结果")

    receipt.refresh_from_db()
    assert receipt.state == "verified"
