"""The same money twice is found by its voucher, and verified money is corrected by two people."""

import pytest

from ledger.entries import approvals, corrections, doubts, posting, proposals, submission
from ledger.entries.doubts import Code
from ledger.models import Entry, Proposal, Receipt
from tests import acting, builders
from tests.builders import draft, make_project, make_receipt, make_unit, moment, wan
from units.ground.refusal import Conflict, Refusal
from units.models import Trail

NOON = moment("2012-05-20")
pytestmark = pytest.mark.django_db


@pytest.fixture
def project(town):
    return make_project(town, introduced=8_000)


@pytest.fixture
def verifier(county):
    return builders.make_verifier(county)


@pytest.fixture
def old(project, verifier):
    """120 of voucher 0417, verified."""
    receipt = make_receipt(project, 120, "2012-05-10", voucher_no="0417")
    return acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")


@pytest.fixture
def new(old, project):
    """The same voucher, entered with the right amount."""
    return make_receipt(project, 102, "2012-05-11", voucher_no="０４１７ ")


def codes(receipt):
    return {doubt.code for doubt in doubts.doubts(receipt)}


def proposed(new, old, by):
    seen = corrections.seen_correction(stored(old), stored(new))
    return corrections.propose_correction(new.pk, old.pk, seen, "金额抄错", by=by, at=NOON)


def stored(receipt):
    return Receipt.objects.select_related("project__investor").get(pk=receipt.pk)


def test_the_same_voucher_in_a_project_is_a_doubt_whatever_the_amount(new, old):
    [doubt] = [doubt for doubt in doubts.doubts(new) if doubt.code == Code.SAME_VOUCHER]

    assert doubt.records == (old,)


def test_the_same_voucher_of_the_same_investor_is_a_doubt_in_another_project(old, county):
    other = make_project(make_unit(county, "试马镇"))
    other.investor = old.project.investor
    other.save()

    assert Code.SAME_VOUCHER in codes(make_receipt(other, 7, voucher_no="0417"))


def test_the_same_voucher_of_others_is_no_doubt(old, county):
    other = make_project(make_unit(county, "试马镇"))

    assert Code.SAME_VOUCHER not in codes(make_receipt(other, 7, voucher_no="0417"))


def test_a_verified_receipt_is_corrected_by_two_people(new, old, verifier, county):
    clerk = builders.make_clerk(old.unit)
    proposal = proposed(new, old, clerk)
    assert (proposal.kind, proposal.record) == ("correct", f"receipt:{old.pk}")
    assert Entry.objects.count() == 1

    acting.confirm_proposal(old, by=verifier, at=NOON)

    new.refresh_from_db()
    assert (new.state, new.corrects, new.verified_word) == ("verified", old, "金额抄错")
    assert [entry.amount for entry in Entry.objects.order_by("id")] == [
        wan(120),
        wan(-120),
        wan(102),
    ]
    assert Trail.objects.filter(action="entry.reverse", record=f"receipt:{old.pk}").exists()
    later = make_receipt(old.project, 102, "2012-05-12", voucher_no="0417")
    [doubt] = [doubt for doubt in doubts.doubts(later) if doubt.code == Code.SAME_VOUCHER]
    assert doubt.records == (new,)


def test_whoever_proposed_or_entered_it_does_not_confirm(new, old, verifier, county):
    proposed(new, old, verifier)
    with pytest.raises(Refusal):
        acting.confirm_proposal(old, by=verifier, at=NOON)

    corrections.withdraw(old.pk, by=verifier, at=NOON)
    head = builders.make_head(county)
    mine = make_receipt(old.project, 103, "2012-05-11", voucher_no="0417", by=head)
    proposed(mine, old, verifier)
    with pytest.raises(Refusal):
        acting.confirm_proposal(old, by=head, at=NOON)

    assert Entry.objects.count() == 1


