"""Carrying a plan out: all or nothing, two people for history, and the table that was promised."""

import threading

import pytest
from django.db import connection, transaction

from ledger.importing import commit
from ledger.importing.commit import ImportOptions, carry_out
from ledger.importing.preview import outlook
from ledger.models import Entry, Period, Receipt
from ledger.quarter import proof
from ledger.ranking.league import league_table
from ledger.reading.workbook import read
from projects.models import CreditShare, Project
from tests.builders import day, make_county, make_head, make_verifier, moment, wan
from tests.ledger.importing import books
from units.ground.refusal import Conflict, Refusal
from units.models import Target, Trail, Unit

TODAY = "2012-07-16"
DOCUMENT = "商招发〔2012〕3号"


def options(by, **fields):
    return ImportOptions(by=by, at=moment(TODAY), today=day(TODAY), file_name="book.xlsx", **fields)


def with_digest(path, county, query):
    plan = books.planned(path, county, query.by, is_verified=query.is_verified)
    return commit.replace(query, digest=books.digest(plan))


@pytest.fixture
def path(tmp_path):
    return books.saved(books.plain(), tmp_path)


def received(table):
    return {row.name: row.received for row in table.rows if row.received}


def test_receipts_arrive_submitted(county, head, path):
    carry_out(read(path), county, with_digest(path, county, options(head)))

    assert set(Receipt.objects.values_list("state", "entered_by")) == {("submitted", head.pk)}
    table = league_table(county, day("2012-06-30"))
    assert received(table) == {}
    assert {row.name: row.pending for row in table.rows if row.pending} == {
        "水沟镇": wan("2100.006"),
        "招商局": wan("1400.004"),
        "魏家台镇": wan("1234.56"),
        "国税局": wan(300),
    }


def test_history_arrives_verified_by_a_second_person(county, head, path):
    """quality 7"""
    second = make_verifier(county)

    query = options(head, second=second, document=DOCUMENT)
    carry_out(read(path), county, with_digest(path, county, query))

    people = Receipt.objects.values_list("state", "entered_by", "verified_by", "verified_word")
    assert set(people) == {("verified", head.pk, second.pk, DOCUMENT)}
    assert received(league_table(county, day("2012-06-30"))) == {
        "水沟镇": wan("2100.006"),
        "招商局": wan("1400.004"),
        "魏家台镇": wan("1234.56"),
        "国税局": wan(300),
    }
    assert list(proof.findings(proof.Scope(county=county))) == []


def test_nobody_verifies_what_he_imports(county, head, path):
    """quality 7"""
    query = options(head, second=head, document=DOCUMENT)

    with pytest.raises(Refusal):
        carry_out(read(path), county, with_digest(path, county, query))

    assert not Unit.objects.exists()
    assert not Receipt.objects.exists()


def test_history_needs_its_document(county, head, path):
    query = options(head, second=make_verifier(county))

    with pytest.raises(Refusal):
        carry_out(read(path), county, with_digest(path, county, query))

    assert not Receipt.objects.exists()


def test_the_state_in_a_row_keeps_a_receipt_waiting(county, head, tmp_path):
    book = books.plain()
    book["到位资金"]["E1"], book["到位资金"]["E5"] = "状态", "待认定"
    path = books.saved(book, tmp_path)

    query = options(head, second=make_verifier(county), document=DOCUMENT)
    carry_out(read(path), county, with_digest(path, county, query))

    assert Receipt.objects.get(state="submitted").voucher_no == "0042"


def test_history_into_a_closed_quarter_counts_in_the_open_one(county, head, path):
    """Rule 7: what was announced of the first quarter stays."""
    Period.objects.create(county=county, year=2012, quarter=1, state=Period.State.CLOSED)

    query = options(head, second=make_verifier(county), document=DOCUMENT)
    carry_out(read(path), county, with_digest(path, county, query))

    receipt = Receipt.objects.get(received_on="2012-03-15")
    assert receipt.counted_on == day("2012-04-01")
    assert set(receipt.entries.values_list("counted_on", flat=True)) == {day("2012-04-01")}


def test_one_refused_row_keeps_everything_out(county, head, tmp_path):
    book = books.plain()
    book["到位资金"]["C2"] = "许多"
    path = books.saved(book, tmp_path)

    with pytest.raises(Refusal):
        carry_out(read(path), county, with_digest(path, county, options(head)))

    assert not Unit.objects.exists()


