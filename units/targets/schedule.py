"""The year's schedule (序时进度安排): how much of an annual target is due by each quarter's end.

The default schedule and the amounts of any schedule. Standard library and pure modules only; knows
neither units nor dates.
"""

from collections.abc import Sequence
from decimal import Decimal

from units.ground.basis_points import FULL

# Months over twelve: every bulletin's schedule unless it says otherwise.
EVEN = (2_500, 5_000, 7_500, FULL)


def scheduled(amount: Decimal, schedule: Sequence[int] = EVEN) -> tuple[Decimal, ...]:
    """Cumulative 元 due under a schedule in cumulative basis points, to the fen.

    Rounds down: rounding must never ask a unit for more than the schedule does.
    """
    fen = int(amount * 100)
    return tuple(Decimal(fen * part // FULL) / 100 for part in schedule)
