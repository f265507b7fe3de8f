"""Many people in the same moment, each with a database connection of his own."""

import threading
from datetime import date
from itertools import pairwise

import pytest
from django.db import connection, transaction

from ledger.entries import approvals, claims, corrections, posting, proposals, submission
from ledger.entries.evidence import PDF, Attachment, Stored
from ledger.models import Entry, Evidence, Proposal, Receipt
from projects import register
from projects.models import CreditShare
from tests import acting, builders
from units.ground.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db(transaction=True)

NOON = builders.moment("2012-05-12")
TODAY = date(2012, 6, 1)
CROWD = 20


@pytest.fixture
def project():
    return builders.make_project(builders.make_unit(builders.make_county()))


def at_once(*actions):
    """Run the deeds on a thread and connection each, released together; what each came to."""
    gate, outcomes = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place, action):
        try:
            connection.ensure_connection()
            gate.wait()
            outcomes[place] = action()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_twenty_connections_with_the_same_form_make_one_receipt(project):
    """quality 30"""
    clerk = builders.make_clerk(project.lead_unit)
    draft = builders.draft(project)

    outcomes = at_once(*[lambda: submission.submit(draft, by=clerk, at=NOON, today=TODAY)] * CROWD)

    assert kinds(outcomes) == ["Receipt"] * CROWD
    assert len({receipt.pk for receipt in outcomes}) == 1
    assert Receipt.objects.count() == 1


def test_the_same_form_with_other_figures_at_once_is_told_so(project):
    """quality 30"""
    clerk, key = builders.make_clerk(project.lead_unit), builders.new_key()
    sent = [builders.draft(project, n + 1, key=key, voucher_no="1") for n in range(8)]

    outcomes = at_once(
        *[
            lambda draft=draft: submission.submit(draft, by=clerk, at=NOON, today=TODAY)
            for draft in sent
        ]
    )

    assert kinds(outcomes) == ["Overtaken"] * 7 + ["Receipt"]
    assert Receipt.objects.count() == 1


def test_the_same_form_with_files_brings_them_once(project):
    """quality 30"""
    clerk, draft = builders.make_clerk(project.lead_unit), builders.draft(project)
    files = [Attachment(Evidence.Kind.INVOICE, Stored("a" * 64, 9, PDF, "发票.pdf"))]

    outcomes = at_once(
        *[lambda: submission.submit(draft, by=clerk, at=NOON, today=TODAY, evidence=files)] * 8
    )

    assert kinds(outcomes) == ["Receipt"] * 8
    assert Evidence.objects.count() == 1


def test_of_many_verifiers_one_wins_and_the_others_are_told(project):
    """quality 33"""
    receipt = builders.make_receipt(project)
    people = [builders.make_verifier(project.county) for _person in range(8)]

    outcomes = at_once(
        *[
            lambda person=person: acting.verify(receipt.pk, 1, by=person, at=NOON, word="已核对")
            for person in people
        ]
    )

    assert kinds(outcomes) == ["Conflict"] * 7 + ["Receipt"]
    assert Entry.objects.count() == 1


def test_a_change_and_a_verification_at_once_never_mix(project):
    """quality 33"""
    clerk, verifier = builders.make_clerk(project.lead_unit), builders.make_verifier(project.county)
    for round_ in range(12):
        receipt = builders.make_receipt(project, 10 + round_, by=clerk)
        changed = builders.draft(project, 500 + round_)

        at_once(
            lambda receipt=receipt: acting.verify(
                receipt.pk, 1, by=verifier, at=NOON, word="已核对"
            ),
            lambda receipt=receipt, changed=changed: submission.change(
                receipt.pk, 1, changed, submitting=True, by=clerk, at=NOON, today=TODAY
            ),
        )

        receipt.refresh_from_db()
        entries = list(receipt.entries.all())
        if receipt.state == Receipt.State.VERIFIED:
            assert receipt.amount == builders.wan(10 + round_)
            assert [entry.amount for entry in entries] == [receipt.amount]
        else:
            assert receipt.amount == builders.wan(500 + round_)
            assert entries == []


def test_of_two_people_saving_one_draft_one_wins_and_nothing_is_mixed(project):
    """quality 32"""
    people = [builders.make_clerk(project.lead_unit) for _person in range(6)]
    receipt = submission.keep(builders.draft(project), by=people[0], at=NOON, today=TODAY)
    sent = [builders.draft(project, 20 + n, note=f"第{n}人") for n in range(6)]

    outcomes = at_once(
        *[
            lambda person=person, draft=draft: submission.change(
                receipt.pk, 1, draft, submitting=False, by=person, at=NOON, today=TODAY
            )
            for person, draft in zip(people, sent, strict=True)
        ]
    )

    assert kinds(outcomes) == ["Overtaken"] * 5 + ["Receipt"]
    receipt.refresh_from_db()
    winner = next(n for n, outcome in enumerate(outcomes) if isinstance(outcome, Receipt))
    assert (receipt.amount, receipt.note) == (builders.wan(20 + winner), f"第{winner}人")
    assert receipt.version == 2


