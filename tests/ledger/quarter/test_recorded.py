"""What the owner of the database changes past the program is found; what changes lawfully is not."""

from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ledger.entries import evidence, submission
from ledger.entries.evidence import Attachment
from ledger.quarter import proof
from projects import register
from projects.models import Project
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
)
from tests.ledger.papers.papers import close_first_quarter
from tests.office import PDF
from units import links, trail
from units import register as units
from units.models import Trail

FAR = day("2099-12-31")


def a_county():
    """Two towns that share a project; evidence; a closed quarter, an open one; all of it placed."""
    county = make_county()
    head = make_head(county)
    town, other = make_unit(county, "水沟镇"), make_unit(county, "试马镇")
    make_unit(county, "富水镇")
    for unit in (town, other):
        set_target(unit, 1_000)
    project = make_project(town, "钒矿深加工", shares={town: 7_000, other: 3_000})
    tell_shares(project, head)
    clerk = make_clerk(town)
    for number in range(3):
        make_verified(project, 100 + number, "2012-03-05")
    file = Attachment("bank_slip", evidence.store(SimpleUploadedFile("回单.pdf", PDF)))
    receipt = make_receipt(project, 40, "2012-03-20", by=clerk)
    with_file = submission.add_evidence(
        receipt.pk, receipt.version, [file], by=clerk, at=moment("2012-03-21")
    )
    submission.remove_evidence(
        with_file.evidence.get().pk, with_file.version, by=clerk, at=moment("2012-03-22")
    )
    receipt.refresh_from_db()
    submission.add_evidence(receipt.pk, receipt.version, [file], by=clerk, at=moment("2012-03-23"))
    close_first_quarter(county)
    for number in range(3):
        make_verified(project, 50 + number, "2012-05-05")
    links.place_all()
    return county


def tell_shares(project, by):
    """The trail's line of a registered project; the builder writes none."""
    after = register.snapshot(project)
    trail.record(
        by, "project.add", project, at=moment("2012-02-01"), county=project.county_id, after=after
    )


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker, test_settings):
    with django_db_blocker.unblock(), transaction.atomic():
        yield a_county()
        transaction.set_rollback(True)


@pytest.fixture
def undone(county, django_db_blocker):
    """Whatever the test does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def owner():
    """A cursor of the owner of the tables, with every trigger of ours switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        tables = [name for (name,) in cursor]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def found(*anchors):
    return [(finding.check, finding.record) for finding in proof.findings(proof.Scope(), anchors)]


