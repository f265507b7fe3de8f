"""Percents to two decimals as whole numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.ground import basis_points


@given(st.integers(min_value=0, max_value=basis_points.FULL))
def test_a_percent_reads_back_the_same(points):
    assert basis_points.parse(basis_points.plain(points)) == points
    assert basis_points.parse(f" {basis_points.plain(points)} %") == points


@pytest.mark.parametrize(("typed", "points"), [("６０％", 6_000), ("33.3", 3_330), ("100", 10_000)])
def test_a_percent_is_read_in_the_ways_people_write_it(typed, points):
    assert basis_points.parse(typed) == points


@pytest.mark.parametrize("typed", ["100.01", "33.333", "-5", "", "%", "1e1", "٣", "十"])
def test_what_is_no_percent_to_two_decimals_is_none(typed):
    assert basis_points.parse(typed) is None
