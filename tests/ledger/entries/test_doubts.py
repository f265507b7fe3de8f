"""Doubts: each found where it must be, and nowhere else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.entries import submission
from ledger.entries.doubts import Code, doubts, doubts_of
from ledger.entries.evidence import PDF, Attachment, Stored
from ledger.models import Entry, Receipt
from tests import acting, builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(county):
    return builders.make_unit(county, "试马镇")


def codes(receipt):
    """The doubts beside that of a receipt without a file, which has its own test."""
    return [doubt.code for doubt in doubts(receipt) if doubt.code != Code.NO_EVIDENCE]


def found(receipt, code):
    return next((doubt.records for doubt in doubts(receipt) if doubt.code == code), None)


def same_investor(one, two):
    two.investor = one.investor
    two.save(update_fields=["investor"])


def attach(receipt, sha256="a" * 64):
    stored = Stored(sha256, 10, PDF, "回单.pdf")
    submission.add_evidence(
        receipt.pk,
        receipt.version,
        [Attachment("bank_slip", stored)],
        by=receipt.entered_by,
        at=timezone.now(),
    )


def test_an_ordinary_receipt_raises_none(town):
    assert codes(builders.make_receipt(builders.make_project(town), "88.8")) == []


def test_a_receipt_without_a_file_is_doubtful_until_one_is_attached(town):
    receipt = builders.make_receipt(builders.make_project(town), "88.8")
    before = [doubt.code for doubt in doubts(receipt)]

    attach(receipt)

    assert before == [Code.NO_EVIDENCE]
    assert doubts(receipt) == ()


# The same money twice


@pytest.mark.parametrize(("day", "is_doubtful"), [("2012-05-31", True), ("2012-06-01", False)])
def test_the_same_investor_and_amount_within_thirty_days_in_another_unit(
    town, other, day, is_doubtful
):
    """quality 31"""
    one, two = builders.make_project(town), builders.make_project(other)
    same_investor(one, two)
    first = builders.make_receipt(one, 88, "2012-05-01")

    second = builders.make_receipt(two, 88, day)

    assert found(second, Code.SAME_MONEY) == ((first,) if is_doubtful else None)
    assert found(first, Code.SAME_MONEY) == ((second,) if is_doubtful else None)


def test_the_credit_code_tells_the_same_investor_under_another_name(town, other):
    """quality 31"""
    one, two = builders.make_project(town), builders.make_project(other)
    for project, code in ((one, "91610000ABCDEFGH1X"), (two, "91610000abcdefgh1x")):
        project.investor.credit_code = code
        project.investor.save()
    first = builders.make_receipt(one, 88, "2012-05-01")

    assert found(builders.make_receipt(two, 88, "2012-05-03"), Code.SAME_MONEY) == (first,)


def test_another_amount_or_investor_or_the_same_unit_is_none(town, other):
    one, two, three = (builders.make_project(unit) for unit in (town, other, town))
    same_investor(one, two)
    same_investor(one, three)
    builders.make_receipt(one, 88, "2012-05-01")

    assert codes(builders.make_receipt(two, 89, "2012-05-03")) == []
    assert codes(builders.make_receipt(three, 88, "2012-05-03")) == []
    assert codes(builders.make_receipt(builders.make_project(other), 88, "2012-05-03")) == []


def test_drafts_and_withdrawn_receipts_raise_no_doubt(town, other):
    one, two = builders.make_project(town), builders.make_project(other)
    same_investor(one, two)
    gone = builders.make_receipt(one, 88, "2012-05-01")
    submission.withdraw(gone.pk, 1, by=gone.entered_by, at=timezone.now())

    assert codes(builders.make_receipt(two, 88, "2012-05-03")) == []


@pytest.mark.parametrize(
    ("voucher", "day", "is_doubtful"),
    [
        ("农行 2012-01", "2012-06-20", True),
        ("农行２０１２－０１", "2012-06-20", True),
        ("农行2012-02", "2012-05-01", True),
        ("农行2012-02", "2012-05-02", False),
    ],
)
def test_a_receipt_entered_twice_by_its_own_unit(town, voucher, day, is_doubtful):
    project = builders.make_project(town)
    first = builders.make_receipt(project, 88, "2012-05-01", voucher_no="农行2012-01")

    second = builders.make_receipt(project, 88, day, voucher_no=voucher)

    assert found(second, Code.SAME_VOUCHER) == ((first,) if is_doubtful else None)


def test_the_same_file_under_another_receipt(town, other):
    """quality 31"""
    first = builders.make_receipt(builders.make_project(town), 11)
    second = builders.make_receipt(builders.make_project(other), 22)
    attach(first)
    attach(second)

    assert found(second, Code.SAME_FILE) == (first,)


def test_a_file_that_was_left_out_raises_none(town, other):
    first = builders.make_receipt(builders.make_project(town), 11)
    second = builders.make_receipt(builders.make_project(other), 22)
    attach(first)
    attach(second)
    submission.remove_evidence(first.evidence.get().pk, 2, by=first.entered_by, at=timezone.now())

    assert codes(second) == []


# Last year's project as new


def test_last_years_project_of_the_same_investor(town, other):
    """quality 31"""
    old = builders.make_project(town, signed="2011-12-31")
    new = builders.make_project(other, signed="2012-01-01")
    same_investor(old, new)

    assert found(builders.make_receipt(new, 11), Code.OLD_PROJECT) == (old,)


def test_last_years_project_under_nearly_the_same_name(town):
    """quality 31"""
    old = builders.make_project(town, "金丝峡漂流开发", signed="2011-03-01")
    new = builders.make_project(town, "金丝峡 漂流开发（二期）", signed="2012-03-01")

    assert found(builders.make_receipt(new, 11), Code.OLD_PROJECT) == (old,)


def test_carry_over_money_and_older_projects_raise_none(town):
    old = builders.make_project(town, "金丝峡漂流开发", signed="2010-03-01")
    new = builders.make_project(town, "金丝峡漂流开发二期", signed="2012-03-01")
    same_investor(old, new)

    assert codes(builders.make_receipt(new, 11)) == []
    assert codes(builders.make_receipt(old, 12)) == []


# Sums


@pytest.mark.parametrize(
    ("amount", "day", "is_doubtful"),
    [
        (300, "2012-03-31", True),
        (300, "2012-06-30", True),
        (300, "2012-06-29", False),
        (300, "2012-07-01", False),
        ("300.01", "2012-06-30", False),
        (250, "2012-06-30", False),
    ],
)
def test_round_sums_on_the_last_day_of_a_quarter(town, amount, day, is_doubtful):
    receipt = builders.make_receipt(builders.make_project(town), amount, day)

    assert (Code.ROUND_SUM in codes(receipt)) == is_doubtful


def test_funds_above_the_introduced_amount_count_what_is_posted(town):
    project = builders.make_project(town, introduced=100)
    builders.make_verified(project, 60, "2012-05-01")

    assert codes(builders.make_receipt(project, 40)) == []
    assert codes(builders.make_receipt(project, "40.01")) == [Code.ABOVE_INTRODUCED]


def test_money_that_was_taken_back_makes_room_again(town, county):
    project = builders.make_project(town, introduced=100)
    builders.make_verified(project, 60, "2012-05-01")
    verifier = builders.make_verifier(county)
    acting.reverse(Entry.objects.get().pk, "误", by=verifier, at=builders.moment("2012-05-02"))

    assert codes(builders.make_receipt(project, 100, "2012-05-03")) == []


def test_a_slip_of_wan(town):
    """quality 25"""
    project = builders.make_project(town, introduced=100)

    assert codes(builders.make_receipt(project, 1000)) == [Code.ABOVE_INTRODUCED]
    assert codes(builders.make_receipt(project, 1001, note="x")) == [Code.SLIP]


# Many at once


def test_another_county_is_another_book(town):
    far = builders.make_unit(builders.make_county("611024", "山阳县"), "城关镇")
    here, there = builders.make_project(town), builders.make_project(far)
    builders.make_receipt(there, 88, voucher_no="1", received="2012-05-01")

    assert codes(builders.make_receipt(here, 88, voucher_no="1", received="2012-05-01")) == []


def test_many_receipts_are_looked_into_with_a_fixed_number_of_questions(town, other):
    receipts = [builders.make_receipt(builders.make_project(town), n) for n in range(1, 12)]
    rows = list(Receipt.objects.select_related("project__investor").order_by("pk"))

    with CaptureQueriesContext(connection) as one:
        doubts_of(rows[:1])
    with CaptureQueriesContext(connection) as many:
        found_doubts = doubts_of(rows)

    assert len(one) == len(many) <= 6
    assert set(found_doubts) == {receipt.pk for receipt in receipts}


def test_no_receipts_no_questions(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert doubts_of([]) == {}