LAST_ENTRY = "(SELECT max(id) FROM ledger_entry)"
RECEIPT = "(SELECT min(id) FROM ledger_receipt WHERE state = 'verified')"
LAST_RECEIPT = "(SELECT max(id) FROM ledger_receipt WHERE state = 'verified')"
FILE = "(SELECT max(id) FROM ledger_evidence)"
REMOVED = "(SELECT min(id) FROM ledger_evidence)"
LINE = "(SELECT min(id) FROM ledger_settlementline)"
TARGET = "(SELECT min(id) FROM units_target)"
STRANGER = "(SELECT max(id) FROM units_user)"
EDITS = {
    # entries
    "amount of an entry": "UPDATE ledger_entry SET amount = amount + 1 WHERE position = 2",
    "unit of an entry": "UPDATE ledger_entry SET unit_id = (SELECT max(id) FROM units_unit) "
    "WHERE position = 1",
    "day of an entry": "UPDATE ledger_entry SET counted_on = counted_on + 1 WHERE position = 1",
    "industry of an entry": "UPDATE ledger_entry SET industry_id = industry_id + 1 WHERE position = 1",
    "origin of an entry": "UPDATE ledger_entry SET origin = 'foreign' WHERE position = 1",
    "age of an entry": "UPDATE ledger_entry SET is_new = NOT is_new WHERE position = 1",
    "who posted": f"UPDATE ledger_entry SET posted_by_id = {STRANGER} WHERE position = 1",
    "entry deleted": "DELETE FROM ledger_entry WHERE position = 3",
    "tail cut": f"DELETE FROM ledger_entry WHERE id = {LAST_ENTRY}",
    "tail cut with sums corrected": f"DELETE FROM ledger_entry WHERE receipt_id = {LAST_RECEIPT}; "
    "UPDATE ledger_receipt SET state = 'submitted', verified_by_id = NULL, verified_at = NULL, "
    f"counted_on = NULL WHERE id = {LAST_RECEIPT}",
    "tail cut with its receipt": f"DELETE FROM ledger_entry WHERE receipt_id = {LAST_RECEIPT}; "
    f"DELETE FROM ledger_receipt WHERE id = {LAST_RECEIPT}",
    # receipts
    "amount of a receipt": f"UPDATE ledger_receipt SET amount = amount + 1 WHERE id = {RECEIPT}",
    "voucher": f"UPDATE ledger_receipt SET voucher_no = 'X' WHERE id = {RECEIPT}",
    "note": f"UPDATE ledger_receipt SET note = 'X' WHERE id = {RECEIPT}",
    "kind of money": f"UPDATE ledger_receipt SET kind = 'other' WHERE id = {RECEIPT}",
    "project of a receipt": f"UPDATE ledger_receipt SET project_id = project_id + 1 WHERE id = {RECEIPT}",
    "day of a receipt": f"UPDATE ledger_receipt SET received_on = received_on - 1 WHERE id = {RECEIPT}",
    "who verified": f"UPDATE ledger_receipt SET verified_by_id = {STRANGER} WHERE id = {RECEIPT}",
    "when it was verified": "UPDATE ledger_receipt SET verified_at = verified_at - interval '1 day' "
    f"WHERE id = {RECEIPT}",
    "word of the verifier": f"UPDATE ledger_receipt SET verified_word = '' WHERE id = {RECEIPT}",
    "who entered": f"UPDATE ledger_receipt SET entered_by_id = {STRANGER} WHERE id = {RECEIPT}",
    "verified by hand": "UPDATE ledger_receipt SET state = 'verified', counted_on = received_on, "
    f"verified_at = now(), verified_by_id = {STRANGER} WHERE state = 'submitted'",
    # evidence
    "evidence replaced": f"UPDATE ledger_evidence SET sha256 = repeat('a', 64) WHERE id = {FILE}",
    "evidence replaced with its row": f"DELETE FROM ledger_evidence WHERE id = {FILE}; "
    "INSERT INTO ledger_evidence (receipt_id, kind, sha256, size, media_type, original_name, "
    "added_by_id, added_at) SELECT receipt_id, kind, sha256, size, media_type, 'x.pdf', "
    f"added_by_id, added_at FROM ledger_evidence WHERE id = {REMOVED}",
    "evidence deleted": f"DELETE FROM ledger_evidence WHERE id = {FILE}",
    "removed evidence deleted": f"DELETE FROM ledger_evidence WHERE id = {REMOVED}",
    "evidence removed by hand": "UPDATE ledger_evidence SET removed_at = now(), "
    f"removed_by_id = {STRANGER} WHERE id = {FILE}",
    "removal taken back": "UPDATE ledger_evidence SET removed_at = NULL, removed_by_id = NULL "
    f"WHERE id = {REMOVED}",
    "evidence of another receipt": f"UPDATE ledger_evidence SET receipt_id = {RECEIPT} WHERE id = {FILE}",
    "name of a file": f"UPDATE ledger_evidence SET original_name = 'y.pdf' WHERE id = {FILE}",
    # trail
    "trail line deleted": "DELETE FROM units_trail WHERE id = (SELECT max(id) FROM units_trail)",
    "all the trail deleted": "DELETE FROM units_trail",
    "actor of a line": f"UPDATE units_trail SET actor_id = {STRANGER} WHERE action = 'target.record'",
    "words of a line": "UPDATE units_trail SET after = '{}' WHERE action = 'receipt.verify'",
    "moment of a line": "UPDATE units_trail SET at = at - interval '1 s' WHERE action = 'period.close'",
    "refusal hidden": "UPDATE units_trail SET refused = NOT refused WHERE action = 'period.close'",
    "line slipped in": "INSERT INTO units_trail (at, actor_name, action, record, label, before, after, "
    "refused) VALUES (now(), 'x', 'receipt.verify', 'receipt:1', '', '{}', '{}', false)",
    # targets
    "amount of a target": f"UPDATE units_target SET amount = amount + 1 WHERE id = {TARGET}",
    "quarters of a target": f"UPDATE units_target SET due_first = 0 WHERE id = {TARGET}",
    "document of a target": f"UPDATE units_target SET document_no = 'x' WHERE id = {TARGET}",
    "target deleted": f"DELETE FROM units_target WHERE id = {TARGET}",
    "target inserted back-dated": "INSERT INTO units_target (unit_id, county_id, year, issuer, amount, "
    "due_first, due_second, due_third, effective_on, document_no, recorded_at, recorded_by_id) "
    "SELECT unit_id, county_id, year, issuer, 1, 0, 0, 0, effective_on, document_no, recorded_at, "
    f"recorded_by_id FROM units_target WHERE id = {TARGET}",
    # settlements
    "settlement deleted": "DELETE FROM ledger_snapshot; DELETE FROM ledger_settlementline; "
    "DELETE FROM ledger_settlement",
    "settlement deleted and its quarter open": "DELETE FROM ledger_snapshot; "
    "DELETE FROM ledger_settlementline; DELETE FROM ledger_settlement; "
    "UPDATE ledger_period SET state = 'open'",
    "header's counts": "UPDATE ledger_settlement SET projects = projects + 1",
    "header's investment": "UPDATE ledger_settlement SET introduced = introduced + 1",
    "header's people": f"UPDATE ledger_settlement SET confirmed_by_id = {STRANGER}",
    "header's settings": "UPDATE ledger_settlement SET settings = '{}'",
    "header's moment": "UPDATE ledger_settlement SET closed_at = closed_at + interval '1 h'",
    "line's rank": f"UPDATE ledger_settlementline SET rank = 9 WHERE id = {LINE}",
    "line's pending": f"UPDATE ledger_settlementline SET pending = 0.01 WHERE id = {LINE}",
    "line's name": f"UPDATE ledger_settlementline SET name = 'x' WHERE id = {LINE}",
    "line's kind": f"UPDATE ledger_settlementline SET kind = 'department' WHERE id = {LINE}",
    "line's order": f'UPDATE ledger_settlementline SET "order" = 99 WHERE id = {LINE}',
    "line's report": f"UPDATE ledger_settlementline SET reported = NOT reported WHERE id = {LINE}",
    "line deleted": f"DELETE FROM ledger_settlementline WHERE id = {LINE}",
    "snapshot's projects": "UPDATE ledger_snapshot SET details = jsonb_set(details, '{projects}', '[]')",
    "snapshot's rules": "UPDATE ledger_snapshot SET rules = rules + 1",
    "period reopened by hand": "UPDATE ledger_period SET state = 'review' WHERE state = 'closed'",
    "period closed by hand": "UPDATE ledger_period SET state = 'closed' WHERE state = 'open'",
    # shares, and the chain itself
    "shares": "UPDATE projects_creditshare SET basis_points = 10000 - basis_points",
    "sharer": "UPDATE projects_creditshare SET unit_id = (SELECT max(id) FROM units_unit) "
    "WHERE basis_points = 3000",
    "link deleted": "DELETE FROM units_link WHERE position = 5",
    "links' tail without rows": "DELETE FROM units_link WHERE position > 5",
    "digest corrected": "UPDATE units_target SET amount = amount + 1; UPDATE units_link link SET digest "
    "= repeat('a', 64) WHERE subject = 'target'",
}


