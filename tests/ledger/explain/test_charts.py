"""The lengths of the composition's bars: they stay in their box, and what is not zero is seen."""

from decimal import Decimal

from ledger.explain.charts import bars, funnel, stair


def numbers(found):
    return [(float(bar.start), float(bar.width)) for bar in found]


def test_the_longest_bar_fills_its_box():
    assert numbers(bars([Decimal(50), Decimal(200), Decimal(0)])) == [(0, 25), (0, 100), (0, 0)]


def test_a_stair_goes_down_to_what_is_left():
    assert numbers(stair([50, 30, 20])) == [(50, 50), (20, 30), (0, 20)]


def test_a_funnel_stands_around_the_middle():
    assert numbers(funnel([100, 50, 10])) == [(0, 100), (25, 50), (45, 10)]


def test_nothing_draws_nothing():
    assert not any(bars([0, 0]) + stair([0, 0]) + funnel([0]) + bars([]) + funnel([]))


def test_what_is_not_zero_stays_visible_and_inside():
    for start, width in numbers(stair([Decimal("0.01"), 10**9, Decimal("0.01")])):
        assert width > 0
        assert 0 <= start <= 100
        assert start + width <= 100.01


def test_a_part_below_zero_is_not_drawn_to_the_left():
    assert numbers(bars([-5, 10]))[0] == (0, 0)
    assert numbers(stair([-5, 10]))[0][1] == 0
