"""The order of the groups and the wording of papers are the county's; what was announced keeps its own."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from ledger.models import Settlement
from ledger.papers.bulletin import Role
from ledger.ranking.announced import announced_table, differing
from ledger.ranking.document import document
from ledger.ranking.league import league_table
from tests import builders
from tests.builders import day, moment
from tests.ledger.papers.papers import SHEETS, book_of, close_first_quarter, paper_of, rows_of
from units import register
from units.county import settings
from units.ground import groups

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
    county = change(county, groups=builders.in_order(*TURNED))
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
    county = change(county, groups=builders.in_order(*TURNED))

    assert kinds(announced_table(first)) == TURNED[::-1]
    assert kinds(league_table(county, MARCH)) == TURNED


def test_a_settlement_that_kept_no_settings_stands_in_the_first_order(county):
    settlement = close_first_quarter(county)
    change(county, groups=builders.in_order(*TURNED), name="商南新县", **WORDING)
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

    change(
        county,
        name="商南新县",
        reports_from=day("2012-05-01"),
        groups=builders.in_order(*TURNED),
        **WORDING,
    )

    settlement = Settlement.objects.get()
    assert paper_of(announced_table(settlement)) == before
    assert {name: rows_of(sheet) for name, sheet in _sheets(settlement)} == sheets


def _sheets(settlement):
    book = book_of(announced_table(settlement))
    return [(sheet.title, sheet) for sheet in book.worksheets]


# Groups of the county's own


@pytest.fixture
def parted():
    """Towns of two classes, a bureau and a park; each with a target, the first with money."""
    county = builders.make_county()
    county = change(county, groups=[*GROUPS, *groups.plain([groups.DEPARTMENT])])
    for name, kind in (
        ("水沟镇", "g1"),
        ("试马镇", "g2"),
        ("招商局", "department"),
        ("园区办", "g3"),
    ):
        builders.set_target(builders.make_unit(county, name, kind), 1000)
    builders.make_verified(
        builders.make_project(county.units.get(name="水沟镇")), 300, "2012-03-10"
    )
    return county


GROUPS = [
    {"code": "g1", "name": "一类镇", "name_en": "First-class towns"},
    {"code": "g2", "name": "二类镇", "name_en": ""},
    {"code": "g3", "name": "园区", "name_en": "Parks"},
]


def test_groups_of_the_county_are_ranked_apart_everywhere(client, parted):
    """Table, chosen part, JSON, workbook, bulletin, register and grid name them in its words."""
    table = league_table(parted, MARCH)

    assert [(s.kind, s.title, len(s.rows)) for s in table.sections] == [
        ("g1", "一类镇", 1),
        ("g2", "二类镇", 1),
        ("g3", "园区", 1),
        ("department", "部门", 1),
    ]
    assert [s["kind"] for s in document(table)["sections"]] == ["g1", "g2", "g3", "department"]
    client.force_login(builders.make_head(parted))
    for address in (
        "/ranking/2012-03/",
        "/ranking/2012-03/explain/",
        "/units/",
        "/targets/2012/",
        "/units/new/",
        "/meeting/2012-03/",
    ):
        page = client.get(address).content.decode()
        assert all(name in page for name in ("一类镇", "二类镇", "园区")), address
    chosen = client.get("/ranking/2012-03/?kind=g2").content.decode()
    assert "试马镇" in chosen
    assert "水沟镇" not in chosen.split("<main", 1)[1]
    texts = [part.text for part in paper_of(table).paragraphs]
    assert "工作开展较扎实、任务完成相对较好的一类镇有：" in texts
    assert any("1个二类镇" in text for text in texts)
    rows = [str(row) for row in rows_of(book_of(table)[SHEETS[1]])]
    assert any("二类镇（1个）" in row for row in rows)


def test_the_reader_in_english_reads_english_names(parted):
    with override("en"):
        assert [s.title for s in league_table(parted, MARCH).sections] == [
            "First-class towns",
            "二类镇",
            "Parks",
            "Departments",
        ]


def test_a_unit_stands_in_the_group_of_the_day(parted):
    """Earlier tables, and those as known earlier, keep the group that it was in."""
    head = builders.make_head(parted)
    unit = parted.units.get(name="试马镇")
    moved = replace(register.draft_of(unit), kind="g1", kind_from=day("2012-04-15"))
    register.save(moved, county=parted, by=head, at=moment("2012-05-02"), unit=unit)

    def of(as_of, known_by=None):
        return {row.name: row.kind for row in league_table(parted, day(as_of), known_by).rows}

    assert of("2012-04-14")["试马镇"] == "g2"
    assert of("2012-04-15")["试马镇"] == "g1"
    assert of("2012-04-30", moment("2012-05-01"))["试马镇"] == "g2"


def test_an_announced_table_keeps_group_and_name(parted):
    """Rule 17: also the proof, when the move is dated before the closing."""
    settlement = close_first_quarter(parted)
    head = builders.make_head(parted)
    unit = parted.units.get(name="试马镇")
    moved = replace(register.draft_of(unit), kind="g1", kind_from=day("2012-01-01"))
    register.save(moved, county=parted, by=head, at=moment("2012-05-02"), unit=unit)
    renamed = [{"code": "g1", "name": "重点镇", "name_en": ""}, *GROUPS[1:]]
    change(parted, groups=[*renamed, *groups.plain([groups.DEPARTMENT])])

    settlement = Settlement.objects.get(pk=settlement.pk)
    table = announced_table(settlement)

    assert [(s.title, [row.name for row in s.rows]) for s in table.sections][:2] == [
        ("一类镇", ["水沟镇"]),
        ("二类镇", ["试马镇"]),
    ]
    assert differing(settlement) is None
