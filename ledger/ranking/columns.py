"""The columns of the league table, each declared once.

The page, the sheet 排名表, the JSON document, the API, the comparison, the settlement and the sheet of
checks all use this list. Values are exact: yuan, fractions, None where there is nothing to say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ledger import words
from ledger.ranking.league import LeagueRow, Total
from ledger.rules.standing import Tier
from units.ground.money import ZERO, gap_text, percent_text, points_text, rounded, wan_text

Words: TypeAlias = str | Promise
Of: TypeAlias = LeagueRow | Total
SIX_PLACES = Decimal("0.000001")
NEW = "new"
DASH = "—"
UNRANKED = 1_000_000  # after every rank
_TIER_PLACES = {tier: place for place, tier in enumerate(Tier)}


class Shape(NamedTuple):
    """What kind of value a column has, and how it is written in the reader's language.

    Figures have sums too. Sheet, JSON and API decide by shape how to show a value.
    """

    name: str
    text: Callable[[Any], str]
    is_figure: bool = False


def _amount_text(value: Decimal | Fraction) -> str:
    return wan_text(value if isinstance(value, Decimal) else rounded(value, 2))


def moved_text(places: int | str) -> str:
    """As in ▲2."""
    if isinstance(places, str):
        return pgettext("rank", "new")
    return f"{'▲' if places > 0 else '▼'}{abs(places)}" if places else "–"


TEXT = Shape("text", str)
CODE = Shape("code", str)
KIND = Shape("kind", str)
RANK = Shape("rank", str)
MOVED = Shape("moved", moved_text)
TIER = Shape("tier", lambda tier: str(words.TIERS[tier]))
REPORTED = Shape("reported", lambda filed: gettext("filed") if filed else gettext("missing"))
PARTS = Shape("parts", str)
AMOUNT = Shape("amount", _amount_text, is_figure=True)
GAP = Shape("gap", lambda gap: gap_text(rounded(gap, 2)), is_figure=True)
PERCENT = Shape("percent", lambda part: percent_text(part, 1), is_figure=True)
POINTS = Shape("points", points_text, is_figure=True)


class Screen(NamedTuple):
    """How a column appears on the page.

    The CSS classes of its cells, the label in front of them on a phone, the part of the explanation
    that shows its steps, and the sort key.
    """

    css: str
    label: Words = ""
    part: str = ""
    sort: Callable[[LeagueRow], Any] | None = None


class Paper(NamedTuple):
    """On the sheet: width, and a heading shared with neighbours."""

    title: Words
    width: float
    group: Words = ""


class Stored(NamedTuple):
    """In a settlement: the field of its line, and what is stored if not the value itself.

    ``is_proved``: entries, targets and units must give it again whenever it is computed anew.
    ``is_read``: the row has a field of the same name with the stored value. ``is_newer``:
    settlements older than the column hold None, which is not a difference.
    """

    field: str
    keep: Callable[[LeagueRow], Any] | None = None
    is_proved: bool = False
    is_read: bool = False
    is_newer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``short`` replaces ``title`` on the page, where that is too wide.

    ``json`` is its name in the JSON document; ``always``: its value is never None. ``blank``
    stands where a line has no value, and for zero if ``hides_zero``. ``because`` says how its
    figure comes about, where the explanation has no steps. One that ``is_rare`` is left out where
    no line has it.
    """

    name: str
    title: Words = ""
    short: Words = ""
    shape: Shape
    value: Callable[[Any], Any]
    screen: Screen | None = None
    paper: Paper | None = None
    json: str = ""
    stored: Stored | None = None
    is_compared: bool = False
    always: bool = False
    hides_zero: bool = False
    is_rare: bool = False
    blank: str = ""
    because: Callable[[Any], str] | None = None

    def text(self, value: Any) -> str:
        return self.blank if value is None else self.shape.text(value)

    def shown(self, of: Of) -> str:
        """The value of a line or sum as text."""
        value = self.value(of)
        if value is None:
            return self.blank
        return "" if self.hides_zero and not value else self.shape.text(value)

    def sort_key(self, row: LeagueRow) -> Any:
        sort = self.screen.sort if self.screen else None
        return (sort or self.value)(row)

    def kept(self, row: LeagueRow) -> Any:
        """The value that a settlement stores of the row."""
        keep = self.stored.keep if self.stored else None
        return (keep or self.value)(row)


def _moved(row: LeagueRow) -> int | str | None:
    """Places gained; ``NEW`` if it was not ranked at the last settlement; None without a rank."""
    if row.rank is None:
        return None
    return NEW if row.movement is None else row.movement


def rank_text(row: LeagueRow) -> str:
    """A dash for a unit without funds, which has no rank; nothing where there is no target."""
    return str(row.rank) if row.rank is not None else DASH if row.tier is Tier.NO_FUNDS else ""


