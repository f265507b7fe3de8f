"""The sheet 排名表: the league table as an office files it.

Owns: its columns, and where each figure stands (for the sheet of checks). Must never: run a query,
write a formula, or round a figure that a rule compares.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from ledger import words
from ledger.ranking.league import LeagueRow, LeagueTable, Section, Total
from ledger.ranking.phrases import and_so, bureau, day, known, left_out, period
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
    Look,
    percent_form,
    points_form,
)
from units.ground.money import percent_shown, points_text, rounded, to_wan

TIER_LOOKS = {
    Tier.COMPLETED: ("17684A", "E3F0E9"),
    Tier.ON_SCHEDULE: ("2A639C", "E4EDF6"),
    Tier.BEHIND: ("9A5700", "FBEEDD"),
    Tier.NO_FUNDS: ("7D2F3C", "F6E3E7"),
    Tier.NO_TARGET: ("656C78", "EFEFEF"),
}
BAND = Look(face=HEAD_FACE, ground="F7F5EF")
SUM_GROUND = "F2EFE6"
ROW_HEIGHT = 17
NOTE = Look(size=10, colour="4D545F", is_ruled=False)

# Places of the columns, for the checks.
RANK, MOVED, UNIT, TARGET, DUE, RECEIVED, NEW, CARRIED, OUTSIDE = range(9)
COMPLETION, GAP_WAN, POINTS, TIER, PENDING, REMARK = range(9, 15)
SUMMED = (TARGET, DUE, RECEIVED, NEW, CARRIED, OUTSIDE, PENDING)

_RECEIVED = pgettext_lazy("sheet", "Funds received")
_FROM_BENCHMARK = pgettext_lazy("sheet", "From benchmark")
COLUMNS = (
    Column(pgettext_lazy("sheet", "Rank"), 6, COUNT),
    Column(pgettext_lazy("sheet", "Moved"), 7, CENTRED),
    Column(pgettext_lazy("sheet", "Unit"), 18, SHRUNK),
    Column(pgettext_lazy("sheet", "Annual task"), 12, WAN),
    Column(pgettext_lazy("sheet", "Due by now"), 12, WAN),
    Column(pgettext_lazy("sheet", "In all"), 12, WAN, _RECEIVED),
    Column(pgettext_lazy("sheet", "of which new"), 11.5, WAN, _RECEIVED),
    Column(pgettext_lazy("sheet", "of which carry-over"), 11.5, WAN, _RECEIVED),
    Column(pgettext_lazy("sheet", "of which outside the province"), 11.5, WAN, _RECEIVED),
    Column(pgettext_lazy("sheet", "Completion"), 10, NUMBER),
    Column(pgettext_lazy("sheet", "万元"), 12, GAP, _FROM_BENCHMARK),
    Column(pgettext_lazy("sheet", "Points"), 8.5, NUMBER, _FROM_BENCHMARK),
    Column(pgettext_lazy("sheet", "Tier"), 16, CENTRED),
    Column(pgettext_lazy("sheet", "Pending"), 10.5, WAN),
    Column(pgettext_lazy("sheet", "Remark"), 9.5, replace(CENTRED, shrinks=True)),
)


@dataclass(slots=True)
class Part:
    """Where a section stands: its rows and its subtotal."""

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
    """Where everything stands on the sheet."""

    sheet: Sheet
    parts: list[Part]
    total: int


def title(table: LeagueTable) -> str:
    """商南县2012年上半年招商引资任务完成情况表."""
    return _("%(county)s: investment-attraction tasks completed in %(period)s") % {
        "county": table.county.name,
        "period": period(table.as_of),
    }


def subtitle(table: LeagueTable) -> list[str]:
    """What stands under the title of each sheet: the day, who filled it in, the unit of money."""
    said = [_("As of %(day)s") % {"day": day(table.as_of)}, known(table), left_out(table)]
    return [
        pgettext("between remarks", "; ").join(part for part in said if part),
        _("Filled in by: %(bureau)s") % {"bureau": bureau(table)},
        _("Unit: 万元"),
    ]


def write(book: Book, table: LeagueTable, chain_head: str) -> Ranking:
    name = pgettext("sheet name", "League table")
    lines = [subtitle(table)]
    sheet = book.sheet(
        name, COLUMNS, title=title(table), lines=lines, kept=UNIT + 1, row_height=ROW_HEIGHT
    )
    is_compared = table.compared_with is not None
    parts = [
        _section(sheet, place, section, is_compared) for place, section in enumerate(table.sections)
    ]
    total = sheet.add(_sums(_("Total"), table.total))
    _foot(sheet, table, chain_head)
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
        "numeral": pgettext("numerals", "ABCDE")[place],
        "kind": words.SECTIONS[section.kind],
        "number": number,
        "tiers": and_so(counted),
    }


def _values(row: LeagueRow, is_compared: bool) -> list[Value]:
    colour, ground = TIER_LOOKS[row.tier]
    tier = replace(CENTRED, colour=colour, ground=ground)
    return [
        row.rank,
        _moved(row) if is_compared else None,
        row.name,
        *_amounts(row),
        Styled(words.TIERS[row.tier], tier),
        to_wan(row.pending) if row.pending else None,
        None if row.reported else _("no report"),
    ]


def _moved(row: LeagueRow) -> str:
    """As in ▲2."""
    if row.rank is None:
        return ""
    if row.movement is None:
        return pgettext("rank", "new")
    if row.movement == 0:
        return "–"
    return f"{'▲' if row.movement > 0 else '▼'}{abs(row.movement)}"


def _sums(word: str, total: Total) -> list[Value]:
    values: list[Value] = [None, None, word, *_amounts(total), None, to_wan(total.pending), None]
    return [_as_sum(value, column.look) for value, column in zip(values, COLUMNS, strict=True)]


def _as_sum(value: Value, look: Look) -> Styled:
    if isinstance(value, Styled):
        return _as_sum(value.value, value.look)
    return Styled(value, replace(look, bold=True, ground=SUM_GROUND))


def _amounts(of: LeagueRow | Total) -> list[Value]:
    """From the target to the gap in points; what needs a target stays empty without one."""
    has_target = bool(of.target)
    received, new = of.sums.received, of.sums.new
    return [
        to_wan(of.target) if of.target else None,
        wan(of.benchmark) if has_target and of.benchmark is not None else None,
        to_wan(received),
        to_wan(new),
        to_wan(received - new),
        to_wan(of.sums.outside),
        percent(received, of.target) if of.target else None,
        wan(of.gap) if of.gap is not None else None,
        points(of.gap_points) if of.gap_points is not None else None,
    ]


def wan(yuan: Fraction) -> Decimal:
    """万元, rounded half-up to the fen."""
    return to_wan(rounded(yuan, 2))


def percent(part: Decimal, whole: Decimal, look: Look = NUMBER) -> Styled:
    """Exact, with as many decimals as the honest figure needs (49.996 % never reads 50.0 %)."""
    shown = percent_shown(part, whole)
    exact = Fraction(part) / Fraction(whole)
    value = exact if rounded(exact * 100, places_of(shown)) == shown else Fraction(shown) / 100
    return Styled(value, replace(look, form=percent_form(places_of(shown))))


def points(value: Fraction, look: Look = NUMBER) -> Styled:
    """Percentage points; a gap that is not zero shows its side."""
    shown = Decimal(points_text(value, plain=True))
    exact = value if rounded(value, places_of(shown)) == shown else Fraction(shown)
    return Styled(exact, replace(look, form=points_form(places_of(shown))))


def places_of(shown: Decimal) -> int:
    exponent = shown.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _foot(sheet: Sheet, table: LeagueTable, chain_head: str) -> None:
    sheet.across("", LINE, height=10)
    signed = [_("Filled in by:"), _("Checked by:"), _("Head of the unit:"), _("Date:")]
    sheet.line(signed, replace(LINE, size=12), height=28)
    for note in notes(table, chain_head):
        sheet.across(note, NOTE)


def notes(table: LeagueTable, chain_head: str) -> Sequence[str]:
    """What the figures count, and the proof of what they were made of."""
    said = [
        _(
            "Only verified receipts count; pending ones stand beside and never rank. Equal "
            "completion shares a rank."
        )
    ]
    if _parts_differ(table):
        said.append(_("“Due by now” is rounded to the fen; its parts may differ from their sum."))
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
    if chain_head:
        said.append(_("Head of the chain of entries: %(head)s") % {"head": chain_head})
    return said


def _parts_differ(table: LeagueTable) -> bool:
    """Whether thirds of a quarter leave rounded parts beside their rounded sum."""
    parts = sum((rounded(row.benchmark or 0, 2) for row in table.rows), Decimal(0))
    return parts != rounded(table.total.benchmark, 2)
