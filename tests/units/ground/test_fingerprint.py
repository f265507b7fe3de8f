"""Fingerprints: equal for equal values in whatever writing, different for a fen or a zero-width."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.builders import SHANGHAI
from units.ground.fingerprint import demand_seen, fingerprint
from units.ground.refusal import Conflict

MOMENT = datetime(2012, 6, 30, 16, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Decimal("100"), Decimal("100.00")),
        (Decimal("0"), Decimal("-0.00")),
        (Decimal("1E+3"), Decimal("1000")),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ((1, 2), [1, 2]),
        (MOMENT, MOMENT.astimezone(SHANGHAI)),
    ],
)
def test_equal_values_have_one_fingerprint(one, same):
    assert fingerprint(one) == fingerprint(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("100.00"), Decimal("100.01")),
        (Fraction(1, 3), Fraction(2, 6 + 1)),
        (date(2012, 6, 30), date(2012, 7, 1)),
        (MOMENT, MOMENT.replace(microsecond=2)),
        ([1, 2], [2, 1]),
        ("水沟镇", "水沟镇\u200b"),
        ("1", 1),
        (None, ""),
        ("\ud800", "\ud801"),
    ],
)
def test_different_values_have_different_fingerprints(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_values_do_not_run_together():
    assert fingerprint("a", "b") != fingerprint("ab") != fingerprint(["a", "b"])


def test_a_value_without_a_plain_form_is_a_mistake():
    with pytest.raises(TypeError):
        fingerprint(object())


def test_what_was_not_seen_is_a_conflict():
    demand_seen("a", "a")
    for seen in ("", "b"):
        with pytest.raises(Conflict):
            demand_seen(seen, "a")
