"""The points of the units of a group under a scheme. Pure: standard library and ``scheme`` only.

Exact: every figure and every point is a ``Fraction``; rounding is for display. A unit that a veto
concerns gets no total and no rank; equal totals share a rank and the next is skipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ledger.assessment.scheme import Against, Item, Method, Over, Scheme, Veto
from ledger.rules.standing import ranks

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A unit's value of an indicator, what it owes for the year, and what is due by the day.

    None: nothing known, or no target. ``by_industry`` parts the value for coefficients.
    """

    value: Fraction | None = None
    target: Fraction | None = None
    due: Fraction | None = None
    by_industry: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What a unit claims for an item, what the bureau gives, and why."""

    claimed: Fraction | None = None
    points: Fraction | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit to be scored: its figures by indicator, what was given by item."""

    code: str
    name: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemScore:
    """The points of an item, and what they were made of; ``before`` are those before cap and floor.

    ``least`` and ``most`` are the group's values in a spread, ``place`` the rank in a ranking.
    """

    item: Item
    points: Fraction
    value: Fraction | None = None
    target: Fraction | None = None
    rate: Fraction | None = None
    before: Fraction = ZERO
    least: Fraction | None = None
    most: Fraction | None = None
    place: int | None = None
    extra: Fraction = ZERO
    given: Given | None = None

    @property
    def counted(self) -> Fraction:
        """With its sign: a deduction takes away."""
        return self.points * self.item.sign

    @property
    def is_limited(self) -> bool:
        return self.points != self.before


@dataclass(frozen=True, slots=True)
class UnitScore:
    """``raw`` is the sum of the items; ``total`` also re-scaled; both None under a veto."""

    code: str
    name: str
    items: tuple[ItemScore, ...]
    vetoes: tuple[Veto, ...] = ()
    raw: Fraction | None = None
    total: Fraction | None = None
    rank: int | None = None


def score(scheme: Scheme, group: str, units: Sequence[Scored]) -> tuple[UnitScore, ...]:
    """The units of a group by rank, then those that a veto excludes, in the order given."""
    items = [item for item in scheme.items if item.concerns(group)]
    by_item = [_item_scores(item, units) for item in items]
    scored = [
        _unit_score(scheme, group, unit, tuple(scores[place] for scores in by_item))
        for place, unit in enumerate(units)
    ]
    scored = _rescaled(scheme, scored) if scheme.rescales else scored
    found = ranks([unit.total for unit in scored])
    ranked = [replace(unit, rank=rank) for unit, rank in zip(scored, found, strict=True)]
    return tuple(sorted(ranked, key=lambda unit: unit.rank or len(ranked) + 1))


def _unit_score(
    scheme: Scheme, group: str, unit: Scored, items: tuple[ItemScore, ...]
) -> UnitScore:
    vetoes = tuple(
        veto
        for veto in scheme.vetoes
        if (not veto.groups or group in veto.groups)
        and (unit.figures.get(veto.indicator, Figure()).value or ZERO) < veto.least
    )
    if vetoes:
        return UnitScore(unit.code, unit.name, items, vetoes)
    counted = sum((each.points for each in items if not each.item.is_extra), ZERO)
    added = _limited([each for each in items if each.item.is_extra and each.item.sign > 0], scheme)
    taken = _limited([each for each in items if each.item.sign < 0], scheme)
    raw = counted + added - taken
    return UnitScore(unit.code, unit.name, items, raw=raw, total=raw)


def _limited(items: Sequence[ItemScore], scheme: Scheme) -> Fraction:
    """The sum of bonuses or of deductions, at most what the scheme allows of them together."""
    if not items:
        return ZERO
    most = scheme.most_extra if items[0].item.sign > 0 else scheme.most_deducted
    whole = sum((each.points for each in items), ZERO)
    return whole if most is None else min(whole, most)


def _rescaled(scheme: Scheme, units: Sequence[UnitScore]) -> list[UnitScore]:
    """The best gets the full points, the others in proportion; nothing changes without points."""
    best = max((unit.raw for unit in units if unit.raw is not None), default=ZERO)
    if best <= 0:
        return list(units)
    return [
        unit if unit.raw is None else replace(unit, total=unit.raw * scheme.full / best)
        for unit in units
    ]


# The methods


def _item_scores(item: Item, units: Sequence[Scored]) -> list[ItemScore]:
    """One of each unit; what a method needs of the whole group is found once."""
    values = [_value(item, unit) for unit in units]
    known = [value for value in values if value is not None]
    places = ranks(values) if item.method is Method.RANK else [None] * len(units)
    group: dict[str, Any] = {}
    if item.method is Method.SPREAD and known:
        group = {"least": min(known), "most": max(known)}
    return [
        _scored(item, unit, value, place, group)
        for unit, value, place in zip(units, values, places, strict=True)
    ]


