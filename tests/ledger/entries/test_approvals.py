"""What an approval of money binds, and who may give it (rules 8, 9 and 18)."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.entries import approvals, claims, corrections, posting, proposals
from ledger.models import Entry, Period, Proposal, Receipt
from projects import register
from projects.models import Industry, Investor
from projects.register import investor_draft
from tests import acting, builders
from units.ground.refusal import Conflict, Refusal

NOON = builders.moment("2012-05-12")
pytestmark = pytest.mark.django_db


@pytest.fixture
def verifier(county):
    return builders.make_verifier(county)


@pytest.fixture
def receipt(town):
    return builders.make_receipt(builders.make_project(town), 100)


def changed(project, by=None, **fields):
    """The project saved with other values, as from its form."""
    shares = fields.pop("shares", None)
    draft = claims._draft(
        project, shares or [(s.unit, s.basis_points) for s in project.shares.all()]
    )
    who = by or builders.make_head(project.county)
    return register.save(replace(draft, **fields), by=who, at=NOON, project=project)


@pytest.mark.parametrize(
    "change",
    [
        lambda p, other: changed(p, shares=[(p.lead_unit, 1_000), (other, 9_000)]),
        lambda p, other: changed(p, contract_on=date(2012, 1, 31)),
        lambda p, other: changed(p, industry=Industry.objects.get(code="mining")),
        lambda p, other: changed(p, investor=replace(investor_draft(p.investor), origin="foreign")),
        lambda p, other: changed(p, introduced_amount=builders.wan(10)),
        lambda p, other: builders.make_receipt(p, 100, "2012-05-10"),
        lambda p, other: Investor.objects.update(origin="foreign"),
    ],
)
def test_what_changed_after_the_page_was_opened_is_not_verified(receipt, verifier, county, change):
    seen = approvals.seen(receipt)
    change(receipt.project, builders.make_unit(county, "招商局", "department"))

    with pytest.raises(Conflict):
        posting.verify(receipt.pk, seen, by=verifier, at=NOON, word="已核对")

    assert not Entry.objects.exists()


@pytest.mark.parametrize("seen", ["", "x", "1"])
def test_nothing_is_verified_unseen(receipt, verifier, seen):
    with pytest.raises(Conflict):
        posting.verify(receipt.pk, seen, by=verifier, at=NOON)


def test_whoever_set_what_decides_the_credit_does_not_verify(receipt, verifier, county):
    other = builders.make_unit(county, "招商局", "department")
    project = receipt.project
    changed(project, by=verifier, shares=[(project.lead_unit, 100), (other, 9_900)])

    with pytest.raises(Refusal):
        acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    assert acting.verify(receipt.pk, 1, by=builders.make_verifier(county), at=NOON, word="已核对")


def test_whoever_only_named_the_contact_still_verifies(receipt, verifier):
    changed(receipt.project, by=verifier, contact="王主任")

    assert acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")


def test_nobody_reverses_or_posts_again_alone(receipt, verifier, county):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    with pytest.raises(Refusal):
        acting.reverse(Entry.objects.get().pk, "重复", by=verifier, second=verifier, at=NOON)
    assert Entry.objects.count() == 1

    corrections.withdraw(receipt.pk, by=verifier, at=NOON)
    other = builders.make_unit(county, "招商局", "department")
    changed(receipt.project, shares=[(receipt.project.lead_unit, 100), (other, 9_900)])
    with pytest.raises(Refusal):
        acting.repost(receipt.pk, "裁定", by=verifier, second=verifier, at=NOON)
    assert Entry.objects.count() == 1


def test_shares_changed_after_a_proposal_to_post_again_refuse_it(receipt, verifier, county):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    head, other = builders.make_head(county), builders.make_unit(county, "招商局", "department")
    project = receipt.project
    changed(project, shares=[(project.lead_unit, 7_000), (other, 3_000)])
    stored = Receipt.objects.get()
    seen = corrections.seen_of(stored, Proposal.Kind.REPOST)
    proposal = corrections.propose_repost(receipt.pk, seen, "裁定", by=verifier, at=NOON)
    project.refresh_from_db()
    changed(project, shares=[(project.lead_unit, 1_000), (other, 9_000)])

    for now in (seen, corrections.seen_of(stored, Proposal.Kind.REPOST)):
        with pytest.raises(Conflict):
            corrections.confirm(receipt.pk, proposals.seen(proposal, now), by=head, at=NOON)

    assert Entry.objects.count() == 1


def test_money_of_an_announced_year_enters_the_next_only_with_the_head(county, verifier, town):
    project = builders.make_project(town, signed="2011-02-01")
    old = builders.make_verified(project, 500, "2011-05-10", by=verifier)
    Period.objects.update(state=Period.State.CLOSED)
    for quarter in (3, 4):
        Period.objects.create(county=county, year=2011, quarter=quarter, state="closed")
    assert corrections.enters_later_year(old) == [(2011, 2012)]

    entry = Entry.objects.get()
    with pytest.raises(Refusal, match="2012"):
        acting.reverse(
            entry.pk, "更正", by=verifier, second=builders.make_verifier(county), at=NOON
        )
    corrections.withdraw(old.pk, by=verifier, at=NOON)
    reversal = acting.reverse(entry.pk, "更正", by=verifier, at=NOON)

    assert reversal.counted_on == date(2012, 1, 1)


def test_a_project_is_not_signed_after_its_verified_money(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with pytest.raises(Refusal) as refusal:
        changed(receipt.project, contract_on=date(2012, 5, 11))
    assert refusal.value.field == "contract_on"
    assert changed(receipt.project, contract_on=date(2012, 5, 10))


def test_a_project_introduces_no_less_than_was_received(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with pytest.raises(Refusal) as refusal:
        changed(receipt.project, introduced_amount=builders.wan("99.99"))
    assert refusal.value.field == "introduced_amount"
    assert changed(receipt.project, introduced_amount=builders.wan(100))


def test_what_was_reversed_binds_no_project(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    acting.reverse(Entry.objects.get().pk, "误", by=verifier, at=NOON)

    assert changed(
        receipt.project, contract_on=date(2012, 5, 11), introduced_amount=builders.wan(1)
    )
