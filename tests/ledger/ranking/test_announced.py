"""The papers of the sample county: figures of the speech, and the same figures as page, JSON and SQL."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum

from ledger import words
from ledger.models import Entry, Settlement
from ledger.ranking.announced import announced_table
from ledger.ranking.document import document
from ledger.ranking.league import league_table
from ledger.ranking.snapshot import check_code
from tests.builders import day
from tests.ledger.papers.papers import book_bytes, paper_of, rows_of
from units.models import County, User

JUNE = day("2012-06-30")


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
