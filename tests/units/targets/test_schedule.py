"""The year's schedule in amounts, to the fen."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from units.targets.schedule import scheduled


def test_amounts_never_ask_for_more_than_the_schedule():
    assert scheduled(Decimal("0.03")) == (
        Decimal("0.00"),
        Decimal("0.01"),
        Decimal("0.02"),
        Decimal("0.03"),
    )


@given(amount=st.decimals("0.00", "9999999999999.99", places=2))
def test_amounts_never_fall_and_end_with_the_whole_year(amount):
    due = scheduled(amount, (2_000, 4_930, 7_500, 10_000))

    assert list(due) == sorted(due)
    assert due[-1] == amount
