"""Entries: split, chained, counted, reversed, posted again, and refused by the database itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import translation

from ledger.entries import approvals, evidence, posting, submission
from ledger.entries.evidence import Attachment, Stored
from ledger.models import Entry, Evidence, EvidenceRule, Period, Receipt
from ledger.rules import chain
from projects.models import CreditShare
from tests import acting, builders
from units.ground.refusal import Conflict, Refusal
from units.models import Trail

NOON = builders.moment("2012-05-12")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def verifier(county):
    return builders.make_verifier(county)


@pytest.fixture
def receipt(town):
    return builders.make_receipt(builders.make_project(town), 100)


def share_out(project, shares):
    """What the register does: the old shares go, the new ones come, in one transaction."""
    with transaction.atomic():
        project.shares.all().delete()
        CreditShare.objects.bulk_create(
            CreditShare(project=project, unit=unit, basis_points=points)
            for unit, points in shares.items()
        )


# Verifying


def test_verification_posts_an_entry_for_each_share_that_adds_up(county, town, verifier):
    others = [builders.make_unit(county, f"部门{n}", "department") for n in (1, 2)]
    project = builders.make_project(town, shares={town: 3334, others[0]: 3333, others[1]: 3333})
    receipt = builders.make_receipt(project, "0.0001")

    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    entries = Entry.objects.filter(receipt=receipt)
    assert entries.aggregate(all=Sum("amount"))["all"] == Decimal("1.00")
    assert sorted(entry.amount for entry in entries) == [
        Decimal("0.33"),
        Decimal("0.33"),
        Decimal("0.34"),
    ]


@pytest.mark.parametrize(("signed", "is_new"), [("2011-12-31", False), ("2012-01-01", True)])
def test_money_is_new_in_the_year_of_the_signing(town, verifier, signed, is_new):
    receipt = builders.make_receipt(builders.make_project(town, signed=signed))

    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    assert receipt.entries.get().is_new is is_new


def test_entries_are_chained_in_the_order_of_posting(town, verifier):
    project = builders.make_project(town)
    for amount in (1, 2, 3):
        builders.make_verified(project, amount, by=verifier)

    head = chain.GENESIS
    for position, entry in enumerate(Entry.objects.order_by("position"), start=1):
        assert entry.position == position
        assert entry.prev_hash == head
        head = chain.content_hash(head, posting.hashed_fields(entry))
        assert entry.content_hash == head


def test_the_submitter_cannot_verify(town, county, verifier):
    """quality 7"""
    receipt = builders.make_receipt(builders.make_project(town), by=verifier)

    with pytest.raises(Refusal, match="Somebody else"):
        acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    assert not Entry.objects.exists()


def test_the_submitter_cannot_verify_after_somebody_else_changed_it(town, verifier):
    """quality 7"""
    project = builders.make_project(town)
    receipt = builders.make_receipt(project, by=verifier)
    submission.change(
        receipt.pk,
        1,
        builders.draft(project, 101),
        submitting=True,
        by=builders.make_clerk(town),
        at=NOON,
        today=date(2012, 6, 1),
    )

    with pytest.raises(Refusal, match="Somebody else"):
        acting.verify(receipt.pk, 2, by=verifier, at=NOON, word="已核对")


def test_the_database_itself_refuses_the_submitter_as_verifier(receipt):
    """quality 7"""
    with pytest.raises(IntegrityError, match="receipt_verified_by_another"):
        Receipt.objects.filter(pk=receipt.pk).update(verified_by=receipt.entered_by)


def test_a_version_that_was_not_seen_cannot_be_verified(receipt, verifier):
    """quality 33"""
    submission.change(
        receipt.pk,
        1,
        builders.draft(receipt.project, 999),
        submitting=True,
        by=receipt.entered_by,
        at=NOON,
        today=date(2012, 6, 1),
    )

    with pytest.raises(Conflict, match="changed after"):
        acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    assert not Entry.objects.exists()


def test_a_verified_receipt_cannot_be_verified_again(receipt, verifier, county):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with pytest.raises(Conflict, match="no longer awaits"):
        acting.verify(receipt.pk, 1, by=builders.make_verifier(county), at=NOON, word="已核对")

    assert Entry.objects.count() == 1


def test_doubts_ask_for_a_word_that_is_kept(town, verifier):
    project = builders.make_project(town, introduced=50)
    receipt = builders.make_receipt(project, 60)

    with pytest.raises(Refusal) as refused:
        acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="  ")
    verified = acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="合同已追加投资")

    assert refused.value.field == "word"
    assert verified.verified_word == "合同已追加投资"
    assert Trail.objects.get(action="receipt.verify").after["doubts"] == [
        "above_introduced",
        "no_evidence",
    ]


def test_missing_evidence_refuses_verification_only_where_it_is_required(receipt, verifier):
    county = receipt.county
    for kind in (Evidence.Kind.BANK_SLIP, Evidence.Kind.INVOICE):
        EvidenceRule.objects.create(county=county, money=receipt.kind, evidence=kind)
    receipt = submission.add_evidence(
        receipt.pk,
        1,
        [Attachment(Evidence.Kind.INVOICE, Stored("a" * 64, 1, evidence.PDF, "发票.pdf"))],
        by=receipt.entered_by,
        at=NOON,
    )
    county.evidence_required = True
    county.save()

    with pytest.raises(Refusal, match="Evidence is missing"):
        acting.verify(receipt.pk, receipt.version, by=verifier, at=NOON, word="已核对")
    assert evidence.missing(receipt) == [Evidence.Kind.BANK_SLIP]

    county.evidence_required = False
    county.save()
    acting.verify(receipt.pk, receipt.version, by=verifier, at=NOON, word="已核对")
    assert Entry.objects.count() == 1


def test_late_money_of_a_closed_quarter_counts_in_the_next(town, verifier, county):
    Period.objects.create(county=county, year=2012, quarter=1, state=Period.State.CLOSED)
    receipt = builders.make_receipt(builders.make_project(town), received="2012-03-20")

    verified = acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    assert verified.counted_on == date(2012, 4, 1)
    assert Entry.objects.get().counted_on == date(2012, 4, 1)
    assert Entry.objects.get().received_on == date(2012, 3, 20)


# Returning


def test_a_return_needs_a_reason_and_makes_a_new_version(receipt, verifier):
    with pytest.raises(Refusal) as refused:
        posting.send_back(receipt.pk, 1, "\u3000", by=verifier, at=NOON)
    returned = posting.send_back(receipt.pk, 1, "凭证看不清", by=verifier, at=NOON)

    assert refused.value.field == "reason"
    assert (returned.state, returned.version) == (Receipt.State.RETURNED, 2)
    assert returned.returned_reason == "凭证看不清"


def test_signing_day_moved_behind_the_money_is_noticed_at_verification(receipt, verifier):
    type(receipt.project).objects.filter(pk=receipt.project_id).update(
        contract_on=receipt.received_on + timedelta(days=1)
    )

    with pytest.raises(Refusal, match="before the signing"):
        acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")


# Reversing and posting again


def test_a_reversal_mirrors_its_entry_once(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    entry = Entry.objects.get()

    reversal = acting.reverse(entry.pk, "重复入账", by=verifier, at=NOON)

    assert (reversal.amount, reversal.reverses_id) == (-entry.amount, entry.pk)
    assert (reversal.unit_id, reversal.counted_on) == (entry.unit_id, entry.counted_on)
    with pytest.raises(Refusal, match="already"):
        acting.reverse(entry.pk, "再来一次", by=verifier, at=NOON)
    with pytest.raises(Refusal, match="cannot be reversed"):
        acting.reverse(reversal.pk, "再来一次", by=verifier, at=NOON)


def test_what_is_reversed_after_new_year_is_not_new_there(town, verifier, county):
    """It read "新建 -600" in the new year; within its year a reversal carries its entry's mark."""
    project = builders.make_project(town, signed="2012-02-01")
    first = builders.make_verified(project, 600, "2012-12-10")
    builders.make_verified(project, 50, "2013-01-10")
    Period.objects.filter(county=county, year=2012).update(state=Period.State.CLOSED)
    head = builders.make_head(county)

    reversal = acting.reverse(
        first.entries.get().pk, "不实", by=verifier, second=head, at=builders.moment("2013-01-20")
    )

    assert reversal.counted_on.year == 2013
    assert (first.entries.first().is_new, reversal.is_new) == (True, False)


