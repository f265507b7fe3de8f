"""Closing a quarter: two people, the stored table, and the database's own refusal."""

import threading
from datetime import timedelta

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import Sum

from ledger.entries import posting, proposals
from ledger.models import Entry, Period, Proposal, Receipt, Settlement, SettlementLine
from ledger.quarter import closing
from ledger.quarter.checks import ADVISORY
from ledger.rules.standing import Tier
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_receipt,
    make_verified,
    moment,
    set_target,
    wan,
)
from units.ground.refusal import Conflict, Refusal
from units.models import Trail

APRIL = moment("2012-04-10")


@pytest.fixture
def office(office):
    return office.ready("head", "period")


def test_closing_stores_the_table_and_the_head_of_the_chain(office):
    settlement = office.close()

    [line] = settlement.lines.all()
    last = Entry.objects.filter(period=office.period).order_by("-position").first()
    assert (line.received, line.target, line.rank, line.tier) == (
        wan(250),
        wan(1000),
        1,
        Tier.ON_SCHEDULE,
    )
    assert line.benchmark == wan(250)
    assert (settlement.chain_head, settlement.chain_length) == (last.content_hash, 1)
    assert settlement.received == Entry.objects.aggregate(all=Sum("amount"))["all"]


def test_nobody_closes_alone(office):
    """quality 7"""
    acting.close(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)

    with pytest.raises(Refusal):
        acting.confirm(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)

    assert not Settlement.objects.exists()


def test_the_database_refuses_a_settlement_by_one_person(office):
    """quality 7"""
    settlement = office.close()
    settlement.pk, settlement.version = None, 2
    settlement.proposed_by = settlement.confirmed_by

    with pytest.raises(IntegrityError), transaction.atomic():
        settlement.save(force_insert=True)


def test_quarter_that_has_not_ended_cannot_be_closed(office):
    with pytest.raises(Refusal):
        acting.close(office.period.pk, by=office.head, at=moment("2012-03-31"), known=ADVISORY)


def test_earlier_quarter_comes_first(office):
    make_verified(office.project, 10, "2012-05-01")
    second = Period.objects.get(quarter=2)

    with pytest.raises(Refusal, match="2012"):
        acting.close(second.pk, by=office.head, at=moment("2012-07-10"), known=ADVISORY)


def test_unproposed_closing_cannot_be_confirmed(office):
    with pytest.raises(Conflict):
        acting.confirm(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)


def test_money_of_a_closed_quarter_counts_on_the_first_day_of_the_open_one(office):
    """Rule 7."""
    office.close()
    late = make_receipt(office.project, 40, "2012-03-15", at=APRIL)

    acting.verify(late.pk, late.version, by=office.verifier, at=APRIL, word="已核对")

    late.refresh_from_db()
    entry = Entry.objects.get(receipt=late)
    assert (late.counted_on, entry.counted_on) == (day("2012-04-01"), day("2012-04-01"))
    assert entry.period.quarter == 2
    assert entry.received_on == day("2012-03-15")


def test_the_database_refuses_an_entry_in_a_closed_quarter(office):
    office.close()
    entry = Entry.objects.get()
    entry.pk, entry.position, entry.key = None, 2, "00000000-0000-4000-8000-000000000001"

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        entry.save(force_insert=True)


@pytest.mark.parametrize("counted_on", ["2012-04-01", "2011-03-31"])
def test_the_database_refuses_an_entry_outside_its_quarter(office, counted_on):
    entry = Entry.objects.get()
    entry.pk, entry.position, entry.key = None, 2, "00000000-0000-4000-8000-000000000001"
    entry.counted_on = day(counted_on)

    with pytest.raises(IntegrityError, match="is not of period"), transaction.atomic():
        entry.save(force_insert=True)


def test_no_session_setting_switches_a_trigger_off(office):
    """quality 44: django-pgtrigger's own way to ignore a trigger does not open these."""
    with (
        pytest.raises(Exception, match="is append-only"),
        pgtrigger.ignore(),
        transaction.atomic(),
    ):
        Entry.objects.update(amount=1)


