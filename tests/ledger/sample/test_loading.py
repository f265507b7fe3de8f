"""The sample county against the speech: every figure, and the tier of every unit it names.

Its papers too, and its way out and in again by a workbook: one file, because loading takes long.
"""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from ledger import words
from ledger.entries import evidence
from ledger.management.commands import load_sample
from ledger.models import Entry, Evidence, Period, Receipt, Settlement
from ledger.ranking.announced import announced_table
from ledger.ranking.document import document
from ledger.ranking.league import league_table
from ledger.ranking.snapshot import check_code
from ledger.rules.standing import Tier
from ledger.sample import loading
from tests.builders import day, make_county, wan
from tests.ledger.importing.filled import comparable, filled
from tests.ledger.papers.papers import book_bytes, paper_of, rows_of
from units.ground.money import percent_text, yi_short
from units.models import County, Unit, User

JUNE = day("2012-06-30")
SPEECH = {
    Tier.COMPLETED: ("水沟镇", "魏家台镇", "国税局", "养老经办中心"),
    Tier.ON_SCHEDULE: (
        *("城关镇", "清油河镇", "青山镇", "十里坪镇", "金丝峡镇", "湘河镇", "试马镇"),
        *("红十字会", "畜牧中心", "纪委监察局", "招商局", "残联", "农管局", "工业园区管委会"),
        *("县委办", "计生局", "林业局", "财政局", "安监局"),
    ),
    Tier.BEHIND: ("白浪镇", "富水镇", "赵川镇", "过风楼镇", "农行"),
}


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The sample, loaded once for the tests of this module and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_sample", verbosity=0)
        yield County.objects.get()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def table(county, django_db_blocker):
    with django_db_blocker.unblock():
        return league_table(county, JUNE)


@pytest.fixture(scope="module")
def book(table, django_db_blocker):
    with django_db_blocker.unblock():
        data = book_bytes(table, User.objects.get(username="leader"))
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture
def unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_every_receipt_has_its_own_scan(county, unblocked):
    scans = Evidence.objects.values_list("receipt", "sha256")
    receipts, files = zip(*scans, strict=True)

    assert set(receipts) == set(Receipt.objects.values_list("pk", flat=True))
    assert len(set(files)) == len(files)
    assert all(evidence.is_intact(file) for file in files[:5])


def test_headline_of_the_speech(table, unblocked):
    total, signed = table.total, table.signed

    assert (yi_short(total.target), yi_short(total.received)) == ("27.9", "14.2")
    assert percent_text(total.received, total.target) == "50.9%"
    assert table.over_half
    assert (signed.projects, signed.contracts) == (46, 30)
    assert (yi_short(signed.total_investment), yi_short(signed.introduced)) == ("57.74", "53.96")
    assert (total.received, total.target) == (wan(142_000), wan(279_000))


def test_tiers_of_the_speech(table, unblocked):
    counted = {
        section.kind: tuple(section.tiers[tier] for tier in Tier) for section in table.sections
    }

    assert counted == {"town": (2, 7, 4, 0, 0), "department": (2, 16, 20, 47, 2)}


def test_every_unit_that_the_speech_names_stands_in_its_tier(table, unblocked):
    standing = {row.name: row.tier for row in table.rows}

    assert {name: standing[name] for names in SPEECH.values() for name in names} == {
        name: tier for tier, names in SPEECH.items() for name in names
    }


def test_the_tables_sum_is_the_databases_sum(table, county, unblocked):
    """quality 2"""
    posted = Entry.objects.filter(county=county, counted_on__range=("2012-01-01", JUNE))

    assert table.total.received == posted.aggregate(all=Sum("amount"))["all"]


def test_quarters_before_the_meeting_are_closed_and_the_second_is_open(table, county, unblocked):
    closed = Period.objects.filter(county=county, state=Period.State.CLOSED)

    assert sorted(map(str, closed)) == ["2011Q1", "2011Q2", "2011Q3", "2011Q4", "2012Q1"]
    assert table.compared_with == Settlement.objects.get(as_of="2012-03-31")
    assert any(row.movement for row in table.rows)


def test_every_unit_has_a_clerk_and_no_one_holds_a_master_key(table, county, unblocked):
    assert Unit.objects.filter(people__role="clerk").distinct().count() == 100
    assert not User.objects.filter(is_superuser=True).exists()


def test_printed_sign_ins_are_what_they_say(table, county, unblocked):
    printed = {name: User.objects.get(username=name) for name, _words in load_sample.SIGN_INS}

    assert {name: user.role for name, user in printed.items()} == {
        "leader": "leader",
        "head": "bureau_head",
        "verifier": "verifier",
        "t13": "clerk",
    }
    assert printed["t13"].unit.name == "水沟镇"
    assert all(user.check_password(loading.PASSWORD) for user in printed.values())


# Its papers


def units_of(book):
    """The lines of the league table by unit."""
    rows = rows_of(book["排名表"])
    return {row[2]: row for row in rows if row[12] in {str(word) for word in words.TIERS.values()}}


