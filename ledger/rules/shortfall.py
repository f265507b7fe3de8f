"""What a unit still needs by the next benchmark, in yuan. Reads neither clock nor database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.rules.standing import completed_months


@dataclass(frozen=True, slots=True)
class Node:
    """The next quarter end after a day: which quarter, and how many months remain until then."""

    quarter: int
    months: int


def next_node(as_of: date) -> Node | None:
    """The first quarter end after the day; None when the year is over."""
    done = completed_months(as_of)
    quarter = done // 3 + 1
    return Node(quarter, 3 * quarter - done) if quarter <= 4 else None


def needed(received: Decimal, due: Sequence[Decimal], node: Node) -> Decimal:
    """Yuan still missing at the node; zero where the amount is reached."""
    return max(due[node.quarter - 1] - received, Decimal("0.00"))


def per_month(amount: Decimal, node: Node) -> Fraction:
    return Fraction(amount) / node.months