def test_what_is_proposed_as_a_correction_is_not_verified_beside_it(new, old, verifier):
    proposed(new, old, builders.make_clerk(old.unit))

    with pytest.raises(Refusal, match=r"更正|correct"):
        acting.verify(new.pk, new.version, by=verifier, at=NOON, word="已核对")


def test_a_new_amount_after_the_proposal_refuses_it(new, old, verifier):
    clerk = builders.make_clerk(old.unit)
    proposal = proposed(new, old, clerk)
    read = corrections.seen_correction(stored(old), stored(new))
    other = draft(new.project, 900, "2012-05-11", voucher_no="0417")
    submission.change(
        new.pk, 1, other, submitting=True, by=clerk, at=NOON, today=builders.day("2012-06-01")
    )

    with pytest.raises(Conflict):
        corrections.confirm(old.pk, proposals.seen(proposal, read), by=verifier, at=NOON)
    with pytest.raises(Conflict):
        acting.confirm_proposal(old, by=verifier, at=NOON)
    assert Entry.objects.count() == 1


def test_a_dropped_proposal_leaves_two_receipts_and_the_doubt(new, old, verifier):
    proposed(new, old, builders.make_clerk(old.unit))
    assert Code.SAME_VOUCHER not in codes(stored(new))

    corrections.withdraw(old.pk, by=verifier, at=NOON)

    assert Code.SAME_VOUCHER in codes(stored(new))
    assert acting.verify(new.pk, new.version, by=verifier, at=NOON, word="两笔不同的款")


def test_an_unverified_receipt_is_withdrawn_for_the_right_one(project):
    wrong = make_receipt(project, 120, voucher_no="0417")
    right = make_receipt(project, 102, voucher_no="0417")
    clerk = builders.make_clerk(project.lead_unit)

    assert proposed(right, wrong, clerk) is None

    wrong.refresh_from_db()
    assert wrong.state == "withdrawn"
    assert Code.SAME_VOUCHER not in codes(right)
    assert not Proposal.objects.exists()


def test_reversed_money_is_not_corrected(new, old, verifier):
    acting.reverse(Entry.objects.get().pk, "重复", by=verifier, at=NOON)

    with pytest.raises(Refusal):
        proposed(new, old, builders.make_clerk(old.unit))


def test_a_clerk_of_another_unit_corrects_nothing(new, old, county):
    with pytest.raises(Refusal):
        proposed(new, old, builders.make_clerk(make_unit(county, "试马镇")))


def test_the_page_offers_to_say_which_receipt_is_corrected(new, old, verifier, sit):
    clerk = builders.make_clerk(old.unit)
    page, path = f"/receipts/{new.pk}/", f"/receipts/{new.pk}/corrects/{old.pk}/"
    assert path in sit(clerk).get(page).content.decode()

    client = sit(clerk)
    empty = acting.send(client, path, path, reason="")
    sent = acting.send(client, path, path, reason="金额抄错")
    confirmed = acting.send(
        sit(verifier), f"/receipts/{old.pk}/", f"/receipts/{old.pk}/proposal/confirm/"
    )

    assert [answer.status_code for answer in (empty, sent, confirmed)] == [422, 302, 302]
    assert posting.credit(posting.live_entries(new)) == {old.unit_id: wan(102)}
    assert not posting.live_entries(old).exists()


def test_a_stranger_finds_no_such_page(new, old, county, sit):
    stranger = builders.make_clerk(make_unit(county, "试马镇"))

    assert sit(stranger).get(f"/receipts/{new.pk}/corrects/{old.pk}/").status_code == 404


def test_what_changed_while_the_correction_was_typed_is_shown_and_the_reason_stays(new, old, sit):
    clerk = builders.make_clerk(old.unit)
    path = f"/receipts/{new.pk}/corrects/{old.pk}/"

    answer = sit(clerk).post(path, {"seen": "x", "reason": "金额抄错"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "金额抄错" in page
    assert corrections.seen_correction(stored(old), stored(new)) in page
    assert approvals.seen(stored(new))
