"""Every figure of the league table is a link, and the page behind it names the same figure."""

from functools import cache

import pytest
from lxml import html

from ledger.models import Period
from ledger.quarter import closing
from ledger.quarter.checks import ADVISORY
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db
FIGURES = ".//td[contains(@class, 'num') or contains(@class, 'done')]"


@pytest.fixture
def county():
    """Two kinds of units, money of every sort that may be left out, and some that waits."""
    county = make_county()
    make_head(county)
    units = [make_unit(county, name) for name in ("甲镇", "乙镇", "丙镇")]
    units += [make_unit(county, name, "department") for name in ("甲局", "乙局")]
    for number, unit in enumerate(units):
        set_target(unit, 1000 + 7 * number)
    shared = make_project(units[0], shares={units[0]: 3_333, units[3]: 6_667})
    make_verified(shared, "777.77", "2012-03-05")
    make_verified(make_project(units[0], industry="mining"), "123.45", "2012-04-01")
    make_verified(make_project(units[1], signed="2011-05-01"), 640, "2011-06-01")
    make_verified(make_project(units[1], signed="2011-05-01"), 1300, "2012-05-01")
    make_receipt(shared, "33.34", "2012-05-20")
    make_receipt(make_project(units[0], industry="mining"), 20, "2012-05-20")
    return county


class Reader:
    """Follows a link to the part of its page that the link names."""

    def __init__(self, client, person):
        client.force_login(person)
        self.page = cache(lambda address: html.fromstring(client.get(address).content))

    def part(self, address):
        path, _, anchor = address.partition("#")
        [found] = self.page(path).xpath(f"//*[@id='{anchor}']")
        return next(found.iterancestors("section"), None) if found.tag != "section" else found

    def says(self, link):
        return link.text_content() in self.part(link.get("href")).text_content()


def figures(page):
    """The cells of the ranked tables and of what is still needed that hold a figure."""
    tables = page.xpath(
        "//table[contains(@class, 'ranking')] | //details[@class='catch-up']//table"
    )
    cells = [cell for table in tables for cell in table.xpath(FIGURES)]
    return [cell for cell in cells if "rank" not in cell.get("class") and cell.text_content()]


@pytest.mark.parametrize(
    ("address", "least"),
    [
        ("/ranking/2012-05/", 60),
        ("/ranking/2012-05/?as_of=2012-05-15", 60),
        ("/ranking/2012-05/?without=resource&without=property", 60),
        ("/ranking/2012-05/?without=carry_over,resource", 60),
        ("/ranking/2012-05/?tier=behind", 20),
        ("/ranking/2012-05/?kind=town&tier=completed&sort=-received", 15),
        ("/ranking/2012-03/", 60),
        ("/meeting/2012-05/", 40),
    ],
)
def test_every_figure_leads_to_a_page_that_names_it(client, county, address, least):
    close_first_quarter(county)
    reader = Reader(client, make_person(county, Role.LEADER))

    cells = figures(reader.page(address))
    links = [link for cell in cells for link in cell.xpath(".//a")]

    assert len(cells) >= least
    assert len(links) == len(cells)
    assert [link.get("href") for link in links if not reader.says(link)] == []


def test_an_announced_table_leads_to_what_it_was_made_of(client, county):
    close_first_quarter(county)
    quarter = Period.objects.get(year=2012, quarter=1)
    make_verified(county.projects.first(), 9, "2012-03-06", at=moment("2012-04-20"))
    reader = Reader(client, make_head(county))

    links = [
        link
        for cell in figures(reader.page(f"/periods/{quarter.pk}/settlements/1/"))
        for link in cell.xpath(".//a")
    ]

    assert len(links) >= 40
    assert [link.get("href") for link in links if not reader.says(link)] == []


def close_first_quarter(county):
    deed = {"at": moment("2012-04-10"), "known": ADVISORY}
    for period in Period.objects.exclude(year=2012, quarter=2).order_by("year", "quarter"):
        closing.close(period.pk, by=make_verifier(county), **deed)
        closing.confirm(period.pk, by=make_head(county), **deed)


@pytest.mark.parametrize("wishes", ["", "?without=resource,property", "?tier=behind"])
def test_a_subtotal_is_explained_by_lines_that_add_up_to_it(client, county, wishes):
    reader = Reader(client, make_person(county, Role.LEADER))
    page = reader.page(f"/ranking/2012-05/{wishes}")

    for link in page.xpath(
        "//table[contains(@class, 'ranking')]/tfoot//td[contains(@class, 'received')]/a"
    ):
        part = reader.part(link.get("href"))
        received = [number(cell) for cell in part.xpath(".//tbody//td[@data-label='累计到位资金']")]
        assert received or "tier" in wishes
        assert round(sum(received), 2) == number(link)


def number(node):
    return float(node.text_content().replace(",", ""))


def test_the_months_of_the_curve_lead_to_the_sums_of_their_day(client, county):
    reader = Reader(client, make_person(county, Role.LEADER))

    links = reader.page("/ranking/2012-05/").xpath("//section[h2/@id='curve-title']//td/a")

    received = [link for link in links if link.get("href").endswith("#received")]
    assert len(received) == 5 + 12
    for link in received:
        said = reader.part(link.get("href")).xpath(".//tfoot//td[@data-label='累计到位资金']")[0]
        assert f"{number(said) / 10_000:.2f}" == f"{number(link):.2f}"


def test_a_clerk_is_led_to_his_own_entries_and_to_no_others(client, county):
    unit = county.units.get(name="甲镇")
    reader = Reader(client, make_clerk(unit))

    links = reader.page("/ranking/2012-05/explain/?kind=town").xpath("//tbody//a/@href")

    assert {link.partition("?")[0] for link in links} == {f"/units/{unit.code}/explain/"}
