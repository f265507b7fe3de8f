"""The domain rule, without a database: benchmark, tier, rank, 双过半."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules import standing
from ledger.rules.standing import Tier
from units.targets.schedule import scheduled

FEN = Decimal("0.01")
YEAR = Decimal("1200.00")
EVEN = scheduled(YEAR)
OWN = scheduled(Decimal("1000.00"), (2_000, 4_930, 7_500, 10_000))


def last_day(month):
    return date(2012 + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@pytest.mark.parametrize("month", range(1, 13))
def test_even_schedule_asks_a_twelfth_for_each_completed_month(month):
    assert standing.benchmark(EVEN, last_day(month)) == month * 100


@pytest.mark.parametrize("month", range(1, 13))
def test_month_counts_from_its_last_day_only(month):
    assert standing.completed_months(last_day(month)) == month
    assert standing.completed_months(last_day(month) - timedelta(days=1)) == month - 1


@pytest.mark.parametrize(
    ("month", "due"),
    [
        (1, Fraction(200, 3)),
        (3, 200),
        (4, 200 + Fraction(293, 3)),
        (6, 493),
        (8, 493 + Fraction(514, 3)),
        (9, 750),
        (12, 1000),
    ],
)
def test_own_schedule_is_interpolated_inside_the_quarter(month, due):
    assert standing.benchmark(OWN, last_day(month)) == due


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (date(2012, 6, 30), date(2012, 6, 1)),
        (date(2012, 6, 29), date(2012, 5, 1)),
        (date(2012, 2, 28), date(2012, 1, 1)),
        (date(2012, 1, 15), date(2011, 12, 1)),
    ],
)
def test_the_last_full_month_is_over(as_of, first):
    assert standing.last_full_month(as_of) == first


@pytest.mark.parametrize("target", [None, Decimal(0), -FEN])
def test_without_a_task_nothing_is_completed(target):
    assert standing.completion(FEN, target) is None
    assert standing.gap_points(FEN, target, Fraction(0)) is None


def test_nothing_is_due_before_the_first_month_is_over():
    assert standing.benchmark(EVEN, date(2012, 1, 30)) == 0


@pytest.mark.parametrize(
    ("received", "target", "due", "tier"),
    [
        ("0.00", None, None, Tier.NO_TARGET),
        ("500.00", None, None, Tier.NO_TARGET),
        ("500.00", "0.00", Fraction(0), Tier.NO_TARGET),
        ("0.00", "1200.00", Fraction(600), Tier.NO_FUNDS),
        ("-5.00", "1200.00", Fraction(600), Tier.NO_FUNDS),
        ("0.00", "1200.00", Fraction(0), Tier.NO_FUNDS),
        ("0.01", "1200.00", Fraction(600), Tier.BEHIND),
        ("599.99", "1200.00", Fraction(600), Tier.BEHIND),
        ("600.00", "1200.00", Fraction(600), Tier.ON_SCHEDULE),
        ("600.01", "1200.00", Fraction(600), Tier.ON_SCHEDULE),
        ("1199.99", "1200.00", Fraction(600), Tier.ON_SCHEDULE),
        ("1200.00", "1200.00", Fraction(600), Tier.COMPLETED),
        ("1200.01", "1200.00", Fraction(600), Tier.COMPLETED),
        ("1200.00", "1200.00", Fraction(1200), Tier.COMPLETED),
        ("0.01", "1200.00", Fraction(0), Tier.ON_SCHEDULE),
        # a third of a quarter: 33.33 is below 33 1/3, 33.34 is not
        ("33.33", "100.00", Fraction(100, 3), Tier.BEHIND),
        ("33.34", "100.00", Fraction(100, 3), Tier.ON_SCHEDULE),
    ],
)
def test_tier(received, target, due, tier):
    amount = None if target is None else Decimal(target)

    assert standing.tier(Decimal(received), amount, due) is tier


@given(
    target=st.decimals("0.01", "9999999999.99", places=2),
    received=st.decimals("0.01", "9999999999.99", places=2),
    month=st.integers(1, 12),
)
def test_one_fen_decides_at_the_benchmark(target, received, month):
    due = standing.benchmark(scheduled(target), last_day(month))
    reached = standing.tier(received, target, due) in (Tier.COMPLETED, Tier.ON_SCHEDULE)

    assert reached == (received >= target or Fraction(received) >= due)


amounts = st.decimals("0.01", "9999999999.99", places=2)


@given(
    received=st.decimals("-9999999999.99", "9999999999.99", places=2),
    parts=st.lists(amounts, min_size=4, max_size=4).map(sorted),
    month=st.integers(1, 12),
)
def test_whole_numbers_give_what_fractions_give(received, parts, month):
    """The rule as it is written in the design, step by step in exact fractions."""
    quarters, months = divmod(month, 3)
    due = [Fraction(0), *map(Fraction, parts)]
    expected = due[quarters]
    if months:
        expected += (due[quarters + 1] - due[quarters]) * Fraction(months, 3)
    target, money = parts[-1], Fraction(received)

    benchmark = standing.benchmark(parts, last_day(month))

    assert benchmark == expected
    assert standing.completion(received, target) == money / Fraction(target)
    assert standing.gap(received, benchmark) == money - expected
    points = (money - expected) * 100 / Fraction(target)
    assert standing.gap_points(received, target, benchmark) == points
    reached = standing.tier(received, target, benchmark) in (Tier.COMPLETED, Tier.ON_SCHEDULE)
    assert reached == (received > 0 and (received >= target or money >= expected))


@pytest.mark.parametrize(
    ("completions", "ranks"),
    [
        ([], []),
        ([Fraction(1, 2)], [1]),
        ([Fraction(3, 4), Fraction(1, 2), Fraction(2, 4), Fraction(1, 4)], [1, 2, 2, 4]),
        ([Fraction(0), Fraction(0), Fraction(1)], [2, 2, 1]),
        ([None, Fraction(1), None, Fraction(-1)], [None, 1, None, 2]),
        ([Fraction(1, 3), Fraction("0.3333333333333333")], [1, 2]),
    ],
)
def test_equal_completion_shares_a_rank_and_the_next_is_skipped(completions, ranks):
    assert standing.ranks(completions) == ranks


@pytest.mark.parametrize(
    ("received", "target", "as_of", "claimed"),
    [
        ("600.00", "1200.00", date(2012, 6, 30), True),
        ("599.99", "1200.00", date(2012, 6, 30), False),
        ("600.00", "1200.00", date(2012, 6, 29), False),
        ("1200.00", "1200.00", date(2012, 3, 31), False),
        ("619.80", "1200.00", date(2012, 7, 1), True),
        ("1100.00", "1200.00", date(2012, 12, 30), True),
        ("850.80", "1200.00", date(2012, 12, 31), False),
        ("600.00", "0.00", date(2012, 6, 30), False),
        ("600.00", "-0.01", date(2012, 6, 30), False),
        ("600.00", None, date(2012, 6, 30), False),
    ],
)
def test_double_half_needs_half_the_year_and_half_the_target(received, target, as_of, claimed):
    amount = None if target is None else Decimal(target)

    assert standing.over_half(Decimal(received), amount, as_of) is claimed


@pytest.mark.parametrize(
    ("percent", "month", "points"),
    [  # published: county and month, gap printed there
        ("77.69", 9, "2.69"),
        ("19.99", 2, "3.32"),
        ("125.64", 10, "42.31"),
        ("77.17", 8, "10.50"),
        ("97.16", 10, "13.83"),
    ],
)
def test_gap_in_points_agrees_with_published_bulletins(percent, month, points):
    target = Decimal("10000.00")
    due = standing.benchmark(scheduled(target), last_day(month))

    gap = standing.gap_points(Decimal(percent) * 100, target, due)

    assert abs(gap - Fraction(points)) <= Fraction(1, 200)


def test_fen_either_side_of_a_tie_ranks_apart():
    half = standing.completion(Decimal("50.00"), Decimal("100.00"))
    more = standing.completion(Decimal("50.00") + FEN, Decimal("100.00"))

    assert standing.ranks([half, more, half]) == [2, 1, 2]