def test_one_reversal_is_proposed_and_confirmed_once_by_many(project):
    receipt = builders.make_verified(project)
    entry = Entry.objects.get()
    people = [builders.make_verifier(project.county) for _person in range(6)]
    seen = corrections.seen_of(receipt, Proposal.Kind.REVERSE)

    proposed = at_once(
        *[
            lambda person=person: corrections.propose_reversal(
                entry.pk, seen, "重复", by=person, at=NOON
            )
            for person in people
        ]
    )
    confirmed = at_once(
        *[
            lambda person=person: acting.confirm_proposal(receipt, by=person, at=NOON)
            for person in [builders.make_head(project.county) for _person in range(6)]
        ]
    )

    assert kinds(proposed) == ["Conflict"] * 5 + ["Proposal"]
    assert sum(isinstance(outcome, list) for outcome in confirmed) == 1
    assert Entry.objects.filter(reverses=entry).count() == 1


def test_posting_again_is_confirmed_once_and_leaves_the_credit_whole(project):
    receipt = builders.make_verified(project, 90)
    bureau = builders.make_unit(project.county, "招商局", "department")
    CreditShare.objects.filter(project=project).update(unit=bureau)
    proposer = builders.make_verifier(project.county)
    seen = corrections.seen_of(receipt, Proposal.Kind.REPOST)
    proposal = corrections.propose_repost(receipt.pk, seen, "裁定", by=proposer, at=NOON)
    people = [builders.make_verifier(project.county) for _person in range(6)]

    outcomes = at_once(
        *[
            lambda person=person: corrections.confirm(
                receipt.pk, proposals.seen(proposal, seen), by=person, at=NOON
            )
            for person in people
        ]
    )

    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 5
    assert [(e.unit, e.amount) for e in posting.live_entries(receipt)] == [
        (bureau, builders.wan(90))
    ]


def test_shares_changed_while_a_receipt_is_verified_are_seen_or_come_later(project):
    """Rule 18: either the verification comes first, by the shares seen, or it is refused."""
    other = builders.make_unit(project.county, "招商局", "department")
    head = builders.make_head(project.county)
    for turn in range(6):
        receipt = builders.make_receipt(project, 100 + turn)
        receipt.project.refresh_from_db()
        seen, points = approvals.seen(receipt), 1_000 * (turn + 1)
        shares = [(project.lead_unit, 10_000 - points), (other, points)]
        draft = claims._draft(receipt.project, shares)
        before = posting.parts(receipt)

        verified, _changed = at_once(
            lambda receipt=receipt, seen=seen: posting.verify(
                receipt.pk, seen, by=builders.make_verifier(project.county), at=NOON, word="已核对"
            ),
            lambda draft=draft: register.save(draft, by=head, at=NOON, project=project),
        )

        if isinstance(verified, Receipt):
            assert posting.credit(posting.live_entries(receipt)) == before
        else:
            assert isinstance(verified, Conflict)
            assert not receipt.entries.exists()


def test_many_verifications_in_one_quarter_make_one_unbroken_chain(project):
    receipts = [builders.make_receipt(project, n) for n in range(1, 17)]
    verifier = builders.make_verifier(project.county)

    outcomes = at_once(
        *[
            lambda receipt=receipt: acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核")
            for receipt in receipts
        ]
    )

    assert kinds(outcomes) == ["Receipt"] * 16
    assert not any(isinstance(outcome, Conflict) for outcome in outcomes)
    chain = list(Entry.objects.order_by("position"))
    assert [entry.position for entry in chain] == list(range(1, 17))
    assert all(b.prev_hash == a.content_hash for a, b in pairwise(chain))


def test_a_posting_in_one_county_never_waits_for_one_in_another(project):
    """The first is not committed while the second is made, with a lock time-out that would end it."""
    other = builders.make_project(builders.make_unit(builders.make_county("611024", "山阳县")))
    first, second = builders.make_receipt(project), builders.make_receipt(other)
    verifiers = [builders.make_verifier(of.county) for of in (first, second)]

    def verify_impatiently():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return verify(second, verifiers[1])

    def verify(receipt, verifier):
        who = {"by": verifier, "at": NOON, "word": "已核对"}
        return acting.verify(receipt.pk, receipt.version, **who)

    with transaction.atomic():
        verify(first, verifiers[0])
        outcomes = at_once(verify_impatiently)

    assert kinds(outcomes) == ["Receipt"]
    assert Entry.objects.count() == 2