@pytest.mark.parametrize("model", [Entry, Settlement, SettlementLine, Trail])
@pytest.mark.parametrize(
    "action", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_to_change_what_was_recorded(office, model, action):
    """quality 44"""
    office.close()
    table = model._meta.db_table

    with (
        pytest.raises(Exception, match="is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(action.format(table))

    assert model.objects.exists()


def test_reversal_of_closed_money_is_counted_in_the_open_quarter(office):
    settlement = office.close()
    entry = Entry.objects.get()

    reversal = acting.reverse(entry.pk, "凭证不实", by=office.verifier, at=APRIL)

    assert (reversal.amount, reversal.counted_on) == (wan(-250), day("2012-04-01"))
    assert settlement.lines.get().received == wan(250)


def test_unit_cannot_submit_into_a_quarter_in_review_but_the_bureau_can(office):
    closing.start_review(office.period.pk, by=office.verifier, at=APRIL)
    clerk = make_clerk(office.town)
    late = {"at": APRIL, "today": day("2012-04-10")}

    with pytest.raises(Refusal) as refusal:
        posting.submit(draft(office.project, 5, "2012-03-20"), by=clerk, **late)
    posting.submit(draft(office.project, 5, "2012-03-20"), by=office.verifier, **late)

    assert refusal.value.field == "received_on"
    assert Receipt.objects.filter(state="submitted").count() == 1


def test_review_can_be_ended_before_the_closing(office):
    closing.start_review(office.period.pk, by=office.verifier, at=APRIL)

    closing.end_review(office.period.pk, by=office.head, at=APRIL)

    office.period.refresh_from_db()
    assert office.period.state == Period.State.OPEN


def test_a_proposal_puts_the_quarter_in_review_and_falls_when_it_is_opened_again(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    office.period.refresh_from_db()
    proposal = Proposal.objects.get()
    assert (office.period.state, proposal.outcome) == (Period.State.REVIEW, "")
    assert (proposal.proposed_by, proposal.proposed_at) == (office.verifier, APRIL)

    closing.end_review(office.period.pk, by=office.head, at=APRIL)

    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.decided_by) == ("withdrawn", office.head)
    with pytest.raises(Conflict):
        acting.confirm(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)


def test_money_verified_after_the_page_was_opened_refuses_the_closing(office):
    """Rule 18: two people announce what both have seen, and nothing else."""
    late = make_receipt(office.project, 300, "2012-03-20")
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    proposal, now = Proposal.objects.get(), closing.seen(office.period)
    opened = proposals.seen(proposal, now)
    acting.verify(late.pk, late.version, by=office.verifier, at=APRIL, word="已核对")

    for seen in (opened, proposals.seen(proposal, closing.seen(office.period)), "", "x"):
        with pytest.raises(Conflict):
            closing.confirm(office.period.pk, seen, by=office.head, at=APRIL, known=ADVISORY)

    assert not Settlement.objects.exists()


def test_a_closing_that_is_out_of_date_is_proposed_anew_and_then_confirmed(office):
    late = make_receipt(office.project, 300, "2012-03-20")
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    acting.verify(late.pk, late.version, by=office.verifier, at=APRIL, word="已核对")

    acting.close(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)
    settlement = acting.confirm(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)

    assert settlement.received == wan(550)
    assert [p.outcome for p in Proposal.objects.all()] == ["replaced", "confirmed"]


@pytest.mark.parametrize(
    "change",
    [
        lambda o: set_target(o.town, 2_000, at=APRIL),
        lambda o: type(o.town).objects.filter(pk=o.town.pk).update(name="水沟乡"),
        lambda o: type(o.project).objects.filter(pk=o.project.pk).update(introduced_amount=1),
        lambda o: type(o.county).objects.filter(pk=o.county.pk).update(large_from=1),
        lambda o: make_receipt(o.project, 1, "2012-03-30", by=o.head),
    ],
)
def test_whatever_a_closing_announces_is_part_of_what_was_seen(office, change):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    change(office)

    with pytest.raises(Conflict):
        acting.confirm(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)


def test_a_proposal_that_stands_is_not_replaced(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)

    with pytest.raises(Conflict):
        acting.close(office.period.pk, by=office.head, at=APRIL, known=ADVISORY)

    assert Proposal.objects.get().proposed_by == office.verifier


def test_a_proposal_ends_after_fourteen_days(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    last = APRIL + proposals.VALID

    with pytest.raises(Conflict):
        acting.confirm(
            office.period.pk, by=office.head, at=last + timedelta(seconds=1), known=ADVISORY
        )
    assert acting.confirm(office.period.pk, by=office.head, at=last, known=ADVISORY)


def test_a_second_reason_does_not_slip_under_a_confirmation(office):
    """Rule 18: the head confirms the reason that they read."""
    office.close()
    acting.propose_reopening(office.period.pk, "漏报两笔", by=office.verifier, at=APRIL)
    read = proposals.seen(Proposal.objects.latest("pk"), closing.seen_reopening(office.period))

    with pytest.raises(Conflict):
        acting.propose_reopening(office.period.pk, "另一事由", by=office.verifier, at=APRIL)
    closing.drop_reopening(office.period.pk, by=office.verifier, at=APRIL)
    acting.propose_reopening(office.period.pk, "另一事由", by=office.verifier, at=APRIL)

    with pytest.raises(Conflict):
        closing.reopen(office.period.pk, read, by=office.head, at=APRIL)
    office.period.refresh_from_db()
    assert office.period.state == Period.State.CLOSED


@pytest.mark.parametrize("column", ["reason", "payload", "fingerprint", "proposed_at"])
def test_the_database_refuses_to_change_a_proposal(office, column):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    value = {"payload": {"received": "0"}, "proposed_at": APRIL + timedelta(1)}.get(column, "x")

    with pytest.raises(Exception, match="decided once"), transaction.atomic():
        Proposal.objects.update(**{column: value})
    with pytest.raises(Exception, match="decided once"), transaction.atomic():
        Proposal.objects.all().delete()


def test_the_database_refuses_a_confirmation_by_the_proposer(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)

    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Proposal.objects.update(outcome="confirmed", decided_by=office.verifier, decided_at=APRIL)


def test_reopening_needs_a_reason_and_two_people_and_keeps_the_first_settlement(office):
    """quality 35"""
    first = office.close()
    with pytest.raises(Refusal):
        acting.propose_reopening(office.period.pk, "  ", by=office.head, at=APRIL)
    acting.propose_reopening(office.period.pk, "漏报两笔", by=office.head, at=APRIL)
    with pytest.raises(Refusal):
        acting.reopen(office.period.pk, by=office.head, at=APRIL)

    acting.reopen(office.period.pk, by=office.verifier, at=APRIL)
    found = make_receipt(office.project, 50, "2012-03-30", by=office.head, at=APRIL)
    acting.verify(found.pk, found.version, by=office.verifier, at=APRIL, word="已核对")
    second = office.close(APRIL + timedelta(days=1))

    assert [s.version for s in office.period.settlements.all()] == [1, 2]
    assert first.lines.get().received == wan(250)
    assert second.lines.get().received == wan(300)


def test_entry_posted_by_a_clock_ahead_of_the_closers_is_in_the_settlement(office):
    """quality 34: what stands in the quarter is in its settlement, whatever the clocks say."""
    late = make_receipt(office.project, 40, "2012-03-15", at=APRIL)
    acting.verify(
        late.pk, late.version, by=office.verifier, at=APRIL + timedelta(minutes=1), word="已核对"
    )

    settlement = office.close()

    assert settlement.received == wan(290)
    assert settlement.known_by == APRIL + timedelta(minutes=1)


def test_moments_never_fall_along_a_chain(office):
    make_verified(office.project, 1, "2012-03-01", at=moment("2012-03-02"))

    moments = list(Entry.objects.order_by("position").values_list("posted_at", flat=True))

    assert moments == sorted(moments)


def test_only_the_newest_closed_quarter_can_be_reopened(office):
    office.close()
    make_verified(office.project, 10, "2012-05-01")
    second = Period.objects.get(quarter=2)
    july = moment("2012-07-10")
    acting.close(second.pk, by=office.head, at=july, known=ADVISORY)
    acting.confirm(second.pk, by=office.verifier, at=july, known=ADVISORY)

    with pytest.raises(Refusal, match="2012"):
        acting.propose_reopening(office.period.pk, "漏报", by=office.head, at=july)


def test_a_proposal_to_reopen_falls_once_and_the_quarter_stays_closed(office):
    office.close()
    acting.propose_reopening(office.period.pk, "漏报两笔", by=office.head, at=APRIL)

    for _ in range(2):
        period = closing.drop_reopening(office.period.pk, by=office.verifier, at=APRIL)

    assert (period.state, acting.proposed_by(period)) == ("closed", None)
    assert Trail.objects.get(action="period.drop_reopening").before == {"reason": "漏报两笔"}


def in_thread(outcomes, action):
    """Run a deed on a connection of its own and keep its result or its exception."""

    def run():
        try:
            outcomes.append(action())
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    return threading.Thread(target=run)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_entries_during_the_close_are_in_the_settlement_or_in_the_next_quarter(office, round_):
    """quality 34: sixteen writers verify while the quarter closes; the drill runs it longer."""
    waiting = [make_receipt(office.project, 10, "2012-03-20") for _ in range(16)]
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    outcomes = []
    threads = [
        in_thread(
            outcomes,
            lambda receipt=receipt: acting.verify(
                receipt.pk, receipt.version, by=office.verifier, at=APRIL, word="已核对"
            ),
        )
        for receipt in waiting
    ]
    closer = in_thread(
        outcomes,
        lambda: acting.close_at_last(
            office.period.pk, first=office.verifier, second=office.head, at=APRIL, known=ADVISORY
        ),
    )
    order = [*threads[: 5 * round_], closer, *threads[5 * round_ :]]

    for thread in order:
        thread.start()
    for thread in order:
        thread.join()

    settlement = Settlement.objects.get()
    inside = Entry.objects.filter(period=office.period).aggregate(all=Sum("amount"))["all"]
    assert not [error for error in outcomes if isinstance(error, Exception)]
    assert settlement.received == inside
    assert Entry.objects.count() == 17
    assert Entry.objects.aggregate(all=Sum("amount"))["all"] == wan(250 + 160)


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_makes_a_close_wait_for_an_entry_under_way(office):
    """quality 34: even writers that take no lock of ours, by the trigger's FOR SHARE alone."""
    entry = Entry.objects.get()
    entry.pk, entry.position, entry.key = None, 2, "00000000-0000-4000-8000-000000000001"
    outcomes = []

    def close_by_hand():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute("UPDATE ledger_period SET state = 'closed'")

    with transaction.atomic():
        entry.save(force_insert=True)
        closer = in_thread(outcomes, close_by_hand)
        closer.start()
        closer.join()

    [outcome] = outcomes
    assert isinstance(outcome, OperationalError)
    assert "lock timeout" in str(outcome)
    assert office.period.entries.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_closes(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=ADVISORY)
    heads, outcomes = [office.head, make_head(office.county)], []
    threads = [
        in_thread(
            outcomes,
            lambda head=head: acting.confirm(office.period.pk, by=head, at=APRIL, known=ADVISORY),
        )
        for head in heads
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Settlement.objects.count() == 1
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Exception)) == [
        Conflict
    ]


@pytest.mark.parametrize("action", [closing.start_review, acting.close, acting.confirm])
def test_a_verb_asks_for_the_right_itself(office, action):
    """quality 7"""
    with pytest.raises(PermissionDenied):
        action(office.period.pk, by=make_clerk(office.town), at=APRIL)
    with pytest.raises(Refusal):
        action(office.period.pk, by=make_head(make_county("611024", "山阳县")), at=APRIL)
