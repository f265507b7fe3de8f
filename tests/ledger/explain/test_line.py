"""Every figure of a line opens to what it is made of, and the parts make the figure."""

import pytest

from ledger.explain import line as explain
from ledger.explain.steps import over_half_steps
from ledger.models import Entry, Period
from ledger.quarter.checks import ADVISORY
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from tests import acting
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def told(unit, as_of=JUNE, known_by=None):
    table = league_table(unit.county, as_of, known_by)
    return explain.unit_line(table, unit)


def said(steps):
    return [str(step.words) for step in steps]


def test_the_entries_make_what_is_received(county):
    unit, other = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    set_target(unit, 1000)
    shared = make_project(unit, shares={unit: 6_000, other: 4_000})
    make_verified(shared, 100, "2012-03-05")
    make_verified(make_project(unit), 7, "2012-07-01")
    reversed_ = make_verified(make_project(unit, signed="2011-05-01"), 50, "2012-04-05")
    entry = Entry.objects.get(receipt=reversed_)
    acting.reverse(entry.pk, "重复", by=make_verifier(county), at=moment("2012-05-01"))

    line = told(unit)

    amounts = [part.entry.amount for part in line.entries]
    assert amounts == [wan(60), wan(50), wan(-50)]
    assert sum(amounts) == line.row.received
    assert (line.entries[0].share, line.entries[0].receipt_amount) == ("60.00%", "100.00")
    assert line.entries_total == "60.00"


def test_what_awaits_verification_opens_to_its_receipts_and_shares(county):
    unit, other = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    make_receipt(make_project(other, shares={other: 7_500, unit: 2_500}), 40)

    line = told(unit)

    [part] = line.pending
    assert (part.receipt_amount, part.share, part.amount) == ("40.00", "25%", "10.00")
    assert line.row.pending == wan(10)


def test_the_target_names_its_document_and_what_it_replaced(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    set_target(unit, 800, effective_on="2012-06-01", at=moment("2012-06-01"))
    set_target(unit, 100, effective_on="2012-09-01", at=moment("2012-09-01"))

    assert [version.amount for version in told(unit).targets] == [wan(800), wan(1000)]
    assert told(unit).row.target == wan(800)
    assert [v.amount for v in told(unit, JUNE, moment("2012-05-30")).targets] == [wan(1000)]


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2012-06-30", "500"),
        ("2012-05-31", "416.666667"),
        ("2012-03-31", "250"),
        ("2012-01-31", "83.333333"),
    ],
)
def test_the_benchmark_is_told_in_steps_that_end_at_it(county, as_of, last):
    unit = make_unit(county)
    set_target(unit, 1000)

    steps = said(told(unit, day(as_of)).benchmark)

    assert last in steps[-1]


def test_before_the_first_month_is_over_nothing_is_due(county):
    unit = make_unit(county)
    set_target(unit, 1000)

    line = told(unit, day("2012-01-30"))

    assert (line.row.benchmark, len(line.benchmark)) == (0, 2)


def test_completion_and_gap_show_the_numbers_they_are_made_of(county):
    unit = make_unit(county)
    set_target(unit, 300)
    make_verified(make_project(unit), 100, "2012-04-05")

    line = told(unit, day("2012-04-30"))

    [completion] = said(line.completion)
    assert "100" in completion
    assert "33.333333…" in completion
    assert "33.3%" in completion
    assert all("100" in step or "0" in step for step in said(line.gap))


@pytest.mark.parametrize(
    ("target", "received", "answers"),
    [
        (None, 5, [False, None]),
        (1000, 0, [True, False, None]),
        (1000, 1000, [True, True, True, None]),
        (1000, 500, [True, True, False, True, None]),
        (1000, 499, [True, True, False, False, None]),
    ],
)
def test_the_tier_is_told_question_by_question(county, target, received, answers):
    unit = make_unit(county)
    if target:
        set_target(unit, target)
    if received:
        make_verified(make_project(unit), received, "2012-04-05")

    assert [step.holds for step in told(unit).tier] == answers


def test_the_rank_names_who_shares_it_and_who_stands_beside(county):
    units = [make_unit(county, name) for name in ("甲镇", "乙镇", "丙镇", "丁镇")]
    for unit, amount in zip(units, (300, 200, 200, 100), strict=True):
        set_target(unit, 1000)
        make_verified(make_project(unit), amount, "2012-04-05")

    line = told(units[1])

    assert [row.name for row in line.neighbours] == ["甲镇", "乙镇", "丙镇", "丁镇"]
    assert "丙镇" in "".join(said(line.rank))


def test_a_merged_units_entries_are_shown_in_its_successor(county):
    heir = make_unit(county, "甲镇")
    merged = make_unit(county, "乙镇", ended_on=day("2012-05-31"), successor=heir)
    make_verified(make_project(merged), 30, "2012-04-05")

    assert told(merged) is None
    [part] = told(heir).entries
    assert part.entry.unit == merged
    assert told(merged, day("2012-05-31")).row.received == wan(30)


def test_what_was_announced_is_explained_as_it_was_announced(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    project = make_project(unit)
    make_verified(project, 250, "2012-03-05")
    period = Period.objects.get()
    action = {"at": moment("2012-04-10"), "known": ADVISORY}
    acting.close(period.pk, by=make_verifier(county), **action)
    settlement = acting.confirm(period.pk, by=make_head(county), **action)
    make_verified(project, 9, "2012-03-06", at=moment("2012-04-20"))

    line = told(unit, settlement.as_of, settlement.known_by)

    assert line.row.received == announced_table(settlement).rows[0].received
    assert [part.entry.amount for part in line.entries] == [wan(250)]


def test_both_questions_of_half_and_half_are_answered(county):
    """Rule 5."""
    unit = make_unit(county)
    set_target(unit, 1000)
    make_verified(make_project(unit), 500, "2012-04-05")

    def answers(as_of):
        table = league_table(county, day(as_of))
        return [step.holds for step in over_half_steps(table)]

    assert answers("2012-06-30") == [True, True]
    assert answers("2012-06-29") == [False, True]
