"""What a unit may enter, change and take back before the bureau verifies it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ledger.entries import posting, submission
from ledger.entries.evidence import MAX_FILES, PDF, Attachment, Stored
from ledger.models import Entry, Evidence, Period, Receipt
from tests import acting, builders
from units.ground.refusal import Conflict, Refusal
from units.models import Trail

NOON = builders.moment("2012-05-12")
TODAY = date(2012, 6, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def clerk(town):
    return builders.make_clerk(town)


@pytest.fixture
def project(town):
    return builders.make_project(town, signed="2012-02-01", introduced=1000)


def attachment(name="回单.pdf", sha="a" * 64, kind=Evidence.Kind.BANK_SLIP, size=100):
    return Attachment(kind, Stored(sha, size, PDF, name))


def enter(project, clerk, amount=100, received="2012-05-10", action=submission.submit, **fields):
    draft = builders.draft(project, amount, received, **fields)
    return action(draft, by=clerk, at=NOON, today=TODAY)


def change(receipt, version, clerk, amount, submitting=False, **fields):
    return submission.change(
        receipt.pk,
        version,
        builders.draft(receipt.project, amount, **fields),
        submitting=submitting,
        by=clerk,
        at=NOON,
        today=TODAY,
    )


# Entering


def test_the_same_form_again_gives_the_same_receipt(project, clerk):
    """quality 30"""
    draft = builders.draft(project)

    first = submission.submit(draft, by=clerk, at=NOON, today=TODAY)
    second = submission.submit(draft, by=clerk, at=NOON, today=TODAY)

    assert first.pk == second.pk
    assert Receipt.objects.count() == 1


def test_the_same_form_with_other_figures_is_a_conflict_that_shows_what_is_stored(project, clerk):
    """quality 30"""
    key = builders.new_key()
    first = enter(project, clerk, 100, key=key, voucher_no="1")

    with pytest.raises(submission.Overtaken) as conflict:
        enter(project, clerk, 200, key=key, voucher_no="1")

    assert conflict.value.receipt == first
    assert Receipt.objects.get().amount == builders.wan(100)


def test_somebody_elses_form_is_not_shown(project, clerk, town):
    key = builders.new_key()
    enter(project, clerk, key=key)

    with pytest.raises(Conflict) as conflict:
        enter(project, builders.make_clerk(town), key=key)

    assert not isinstance(conflict.value, submission.Overtaken)


def test_a_draft_sent_once_more_with_submit_is_submitted(project, clerk):
    draft = builders.draft(project)
    submission.keep(draft, by=clerk, at=NOON, today=TODAY)

    receipt = submission.submit(draft, by=clerk, at=NOON, today=TODAY)

    assert receipt.state == Receipt.State.SUBMITTED
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("received", "field", "words"),
    [
        ("2012-01-31", "received_on", "before the signing"),
        ("2012-06-02", "received_on", "in the future"),
    ],
)
def test_impossible_days_are_refused_beside_the_field(project, clerk, received, field, words):
    """quality 27"""
    with pytest.raises(Refusal, match=words) as refused:
        enter(project, clerk, received=received)

    assert refused.value.field == field
    assert not Receipt.objects.exists()


def test_the_signing_day_and_today_are_possible_days(project, clerk):
    """quality 27"""
    enter(project, clerk, received="2012-02-01")
    enter(project, clerk, received="2012-06-01")

    assert Receipt.objects.count() == 2


def test_money_for_an_unsigned_project_is_refused(town, clerk):
    reserve = builders.make_project(town, signed=None)

    with pytest.raises(Refusal, match="not signed"):
        enter(reserve, clerk)


def test_an_amount_above_the_introduced_asks_for_confirmation(project, clerk):
    """quality 25"""
    enter(project, clerk, 1000, confirmed=False)

    with pytest.raises(Refusal) as refused:
        enter(project, clerk, "1000.000001", confirmed=False)
    enter(project, clerk, "1000.000001", confirmed=True)

    assert refused.value.field == "confirmed"


def test_ten_times_the_introduced_amount_needs_a_note(project, clerk):
    """quality 25"""
    enter(project, clerk, 10_000, confirmed=True)

    with pytest.raises(Refusal) as refused:
        enter(project, clerk, "10000.000001", confirmed=True)
    enter(project, clerk, "10000.000001", confirmed=True, note="追加投资，已签补充协议")

    assert refused.value.field == "amount"


def test_a_quarter_in_review_takes_receipts_of_the_bureau_only(project, clerk, town):
    Period.objects.create(county=town.county, year=2012, quarter=2, state=Period.State.REVIEW)

    with pytest.raises(Refusal, match="in review"):
        enter(project, clerk)
    enter(project, clerk, action=submission.keep)
    enter(project, builders.make_verifier(town.county))

    states = Receipt.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["draft", "submitted"]


# Changing


def test_a_draft_is_changed_and_then_submitted(project, clerk):
    receipt = enter(project, clerk, action=submission.keep)
    assert receipt.submitted_at is None

    change(receipt, 1, clerk, 120)
    submitted = change(receipt, 2, clerk, 130, submitting=True)

    assert submitted.state == Receipt.State.SUBMITTED
    assert (submitted.amount, submitted.version) == (builders.wan(130), 3)
    assert submitted.submitted_at == NOON


def test_two_people_saving_one_draft_overwrite_nothing(project, clerk, town):
    """quality 32"""
    receipt = enter(project, clerk, action=submission.keep)
    colleague = builders.make_clerk(town)
    change(receipt, 1, clerk, 120)

    with pytest.raises(submission.Overtaken) as conflict:
        change(receipt, 1, colleague, 999)

    assert conflict.value.receipt.amount == builders.wan(120)
    receipt.refresh_from_db()
    assert (receipt.amount, receipt.version) == (builders.wan(120), 2)


def test_the_same_change_sent_twice_is_made_once(project, clerk):
    receipt = enter(project, clerk, action=submission.keep)
    draft = builders.draft(project, 120)

    for _press in range(2):
        changed = submission.change(
            receipt.pk, 1, draft, submitting=True, by=clerk, at=NOON, today=TODAY
        )

    assert changed.version == 2


def test_a_returned_receipt_is_corrected_and_submitted_again(project, clerk, town):
    verifier = builders.make_verifier(town.county)
    receipt = enter(project, clerk)
    posting.send_back(receipt.pk, 1, "金额与回单不符", by=verifier, at=NOON)

    saved = change(receipt, 2, clerk, 90)
    assert saved.state == Receipt.State.RETURNED
    again = change(receipt, 3, clerk, 95, submitting=True)

    assert again.state == Receipt.State.SUBMITTED
    assert again.returned_reason == "金额与回单不符"
    acting.verify(receipt.pk, again.version, by=verifier, at=NOON, word="已核对")
    assert Entry.objects.get().amount == builders.wan(95)


def test_a_change_of_a_waiting_receipt_keeps_its_place_in_the_queue(project, clerk):
    receipt = enter(project, clerk)
    first = receipt.submitted_at

    changed = change(receipt, 1, clerk, 90)

    assert (changed.state, changed.submitted_at) == (Receipt.State.SUBMITTED, first)


def test_a_verified_receipt_is_not_changed(project, clerk, town):
    receipt = enter(project, clerk)
    acting.verify(receipt.pk, 1, by=builders.make_verifier(town.county), at=NOON, word="已核对")

    with pytest.raises(submission.Overtaken, match="no longer be changed"):
        change(receipt, 1, clerk, 90)
    with pytest.raises(submission.Overtaken):
        submission.withdraw(receipt.pk, 1, by=clerk, at=NOON)


def test_a_withdrawn_receipt_stays_and_cannot_be_verified(project, clerk, town):
    receipt = enter(project, clerk)

    withdrawn = submission.withdraw(receipt.pk, 1, by=clerk, at=NOON)

    assert withdrawn.state == Receipt.State.WITHDRAWN
    with pytest.raises(Conflict):
        acting.verify(
            receipt.pk,
            withdrawn.version,
            by=builders.make_verifier(town.county),
            at=NOON,
            word="已核对",
        )


def test_the_trail_tells_what_was_changed(project, clerk):
    receipt = enter(project, clerk, voucher_no="甲-1")
    change(receipt, 1, clerk, 90, voucher_no="甲-1")

    line = Trail.objects.filter(record=f"receipt:{receipt.pk}").latest("id")

    assert line.before == {"amount": "1000000.00"}
    assert line.after == {"amount": "900000"}


# Evidence


def test_evidence_makes_a_new_version_that_its_bringer_cannot_verify(project, clerk, town):
    verifier = builders.make_verifier(town.county)
    receipt = enter(project, clerk)

    changed = submission.add_evidence(receipt.pk, 1, [attachment()], by=verifier, at=NOON)

    assert changed.version == 2
    with pytest.raises(Refusal, match="Somebody else"):
        acting.verify(receipt.pk, 2, by=verifier, at=NOON, word="已核对")


def test_evidence_added_twice_is_there_once(project, clerk):
    receipt = enter(project, clerk)

    for _press in range(2):
        changed = submission.add_evidence(receipt.pk, 1, [attachment()], by=clerk, at=NOON)

    assert changed.version == 2
    assert receipt.evidence.count() == 1


def test_removed_evidence_keeps_its_row(project, clerk):
    receipt = enter(project, clerk)
    submission.add_evidence(receipt.pk, 1, [attachment()], by=clerk, at=NOON)

    submission.remove_evidence(receipt.evidence.get().pk, 2, by=clerk, at=NOON)

    assert receipt.evidence.get().removed_by == clerk
    receipt.refresh_from_db()
    assert receipt.version == 3


def test_evidence_comes_with_the_receipt_or_not_at_all(project, clerk):
    draft = builders.draft(project)
    files = [attachment(sha=f"{n:064x}") for n in range(MAX_FILES + 1)]

    with pytest.raises(Refusal) as refused:
        submission.submit(draft, by=clerk, at=NOON, today=TODAY, evidence=files)

    assert refused.value.field == "evidence"
    assert not Receipt.objects.exists()
    assert not Trail.objects.filter(action="receipt.submit").exists()


def test_a_units_space_for_evidence_has_an_end(project, clerk):
    """quality 19"""
    receipt = enter(project, clerk)
    big = [attachment(sha=f"{n:064x}", size=2**31 - 1) for n in range(3)]

    with pytest.raises(Refusal, match="used up"):
        submission.add_evidence(receipt.pk, 1, big, by=clerk, at=NOON)


def test_entering_costs_a_fixed_number_of_statements(project, clerk):
    enter(project, clerk)

    with CaptureQueriesContext(connection) as few:
        enter(project, clerk)
    for _number in range(5):
        enter(project, clerk)
    with CaptureQueriesContext(connection) as many:
        enter(project, clerk)

    assert len(few) == len(many)
