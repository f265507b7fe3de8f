"""The proof finds what the owner of the database did to the ledger, and names the first record."""

from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.entries import evidence, posting, submission
from ledger.models import Entry, Evidence, Period
from ledger.quarter import proof
from ledger.quarter.checks import ADVISORY
from ledger.rules import chain
from projects.models import CreditShare
from tests import acting
from tests.builders import (
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from tests.pdfs import PDF

pytestmark = pytest.mark.django_db
TABLES = ("ledger_entry", "ledger_receipt", "ledger_settlement", "ledger_settlementline")


@pytest.fixture
def county():
    """Five entries in a closed quarter, three in the open one."""
    county = make_county()
    make_head(county)
    unit = make_unit(county)
    set_target(unit, 1000)
    project = make_project(unit)
    for number in range(5):
        make_verified(project, 10 + number, "2012-03-05")
    period = Period.objects.get(quarter=1)
    acting.close(period.pk, by=make_verifier(county), at=moment("2012-04-10"), known=ADVISORY)
    acting.confirm(period.pk, by=make_head(county), at=moment("2012-04-11"), known=ADVISORY)
    for number in range(3):
        make_verified(project, 50 + number, "2012-05-05")
    return county


@contextmanager
def owner():
    """A cursor of the owner of the tables, who can switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(*anchors):
    return [(finding.check, finding.record) for finding in proof.findings(proof.Scope(), anchors)]


def computed():
    """Without the comparison of each record with what was recorded (test_recorded.py)."""
    return [each for each in found() if each[0] < 9]


def entries(quarter=1):
    return list(Entry.objects.filter(period__quarter=quarter).order_by("position"))


def test_untouched_ledger_agrees(county, capsys):
    """quality 3"""
    assert found() == []
    call_command("verify_ledger")


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 0.01",
        "unit_id = unit_id, counted_on = counted_on + 1",
        "posted_at = posted_at + interval '1 microsecond'",
        "reason = 'x'",
        "is_new = NOT is_new",
        "origin = 'foreign'",
        "prev_hash = repeat('0', 63) || '1'",
        "content_hash = repeat('f', 64)",
    ],
)
def test_changed_entry_is_named(county, change):
    """quality 44"""
    victim = entries()[2]
    with owner() as cursor:
        cursor.execute(f"UPDATE ledger_entry SET {change} WHERE id = %s", [victim.pk])

    assert found()[0] == (1, f"entry:{victim.pk}")


def test_deleted_entry_is_found_at_its_successor(county):
    """quality 44"""
    _first, second, third, *_rest = entries()
    with owner() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [second.pk])

    assert found()[0] == (1, f"entry:{third.pk}")


def test_renumbered_chain_after_a_deletion_is_found(county):
    """quality 44"""
    _first, second, third, *_rest = entries()
    with owner() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [second.pk])
        cursor.execute(
            "UPDATE ledger_entry SET position = position - 1 WHERE period_id = %s AND position > 2",
            [second.period_id],
        )

    assert found()[0] == (1, f"entry:{third.pk}")


def test_swapped_entries_are_found(county):
    """quality 44"""
    _first, second, third, *_rest = entries()
    with owner() as cursor:
        for entry, position in ((second, 99), (third, 2), (second, 3)):
            cursor.execute(
                "UPDATE ledger_entry SET position = %s WHERE id = %s", [position, entry.pk]
            )

    assert found()[0] == (1, f"entry:{third.pk}")


def test_cut_tail_of_a_closed_quarter_is_found_by_its_settlement(county):
    """quality 44"""
    last = entries()[-1]
    settlement = Period.objects.get(quarter=1).settlements.get()
    with owner() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [last.pk])

    assert (2, f"settlement:{settlement.pk}") in found()


def test_cut_tail_of_an_open_quarter_is_found_by_the_printed_head(county):
    """quality 44: without the anchor on paper a cut tail is invisible to the chain."""
    last = entries(2)[-1]
    printed = chain.short(last.content_hash)
    assert found(printed, last.content_hash) == []
    with owner() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [last.pk])

    assert (8, f"anchor:{printed.replace(' ', '')}") in found(printed)
    assert (3, f"receipt:{last.receipt_id}") in found()


def rewrite(chained, reason):
    """Somebody changes a word and hashes the whole chain anew: every hash fits the next."""
    head = chain.GENESIS
    with owner() as cursor:
        for entry in chained:
            entry.reason, entry.prev_hash = reason, head
            entry.content_hash = head = chain.content_hash(head, posting.hashed_fields(entry))
            cursor.execute(
                "UPDATE ledger_entry SET reason = %s, prev_hash = %s, content_hash = %s "
                "WHERE id = %s",
                [reason, entry.prev_hash, entry.content_hash, entry.pk],
            )


def test_full_rewrite_of_a_chain_is_found_by_the_printed_head(county):
    """quality 44"""
    chained = entries(2)
    printed = chained[-1].content_hash

    rewrite(chained, "改写")

    assert {check for check, _record in found()} == {9}  # only what was recorded of them differs
    assert found(printed)[-1] == (8, f"anchor:{printed}")


def test_full_rewrite_of_a_closed_quarter_is_found_by_its_settlement(county):
    """quality 44"""
    settlement = Period.objects.get(quarter=1).settlements.get()

    rewrite(entries(1), "改写")

    assert computed() == [(2, f"settlement:{settlement.pk}")]


@pytest.mark.parametrize(
    "change",
    [
        "ledger_settlementline SET received = received + 1",
        "ledger_settlementline SET benchmark = benchmark + 1",
        "ledger_settlementline SET due = jsonb_set(due, '{0}', '\"1.00\"')",
        "ledger_settlement SET received = received + 1",
        "ledger_settlement SET target = target + 1",
        "ledger_settlement SET benchmark = benchmark + 1",
    ],
)
def test_changed_settlement_is_found(county, change):
    """quality 44"""
    settlement = Period.objects.get(quarter=1).settlements.get()
    with owner() as cursor:
        cursor.execute(f"UPDATE {change}")

    assert computed() == [(2, f"settlement:{settlement.pk}")]


def test_changed_receipt_is_found_by_its_entries(county):
    """quality 44"""
    receipt = entries(2)[0].receipt
    with owner() as cursor:
        cursor.execute("UPDATE ledger_receipt SET amount = 1 WHERE id = %s", [receipt.pk])

    assert computed() == [(3, f"receipt:{receipt.pk}")]


def test_reversed_receipt_agrees(county):
    acting.reverse(entries(2)[0].pk, "重复", by=make_verifier(county), at=moment("2012-05-20"))

    assert found() == []


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_evidence_that_lost_its_content_is_found(county, harm):
    """quality 4, quality 44"""
    stored = evidence.store(SimpleUploadedFile("回单.pdf", PDF))
    receipt = make_receipt(entries(2)[0].project)
    paper, by = evidence.Attachment("bank_slip", stored), receipt.entered_by
    submission.add_evidence(receipt.pk, receipt.version, [paper], by=by, at=moment("2012-05-11"))
    proof_of_it = Evidence.objects.get()
    assert found() == []
    path = evidence.path_of(stored.sha256)

    path.unlink() if harm == "missing" else path.write_bytes(b"%PDF-1.4 another\n%%EOF\n")

    assert found() == [(7, f"evidence:{proof_of_it.pk}")]
    path.unlink(missing_ok=True)


def test_entry_of_an_unverified_receipt_is_found(county):
    """quality 1"""
    entry = entries(2)[0]
    with owner() as cursor:
        cursor.execute(
            "UPDATE ledger_receipt SET state = 'submitted' WHERE id = %s", [entry.receipt_id]
        )

    assert (4, f"entry:{entry.pk}") in found()


def test_reversal_of_another_unit_is_found(county):
    """quality 1: reversal pairs sum to zero, unit by unit."""
    reversal = acting.reverse(
        entries(2)[0].pk, "重复", by=make_verifier(county), at=moment("2012-05-20")
    )
    with owner() as cursor:
        cursor.execute("UPDATE ledger_entry SET amount = amount - 1 WHERE id = %s", [reversal.pk])

    assert (5, f"entry:{reversal.pk}") in found()


def test_shares_that_miss_the_whole_are_found(county):
    """quality 1"""
    share = CreditShare.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE projects_creditshare DISABLE TRIGGER USER")
        cursor.execute("UPDATE projects_creditshare SET basis_points = 9999")

    assert found() == [(6, f"project:{share.project_id}")]


def test_malformed_anchor_is_told_how_to_be_written(county):
    [finding] = proof.findings(proof.Scope(county), ["第一季度"])

    assert finding.check == 8


def test_command_names_the_first_bad_record_and_fails(county, capsys):
    victim = entries()[0]
    with owner() as cursor:
        cursor.execute("UPDATE ledger_entry SET amount = amount + 1 WHERE id = %s", [victim.pk])

    with pytest.raises(CommandError, match=f"entry:{victim.pk}"):
        call_command("verify_ledger", county="611023")
    assert f"1 entry:{victim.pk}" in capsys.readouterr().out


def test_scope_of_one_county_leaves_the_others_out(county):
    other = make_county("611024", "山阳县")
    victim = entries()[0]
    with owner() as cursor:
        cursor.execute("UPDATE ledger_entry SET amount = amount + 1 WHERE id = %s", [victim.pk])

    assert list(proof.findings(proof.Scope(other))) == []
