"""A half-typed form in a real browser: after the session ends and a new sign-in, nothing is lost."""

import pytest
from django.utils import timezone

from tests.builders import make_clerk, make_county, make_project, make_unit
from units.models import UserSession
from units.sign_in import sessions

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page, person):
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", "sample")
    page.press("[name=password]", "Enter")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_half_typed_receipt_survives_the_end_of_the_sitting(page_at, javascript):
    """quality 21"""
    project = make_project(make_unit(make_county()))
    clerk = make_clerk(project.lead_unit)
    page = page_at(1440, java_script_enabled=javascript)
    page.goto(f"/accounts/login/?next=/projects/{project.pk}/receipts/new/")
    sign_in(page, clerk)
    page.fill("[name=amount]", "123.45")
    page.fill("[name=note]", "县财政局转来 <b>二</b>")
    page.select_option("[name=kind]", index=1)
    kind, key = page.input_value("[name=kind]"), page.input_value("[name=key]")

    sessions.end(UserSession.objects.filter(user=clerk, expire_date__gt=timezone.now()))
    page.click("button[value=submit]")
    sign_in(page, clerk)

    assert page.input_value("[name=amount]") == "123.45"
    assert page.input_value("[name=note]") == "县财政局转来 <b>二</b>"
    assert page.input_value("[name=kind]") == kind
    assert page.input_value("[name=key]") == key
    assert page.locator(".message a").count() == 1


def test_signing_in_again_in_another_tab_loses_nothing(page_at):
    """quality 21"""
    unit = make_unit(make_county())
    clerk = make_clerk(unit)
    page = page_at(390)
    page.goto("/accounts/login/?next=/projects/new/")
    sign_in(page, clerk)
    page.fill("[name=name]", "核桃加工")
    page.fill("[name=content]", "第一行\n第二行")
    page.select_option("[name=shares-0-unit]", str(unit.pk))
    page.fill("[name=shares-0-basis_points]", "100")
    other = page.context.new_page()
    other.goto("/projects/")
    other.locator("details.me summary").click()
    other.locator("details.me form button").click()
    sign_in(other, clerk)

    page.click("main form button.btn-primary")
    page.click("main a.btn-primary")

    assert page.input_value("[name=name]") == "核桃加工"
    assert page.input_value("[name=content]") == "第一行\n第二行"
    assert page.input_value("[name=shares-0-unit]") == str(unit.pk)
    assert page.input_value("[name=shares-0-basis_points]") == "100"