def six_places(value: Fraction) -> Decimal:
    """Rounded as a benchmark is stored: a third of a quarter need not end on a fen."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(SIX_PLACES)


def _stored_benchmark(row: LeagueRow) -> Decimal | None:
    return None if row.benchmark is None else six_places(row.benchmark)


def _grown(of: Of) -> str:
    return gettext(
        "%(received)s 万元 received, %(before)s 万元 by the same day of the year before."
    ) % {"received": wan_text(of.received), "before": wan_text(of.received_before or ZERO)}


def _apart(_of: Of) -> str:
    return gettext(
        "Money that counted in an earlier year was reversed or corrected in this one. It is outside "
        "completion, tier, rank and shares."
    )


_RECEIVED = pgettext_lazy("sheet", "Funds received")
_FROM_BENCHMARK = pgettext_lazy("sheet", "From benchmark")

COLUMNS = (
    Column(
        name="rank",
        title=gettext_lazy("Rank"),
        shape=RANK,
        value=lambda row: row.rank,
        screen=Screen("rank", sort=lambda row: row.rank or UNRANKED),
        paper=Paper(pgettext_lazy("sheet", "Rank"), 6),
        json="rank",
        stored=Stored("rank", is_proved=True),
        is_compared=True,
    ),
    Column(
        name="moved",
        title=gettext_lazy("Since last quarter"),
        shape=MOVED,
        value=_moved,
        screen=Screen("moved"),
        paper=Paper(pgettext_lazy("sheet", "Moved"), 7),
    ),
    Column(
        name="unit",
        title=gettext_lazy("Unit"),
        shape=TEXT,
        value=lambda row: row.name,
        screen=Screen("who", sort=lambda row: row.order),
        paper=Paper(pgettext_lazy("sheet", "Unit"), 18),
        json="name",
        stored=Stored("name", is_read=True),
        is_compared=True,
        always=True,
    ),
    Column(name="code", shape=CODE, value=lambda row: row.code, json="code", always=True),
    Column(
        name="kind",
        shape=KIND,
        value=lambda row: row.kind,
        json="kind",
        stored=Stored("kind", is_read=True),
        always=True,
    ),
    Column(
        name="target",
        title=gettext_lazy("Annual task"),
        shape=AMOUNT,
        value=lambda of: of.target or None,
        screen=Screen("target", part="target"),
        paper=Paper(pgettext_lazy("sheet", "Annual task"), 12),
        json="target",
        stored=Stored("target", is_proved=True, is_read=True),
        is_compared=True,
    ),
    Column(
        name="due",
        shape=PARTS,
        value=lambda row: row.due,
        stored=Stored("due", lambda row: [str(part) for part in row.due], is_proved=True),
    ),
    Column(
        name="benchmark",
        title=gettext_lazy("Due by now"),
        shape=AMOUNT,
        value=lambda of: of.benchmark if of.target else None,
        screen=Screen("minor", part="benchmark"),
        paper=Paper(pgettext_lazy("sheet", "Due by now"), 12),
        json="benchmark",
        stored=Stored("benchmark", _stored_benchmark, is_proved=True),
        is_compared=True,
    ),
    Column(
        name="received",
        title=gettext_lazy("Received"),
        shape=AMOUNT,
        value=lambda of: of.sums.received,
        screen=Screen("received", pgettext_lazy("short", "received"), "received"),
        paper=Paper(pgettext_lazy("sheet", "In all"), 12, _RECEIVED),
        json="received",
        stored=Stored("received", is_proved=True),
        is_compared=True,
        always=True,
    ),
    Column(
        name="new",
        title=gettext_lazy("of which new"),
        shape=AMOUNT,
        value=lambda of: of.sums.new,
        screen=Screen("minor", part="received"),
        paper=Paper(pgettext_lazy("sheet", "of which new"), 11.5, _RECEIVED),
        stored=Stored("received_new", is_proved=True),
        is_compared=True,
        always=True,
    ),
    Column(
        name="carried",
        title=gettext_lazy("of which carry-over"),
        shape=AMOUNT,
        value=lambda of: of.sums.received - of.sums.new,
        screen=Screen("minor", part="received"),
        paper=Paper(pgettext_lazy("sheet", "of which carry-over"), 11.5, _RECEIVED),
        always=True,
    ),
    Column(
        name="outside",
        title=gettext_lazy("from outside the province"),
        shape=AMOUNT,
        value=lambda of: of.sums.outside,
        paper=Paper(pgettext_lazy("sheet", "of which outside the province"), 11.5, _RECEIVED),
        stored=Stored("received_outside", is_proved=True),
        is_compared=True,
        always=True,
    ),
    Column(
        name="pending",
        title=gettext_lazy("Pending"),
        shape=AMOUNT,
        value=lambda of: of.pending,
        screen=Screen("pending", part="received"),
        paper=Paper(pgettext_lazy("sheet", "Pending"), 10.5),
        json="pending",
        stored=Stored("pending", is_read=True),
        hides_zero=True,
    ),
    Column(
        name="adjusted",
        title=gettext_lazy("Adjustment of earlier years"),
        short=pgettext_lazy("short", "earlier years"),
        shape=GAP,
        value=lambda of: of.sums.adjusted,
        screen=Screen("minor", pgettext_lazy("short", "earlier years"), "received"),
        json="adjusted",
        is_compared=True,
        always=True,
        hides_zero=True,
        is_rare=True,
        because=_apart,
    ),
    Column(
        name="completion",
        title=gettext_lazy("Completion"),
        shape=PERCENT,
        value=lambda of: of.completion,
        screen=Screen("done", part="completion"),
        paper=Paper(pgettext_lazy("sheet", "Completion"), 10),
        json="completion",
        is_compared=True,
    ),
    Column(
        name="gap",
        title=gettext_lazy("Gap to benchmark"),
        shape=GAP,
        value=lambda of: of.gap,
        screen=Screen("gap", pgettext_lazy("short", "gap"), "gap"),
        paper=Paper(pgettext_lazy("sheet", "万元"), 12, _FROM_BENCHMARK),
        json="gap",
    ),
    Column(
        name="points",
        title=gettext_lazy("Percentage points"),
        shape=POINTS,
        value=lambda of: of.gap_points,
        screen=Screen("points", part="gap"),
        paper=Paper(pgettext_lazy("sheet", "Points"), 8.5, _FROM_BENCHMARK),
    ),
    Column(
        name="growth",
        title=gettext_lazy("Growth on last year"),
        short=pgettext_lazy("short", "growth"),
        shape=PERCENT,
        value=lambda of: of.growth,
        screen=Screen("minor", part="growth"),
        paper=Paper(gettext_lazy("Growth on last year"), 15),
        json="growth",
        stored=Stored(
            "received_before",
            lambda row: row.received_before,
            is_proved=True,
            is_read=True,
            is_newer=True,
        ),
        is_compared=True,
        blank="—",
        because=_grown,
    ),
    Column(
        name="tier",
        title=pgettext_lazy("tier", "Tier"),
        shape=TIER,
        value=lambda row: row.tier,
        screen=Screen("standing", sort=lambda row: _TIER_PLACES[row.tier]),
        paper=Paper(pgettext_lazy("sheet", "Tier"), 16),
        json="tier",
        stored=Stored("tier", is_proved=True),
        is_compared=True,
        always=True,
    ),
    Column(
        name="reported",
        title=gettext_lazy("Monthly report"),
        shape=REPORTED,
        value=lambda row: row.reported,
        paper=Paper(pgettext_lazy("sheet", "Remark"), 9.5),
        stored=Stored("reported", is_read=True),
        is_compared=True,
        always=True,
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}
FIGURES = tuple(column for column in COLUMNS if column.shape.is_figure and column.screen)


def _of(is_there: Callable[[Column], object]) -> list[Column]:
    return [column for column in COLUMNS if is_there(column)]


def _put_behind(columns: list[Column], other: str, *names: str) -> tuple[Column, ...]:
    found = [column for column in columns if column.name not in names]
    place = found.index(BY_NAME[other]) + 1
    return (*found[:place], *(BY_NAME[name] for name in names), *found[place:])


def needed(columns: Iterable[Column], lines: Iterable[Of]) -> tuple[Column, ...]:
    """Without the rare columns that no line has."""
    found = list(lines)
    return tuple(c for c in columns if not c.is_rare or any(map(c.value, found)))


ON_SCREEN = tuple(_of(lambda column: column.screen))
ON_PAPER = _put_behind(_of(lambda column: column.paper), "tier", "pending", "growth")
COMPARED = tuple(_of(lambda column: column.is_compared))
STORED = tuple(_of(lambda column: column.stored))
# In the order in which the document has always had them; columns declared later follow.
_IN_JSON = [
    "rank",
    "code",
    "unit",
    "kind",
    "target",
    "received",
    "completion",
    "tier",
    "benchmark",
    "gap",
    "pending",
]
IN_JSON = tuple(
    sorted(
        _of(lambda column: column.json),
        key=lambda column: [*_IN_JSON, column.name].index(column.name),
    )
)


def texts(of: Of) -> dict[str, str]:
    """The figures of a line or sum by column, and ``side``: whether it is short of what is due."""
    found = {column.name: column.shown(of) for column in FIGURES}
    found["side"] = "short" if (gap := of.gap) is not None and gap < 0 else ""
    return found