def test_first_paragraph_states_the_figures_of_the_speech(table, unblocked):
    text = paper_of(table).paragraphs[0].text

    assert "累计到位资金14.2亿元，完成年度任务27.9亿元的50.9%" in text
    assert "实现了“双过半”目标任务" in text
    assert "共新引进项目46个，其中合同项目30个，总投资57.74亿元，引资53.96亿元。" in text
    assert (
        "4个单位完成了全年任务；7个镇和16个部门达到过半的计划进度；"
        "4个镇和20个部门有到位资金，但未达到计划进度；47个部门暂无到位资金。"
    ) in text


def test_bulletin_names_the_units_of_the_speech(table, unblocked):
    text = paper_of(table).text

    assert "只有水沟镇、魏家台镇和国税局、养老经办中心等4个单位完成了全年任务；" in text
    assert "等7个镇和红十字会、畜牧中心、" in text
    assert "富水、白浪、赵川、过风楼等4个镇和农行、" in text
    assert "还有47个部门暂无到位资金。" in text


def test_workbook_and_json_agree_cell_by_cell(table, book):
    lines = units_of(book)
    document_ = document(table)

    found = {}
    for section in document_["sections"]:
        for row in section["rows"]:
            found[row["name"]] = row
    assert set(found) == set(lines)
    for name, row in found.items():
        cells = lines[name]
        assert cells[0] == row["rank"]
        assert cells[12] == str(words.TIERS[row["tier"]])
        for place, key in ((3, "target"), (4, "benchmark"), (5, "received"), (10, "gap")):
            assert fen(cells[place]) == fen(row[key], 1), (name, key)
        assert fen(cells[13] or 0) == fen(row["pending"], 1)
        if row["completion"]:
            assert cells[9] == pytest.approx(float(row["completion"]), abs=1e-14)


def test_workbook_and_sql_agree_to_the_fen(county, book, unblocked):
    entries = Entry.objects.filter(counted_on__range=("2012-01-01", JUNE))
    by_unit = dict(entries.order_by().values_list("unit__name").annotate(Sum("amount")))

    lines = units_of(book)

    received = {name: fen(row[5]) for name, row in lines.items() if row[5]}
    assert received == {name: fen(amount, 1) for name, amount in by_unit.items()}
    listed = [row[7] for row in rows_of(book["到位资金明细"])[3:]]
    assert sum(fen(amount) for amount in listed) == 142_000 * 10_000 * 100
    assert len(listed) == entries.count()


def test_headline_of_the_overview_is_that_of_the_speech(book):
    figures = {row[0]: row[1] for row in rows_of(book["概况"]) if row[0]}

    assert figures["年度任务"] == 279_000
    assert figures["累计到位资金"] == 142_000
    assert (figures["新引进项目"], figures["其中：合同项目"]) == (46, 30)
    assert (figures["总投资"], figures["引资额"]) == (577_400, 539_600)
    assert figures["双过半"] == "已实现"


def test_sum_of_the_parts_shown_is_the_sum_shown(book):
    """quality 26"""
    rows = rows_of(book["排名表"])
    lines = units_of(book).values()

    [total] = [row for row in rows if row[2] == "合计"]
    for place in (3, 4, 5, 6, 7, 8, 13):
        assert sum(fen(row[place] or 0) for row in lines) == fen(total[place])


def test_announced_quarter_is_printed_from_its_settlement(county, unblocked):
    settlement = Settlement.objects.get(as_of=day("2012-03-31"))
    announced = announced_table(settlement)

    data = book_bytes(announced, User.objects.get(username="leader"))

    rows = rows_of(openpyxl.load_workbook(io.BytesIO(data))["排名表"])
    [total] = [row for row in rows if row[2] == "合计"]
    assert fen(total[5]) == fen(settlement.received, 1)
    code = check_code(settlement)
    assert f"校验码：{code}（公布数第1版）" in [row[0] for row in rows]
    assert code in paper_of(announced).text


def fen(amount, unit=10_000):
    """Whole fen of a cell in 万元, or of yuan."""
    if amount is None:
        return None
    return (Decimal(str(amount)) * unit * 100).to_integral_exact()


# Out and in again

FAR = "611099"


def test_the_sample_county_comes_back_to_the_fen(county, unblocked, tmp_path):
    """Every unit at every quarter's end of both years, with what is new, from outside and pending."""
    with transaction.atomic():
        path = filled(county, tmp_path)
        call_command(
            *("import_book", str(path), "--county", FAR, "--create-county", "新县", "--verified"),
            stdout=io.StringIO(),
            stderr=io.StringIO(),
        )
        far = County.objects.get(code=FAR)

        for as_of in ("2011-03-31", "2011-12-31", "2012-03-31", "2012-05-15", "2012-06-30"):
            before, after = league_table(county, day(as_of)), league_table(far, day(as_of))
            assert comparable(after) == comparable(before), as_of
        transaction.set_rollback(True)
    assert before.total.received == 1_420_000_000


@pytest.mark.django_db
def test_sample_refuses_a_database_that_holds_a_county():
    make_county("611024", "山阳县")

    with pytest.raises(CommandError):
        call_command("load_sample")
    assert County.objects.count() == 1