def test_untouched_records_agree(county, undone):
    assert found() == []
    call_command("verify_ledger")


@pytest.mark.parametrize("edit", EDITS)
def test_edit_of_the_owner_is_found(county, undone, edit):
    with owner() as cursor:
        cursor.execute(EDITS[edit])

    assert found()


PAST = {
    # With every trigger at work, as an owner would do it who does not know of them.
    "shares": "UPDATE projects_creditshare SET basis_points = 10000 - basis_points",
    "target inserted back-dated": EDITS["target inserted back-dated"],
    "verified by hand": EDITS["verified by hand"],
    "line slipped in": "INSERT INTO ledger_evidence (receipt_id, kind, sha256, size, media_type, "
    "original_name, added_by_id, added_at) SELECT receipt_id, kind, repeat('b', 64), size, media_type, "
    f"'x.pdf', added_by_id, added_at FROM ledger_evidence WHERE id = {REMOVED}",
    "period reopened by hand": EDITS["period reopened by hand"],
}


@pytest.mark.parametrize("edit", PAST)
def test_edit_with_triggers_at_work_lacks_its_line_in_the_trail(county, undone, edit):
    with connection.cursor() as cursor:
        cursor.execute(PAST[edit])

    assert found()


@pytest.mark.parametrize(
    "edit",
    [
        f"UPDATE ledger_receipt SET voucher_no = 'X' WHERE id = {RECEIPT}",
        f"DELETE FROM ledger_receipt WHERE id = {RECEIPT}",
        f"UPDATE ledger_evidence SET sha256 = repeat('a', 64) WHERE id = {FILE}",
        f"UPDATE ledger_evidence SET removed_at = NULL WHERE id = {REMOVED}",
        f"DELETE FROM ledger_evidence WHERE id = {FILE}",
        "UPDATE units_link SET digest = repeat('a', 64)",
        "DELETE FROM units_link",
        "DELETE FROM ledger_snapshot",
    ],
)
def test_database_refuses_to_change_what_was_recorded(county, undone, edit):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(edit)


