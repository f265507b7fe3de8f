"""Benchmark, tier and rank: the rules that decide how a unit stands.

What is due by a day (序时进度), the tier (档次), the rank (名次) within a section, and the claim 双过半: rules
3 to 6 of docs/rules.md, where their sources are named. Reads neither clock, database nor settings,
and never compares rounded figures.

Amounts are ``Decimal`` yuan. A benchmark is an exact ``Fraction`` of yuan, because a third of a
quarter need not end on a fen. Fractions are built from integers in one step: each operation on a
Fraction reduces it, and a table of a hundred units takes thousands of operations.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

Number = TypeVar("Number", Decimal, Fraction)  # money, or the value of another indicator

# Stored with each settlement; raised when a rule of this module decides otherwise than before.
VERSION = 2
YEAR_END = 2  # the version since which 双过半 is no word of 31 December


class Tier(StrEnum):
    """The tiers, in the order in which a table lists them."""

    COMPLETED = "completed"
    ON_SCHEDULE = "on_schedule"
    BEHIND = "behind"
    NO_FUNDS = "no_funds"
    NO_TARGET = "no_target"


def completed_months(as_of: date) -> int:
    """Months of the year that are over on ``as_of``; a month counts from its last day."""
    is_last_day = (as_of + timedelta(days=1)).day == 1
    return as_of.month if is_last_day else as_of.month - 1


def last_full_month(as_of: date) -> date:
    """The first day of the newest month that is over on ``as_of``, perhaps of last year."""
    tomorrow = as_of + timedelta(days=1)
    return (tomorrow.replace(day=1) - timedelta(days=1)).replace(day=1)


def benchmark(due: Sequence[Decimal], as_of: date) -> Fraction:
    """Yuan due on ``as_of``, from the four cumulative quarter targets.

    Within a quarter the amount grows by a third of the quarter for each completed month.
    """
    quarters, months = divmod(completed_months(as_of), 3)
    reached = due[quarters - 1] if quarters else Decimal(0)
    if not months:
        return Fraction(reached)
    top, under = reached.as_integer_ratio()
    next_top, next_under = due[quarters].as_integer_ratio()
    parts = top * next_under * (3 - months) + next_top * under * months
    return Fraction(parts, under * next_under * 3)


def tier(received: Number, target: Number | None, benchmark: Fraction | None) -> Tier:
    """The tier of a unit. Equality counts as reached; the order of the questions is the rule."""
    if target is None or benchmark is None or target <= 0:
        return Tier.NO_TARGET
    if received <= 0:
        return Tier.NO_FUNDS
    if received >= target:
        return Tier.COMPLETED
    if gap(received, benchmark) >= 0:
        return Tier.ON_SCHEDULE
    return Tier.BEHIND


def completion(received: Decimal, target: Decimal | None) -> Fraction | None:
    """Received over target, exact; None without a target."""
    if target is None or target <= 0:
        return None
    top, under = received.as_integer_ratio()
    target_top, target_under = target.as_integer_ratio()
    return Fraction(top * target_under, under * target_top)


def year_before(as_of: date) -> date:
    """The same day of the year before; a month end maps to the month end."""
    tomorrow = as_of + timedelta(days=1)
    if tomorrow.day == 1:
        return tomorrow.replace(year=tomorrow.year - 1) - timedelta(days=1)
    return as_of.replace(year=as_of.year - 1)


def growth(received: Decimal, before: Decimal | None) -> Fraction | None:
    """Growth on the same day of the year before (同比), exact; None without money then."""
    if before is None or before <= 0:
        return None
    return Fraction(received) / Fraction(before) - 1


def ranks(completions: Sequence[Fraction | None]) -> list[int | None]:
    """The rank of each completion, descending; equal ones share a rank.

    The next rank is skipped (1, 2, 2, 4). None (no target, or no funds) is unranked.
    """
    ordered = sorted((value for value in completions if value is not None), reverse=True)
    first: dict[Fraction, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return [None if value is None else first[value] for value in completions]


def over_half(received: Decimal, target: Decimal | None, as_of: date, rules: int = VERSION) -> bool:
    """双过半: half the year is over and at least half of the annual target is received (rule 5).

    A word of the half-year: at the year's end nothing is half any more (from version 2 on).
    """
    if target is None or target <= 0:
        return False
    last = 11 if rules >= YEAR_END else 12
    return 6 <= completed_months(as_of) <= last and 2 * received >= target


def gap(received: Decimal | Fraction, benchmark: Fraction) -> Fraction:
    """Received less benchmark, exact yuan."""
    top, under = received.as_integer_ratio()
    due_top, due_under = benchmark.as_integer_ratio()
    return Fraction(top * due_under - due_top * under, under * due_under)


def gap_points(
    received: Decimal, target: Decimal | None, benchmark: Fraction | None
) -> Fraction | None:
    """Percentage points (百分点) between completion and benchmark, from unrounded figures."""
    if target is None or benchmark is None or target <= 0:
        return None
    top, under = received.as_integer_ratio()
    due_top, due_under = benchmark.as_integer_ratio()
    target_top, target_under = target.as_integer_ratio()
    missing = top * due_under - due_top * under
    return Fraction(missing * 100 * target_under, under * due_under * target_top)