def test_everything_but_the_refused_rows_comes_in_when_it_is_chosen(county, head, tmp_path):
    book = books.plain()
    book["到位资金"]["C2"] = "许多"
    path = books.saved(book, tmp_path)

    query = options(head, skips_refused=True)
    carry_out(read(path), county, with_digest(path, county, query))

    assert Receipt.objects.count() == 3
    assert Unit.objects.count() == 5


def test_what_was_not_previewed_is_not_done(county, head, path):
    """Between the preview and the button the accounts have changed."""
    query = with_digest(path, county, options(head))
    carry_out(read(path), county, query)

    with pytest.raises(Conflict):
        carry_out(read(path), county, query)

    assert Receipt.objects.count() == 4


def test_a_failure_in_the_middle_leaves_nothing(county, head, path):
    """quality 39: 0 half imports"""
    query = with_digest(path, county, options(head))

    with pytest.raises(RuntimeError), transaction.atomic():
        carry_out(read(path), county, query)
        raise RuntimeError("the last line")

    counts = [model.objects.count() for model in (Unit, Target, Project, CreditShare, Receipt)]
    assert counts == [0, 0, 0, 0, 0]


def test_every_deed_has_its_line_in_the_trail(county, head, path):
    second = make_verifier(county)

    query = options(head, second=second, document=DOCUMENT, sha256="ab" * 32)
    carry_out(read(path), county, with_digest(path, county, query))

    actions = list(Trail.objects.order_by("pk").values_list("action", "actor"))
    for action, actor, count in (
        ("unit.add", head, 5),
        ("target.record", head, 4),
        ("project.add", head, 3),
        ("investor.add", head, 3),
        ("receipt.submit", head, 4),
        ("receipt.verify", second, 4),
        ("book.import", head, 1),
    ):
        assert actions.count((action, actor.pk)) == count, action
    line = Trail.objects.get(action="book.import")
    assert line.after["sha256"] == "ab" * 32
    assert line.after["new"] == 16


@pytest.mark.parametrize("is_verified", [False, True])
def test_the_preview_is_the_table_after_the_import(is_verified, county, head, path):
    """Nothing of the preview stays."""
    second = make_verifier(county) if is_verified else None
    query = options(head, second=second, document=DOCUMENT if is_verified else "")
    plan = books.planned(path, county, head, is_verified=is_verified)

    seen = outlook(plan, query)

    assert not Unit.objects.exists()
    assert not Project.objects.exists()
    assert not Entry.objects.exists()
    carry_out(read(path), county, with_digest(path, county, query))
    after = league_table(county, seen.after.as_of)
    assert seen.after.as_of == day("2012-06-30")
    assert [
        (r.name, r.rank, r.target, r.sums, r.pending, r.tier, r.due) for r in seen.after.rows
    ] == [(r.name, r.rank, r.target, r.sums, r.pending, r.tier, r.due) for r in after.rows]
    assert seen.after.signed == after.signed
    assert seen.after.total == after.total
    assert seen.before.rows == ()


def test_the_preview_adds_to_what_is_there(county, head, path, tmp_path):
    """A second workbook of receipts alone, for projects that are stored."""
    second = make_verifier(county)
    query = options(head, second=second, document=DOCUMENT)
    carry_out(read(path), county, with_digest(path, county, query))
    rows = [books.HEADINGS["到位资金"], ["金丝峡索道", "2012-06-30", 0.01, "再1"]]
    more = books.written(tmp_path, {"到位资金": rows}, "more.xlsx")

    seen = outlook(books.planned(more, county, head, is_verified=True), query)

    carry_out(read(more), county, with_digest(more, county, query))
    after = league_table(county, day("2012-06-30"))
    assert {r.name: r.sums for r in seen.after.rows} == {r.name: r.sums for r in after.rows}
    assert seen.before.total.received + wan("0.01") == after.total.received


@pytest.mark.django_db(transaction=True)
def test_two_at_once_import_the_same_file_once(tmp_path):
    """quality 30"""
    county = make_county()
    head = make_head(county)
    path = books.saved(books.plain(), tmp_path)
    book, query = read(path), with_digest(path, county, options(head))
    outcomes = []

    def run():
        try:
            carry_out(book, county, query)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["conflict"] * 3 + ["done"]
    assert Receipt.objects.count() == 4