def test_a_wrong_year_of_signing_is_corrected_by_posting_again(town, verifier):
    project = builders.make_project(town, signed="2012-02-01")
    receipt = builders.make_verified(project, 600, "2012-05-10")
    with pytest.raises(Refusal):
        acting.repost(receipt.pk, "一致", by=verifier, at=NOON)
    project.contract_on = builders.day("2011-11-01")
    project.save()

    [posted] = acting.repost(receipt.pk, "签约年度有误", by=verifier, at=NOON)[-1:]

    assert (posted.amount, posted.is_new) == (builders.wan(600), False)


def test_a_reversal_without_a_reason_is_refused(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with pytest.raises(Refusal) as refused:
        acting.reverse(Entry.objects.get().pk, " ", by=verifier, at=NOON)

    assert refused.value.field == "reason"


def test_posting_again_follows_the_present_shares(receipt, verifier, county, town):
    bureau = builders.make_unit(county, "招商局", "department")
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    share_out(receipt.project, {town: 6000, bureau: 4000})

    acting.repost(receipt.pk, "份额认定书〔2012〕3号", by=verifier, at=NOON)

    sums = dict(Entry.objects.order_by().values_list("unit").annotate(Sum("amount")))
    assert sums == {town.pk: builders.wan(60), bureau.pk: builders.wan(40)}
    assert [entry.kind for entry in Entry.objects.order_by("position")] == [
        "credit",
        "reversal",
        "credit",
        "credit",
    ]


def test_posting_again_counts_in_the_open_quarter(receipt, verifier, county, town):
    bureau = builders.make_unit(county, "招商局", "department")
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    share_out(receipt.project, {bureau: 10_000})
    Period.objects.filter(county=county, quarter=2).update(state=Period.State.CLOSED)

    posted = acting.repost(receipt.pk, "裁定", by=verifier, at=builders.moment("2012-08-01"))

    second_half = Entry.objects.filter(counted_on=date(2012, 7, 1))
    assert [entry.counted_on for entry in posted] == [date(2012, 7, 1)]
    assert second_half.aggregate(all=Sum("amount"))["all"] == 0
    assert second_half.count() == 2


def test_posting_again_without_any_change_is_refused(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with pytest.raises(Refusal, match="already"):
        acting.repost(receipt.pk, "裁定", by=verifier, at=NOON)

    assert Entry.objects.count() == 1


def test_only_verified_money_is_posted_again(receipt, verifier):
    with pytest.raises(Refusal, match="Only a verified"):
        acting.repost(receipt.pk, "裁定", by=verifier, at=NOON)


def test_a_reversed_receipt_can_be_posted_again(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    acting.reverse(Entry.objects.get().pk, "误冲", by=verifier, at=NOON)

    acting.repost(receipt.pk, "恢复", by=verifier, at=NOON)

    assert Entry.objects.aggregate(all=Sum("amount"))["all"] == receipt.amount


# What the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = amount + 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_drop_entries(receipt, verifier, statement):
    """quality 44"""
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)

    assert Entry.objects.get().amount == receipt.amount


def test_the_database_refuses_an_entry_in_a_closed_quarter(receipt, verifier, county):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    Period.objects.filter(county=county, quarter=2).update(state=Period.State.CLOSED)
    copy = Entry.objects.get()
    copy.pk, copy.key, copy.position, copy._state.adding = None, builders.new_key(), 2, True

    with pytest.raises(IntegrityError, match="is closed"):
        copy.save(force_insert=True)


def test_every_deed_leaves_a_line_in_the_trail(receipt, verifier):
    acting.verify(receipt.pk, 1, by=verifier, at=NOON, word="已核对")
    acting.reverse(Entry.objects.get().pk, "重复", by=verifier, at=NOON)

    actions = list(Trail.objects.filter(record=f"receipt:{receipt.pk}").order_by("id"))
    assert [line.action for line in actions] == [
        "receipt.submit",
        "receipt.verify",
        "receipt.propose",
        "entry.reverse",
    ]
    assert actions[1].actor == actions[2].actor == verifier != actions[3].actor
    assert actions[3].after["proposed_by"] == str(verifier)


# How much is asked of the database


def test_a_verification_asks_as_many_questions_however_many_share(
    county, town, verifier, django_assert_num_queries
):
    others = [builders.make_unit(county, f"部门{n}", "department") for n in range(9)]
    shares = {unit: 1_000 for unit in (town, *others)}
    builders.make_verified(builders.make_project(town))  # the quarter is there
    alone = builders.make_receipt(builders.make_project(town), 11)
    shared = builders.make_receipt(builders.make_project(town, shares=shares), 12)

    for receipt in (alone, shared):
        seen = approvals.seen(receipt)
        # Three locks, hand in it, five for doubts, credit seen, limits of time, quarter, receipt,
        # shares, end of the chain, entries by COPY, trail; two are for the savepoint that stands
        # for the transaction here.
        with django_assert_num_queries(17 + 2):
            posting.verify(receipt.pk, seen, by=verifier, at=NOON, word="已核对")

    assert Entry.objects.count() == 1 + 1 + 10


def test_many_are_taken_over_in_as_many_statements_as_a_few(
    town, verifier, django_assert_num_queries, django_assert_max_num_queries
):
    project, clerk = builders.make_project(town), builders.make_clerk(town)
    builders.make_verified(project)

    def take_over(count):
        drafts = [builders.draft(project, n + 1) for n in range(count)]
        words = {"entered_by": clerk, "by": verifier, "at": NOON, "today": date(2012, 6, 1)}
        posting.take_over(drafts, "商政发〔2012〕9号", **words)

    with django_assert_max_num_queries(16) as few:
        take_over(2)
    with django_assert_num_queries(len(few)):
        take_over(60)


def test_money_that_is_taken_over_counts_in_its_own_quarter(town, verifier):
    project, clerk = builders.make_project(town), builders.make_clerk(town)
    days = ("2012-05-10", "2012-03-05", "2012-06-01")
    drafts = [builders.draft(project, n, on) for n, on in enumerate(days, start=1)]

    posting.take_over(
        drafts, "商政发〔2012〕9号", entered_by=clerk, by=verifier, at=NOON, today=date(2012, 6, 1)
    )

    posted = Entry.objects.order_by("received_on")
    assert [(entry.period.quarter, entry.position, entry.amount) for entry in posted] == [
        (1, 1, builders.wan(2)),
        (2, 1, builders.wan(1)),
        (2, 2, builders.wan(3)),
    ]