def test_filed_heads_are_compared_line_by_line(county, undone, tmp_path, capsys):
    kept = tmp_path / "heads.txt"
    call_command("daily_heads", file=str(kept))
    set_target(Project.objects.get().lead_unit, 3)
    call_command("daily_heads", file=str(kept))
    assert kept.read_text("utf-8") == capsys.readouterr().out
    assert [line.split()[1] for line in kept.read_text("utf-8").splitlines()] == [county.code] * 2
    call_command("verify_ledger", anchors=str(kept))

    with owner() as cursor:
        cursor.execute(
            "DELETE FROM units_link WHERE position = (SELECT max(position) FROM units_link)"
        )

    with pytest.raises(CommandError):
        call_command("verify_ledger", anchors=str(kept))
    assert "8 anchor:" in capsys.readouterr().out


def test_rewritten_chain_of_links_is_found_by_the_head_that_was_filed(county, undone):
    [(_length, head)] = [end for chain, end in links.heads().items() if chain]
    assert found(head[:16]) == []
    with owner() as cursor:
        cursor.execute("DELETE FROM units_link WHERE subject IN ('trail', 'target')")
        cursor.execute("UPDATE units_link SET position = NULL, head = ''")
    links.link_existing()
    links.place_all()

    assert found(head[:16]) == [(8, f"anchor:{head[:16]}")]


def test_lawful_changes_of_master_data_are_not_reported(county, undone):
    head = Trail.objects.filter(action="period.close").get().actor
    project = Project.objects.get()
    town = project.lead_unit
    at = moment("2012-05-20")
    change = units.UnitDraft("水沟新镇", "department", 5, active_from=day("2001-01-01"))
    units.save(change, county=county, by=head, at=at, unit=town)
    set_target(town, 5, effective_on="2012-01-02", at=at)
    project.refresh_from_db()
    investor = register.investor_draft(project.investor)
    draft = register.ProjectDraft(
        industry=project.industry,
        investor=investor,
        shares=[(project.lead_unit, 10_000)],
        **{name: getattr(project, name) for name in register.PLAIN} | {"name": "新名"},
    )
    register.save(draft, by=head, at=at, project=project, version=project.version, today=FAR)

    assert found() == []


@pytest.mark.django_db  # also asks for the database of the tests above, which mark none
def test_heads_are_named_by_county(county, undone):
    assert links.heads().keys() == {county.pk}
