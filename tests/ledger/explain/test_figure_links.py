"""Each line of the league table leads to the page that names every figure of it, part by part."""

from functools import cache

import pytest
from lxml import html

from ledger.models import Period
from ledger.quarter.checks import ADVISORY
from tests import acting
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

    def says(self, address, figure):
        return figure in self.part(address).text_content()


def figures(page):
    """The figures of the ranked tables: each with the address of what explains it."""
    found = []
    for table in page.xpath("//table[contains(@class, 'ranking')]"):
        parts = [head.get("data-part") for head in table.xpath("./thead//th")]
        for line in table.xpath("./*/tr[td[2]]"):
            [link] = line.xpath("./td//a/@href")
            cells = zip(parts, line.xpath("./td | ./th"), strict=True)
            found += [(f"{link}#{part}", cell.text_content()) for part, cell in cells if part]
    return [(address, figure) for address, figure in found if figure]


@pytest.mark.parametrize(
    ("address", "least"),
    [
        ("/ranking/2012-05/", 55),
        ("/ranking/2012-05/?as_of=2012-05-15", 55),
        ("/ranking/2012-05/?without=resource&without=property", 55),
        ("/ranking/2012-05/?without=carry_over,resource", 55),
        ("/ranking/2012-05/?tier=behind", 10),
        ("/ranking/2012-05/?kind=town&tier=completed&sort=-received", 15),
        ("/ranking/2012-03/", 55),
        ("/meeting/2012-05/", 40),
    ],
)
def test_every_figure_leads_to_a_page_that_names_it(client, county, address, least):
    close_first_quarter(county)
    reader = Reader(client, make_person(county, Role.LEADER))

    found = figures(reader.page(address))

    assert len(found) >= least
    assert [each for each in found if not reader.says(*each)] == []


def test_a_line_has_two_links(client, county):
    page = Reader(client, make_person(county, Role.LEADER)).page("/ranking/2012-05/")

    lines = page.xpath("//table[contains(@class, 'ranking')]/tbody/tr")
    assert [len(line.xpath(".//a")) for line in lines] == [2] * 5


def test_what_is_still_needed_leads_to_its_steps(client, county):
    reader = Reader(client, make_person(county, Role.LEADER))
    [address] = reader.page("/ranking/2012-05/").xpath(
        "//details[contains(@class, 'catch-up')]/@data-load"
    )[:1]

    lines = reader.page(f"/ranking/2012-05/{address}").xpath("//table/tbody/tr")

    assert lines
    for line in lines:
        *_others, needed, monthly = [cell.text_content().strip() for cell in line.xpath("./td")]
        [source] = line.xpath("./td/a/@href")
        assert reader.says(source, needed)
        assert reader.says(source, monthly)


def test_an_announced_table_leads_to_what_it_was_made_of(client, county):
    close_first_quarter(county)
    quarter = Period.objects.get(year=2012, quarter=1)
    make_verified(county.projects.first(), 9, "2012-03-06", at=moment("2012-04-20"))
    reader = Reader(client, make_head(county))

    found = figures(reader.page(f"/periods/{quarter.pk}/settlements/1/"))

    assert len(found) >= 40
    assert [each for each in found if not reader.says(*each)] == []


def close_first_quarter(county):
    action = {"at": moment("2012-04-10"), "known": ADVISORY}
    for period in Period.objects.exclude(year=2012, quarter=2).order_by("year", "quarter"):
        acting.close(period.pk, by=make_verifier(county), **action)
        acting.confirm(period.pk, by=make_head(county), **action)


@pytest.mark.parametrize("parameters", ["", "?without=resource,property", "?tier=behind"])
def test_a_subtotal_is_explained_by_lines_that_add_up_to_it(client, county, parameters):
    reader = Reader(client, make_person(county, Role.LEADER))
    page = reader.page(f"/ranking/2012-05/{parameters}")

    for link in page.xpath(
        "//table[contains(@class, 'ranking')]/tfoot//td[contains(@class, 'received')]/a"
    ):
        part = reader.part(f"{link.get('href')}#received")
        received = [number(cell) for cell in part.xpath(".//tbody//td[@data-label='累计到位资金']")]
        assert received or "tier" in parameters
        assert round(sum(received), 2) == number(link)


def number(node):
    return float(node.text_content().replace(",", ""))


def test_the_months_of_the_curve_lead_to_the_sums_of_their_day(client, county):
    reader = Reader(client, make_person(county, Role.LEADER))

    [address] = reader.page("/ranking/2012-05/").xpath(
        "//section[h2/@id='curve-title']/details/@data-load"
    )

    links = reader.page(f"/ranking/2012-05/{address}").xpath("//main//td/a")

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
