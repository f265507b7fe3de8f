"""The big screen: it turns through all slides, with and without script, and shows nothing to touch."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    county = builders.make_county()
    for number in range(15):
        unit = builders.make_unit(county, f"第{number}镇")
        builders.set_target(unit, 1000)
        builders.make_verified(builders.make_project(unit), 100 + number)
    idle = builders.make_unit(county, "科技局", "department")
    builders.set_target(idle, 500)
    return county


@pytest.fixture
def screen(county, client):
    client.force_login(builders.make_person(county, Role.LEADER))
    client.cookies["language"] = "en"
    return client


def turn(client, address="/screen/"):
    """Every slide by its way to the next, until the first comes again."""
    seen = []
    while True:
        page = client.get(address)
        assert page.status_code == 200
        slide = page.context["slide"]
        if seen and slide.name == seen[0].name:
            return seen
        seen.append(slide)
        address = "/screen/" + page.context["after"]


def test_it_turns_through_every_slide_and_begins_again(screen):
    names = [slide.name for slide in turn(screen)]

    assert names == ["headline", "curve", "tiers", "town-1", "town-2", "idle", "composition"]


def test_every_unit_with_funds_is_on_some_slide(screen):
    slides = turn(screen)

    ranked = [line.unit for slide in slides for line in slide.lines]
    assert sorted(ranked) == sorted(f"第{number}镇" for number in range(15))
    assert [name for slide in slides for name in slide.names] == ["科技局"]


def test_without_script_the_page_itself_goes_on(screen):
    page = screen.get("/screen/?slide=tiers").content.decode()

    assert '<noscript><meta http-equiv="refresh" content="20;url=?slide=town-1"></noscript>' in page
    assert '<a class="visually-hidden" data-next href="?slide=town-1">' in page


def test_it_can_be_held(screen):
    page = screen.get("/screen/?slide=tiers&hold=1").content.decode()

    assert "http-equiv" not in page
    assert "data-held" in page


def test_an_unknown_slide_is_the_first(screen):
    assert screen.get("/screen/?slide=town-99").context["slide"].name == "headline"


def test_a_county_without_anything_still_has_a_screen(client):
    client.force_login(builders.make_person(builders.make_county(), Role.LEADER))

    names = [slide.name for slide in turn(client)]

    assert names == ["headline", "curve", "tiers", "composition"]


def test_only_readers_see_it(county, client):
    """quality 7"""
    assert client.get("/screen/").status_code == 302
    client.force_login(builders.make_person(county, Role.AUDIT_ADMIN))

    assert client.get("/screen/").status_code == 403


@pytest.mark.parametrize("slide", ["headline", "tiers", "town-1", "composition"])
def test_a_slide_takes_a_fixed_number_of_queries(screen, county, slide):
    with CaptureQueriesContext(connection) as before:
        screen.get(f"/screen/?slide={slide}")
    unit = builders.make_unit(county, "新设镇")
    builders.set_target(unit, 1000)
    builders.make_verified(builders.make_project(unit), 900)

    with CaptureQueriesContext(connection) as after:
        screen.get(f"/screen/?slide={slide}")

    assert len(before) == len(after) <= 18
