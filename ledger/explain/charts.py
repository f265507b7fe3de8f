"""The geometry of the composition: bars side by side, the stair of what remains, the funnel.

Turns exact amounts into lengths in percent, as text. Imports no Django and holds no words. Rounding
here moves a drawing, never a figure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Amount = int | Decimal | Fraction
SHORTEST = 0.6  # percent: what is not zero stays visible


@dataclass(frozen=True, slots=True)
class Bar:
    """Start, length and end of a bar, in percent of its box."""

    start: str
    width: str
    end: str

    def __bool__(self) -> bool:
        return self.width != "0.00"


def bars(amounts: Sequence[Amount]) -> list[Bar]:
    """Bars from the left; the longest fills the box."""
    longest = max((float(amount) for amount in amounts), default=0.0)
    return [_bar(0.0, _percent(amount, longest)) for amount in amounts]


def stair(amounts: Iterable[Amount]) -> list[Bar]:
    """Bars that each end where the one before begins: what is left after each step."""
    parts = [max(float(amount), 0.0) for amount in amounts]
    whole, left, found = sum(parts), sum(parts), []
    for part in parts:
        left -= part
        found.append(_bar(_percent(left, whole), _percent(part, whole)))
    return found


def funnel(counts: Sequence[int]) -> list[Bar]:
    """Bars around the middle, as wide as the counts."""
    widest = max(counts, default=0)
    widths = [_percent(count, widest) for count in counts]
    return [_bar(50 - width / 2, width) for width in widths]


def _percent(amount: Amount | float, whole: float) -> float:
    if amount <= 0 or whole <= 0:
        return 0.0
    return max(100 * float(amount) / whole, SHORTEST)


def _bar(start: float, width: float) -> Bar:
    start = max(min(start, 100 - width), 0.0)
    return Bar(f"{start:.2f}", f"{width:.2f}", f"{start + width:.2f}")
