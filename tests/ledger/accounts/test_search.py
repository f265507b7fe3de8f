"""Searching: what is found, by whom, and what is never shown."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from units.models import Role

pytestmark = pytest.mark.django_db


class Register:
    """Two towns, each with its project and investor."""

    def __init__(self):
        self.county = builders.make_county()
        self.town = builders.make_unit(self.county, "水沟镇")
        self.other = builders.make_unit(self.county, "试马镇")
        self.mine = builders.make_project(self.town, "钒矿深加工")
        self.hotel = builders.make_project(self.other, "试马酒店")


@pytest.fixture
def register():
    return Register()


def found(client, words):
    page = client.get(f"/search/?q={quote(words)}")
    assert page.status_code == 200
    return {
        group.kind: [hit.name for hit in group.hits] for _title, group in page.context["groups"]
    }


def test_the_bureau_finds_units_projects_and_investors(register, as_):
    client = as_(builders.make_head(register.county))

    assert found(client, "试马") == {
        "unit": ["试马镇"],
        "project": ["试马酒店"],
        "investor": ["试马酒店公司"],
    }
    assert found(client, "钒矿") == {"project": ["钒矿深加工"], "investor": ["钒矿深加工公司"]}


@pytest.mark.parametrize("words", ["钒矿 加工", "  钒矿　加工 ", "深加工"])
def test_every_word_must_be_found_wherever_it_stands(register, as_, words):
    assert found(as_(builders.make_head(register.county)), words)["project"] == ["钒矿深加工"]


def test_look_alike_spellings_are_the_same(register, as_):
    """quality 28"""
    builders.make_project(register.town, "Ａ１工业园")

    assert found(as_(builders.make_head(register.county)), "a1")["project"] == ["Ａ１工业园"]


def test_a_unit_is_found_by_its_code(register, as_):
    client = as_(builders.make_head(register.county))

    assert found(client, register.town.code.lower())["unit"] == ["水沟镇"]


def test_a_clerk_finds_only_what_is_his(register, as_):
    """quality 6"""
    client = as_(builders.make_clerk(register.town))

    assert found(client, "试马") == {}
    assert found(client, "水沟")["unit"] == ["水沟镇"]
    assert found(client, "钒矿")["investor"] == ["钒矿深加工公司"]


@pytest.mark.parametrize(
    "words", ["商农行-0417", "农行-04", "12.35", "12.35万", "123500元", "１２.３５"]
)
def test_a_receipt_is_found_by_its_voucher_or_its_amount(register, as_, words):
    builders.make_receipt(register.mine, "12.35", voucher_no="商农行-0417")
    builders.make_receipt(register.mine, "12.36", voucher_no="甲")

    assert found(as_(builders.make_head(register.county)), words)["receipt"] == ["商农行-0417"]
    assert found(as_(builders.make_clerk(register.town)), words)["receipt"] == ["商农行-0417"]
    assert "receipt" not in found(as_(builders.make_clerk(register.other)), words)


def test_a_receipt_is_found_by_the_person_and_a_target_by_its_document(register, as_):
    clerk = builders.make_clerk(register.town)
    type(clerk).objects.filter(pk=clerk.pk).update(display_name="王小明")
    builders.make_receipt(register.mine, "7", by=clerk, voucher_no="乙")
    builders.set_target(register.town, 1_000)
    client = as_(builders.make_head(register.county))

    assert found(client, "王小明")["receipt"] == ["乙"]
    assert found(client, "商政发〔2012〕8号")["document"] == ["商政发〔2012〕8号"]
    assert "document" not in found(as_(builders.make_clerk(register.other)), "商政发〔2012〕8号")


def test_another_county_is_not_found(register, as_):
    """quality 6"""
    elsewhere = builders.make_county("611022", "丹凤县")

    assert found(as_(builders.make_head(elsewhere)), "试马") == {}


def test_an_investor_leads_to_his_projects(register, as_):
    client = as_(builders.make_head(register.county))
    page = client.get(f"/search/?q={quote('钒矿深加工公司')}")
    (hit,) = next(group.hits for _t, group in page.context["groups"] if group.kind == "investor")

    listed = client.get(hit.url).content.decode()

    assert "钒矿深加工" in listed
    assert "试马酒店" not in listed


def test_more_than_a_page_is_counted_and_leads_to_the_list(register, as_):
    for number in range(25):
        builders.make_project(register.town, f"茶园{number:02}")
    client = as_(builders.make_head(register.county))

    page = client.get(f"/search/?q={quote('茶园')}")

    group = next(group for _t, group in page.context["groups"] if group.kind == "project")
    assert (group.count, len(group.hits)) == (25, 20)
    assert "Show all 25" in page.content.decode()
    assert client.get(group.url).context["sums"]["count"] == 25


def test_nothing_typed_searches_nothing(register, as_):
    client = as_(builders.make_head(register.county))

    assert found(client, "") == found(client, "   ") == {}
    assert "Write a part of the name" in client.get("/search/").content.decode()


def test_nothing_found_says_what_to_do(register, as_):
    page = as_(builders.make_head(register.county)).get("/search/?q=%3Cscript%3E")

    assert "Nothing is called" in page.content.decode()
    assert "<script>" not in page.content.decode().replace('<script src="', "")


@pytest.mark.parametrize("typed", ["%01", "a%E2%80%AEb", "%ED%A0%80", "%", "x" * 101, "%E2%80%8B"])
def test_words_that_cannot_be_read_get_a_sentence_or_nothing(register, as_, typed):
    """quality 28"""
    answer = as_(builders.make_head(register.county)).get(f"/search/?q={typed}")

    assert answer.status_code in (200, 422)


def test_who_sees_no_projects_cannot_search(register, as_):
    """quality 5"""
    client = as_(builders.make_person(register.county, Role.SYSTEM_ADMIN))

    assert client.get("/search/?q=x").status_code == 403
    assert 'id="search-words"' not in client.get("/").content.decode()


def test_the_number_of_queries_does_not_grow_with_what_is_found(register, as_):
    client = as_(builders.make_head(register.county))
    client.get("/search/?q=%E9%95%87")
    with CaptureQueriesContext(connection) as before:
        found(client, "镇")
    for number in range(5):
        builders.make_project(builders.make_unit(register.county, f"新{number}镇"), f"镇区{number}")

    with CaptureQueriesContext(connection) as after:
        found(client, "镇")

    assert len(before) == len(after) <= 12
