"""A scheme (考核办法): what is scored by which method, read from TOML and checked. Pure: no database, no settings.

Points are points of the scheme, shares and rates plain numbers (1.2 is 120 %). Every number is an
exact ``Fraction``; a number in the file is read as it is written, never as a binary fraction.
Raises ``SchemeError`` with a sentence and where in the file it applies.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from units.ground.money import exact
from units.ground.text import gettext_noop

MAX_ITEMS: Final = 60


class SchemeError(ValueError):
    """``sentence % params`` says what to correct; ``place`` names the item."""

    def __init__(self, sentence: str, place: str = "", **params: object) -> None:
        super().__init__(sentence % params if params else sentence)
        self.sentence, self.place, self.params = sentence, place, params


class Method(StrEnum):
    """How a value becomes points.

    rate: points x value / target. steps: a share of the points from a rate on. spread: base + (points
    - base) x (x - min) / (max - min) within the group (功效系数法). rank: points by rank in the group.
    each: points for each further unit of the value. given: what the bureau gives.
    """

    RATE = "rate"
    STEPS = "steps"
    SPREAD = "spread"
    RANK = "rank"
    EACH = "each"
    GIVEN = "given"


class Against(StrEnum):
    """What a value is compared with: the year's target, what is due by the day, or 1 (a share)."""

    TARGET = "target"
    DUE = "due"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Step:
    """From this rate on, ``points``; also ``indicator`` must have reached ``rate`` where one is named."""

    start: Fraction
    points: Fraction
    indicator: str = ""
    rate: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Over:
    """Points for what goes beyond the target: ``points`` for each whole ``each`` of rate, at most ``most``.

    ``bands`` replace ``points`` by the height of the target: (from, points), the highest one reached.
    """

    each: Fraction
    points: Fraction = Fraction(0)
    most: Fraction | None = None
    bands: tuple[tuple[Fraction, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the scheme. ``sign`` is -1 for a deduction; ``is_extra`` stands outside the full points."""

    code: str
    name: str
    method: Method
    points: Fraction
    content: str = ""
    words: str = ""
    indicator: str = ""
    against: Against = Against.TARGET
    cap: Fraction | None = None
    floor: Fraction | None = None
    base: Fraction = Fraction(0)
    steps: tuple[Step, ...] = ()
    over: Over | None = None
    ranks: tuple[Fraction, ...] = ()
    each: Fraction = Fraction(1)
    beyond: Fraction = Fraction(0)
    beyond_target: bool = False
    most: Fraction | None = None
    groups: tuple[str, ...] = ()
    coefficients: Mapping[str, Fraction] = field(default_factory=dict)
    is_extra: bool = False
    sign: int = 1

    def concerns(self, group: str) -> bool:
        return not self.groups or group in self.groups

    @property
    def compares(self) -> bool:
        """Whether a unit needs a target for it."""
        by_rate = self.method in (Method.RATE, Method.STEPS) and self.against is not Against.WHOLE
        return by_rate or (self.method is Method.EACH and self.beyond_target)

    @property
    def full(self) -> Fraction:
        """What the item adds to the full points of the scheme."""
        if self.method is Method.EACH:
            return self.most or Fraction(0)
        return self.points

    @property
    def limit(self) -> Fraction | None:
        """The most points that the item can bring; None without a limit."""
        if self.method is Method.EACH:
            return self.most
        if self.method is Method.RATE and self.cap is None and self.over is None:
            return None
        most = self.points
        if self.method is Method.RATE and self.cap is not None:
            most = self.points * self.cap
        if self.method is Method.RANK:
            most = max(self.ranks)
        if self.method is Method.STEPS:
            most = max(step.points for step in self.steps)
        if self.over is None:
            return most
        return None if self.over.most is None else most + self.over.most


@dataclass(frozen=True, slots=True)
class Veto:
    """A unit whose ``indicator`` is below ``least`` is not assessed."""

    name: str
    indicator: str
    least: Fraction
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A county's scheme of a year. ``rescales``: the best of each group gets the full points."""

    name: str
    year: int
    full: Fraction
    items: tuple[Item, ...]
    document_no: str = ""
    effective_on: date | None = None
    rescales: bool = False
    most_extra: Fraction | None = None
    most_deducted: Fraction | None = None
    vetoes: tuple[Veto, ...] = ()
    # The last days on which a unit may assess itself, and object to its score; None is any day.
    claims_until: date | None = None
    objections_until: date | None = None

    @property
    def indicators(self) -> frozenset[str]:
        """The codes of every indicator that it needs."""
        named = {item.indicator for item in self.items} | {veto.indicator for veto in self.vetoes}
        named |= {step.indicator for item in self.items for step in item.steps}
        return frozenset(named - {""})

    def demand_known(self, indicators: Iterable[str], groups: Iterable[str]) -> None:
        """Refuse a scheme that names an indicator or a group that the county has not."""
        if missing := sorted(self.indicators - set(indicators)):
            raise SchemeError(
                gettext_noop("The county has no indicator %(code)s."), code=", ".join(missing)
            )
        named = [group for item in self.items for group in item.groups]
        named += [group for veto in self.vetoes for group in veto.groups]
        if missing := sorted(set(named) - set(groups)):
            raise SchemeError(
                gettext_noop("The county has no group %(code)s."), code=", ".join(missing)
            )


def read(text: str) -> Scheme:
    """The scheme of a TOML file."""
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(gettext_noop("The file is not TOML: %(error)s"), error=error) from error
    head = _Part(found, "")
    parts = [("item", 1, False), ("bonus", 1, True), ("deduction", -1, True)]
    items = [
        _item(_Part(each, f"{kind} {number}"), sign, is_extra)
        for kind, sign, is_extra in parts
        for number, each in enumerate(head.tables(kind), start=1)
    ]
    scheme = Scheme(
        name=head.text("name", is_required=True),
        year=head.whole("year"),
        full=head.number("full_points", Fraction(100)),
        items=tuple(items),
        document_no=head.text("document_no"),
        effective_on=head.day("effective_on"),
        rescales=head.flag("rescale"),
        most_extra=head.number_or_none("most_bonus"),
        most_deducted=head.number_or_none("most_deducted"),
        vetoes=tuple(
            _veto(_Part(each, f"veto {number}"))
            for number, each in enumerate(head.tables("veto"), start=1)
        ),
        claims_until=head.day("claims_until"),
        objections_until=head.day("objections_until"),
    )
    head.demand_nothing_left()
    _demand_sound(scheme)
    return scheme


def _item(part: "_Part", sign: int, is_extra: bool) -> Item:
    method = part.choice("method", Method)
    item = Item(
        code=part.text("code", is_required=True),
        name=part.text("name", is_required=True),
        method=method,
        points=part.number("points"),
        content=part.text("content"),
        words=part.text("words"),
        indicator=part.text("indicator", is_required=method is not Method.GIVEN),
        against=part.choice("against", Against, Against.TARGET),
        cap=part.number_or_none("cap"),
        floor=part.number_or_none("floor"),
        base=part.number("base", Fraction(0)),
        steps=tuple(_step(each) for each in part.parts("steps")),
        over=next((_over(each) for each in part.parts("over")), None),
        ranks=tuple(part.numbers("ranks")),
        each=part.number("each", Fraction(1)),
        beyond_target=part.is_word("beyond", "target"),
        beyond=part.number("beyond", Fraction(0)),
        most=part.number_or_none("most"),
        groups=tuple(part.texts("groups")),
        coefficients=part.coefficients("coefficients"),
        is_extra=is_extra,
        sign=sign,
    )
    part.demand_nothing_left()
    _demand_method(item, part.place)
    return item


def _step(part: "_Part") -> Step:
    step = Step(
        part.number("from"),
        part.number("points"),
        part.text("indicator"),
        part.number("rate", Fraction(0)),
    )
    part.demand_nothing_left()
    return step


def _over(part: "_Part") -> Over:
    bands = tuple((each.number("from"), each.number("points")) for each in part.parts("bands"))
    over = Over(
        part.number("each"),
        part.number("points", Fraction(0)),
        part.number_or_none("most"),
        tuple(sorted(bands)),
    )
    part.demand_nothing_left()
    return over


def _veto(part: "_Part") -> Veto:
    veto = Veto(
        part.text("name", is_required=True),
        part.text("indicator", is_required=True),
        part.number("least"),
        tuple(part.texts("groups")),
    )
    part.demand_nothing_left()
    return veto


def _demand_method(item: Item, place: str) -> None:
    """Refuse a method without what it needs, and a division by nothing."""
    if item.points < 0 or (item.points == 0 and item.method is not Method.STEPS):
        raise SchemeError(gettext_noop("Write points above zero."), place)
    if item.method is Method.STEPS and not item.steps:
        raise SchemeError(
            gettext_noop("Name the steps: from which rate on how many points."), place
        )
    if item.method is Method.RANK and not item.ranks:
        raise SchemeError(gettext_noop("Name the points of each rank, the first one first."), place)
    if item.each <= 0 or (item.over is not None and item.over.each <= 0):
        raise SchemeError(
            gettext_noop("Points for each further unit need a step above zero."), place
        )
    if item.method is Method.SPREAD and not 0 <= item.base <= item.points:
        raise SchemeError(
            gettext_noop("The base of a spread lies between zero and the points."), place
        )
    if item.cap is not None and item.floor is not None and item.cap < item.floor:
        raise SchemeError(gettext_noop("The cap lies below the floor."), place)
    if item.limit is not None and not item.is_extra and item.limit < item.full:
        raise SchemeError(gettext_noop("No unit can reach the points of this item."), place)


def _demand_sound(scheme: Scheme) -> None:
    if not 2000 <= scheme.year <= 2099:
        raise SchemeError(gettext_noop("Write the year of the scheme, as in 2012."))
    claims, objections = scheme.claims_until, scheme.objections_until
    if claims is not None and objections is not None and objections < claims:
        raise SchemeError(gettext_noop("Objections end after the self-assessment, not before it."))
    if not scheme.items or len(scheme.items) > MAX_ITEMS:
        raise SchemeError(
            gettext_noop("A scheme has at least one item, and at most %(most)d."), most=MAX_ITEMS
        )
    codes = [item.code for item in scheme.items]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise SchemeError(gettext_noop("Two items have the code %(code)s."), code=twice)
    counted = [item for item in scheme.items if not item.is_extra]
    for group in {group for item in counted for group in item.groups} | {""}:
        full = sum((item.full for item in counted if item.concerns(group)), Fraction(0))
        is_checked = group or not any(item.groups for item in counted)
        if full != scheme.full and is_checked and not scheme.rescales:
            raise SchemeError(
                gettext_noop("The items make %(sum)s points, not %(full)s. Correct the points."),
                group,
                sum=exact(full),
                full=exact(scheme.full),
            )


class _Part:
    """One table of the file; what nobody has read is refused at the end."""

    def __init__(self, held: Any, place: str) -> None:
        if not isinstance(held, dict):
            raise SchemeError(gettext_noop("Write a table here: name = value."), place)
        self.held, self.place, self.seen = held, place, set[str]()

    def get(self, name: str) -> Any:
        self.seen.add(name)
        return self.held.get(name)

    def text(self, name: str, *, is_required: bool = False) -> str:
        value = self.get(name)
        if value is None and not is_required:
            return ""
        if not isinstance(value, str) or (is_required and not value.strip()):
            raise SchemeError(gettext_noop("Write a text for %(name)s."), self.place, name=name)
        return value.strip()

    def texts(self, name: str) -> list[str]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise SchemeError(
                gettext_noop("Write a list of texts for %(name)s."), self.place, name=name
            )
        return value

    def number_or_none(self, name: str) -> Fraction | None:
        value = self.get(name)
        return None if value is None else self._number(name, value)

    def number(self, name: str, default: Fraction | None = None) -> Fraction:
        value = self.get(name)
        if value is None or (isinstance(value, str) and default is not None):
            if default is None:
                raise SchemeError(
                    gettext_noop("Write a number for %(name)s."), self.place, name=name
                )
            return default
        return self._number(name, value)

    def numbers(self, name: str) -> list[Fraction]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise SchemeError(
                gettext_noop("Write a list of numbers for %(name)s."), self.place, name=name
            )
        return [self._number(name, each) for each in value]

    def coefficients(self, name: str) -> dict[str, Fraction]:
        value = self.get(name)
        if value is None:
            return {}
        part = _Part(value, f"{self.place} {name}")
        return {key: part.number(key) for key in part.held}

    def _number(self, name: str, value: Any) -> Fraction:
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        if not is_number or not Decimal(value).is_finite():
            raise SchemeError(gettext_noop("Write a number for %(name)s."), self.place, name=name)
        return Fraction(value)

    def whole(self, name: str) -> int:
        number = self.number(name)
        if number.denominator != 1:
            raise SchemeError(
                gettext_noop("Write a whole number for %(name)s."), self.place, name=name
            )
        return int(number)

    def flag(self, name: str) -> bool:
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise SchemeError(
                gettext_noop("Write true or false for %(name)s."), self.place, name=name
            )
        return bool(value)

    def day(self, name: str) -> date | None:
        value = self.get(name)
        if value is not None and type(value) is not date:
            raise SchemeError(
                gettext_noop("Write a day for %(name)s, as in 2012-01-01."), self.place, name=name
            )
        return value

    def is_word(self, name: str, word: str) -> bool:
        value = self.get(name)
        if isinstance(value, str) and value != word:
            raise SchemeError(gettext_noop("Write a number for %(name)s."), self.place, name=name)
        return bool(value == word)

    def choice(self, name: str, choices: Any, default: Any = None) -> Any:
        value = self.get(name)
        if value is None and default is not None:
            return default
        if value not in list(choices):
            raise SchemeError(
                gettext_noop("Write for %(name)s one of: %(choices)s."),
                self.place,
                name=name,
                choices=", ".join(choices),
            )
        return choices(value)

    def tables(self, name: str) -> list[Any]:
        value = self.get(name)
        if value is not None and not isinstance(value, list):
            raise SchemeError(
                gettext_noop("Begin each of these with [[%(name)s]]."), self.place, name=name
            )
        return value or []

    def parts(self, name: str) -> "list[_Part]":
        """A table, or a list of tables, in braces."""
        value = self.get(name)
        held = value if isinstance(value, list) else [] if value is None else [value]
        return [_Part(each, f"{self.place} {name}") for each in held]

    def demand_nothing_left(self) -> None:
        if left := sorted(self.held.keys() - self.seen):
            raise SchemeError(
                gettext_noop("Nothing is known by the name %(name)s."),
                self.place,
                name=", ".join(left),
            )
