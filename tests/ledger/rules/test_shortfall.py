"""What is still needed by the next quarter's end."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.rules.shortfall import Node, needed, next_node, per_month
from tests.builders import day

DUE = (Decimal(250), Decimal(500), Decimal(750), Decimal(1000))


@pytest.mark.parametrize(
    ("as_of", "node"),
    [
        ("2012-01-15", Node(1, 3)),
        ("2012-03-30", Node(1, 1)),
        ("2012-03-31", Node(2, 3)),
        ("2012-06-30", Node(3, 3)),
        ("2012-11-30", Node(4, 1)),
        ("2012-12-31", None),
    ],
)
def test_the_next_node_is_the_first_quarter_end_after_the_day(as_of, node):
    assert next_node(day(as_of)) == node


def test_needed_is_what_lacks_at_the_node_and_never_negative():
    node = Node(3, 3)

    assert needed(Decimal("100.01"), DUE, node) == Decimal("649.99")
    assert needed(Decimal(750), DUE, node) == 0
    assert needed(Decimal(900), DUE, node) == 0
    assert per_month(Decimal(100), node) == Fraction(100, 3)
