"""Papers of a closed quarter say what was announced, whatever is edited afterwards (rule 17)."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from ledger.models import Settlement, Snapshot
from ledger.papers import sources
from ledger.quarter import proof
from ledger.ranking import announced
from ledger.ranking.changed_facts import changed_facts
from ledger.ranking.document import document
from projects.models import Industry, Project
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
    wan,
)
from tests.ledger.papers.papers import book_of, close_first_quarter, paper_of, rows_of
from units import register as units
from units.county import settings

pytestmark = pytest.mark.django_db
LATER = moment("2012-05-20")
CHANGES = "会后变动"


@pytest.fixture
def office():
    """Two towns with money of the first quarter, one of it in property; closed."""
    county = make_county()
    head = make_head(county)
    town, other = make_unit(county, "水沟镇"), make_unit(county, "试马镇")
    set_target(town, 1_000)
    set_target(other, 1_000)
    project = make_project(town, "钒矿深加工", introduced=7_600)
    flats = make_project(other, "沿河小区", industry="property", signed="2011-05-01")
    make_verified(project, 300, "2012-03-05")
    make_verified(flats, 200, "2012-03-06")
    make_receipt(project, 40, "2012-03-20")
    settlement = close_first_quarter(county)
    return county, head, town, other, project, settlement


def said(settlement):
    """Every cell and word of the papers, without the part that tells of changes."""
    found = {}
    for without in ([], ["property"], ["carry_over"]):
        table = (
            announced.partial(settlement, without)
            if without
            else announced.announced_table(settlement)
        )
        book = book_of(table)
        sheets = {sheet.title: rows_of(sheet) for sheet in book if sheet.title != CHANGES}
        found[tuple(without)] = sheets, paper_of(table).text, document(table)
    return found


def edit_everything(county, head, town, other, project):
    who = {"by": head, "at": LATER}
    Project.objects.filter(pk=project.pk).update(
        name="改名项目", introduced_amount=wan(1), contract_on=day("2011-12-30"), version=2
    )
    project.investor.name = "改名公司"
    project.investor.save()
    project.shares.all().delete()
    project.shares.create(unit=other, basis_points=10_000)
    make_project(town, "后来登记的项目", signed="2012-03-01")
    make_verified(project, 55, "2012-05-02")
    units.save(units.UnitDraft("水沟新镇", "department", 9), county=county, unit=town, **who)
    ended = units.UnitDraft("试马镇", "town", 1, ended_on=day("2012-05-01"), successor=town)
    units.save(ended, county=county, unit=other, **who)
    make_unit(county, "新设镇")
    set_target(town, 10, effective_on="2012-01-02", at=LATER)
    Industry.objects.update(name="改名产业", is_resource=True, is_property=False, sector=1)
    settings.change(county, {"name": "改名县", "issuing_office": "改名局"}, **who)
    county.refresh_from_db()


def test_no_cell_of_an_announced_paper_moves(office):
    county, head, town, other, project, settlement = office
    before = said(settlement)

    edit_everything(county, head, town, other, project)

    assert said(Settlement.objects.get(pk=settlement.pk)) == before


def test_a_lawful_edit_does_not_look_like_tampering(office):
    county, head, town, other, project, _settlement = office

    edit_everything(county, head, town, other, project)

    assert [finding for finding in proof.findings(proof.Scope()) if finding.check == 2] == []


def test_project_sheet_is_checked_against_the_overview(office):
    *_rest, settlement = office

    checks = rows_of(book_of(announced.announced_table(settlement))["校验"])

    assert {"新引进项目", "引资额"} <= {row[1] for row in checks if row[1]}


def test_money_without_property_counts_the_units_of_the_closing(office):
    *_rest, settlement = office

    table = announced.partial(settlement, ["property"])

    assert [(row.name, row.received, row.pending) for row in table.rows] == [
        ("水沟镇", wan(300), wan(40)),
        ("试马镇", wan(0), wan(0)),
    ]
    assert table.total.received_before == 0


def test_changes_tell_tasks_units_projects_and_shares_with_their_own_day(office):
    county, head, town, other, project, settlement = office
    edit_everything(county, head, town, other, project)
    table = announced.announced_table(settlement)

    told = {(str(each.subject), str(each.field)): each for each in changed_facts(table)}

    assert told["年度任务", "任务数（分季）"].announced.startswith("1,000.00万元")
    assert told["年度任务", "任务数（分季）"].now.startswith("10.00万元")
    assert (told["单位", "名称"].announced, told["单位", "名称"].now) == ("水沟镇", "水沟新镇")
    assert told["项目", "引资额"].announced == "7,600.00万元"
    assert told["项目", "引资额"].now == "1.00万元"
    assert told["项目", "单位及份额"].now == "试马镇 100%"
    assert ("单位", "结束日期") not in told  # it still stood on the day of the table
    names = {each.name for each in changed_facts(table)}
    assert {"后来登记的项目", "新设镇"} <= names
    rows = rows_of(book_of(table)[CHANGES])
    assert any("任务、单位、项目与份额的变动（截至" in str(row[0]) for row in rows)


def test_a_clerk_reads_of_other_changes_only_those_of_the_own_unit(office):
    county, head, town, other, project, settlement = office
    stranger = make_unit(county, "富水镇")
    edit_everything(county, head, town, other, project)

    details = sources.details(announced.announced_table(settlement), make_clerk(stranger))

    told = {(str(each.subject), each.name) for each in details.other_changes}
    assert {each for each in told if each[0] != "产业类别"} == {("单位", "富水镇")}


CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def without_code(text):
    return CODE.sub("", str(text))


def test_settlement_of_an_earlier_release_gets_its_snapshot_once_and_says_since_when(office):
    *_rest, settlement = office
    before = said(settlement)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_snapshot DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM ledger_snapshot")
        cursor.execute("ALTER TABLE ledger_snapshot ENABLE TRIGGER USER")

    call_command("migrate", verbosity=0)
    first = Snapshot.objects.get()
    call_command("migrate", verbosity=0)

    assert Snapshot.objects.get() == first
    assert first.exact_since is not None
    table = announced.announced_table(Settlement.objects.get())
    assert document(table) == before[()][2]
    # The code covers the snapshot, which is new.
    assert without_code(paper_of(table).text) == without_code(before[()][1])
    sheets = {sheet.title: rows_of(sheet) for sheet in book_of(table)}
    old = before[()][0]
    now = {**sheets, CHANGES: 0, "校验": 0, "项目明细": 0, "到位资金明细": 0}
    then = {
        **old,
        CHANGES: 0,
        "校验": 0,
        "项目明细": 0,
        "到位资金明细": 0,
    }
    assert {k: without_code(v) for k, v in now.items()} == {
        k: without_code(v) for k, v in then.items()
    }
    for name in ("项目明细", "到位资金明细"):
        [note] = [row for row in sheets[name] if row not in old[name]]
        assert "自该日起准确" in note[0]
    assert proof_of_settlements() == []


def proof_of_settlements():
    return [finding for finding in proof.findings(proof.Scope()) if finding.check == 2]


def test_changed_line_of_a_settlement_is_found(office):
    *_rest, settlement = office
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_settlementline DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_settlementline SET rank = 2 WHERE rank = 1")
        cursor.execute("ALTER TABLE ledger_settlementline ENABLE TRIGGER USER")

    assert [finding.record for finding in proof_of_settlements()] == [f"settlement:{settlement.pk}"]
