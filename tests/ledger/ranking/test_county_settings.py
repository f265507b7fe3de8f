"""The order of the groups and the wording of papers are the county's; what was announced keeps its own."""

import pytest

from ledger.models import Settlement
from ledger.papers.bulletin import Role
from ledger.ranking.announced import announced_table
from ledger.ranking.document import document
from ledger.ranking.league import league_table
from tests import builders
from tests.builders import day, moment
from tests.ledger.papers.papers import SHEETS, book_of, close_first_quarter, paper_of, rows_of
from units.county import settings

pytestmark = pytest.mark.django_db
MARCH = day("2012-03-31")
TURNED = ["enterprise", "department", "town"]
WORDING = {
    "issuing_office": "中共商南县委办公室",
    "title_name": "陕西省商南县",
    "addressees": "各镇党委、政府",
}


@pytest.fixture
def county():
    county = builders.make_county()
    for name, kind in (("水沟镇", "town"), ("招商局", "department"), ("茶业公司", "enterprise")):
        builders.set_target(builders.make_unit(county, name, kind), 1000)
    return county


def change(county, **given):
    head = builders.make_head(county)
    return settings.change(county, given, by=head, at=moment("2012-05-01"))


def kinds(table):
    return [section.kind for section in table.sections]


def test_the_groups_are_listed_as_the_county_sets_them(client, county):
    county = change(county, groups=TURNED)
    table = league_table(county, MARCH)

    assert kinds(table) == TURNED
    assert [section["kind"] for section in document(table)["sections"]] == TURNED
    names = [row[2] for row in rows_of(book_of(table)[SHEETS[1]])]
    assert names.index("茶业公司") < names.index("招商局") < names.index("水沟镇")

    client.force_login(builders.make_head(county))
    for address in ("/ranking/2012-03/", "/targets/2012/", "/units/", "/ranking/2012-03.json"):
        page = client.get(address).content.decode()
        page = page.split("<main", 1)[-1]
        found = [page.index(name) for name in ("茶业公司", "招商局", "水沟镇")]
        assert found == sorted(found), address


def test_an_announced_table_keeps_the_order_of_its_closing(county):
    first = close_first_quarter(county)
    county = change(county, groups=TURNED)

    assert kinds(announced_table(first)) == TURNED[::-1]
    assert kinds(league_table(county, MARCH)) == TURNED


def test_a_settlement_that_kept_no_settings_stands_in_the_first_order(county):
    settlement = close_first_quarter(county)
    change(county, groups=TURNED, name="商南新县", **WORDING)
    old = Settlement.objects.get(pk=settlement.pk)
    old.settings = None  # as an earlier release left it; the row itself is append-only

    table = announced_table(old)

    assert kinds(table) == TURNED[::-1]
    assert table.county.name == "商南新县"
    assert table.county.issuing_office == ""


def test_the_papers_are_worded_as_the_county_sets(county):
    table = league_table(change(county, **WORDING), MARCH)
    paper = paper_of(table)
    sheet = rows_of(book_of(table)[SHEETS[1]])

    assert paper.addressees == "各镇党委、政府："
    assert "中共商南县委办公室" in [p.text for p in paper.paragraphs if p.role is Role.SIGNATURE]
    assert str(sheet[0]).count("陕西省商南县") == 1
    assert "中共商南县委办公室" in str(sheet[1])


def test_papers_of_a_closed_quarter_keep_their_wording(county):
    """Rule 17."""
    settlement = close_first_quarter(county)
    before = paper_of(announced_table(settlement))
    sheets = {name: rows_of(sheet) for name, sheet in _sheets(settlement)}

    change(county, name="商南新县", reports_from=day("2012-05-01"), groups=TURNED, **WORDING)

    settlement = Settlement.objects.get()
    assert paper_of(announced_table(settlement)) == before
    assert {name: rows_of(sheet) for name, sheet in _sheets(settlement)} == sheets


def _sheets(settlement):
    book = book_of(announced_table(settlement))
    return [(sheet.title, sheet) for sheet in book.worksheets]