def _scored(
    item: Item, unit: Scored, value: Fraction | None, place: int | None, group: dict[str, Any]
) -> ItemScore:
    figure = unit.figures.get(item.indicator, Figure())
    target = {
        Against.TARGET: figure.target,
        Against.DUE: figure.due,
        Against.WHOLE: Fraction(1),
    }[item.against]
    rate = value / target if value is not None and target else None
    given = unit.given.get(item.code)
    start = ItemScore(item, ZERO, value, target, rate, place=place, given=given, **group)
    return METHODS[item.method](start, unit)


def _value(item: Item, unit: Scored) -> Fraction | None:
    """The unit's value, its parts weighted where the item has coefficients by industry."""
    figure = unit.figures.get(item.indicator, Figure())
    if not item.coefficients or figure.value is None:
        return figure.value
    weighted = sum(
        (
            part * item.coefficients.get(industry, Fraction(1))
            for industry, part in figure.by_industry.items()
        ),
        ZERO,
    )
    return weighted + figure.value - sum(figure.by_industry.values(), ZERO)


def _by_rate(found: ItemScore, unit: Scored) -> ItemScore:
    item, rate = found.item, found.rate
    if rate is None:
        return found
    whole = Fraction(1) if item.over else None
    cap = item.cap if item.cap is not None else whole
    held = max(rate, ZERO) if cap is None else min(max(rate, ZERO), cap)
    extra = _beyond(item.over, rate, found.target)
    points = item.points * (held if item.floor is None else max(held, item.floor)) + extra
    return replace(found, points=points, before=item.points * rate + extra, extra=extra)


def _beyond(over: Over | None, rate: Fraction, target: Fraction | None) -> Fraction:
    """Points for each whole step beyond the target."""
    if over is None or rate <= 1:
        return ZERO
    points = over.points
    for start, of_band in over.bands:
        if target is not None and target >= start:
            points = of_band
    found = int((rate - 1) / over.each) * points
    return found if over.most is None else min(found, over.most)


def _by_steps(found: ItemScore, unit: Scored) -> ItemScore:
    item, rate = found.item, found.rate
    if rate is None:
        return found
    for step in sorted(item.steps, key=lambda step: step.start, reverse=True):
        if rate >= step.start and _reaches(step.indicator, step.rate, unit):
            extra = _beyond(item.over, rate, found.target)
            points = step.points + extra
            return replace(found, points=points, before=points, extra=extra)
    return found


def _reaches(indicator: str, least: Fraction, unit: Scored) -> bool:
    if not indicator:
        return True
    figure = unit.figures.get(indicator, Figure())
    return bool(
        figure.value is not None and figure.target and figure.value >= least * figure.target
    )


def _by_spread(found: ItemScore, unit: Scored) -> ItemScore:
    """All values equal gives everybody the full points."""
    item, least, most = found.item, found.least, found.most
    if found.value is None or least is None or most is None:
        return found
    part = Fraction(1) if most == least else (found.value - least) / (most - least)
    points = item.base + (item.points - item.base) * part
    return replace(found, points=points, before=points)


def _by_rank(found: ItemScore, unit: Scored) -> ItemScore:
    """Ranks beyond the list get its last points."""
    if found.place is None:
        return found
    points = found.item.ranks[min(found.place, len(found.item.ranks)) - 1]
    return replace(found, points=points, before=points)


def _by_each(found: ItemScore, unit: Scored) -> ItemScore:
    """Points for each whole unit beyond a number, or beyond the target."""
    item = found.item
    if found.value is None or (item.beyond_target and found.target is None):
        return found
    start = (found.target or ZERO) if item.beyond_target else item.beyond
    before = item.points * max(int((found.value - start) / item.each), 0)
    points = before if item.most is None else min(before, item.most)
    return replace(found, points=points, before=before)


def _as_given(found: ItemScore, unit: Scored) -> ItemScore:
    """What the bureau gives, never more than the item has; what is only claimed counts nothing."""
    given = found.given.points if found.given else None
    if given is None:
        return found
    return replace(found, points=min(max(given, ZERO), found.item.points), before=given)


METHODS = {
    Method.RATE: _by_rate,
    Method.STEPS: _by_steps,
    Method.SPREAD: _by_spread,
    Method.RANK: _by_rank,
    Method.EACH: _by_each,
    Method.GIVEN: _as_given,
}
