"""The sheet 校验: every subtotal, total, percent, gap, rank and tier computed again in formulas.

The only live cells of the workbook: each line names a figure's cell, what it is, what it should be,
and ✓ or ✗. No other sheet uses them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from ledger import words
from ledger.papers.overview_sheet import Overview
from ledger.papers.ranking_sheet import (
    COLUMNS,
    PLACES,
    SUM_GROUND,
    SUMMED,
    Part,
    Ranking,
    percent,
    points,
    subtitle,
)
from ledger.ranking.league import LeagueRow, LeagueTable, Total
from ledger.ranking.phrases import county_title
from ledger.rules.standing import Tier, completed_months
from ledger.sheets.book import Book, Column, Live, Sheet, Styled, Value
from ledger.sheets.cell_styles import (
    CENTRED,
    GAP,
    NUMBER,
    WAN,
    CellStyle,
)
from units.ground.money import to_wan

RIGHT, WRONG = "✓", "✗"
# A fen is 0.000001 万元; a percent may be cut at its sixth place.
HALF_A_FEN, PERCENT_STEP, POINT_STEP = "0.0000005", "0.0000011", "0.00011"

CHECKS = (
    Column(pgettext_lazy("sheet", "No."), 7, CENTRED),
    Column(pgettext_lazy("sheet", "What is checked"), 44),
    Column(pgettext_lazy("sheet", "Unit"), 22),
    Column(pgettext_lazy("sheet", "Cell"), 22, CENTRED),
    Column(pgettext_lazy("sheet", "As it stands"), 19, NUMBER),
    Column(pgettext_lazy("sheet", "As it should be"), 19, NUMBER),
    Column(pgettext_lazy("sheet", "Result"), 9, CENTRED),
)
_STANDS, _SHOULD, _RESULT = 4, 5, 6
RANK, TIER, TARGET, DUE, RECEIVED, NEW, CARRIED, COMPLETION, GAP_WAN, POINTS = (
    PLACES[name]
    for name in [
        "rank",
        "tier",
        "target",
        "benchmark",
        "received",
        "new",
        "carried",
        "completion",
        "gap",
        "points",
    ]
)


@dataclass(frozen=True, slots=True)
class Check:
    """One figure: its cell, and the formula of what it should be, within ``step``.

    Without a step both are compared exactly.
    """

    what: str
    unit: str
    cell: str
    should: str
    step: str = HALF_A_FEN
    style: CellStyle = WAN


@dataclass(frozen=True, slots=True)
class Detail:
    """A sheet of details: its rows from top to bottom."""

    sheet: Sheet
    top: int
    bottom: int

    def area(self, column: int) -> str:
        return self.sheet.area(self.top, column, self.bottom)


def write(book: Book, table: LeagueTable, checks: Iterable[Check]) -> None:
    checks = list(checks)
    title = _("%(county)s: checks of the figures") % {"county": county_title(table)}
    lines = [subtitle(table), [_("Every line computes a figure once more from the other sheets.")]]
    name = pgettext("sheet name", "Checks")
    sheet = book.sheet(name, CHECKS, title=title, lines=lines, row_height=16)
    top, bottom = sheet.row + 2, sheet.row + 1 + len(checks)
    _summary(sheet, sheet.area(top, _RESULT, bottom), len(checks))
    for number, check in enumerate(checks, start=1):
        sheet.add(_line(sheet, number, check))
    sheet.redden(top - 1, _RESULT, bottom, WRONG)


def _summary(sheet: Sheet, results: str, count: int) -> None:
    right = Live(f'=COUNTIF({results},"{RIGHT}")')
    row = sheet.row + 1
    result = Live(f'=IF({sheet.at(row, _SHOULD)}={count},"{RIGHT}","{WRONG}")')
    said = _("All lines: how many there are, and how many agree")
    values = [None, said, None, None, count, right, result]
    styles = [column.style for column in CHECKS]
    sheet.add(
        [
            Styled(value, replace(style, bold=True, ground=SUM_GROUND))
            for value, style in zip(values, styles, strict=True)
        ]
    )


def _line(sheet: Sheet, number: int, check: Check) -> list[Value]:
    row = sheet.row + 1
    stands, should = sheet.at(row, _STANDS), sheet.at(row, _SHOULD)
    agree = f"ABS({stands}-{should})<={check.step}" if check.step else f"{stands}={should}"
    result = f'=IF({agree},"{RIGHT}","{WRONG}")'
    return [
        number,
        check.what,
        check.unit,
        check.cell.replace("$", "").replace("'", ""),
        Styled(Live(f"={check.cell}"), check.style),
        Styled(Live(f"={check.should}"), check.style),
        Live(result),
    ]


# --- the league table ------------------------------------------------------------------------------


def ranking_checks(ranking: Ranking, table: LeagueTable) -> Iterator[Check]:
    """Lines, subtotals and totals of the sheet 排名表."""
    for part in ranking.parts:
        kind = part.section.title
        yield from _subtotals(ranking.sheet, part, kind)
        yield from _ratios(ranking.sheet, part.subtotal, part.section.total, kind)
        for row, line in part.rows:
            yield from _unit_checks(ranking.sheet, part, row, line, table)
    everything = _("Total")
    for column in SUMMED:
        parts = "+".join(ranking.sheet.address(part.subtotal, column) for part in ranking.parts)
        yield _sum(ranking.sheet, ranking.total, column, parts or "0", everything, len(table.rows))
    yield from _ratios(ranking.sheet, ranking.total, table.total, everything)


def _subtotals(sheet: Sheet, part: Part, kind: str) -> Iterator[Check]:
    for column in SUMMED:
        summed = f"SUM({sheet.area(part.first, column, part.last)})"
        yield _sum(sheet, part.subtotal, column, summed, kind, len(part.rows))


def _sum(sheet: Sheet, row: int, column: int, should: str, unit: str, count: int) -> Check:
    what = _("Sum of “%(column)s”") % {"column": _column_name(column)}
    # The benchmark may end on a third of a fen; rounded parts differ from their sum by less than
    # this.
    step = f"{(count + 1) * Decimal(HALF_A_FEN):f}" if column == DUE else HALF_A_FEN
    return Check(what, unit, sheet.address(row, column), should, step)


def _column_name(column: int) -> str:
    named = COLUMNS[column]
    return f"{named.group} {named.heading}" if named.group else str(named.heading)


def _ratios(sheet: Sheet, row: int, of: LeagueRow | Total, unit: str) -> Iterator[Check]:
    """Completion and both gaps, from the amounts in the same row, with the places of their cells."""
    if not of.target:
        return
    done, gap = percent(of.received, of.target).style, points(of.gap_points or Fraction()).style
    owed, due, received = (sheet.address(row, column) for column in (TARGET, DUE, RECEIVED))
    step_points = f"{POINT_STEP}+100*{HALF_A_FEN}/{owed}"  # the benchmark is rounded to the fen
    for column, should, step, style in (
        (COMPLETION, f"{received}/{owed}", PERCENT_STEP, done),
        (GAP_WAN, f"ROUND({received}-{due},6)", HALF_A_FEN, GAP),
        (POINTS, f"({received}-{due})/{owed}*100", step_points, gap),
    ):
        yield Check(_column_name(column), unit, sheet.address(row, column), should, step, style)


def _unit_checks(
    sheet: Sheet, part: Part, row: int, line: LeagueRow, table: LeagueTable
) -> Iterator[Check]:
    name = line.name
    parts = f"{sheet.address(row, NEW)}+{sheet.address(row, CARRIED)}"
    what = _("Received = new + carry-over")
    yield Check(what, name, sheet.address(row, RECEIVED), f"ROUND({parts},6)")
    if line.target:
        due = _due(line, table)
        yield Check(_column_name(DUE), name, sheet.address(row, DUE), f"ROUND({due},6)")
        yield from _ratios(sheet, row, line, name)
        if line.rank is not None:
            rank = _rank(sheet, part, row)
            yield Check(_column_name(RANK), name, sheet.address(row, RANK), rank, "", NUMBER)
        tier = _tier(sheet, row, due)
    else:
        tier = f'"{words.TIERS[Tier.NO_TARGET]}"'
    yield Check(_column_name(TIER), name, sheet.address(row, TIER), tier, "", CENTRED)


def _due(line: LeagueRow, table: LeagueTable) -> str:
    """The benchmark from the quarter targets: the last one reached, and thirds of the next."""
    quarters, months = divmod(completed_months(table.as_of), 3)
    due = [f"{to_wan(amount):f}" for amount in line.due]
    reached = due[quarters - 1] if quarters else "0"
    return f"({reached}+({due[quarters]}-{reached})*{months}/3)" if months else reached


def _rank(sheet: Sheet, part: Part, row: int) -> str:
    """One more than the number of units of the kind with a higher completion."""
    ranked = [number for number, line in part.rows if line.rank is not None]
    top, bottom = ranked[0], ranked[-1]
    others = f"{sheet.area(top, RECEIVED, bottom)}/{sheet.area(top, TARGET, bottom)}"
    own = f"{sheet.address(row, RECEIVED)}/{sheet.address(row, TARGET)}"
    return f"1+SUMPRODUCT(--(ROUND({others},12)>ROUND({own},12)))"


def _tier(sheet: Sheet, row: int, due: str) -> str:
    received, owed = sheet.address(row, RECEIVED), sheet.address(row, TARGET)
    word = {tier: f'"{words.TIERS[tier]}"' for tier in Tier}
    return (
        f"IF({received}<=0,{word[Tier.NO_FUNDS]},IF({received}>={owed},{word[Tier.COMPLETED]},"
        f"IF({received}>={due}-0.00000001,{word[Tier.ON_SCHEDULE]},{word[Tier.BEHIND]})))"
    )


# --- the other sheets ------------------------------------------------------------------------------


def overview_checks(overview: Overview, ranking: Ranking) -> Iterator[Check]:
    """The headline against the totals of the league table, the tiers against its lines."""
    sheet, total = overview.sheet, ranking.total
    for name, row in overview.headline.items():
        if name in PLACES:
            cell, should = sheet.address(row, 1), ranking.sheet.address(total, PLACES[name])
            yield Check(_column_name(PLACES[name]), sheet.name, cell, should)
    for tier, row in overview.tiers.items():
        for place, part in enumerate(ranking.parts, start=1):
            lines = ranking.sheet.area(part.first, TIER, part.last)
            counted = f'COUNTIF({lines},"{words.TIERS[tier]}")'
            what = _("Units in the tier “%(tier)s”") % {"tier": words.TIERS[tier]}
            kind = part.section.title
            yield Check(what, kind, sheet.address(row, place), counted, "", NUMBER)


def entry_checks(ranking: Ranking, entries: Detail, code: int, amount: int) -> Iterator[Check]:
    """What each unit received against the postings listed for it, and their total."""
    codes, amounts = entries.area(code), entries.area(amount)
    what = _("Received = sum of “%(sheet)s”") % {"sheet": entries.sheet.name}
    for part in ranking.parts:
        for row, line in part.rows:
            own = f'ROUND(SUMPRODUCT(({codes}="{line.code}")*{amounts}),6)'
            yield Check(what, line.name, ranking.sheet.address(row, RECEIVED), own)
    cell = ranking.sheet.address(ranking.total, RECEIVED)
    yield Check(what, _("Total"), cell, f"ROUND(SUM({amounts}),6)")


def project_checks(
    overview: Overview, ranking: Ranking, projects: Detail, places: dict[str, int]
) -> Iterator[Check]:
    """The headline's projects against those listed; ``places`` are the columns by name."""
    area = {name: projects.area(column) for name, column in places.items()}
    is_new = f'({area["age"]}="{pgettext("project", "new")}")'
    is_contract = f'({area["contract"]}="{RIGHT}")'
    sheet = overview.sheet
    for name, what, should, style in (
        ("projects", _("New projects"), f"SUMPRODUCT(--{is_new})", NUMBER),
        ("contracts", _("of which contracts"), f"SUMPRODUCT({is_new}*{is_contract})", NUMBER),
        ("investment", _("Total investment"), f"SUMPRODUCT({is_new}*{area['investment']})", WAN),
        ("introduced", _("Introduced amount"), f"SUMPRODUCT({is_new}*{area['introduced']})", WAN),
    ):
        cell = sheet.address(overview.headline[name], 1)
        yield Check(what, sheet.name, cell, should, HALF_A_FEN, style)
    what = _("Received = sum of “%(sheet)s”") % {"sheet": projects.sheet.name}
    cell = ranking.sheet.address(ranking.total, RECEIVED)
    yield Check(what, _("Total"), cell, f"ROUND(SUM({area['received']}),6)")
