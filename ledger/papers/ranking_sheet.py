"""The sheet 排名表: the league table as an office files it.

Styles its columns, and records where each figure is, for the sheet of checks. Writes no formula,
and rounds no figure that a rule compares.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ledger import words
from ledger.papers.proof_line import Proof
from ledger.ranking import columns
from ledger.ranking.changes_since import corrected
from ledger.ranking.columns import ON_PAPER, Of, Shape
from ledger.ranking.league import LeagueRow, LeagueTable, Section, Total
from ledger.ranking.phrases import (
    adjusted,
    and_so,
    bureau,
    correcting,
    county_title,
    day,
    known,
    left_out,
    measured,
    period,
    scope,
)
from ledger.rules import chain
from ledger.rules.standing import Tier
from ledger.sheets.book import Book, Column, Sheet, Styled, Value
from ledger.sheets.cell_styles import (
    CENTRED,
    COUNT,
    GAP,
    HEAD_FACE,
    LINE,
    NUMBER,
    SHRUNK,
    WAN,
    CellStyle,
    percent_form,
    points_form,
)
from units.ground.money import Exact, percent_shown, points_text, rounded, to_wan

TIER_LOOKS = {
    Tier.COMPLETED: ("17684A", "E3F0E9"),
    Tier.ON_SCHEDULE: ("2A639C", "E4EDF6"),
    Tier.BEHIND: ("9A5700", "FBEEDD"),
    Tier.NO_FUNDS: ("7D2F3C", "F6E3E7"),
    Tier.NO_TARGET: ("656C78", "EFEFEF"),
}
BAND = CellStyle(face=HEAD_FACE, ground="F7F5EF")
SUM_GROUND = "F2EFE6"
ROW_HEIGHT = 17
NOTE = CellStyle(size=10, colour="4D545F", is_ruled=False)


def wan(yuan: Decimal | Fraction) -> Decimal:
    """万元, rounded half-up to the fen."""
    return to_wan(yuan if isinstance(yuan, Decimal) else rounded(yuan, 2))


def percent(part: Exact, whole: Exact, style: CellStyle = NUMBER) -> Styled:
    """Exact, with as many decimals as needed to be true (49.996 % never reads 50.0 %)."""
    shown = percent_shown(part, whole)
    exact = Fraction(part) / Fraction(whole)
    value = exact if rounded(exact * 100, places_of(shown)) == shown else Fraction(shown) / 100
    return Styled(value, replace(style, form=percent_form(places_of(shown))))


def points(value: Fraction, style: CellStyle = NUMBER) -> Styled:
    """Percentage points; a gap that is not zero shows its sign."""
    shown = Decimal(points_text(value, plain=True))
    exact = value if rounded(value, places_of(shown)) == shown else Fraction(shown)
    return Styled(exact, replace(style, form=points_form(places_of(shown))))


def places_of(shown: Decimal) -> int:
    exponent = shown.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _tier(tier: Tier) -> Styled:
    colour, ground = TIER_LOOKS[tier]
    return Styled(words.TIERS[tier], replace(CENTRED, colour=colour, ground=ground))


# The style of a column of each shape, and the value of its cells.
SHAPES: dict[Shape, tuple[CellStyle, Callable[[Any], Value]]] = {
    columns.RANK: (COUNT, int),
    columns.MOVED: (CENTRED, columns.MOVED.text),
    columns.TEXT: (SHRUNK, str),
    columns.AMOUNT: (WAN, wan),
    columns.GAP: (GAP, wan),
    columns.PERCENT: (NUMBER, lambda part: percent(part, 1)),
    columns.POINTS: (NUMBER, points),
    columns.TIER: (CENTRED, _tier),
    columns.REPORTED: (
        replace(CENTRED, shrinks=True),
        lambda filed: None if filed else _("no report"),
    ),
}
COLUMNS = tuple(
    Column(column.paper.title, column.paper.width, SHAPES[column.shape][0], column.paper.group)
    for column in ON_PAPER
    if column.paper
)
PLACES = {column.name: place for place, column in enumerate(ON_PAPER)}
SUMMED = [PLACES[column.name] for column in ON_PAPER if column.shape is columns.AMOUNT]


@dataclass(slots=True)
class Part:
    """Where a section is: its rows and its subtotal."""

    section: Section
    rows: list[tuple[int, LeagueRow]] = field(default_factory=list)
    subtotal: int = 0

    @property
    def first(self) -> int:
        return self.rows[0][0]

    @property
    def last(self) -> int:
        return self.rows[-1][0]


@dataclass(slots=True)
class Ranking:
    """Where everything is on the sheet."""

    sheet: Sheet
    parts: list[Part]
    total: int


def title(table: LeagueTable) -> str:
    """商南县2012年上半年招商引资任务完成情况表."""
    return _("%(county)s: investment-attraction tasks completed in %(period)s") % {
        "county": county_title(table),
        "period": period(table.as_of),
    }


def subtitle(table: LeagueTable) -> list[str]:
    """The lines under the title of each sheet: the day, who filled it in, the unit of money."""
    said = [
        _("As of %(day)s") % {"day": day(table.as_of)},
        scope(table),
        known(table),
        left_out(table),
    ]
    return [
        pgettext("between remarks", "; ").join(part for part in said if part),
        _("Filled in by: %(bureau)s") % {"bureau": bureau(table)},
        _("Unit: 万元"),
    ]


def write(book: Book, table: LeagueTable, chain_head: str, proof: Proof | None) -> Ranking:
    name = pgettext("sheet name", "League table")
    lines = [subtitle(table)]
    sheet = book.sheet(
        name,
        COLUMNS,
        title=title(table),
        lines=lines,
        kept=PLACES["unit"] + 1,
        row_height=ROW_HEIGHT,
    )
    is_compared = table.has_movement
    parts = [
        _section(sheet, place, section, is_compared) for place, section in enumerate(table.sections)
    ]
    total = sheet.add(_sums(_("Total"), table.total))
    _foot(sheet, table, chain_head, proof)
    return Ranking(sheet, parts, total)


def _section(sheet: Sheet, place: int, section: Section, is_compared: bool) -> Part:
    part = Part(section)
    sheet.across(_band(place, section), BAND, height=24)
    for row in section.rows:
        part.rows.append((sheet.add(_values(row, is_compared)), row))
    part.subtotal = sheet.add(_sums(_("Subtotal"), section.total))
    return part


def _band(place: int, section: Section) -> str:
    """一、镇（13个）：完成全年任务2个，…"""
    counted = [
        pgettext("tier and number of units", "%(tier)s %(count)d")
        % {"tier": words.TIERS[tier], "count": count}
        for tier, count in section.tiers.items()
        if count
    ]
    number = len(section.rows)
    return ngettext(
        "%(numeral)s. %(kind)s (%(number)d unit): %(tiers)s",
        "%(numeral)s. %(kind)s (%(number)d units): %(tiers)s",
        number,
    ) % {
        "numeral": words.numeral(place),
        "kind": section.title,
        "number": number,
        "tiers": and_so(counted),
    }


def _values(row: LeagueRow, is_compared: bool) -> list[Value]:
    hidden = () if is_compared else ("moved",)
    return [
        None
        if column.name in hidden or (column.hides_zero and not column.value(row))
        else _cell(column, row)
        for column in ON_PAPER
    ]


def _cell(column: columns.Column, of: Of) -> Value:
    value = column.value(of)
    return column.blank or None if value is None else SHAPES[column.shape][1](value)


def _sums(word: str, total: Total) -> list[Value]:
    values = [_cell(c, total) if c.shape.is_figure else None for c in ON_PAPER]
    values[PLACES["unit"]] = word
    return [_as_sum(value, column.style) for value, column in zip(values, COLUMNS, strict=True)]


def _as_sum(value: Value, style: CellStyle) -> Styled:
    if isinstance(value, Styled):
        return _as_sum(value.value, value.style)
    return Styled(value, replace(style, bold=True, ground=SUM_GROUND))


def _foot(sheet: Sheet, table: LeagueTable, chain_head: str, proof: Proof | None) -> None:
    sheet.across("", LINE, height=10)
    signed = [_("Filled in by:"), _("Checked by:"), _("Head of the unit:"), _("Date:")]
    sheet.line(signed, replace(LINE, size=12), height=28)
    for note in notes(table, chain_head, proof):
        sheet.across(note, NOTE)


def notes(table: LeagueTable, chain_head: str, proof: Proof | None) -> Sequence[str]:
    """What the figures count, and the code or, of an open quarter, the chain head that proves them."""
    said = [
        _(
            "Only verified receipts count; pending ones stand beside and never rank. Equal "
            "completion shares a rank."
        )
    ]
    if against := measured(table.as_of, table.total.benchmark, table.total.target):
        said.append(against)
    if _parts_differ(table):
        said.append(_("“Due by now” is rounded to the fen; its parts may differ from their sum."))
    said += [line for line in (correcting(table), adjusted(table)) if line]
    for each in corrected(table):
        said.append(_("%(unit)s: %(changed)s (cause: %(because)s)") % each._asdict())
    if table.settlement is not None:
        closed = {
            "version": table.settlement.version,
            "day": day(timezone.localdate(table.settlement.closed_at)),
        }
        said.append(_("As announced: version %(version)s, closed on %(day)s.") % closed)
    else:
        said.append(_("The quarter is not closed; figures may still change."))
    if table.county.is_sample:
        said.append(_("Sample figures: the amounts of single units are made up."))
    if proof is not None:
        said += proof.lines
    elif chain_head:
        head = chain.short(chain_head)
        said.append(_("Head of the chain of entries: %(head)s") % {"head": head})
    return said


def _parts_differ(table: LeagueTable) -> bool:
    """Whether thirds of a quarter make rounded parts differ from their rounded sum."""
    parts = sum((rounded(row.benchmark or 0, 2) for row in table.rows), Decimal(0))
    return parts != rounded(table.total.benchmark, 2)
