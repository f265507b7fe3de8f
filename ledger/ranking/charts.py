"""The geometry of the drawings: bullet bars, the bar of tiers, the curve of the year.

Turns exact amounts into coordinates as text, which templates draw as SVG. Imports no Django and
holds no words. Rounding here moves a drawing, never a figure.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

Amount = int | Decimal | Fraction
Tone = TypeVar("Tone", bound=str)
# A bullet is cut off at this percent of the task.
BULLET_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Bullet:
    """Percent of the task: received, pending after it, and where the benchmark is due."""

    tone: str
    received: str
    pending: str
    benchmark: str


def bullet(
    tone: str, target: Amount, received: Amount, pending: Amount | None, benchmark: Amount
) -> Bullet:
    """Lengths for a ``target`` above zero; an empty text means that there is nothing to draw."""
    full = float(target) / 100
    done = min(max(float(received) / full, 0.0), BULLET_WIDTH)
    waiting = min(float(pending or 0) / full, BULLET_WIDTH - done)
    return Bullet(
        tone=tone,
        received=f"{done:.1f}",
        pending=f"{waiting:.1f}" if waiting > 0 else "",
        benchmark=f"{min(float(benchmark) / full, BULLET_WIDTH):.1f}",
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar: start and width, in percent."""

    tone: str
    count: int
    start: str
    width: str
    middle: str


def stacked(counts: Mapping[Tone, int]) -> tuple[Segment, ...]:
    """The parts of a bar in the order of ``counts``, without empty ones."""
    whole, before, segments = sum(counts.values()), 0, []
    for tone, count in counts.items():
        if count:
            start, width = 100 * before / whole, 100 * count / whole
            middle = start + width / 2
            segments.append(
                Segment(str(tone), count, f"{start:.2f}", f"{width:.2f}", f"{middle:.2f}")
            )
        before += count
    return tuple(segments)


@dataclass(frozen=True, slots=True)
class Span:
    """From one completion to another on a common scale, in percent of the drawing's width."""

    before: str
    after: str
    full: str
    is_down: bool


def spans(pairs: Sequence[tuple[Amount, Amount]]) -> tuple[Span, ...]:
    """Pairs of before and after, as parts of the task (1 is all of it), on one scale.

    ``full`` marks the whole task.
    """
    ceiling = max([1.0, *(float(part) for pair in pairs for part in pair)])

    def at(part: Amount) -> str:
        return f"{1 + 98 * max(float(part), 0.0) / ceiling:.1f}"

    return tuple(Span(at(before), at(after), at(1), after < before) for before, after in pairs)


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line with its label; ``at`` is its place in percent from the left or the top."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chart: its path and the dots on it, in a box of 100 by 100."""

    name: str
    path: str
    dots: str
    end_x: str
    end_y: str


@dataclass(frozen=True, slots=True)
class Curve:
    months: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    lines: tuple[Line, ...]
    half: str


# Room for the labels of the axes, in percent of the drawing.
_LEFT, _RIGHT, _TOP, _BOTTOM = 6.0, 98.0, 6.0, 90.0


def curve(lines: Iterable[tuple[str, Sequence[Amount]]], unit: int) -> Curve:
    """Lines over the year: each a name and its values at the month ends from January on.

    Every line begins at zero on 1 January. ``unit`` is the amount that one on the axis stands for.
    """
    drawn = [(name, [0.0, *(float(value) / unit for value in values)]) for name, values in lines]
    top = max((value for _, values in drawn for value in values), default=0.0)
    step = _step(top)
    ceiling = step * max(math.ceil(top / step), 1)
    levels = [step * level for level in range(round(ceiling / step) + 1)]
    return Curve(
        months=tuple(Tick(f"{_x(month):.2f}", str(month)) for month in range(1, 13)),
        levels=tuple(Tick(f"{_y(level, ceiling):.2f}", f"{level:g}") for level in levels),
        lines=tuple(_line(name, values, ceiling) for name, values in drawn if len(values) > 1),
        half=f"{_x(6):.2f}",
    )


def _x(month: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * month / 12


def _y(value: float, ceiling: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * max(value, 0.0) / ceiling


def _line(name: str, values: Sequence[float], ceiling: float) -> Line:
    points = [f"{_x(month):.2f} {_y(value, ceiling):.2f}" for month, value in enumerate(values)]
    end_x, end_y = points[-1].split()
    return Line(
        name=name,
        path="M" + "L".join(points),
        dots="".join(f"M{point}h0" for point in points[1:]),
        end_x=end_x,
        end_y=end_y,
    )


@dataclass(frozen=True, slots=True)
class RankLine:
    """Ranks from left to right, the best on top; ``stops`` are the places of their numbers."""

    path: str
    dots: str
    stops: tuple[tuple[str, str, str], ...]


# The numbers stand above their dots.
_RANKS_TOP, _RANKS_BOTTOM = 35.0, 90.0


def rank_line(ranks: Sequence[int | None]) -> RankLine | None:
    """Needs two ranks; the line breaks where there was no rank."""
    known = [rank for rank in ranks if rank is not None]
    if len(known) < 2:
        return None
    best, spread = min(known), max(known) - min(known)
    path, dots, stops, is_broken = "", "", [], True
    for place, rank in enumerate(ranks):
        if rank is not None:
            x = f"{_LEFT + (_RIGHT - _LEFT) * place / (len(ranks) - 1):.2f}"
            below = (rank - best) / spread if spread else 0.5
            y = f"{_RANKS_TOP + (_RANKS_BOTTOM - _RANKS_TOP) * below:.2f}"
            path += f"{'M' if is_broken else 'L'}{x} {y}"
            dots += f"M{x} {y}h0"
            stops.append((x, y, str(rank)))
        is_broken = rank is None
    return RankLine(path, dots, tuple(stops))


def _step(top: float) -> float:
    """A round distance between grid lines that gives four to seven of them."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top / 4))
    return next(power * round_ for round_ in (1, 2, 2.5, 5, 10) if top / (power * round_) <= 7)
