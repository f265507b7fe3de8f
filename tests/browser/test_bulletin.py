"""The bulletin in a browser: copied by one press, complete without JavaScript, fits a phone."""

import pytest

from tests.builders import (
    make_county,
    make_person,
    make_project,
    make_unit,
    make_verified,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leader():
    county = make_county()
    unit = make_unit(county, "水沟镇")
    leader = make_person(county, Role.LEADER)
    set_target(unit, 1000)
    make_verified(make_project(unit), 600)
    return leader


def signed_in(page, user):
    page.goto("/accounts/login/?next=/ranking/2012-06/bulletin/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "sample")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/bulletin/")
    return page


def test_text_is_copied_by_one_press(page_at, leader):
    page = signed_in(page_at(1440, permissions=["clipboard-read", "clipboard-write"]), leader)

    page.click("[data-copy]")

    page.wait_for_selector("[data-copied]:text('已复制')", state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("关于2012年上半年全县招商引资目标任务完成情况的通报\n各镇人民政府")
    assert "累计到位资金600万元，完成年度任务1,000万元的60.0%" in copied


def test_paper_is_whole_without_javascript_and_fits_a_phone(page_at, leader):
    page = signed_in(page_at(390, java_script_enabled=False), leader)

    assert page.is_visible("text=实现了“双过半”目标任务")
    assert page.is_hidden("[data-copy]")
    width = page.locator("html").bounding_box()["width"]
    assert page.locator(".bulletin").bounding_box()["width"] <= width == 390
