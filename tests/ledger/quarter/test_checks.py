"""The numbered checks before a closing: what each finds, which refuse, which must be known."""

from contextlib import contextmanager

import pytest
from django.db import connection

from ledger.entries import posting
from ledger.models import Entry, Period, Settlement
from ledger.quarter import checks, reports
from projects.models import CreditShare
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    wan,
)
from units.ground.refusal import Refusal
from units.models import Trail, Unit

pytestmark = pytest.mark.django_db
APRIL = moment("2012-04-10")


@pytest.fixture
def office(office):
    """Two units that reported every month, with one posted receipt."""
    office.project = make_project(office.town, introduced=500)
    office.ready("head", "period")
    for unit in (office.town, office.other):
        for month in ("2012-01-01", "2012-02-01", "2012-03-01"):
            report(unit, month)
    return office


def report(unit, month):
    reports.file_report(
        unit,
        day(month),
        trips=0,
        reserve_projects=0,
        problems="",
        by=make_clerk(unit),
        at=moment("2012-04-02"),
        today=day("2012-04-02"),
    )


def found_in(period):
    return {check.number: check.count for check in checks.run(period) if check.count}


@contextmanager
def owner(*tables):
    """A cursor of the owner of the tables, who can switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_all_nine_pass_where_all_is_done(office):
    found = checks.run(office.period)

    assert [check.number for check in found] == list(range(1, 10))
    assert all(check.passes for check in found)


def test_a_clean_quarter_closes_without_a_tick(office):
    acting.close(office.period.pk, by=office.verifier, at=APRIL)

    assert acting.confirm(office.period.pk, by=office.head, at=APRIL).received == wan(250)


def test_receipts_that_wait_for_the_bureau_or_their_unit_are_found(office):
    submitted = make_receipt(office.project, 10, "2012-03-31")
    returned = make_receipt(office.project, 11, "2012-02-01")
    make_receipt(office.project, 12, "2012-04-01", at=APRIL)
    posting.send_back(returned.pk, returned.version, "缺凭证", by=office.verifier, at=APRIL)

    check = checks.run(office.period)[0]

    assert (check.number, check.count) == (checks.UNVERIFIED, 2)
    assert {receipt.pk for receipt in check.records} == {submitted.pk, returned.pk}


def test_a_unit_that_missed_one_month_is_found_once(office):
    late = make_unit(office.county, "富水镇")
    report(late, "2012-03-01")
    make_unit(office.county, "新设局", active_from=day("2012-04-01"))

    check = checks.run(office.period)[1]

    assert (check.count, check.records) == (1, (late,))


def test_money_of_a_unit_that_ended_without_a_successor_stays_in_the_sums(office):
    Unit.objects.filter(pk=office.town.pk).update(ended_on=day("2012-03-20"))

    assert not checks.run(office.period)[3].blocks


def test_an_entry_moved_to_a_unit_of_another_county_breaks_the_sums(office):
    """quality 44"""
    foreign = make_unit(make_county("611024", "山阳县"), "丰阳镇")
    with owner("ledger_entry"):
        Entry.objects.update(unit=foreign)

    check = checks.run(office.period)[3]

    assert check.blocks
    assert [amount for _name, amount in check.figures] == [
        "0.00",
        "2,500,000.00",
        "2,500,000.00",
    ]


def test_an_altered_entry_breaks_the_chain_and_refuses_the_closing(office):
    """quality 44"""
    with owner("ledger_entry") as cursor:
        cursor.execute("UPDATE ledger_entry SET reason = 'x'")

    with pytest.raises(Refusal, match="5"):
        acting.close(office.period.pk, by=office.verifier, at=APRIL, known=checks.ADVISORY)

    assert found_in(office.period) == {checks.CHAIN: 1}


def test_shares_that_do_not_add_up_are_found(office):
    with owner("projects_creditshare"):
        CreditShare.objects.update(basis_points=9_000)

    assert found_in(office.period) == {checks.SHARES: 1}


def test_a_reversal_of_another_amount_is_found(office):
    reversal = acting.reverse(Entry.objects.get().pk, "重复", by=office.verifier, at=APRIL)
    with owner("ledger_entry"):
        Entry.objects.filter(pk=reversal.pk).update(amount=wan(-240))

    assert checks.REVERSALS in found_in(office.period)


def test_a_receipt_of_which_one_part_is_lost_is_not_fully_posted(office):
    shared = make_project(office.town, shares={office.town: 6_000, office.other: 4_000})
    receipt = make_verified(shared, 100, "2012-02-05")
    with owner("ledger_entry"):
        receipt.entries.order_by("amount").first().delete()

    assert checks.UNBALANCED in found_in(office.period)


def test_a_shared_receipt_is_reversed_for_every_unit_at_once(office):
    shared = make_project(office.town, shares={office.town: 6_000, office.other: 4_000})
    receipt = make_verified(shared, 100, "2012-02-05")
    part = receipt.entries.first()

    acting.reverse(part.pk, "份额有误", by=office.verifier, at=moment("2012-02-20"))

    assert sorted(receipt.entries.values_list("amount", flat=True)) == [
        wan(-60),
        wan(-40),
        wan(40),
        wan(60),
    ]
    assert found_in(office.period) == {}


def test_a_reversal_in_the_next_quarter_leaves_both_quarters_balanced(office):
    known = checks.ADVISORY
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=known)
    acting.confirm(office.period.pk, by=office.head, at=APRIL, known=known)
    acting.reverse(Entry.objects.get().pk, "凭证不实", by=office.verifier, at=APRIL)

    second = checks.run(Period.objects.get(quarter=2))

    assert found_in(office.period) == {}
    assert not [check for check in second if check.blocks]


def test_funds_above_the_introduced_amount_are_found(office):
    make_verified(office.project, 251, "2012-03-06")

    check = checks.run(office.period)[7]

    assert (check.number, check.records) == (checks.ABOVE, (office.project,))
    assert not check.blocks


def test_what_is_found_must_be_known_by_both_people(office):
    make_receipt(office.project, 10, "2012-03-31")
    one = {checks.UNVERIFIED}

    with pytest.raises(Refusal) as unticked:
        acting.close(office.period.pk, by=office.verifier, at=APRIL, known={checks.ABOVE})
    acting.close(office.period.pk, by=office.verifier, at=APRIL, known=one)
    with pytest.raises(Refusal):
        acting.confirm(office.period.pk, by=office.head, at=APRIL)
    acting.confirm(office.period.pk, by=office.head, at=APRIL, known=one)

    assert unticked.value.field == "known"
    assert Settlement.objects.count() == 1
    line = Trail.objects.get(action="period.close")
    assert line.after["known"] == {str(checks.UNVERIFIED): 1}


def test_checks_take_as_many_queries_for_many_units_as_for_few(office, django_assert_num_queries):
    checks.run(office.period)
    with django_assert_num_queries(QUERIES):
        checks.run(office.period)

    for number in range(5):
        make_verified(make_project(make_unit(office.county, f"{number}局")), 10, "2012-02-05")
    with django_assert_num_queries(QUERIES):
        checks.run(office.period)


QUERIES = 15
