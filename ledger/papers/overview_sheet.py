"""The sheet 概况: the headline, units per tier, months and industries, with two charts beside them.

Writes no formula, and claims nothing that the table does not (``over_half`` decides).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart import Series as ChartSeries
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.text import RichText
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from ledger import words
from ledger.papers.proof_line import Proof
from ledger.papers.ranking_sheet import NOTE, TIER_LOOKS, percent, places_of, points, subtitle, wan
from ledger.papers.sources import Background, IndustrySum
from ledger.ranking.league import LeagueTable
from ledger.ranking.phrases import county_title, period
from ledger.ranking.series import due_by_month
from ledger.rules.standing import Tier
from ledger.sheets.book import Book, Column, Sheet, Styled, Value
from ledger.sheets.cell_styles import (
    CENTRED,
    COUNT,
    GAP,
    HEAD,
    LINE,
    NUMBER,
    TEXT,
    WAN,
    percent_form,
)
from units.ground.money import percent_shown, to_wan

WIDTHS = (24, 17, 17, 17, 17, 3, 20, 13, 17, 12, 14)
ROW_HEIGHT, ROW_CM, CHART_CM = 18, 0.635, 17.5
BARS_ROWS = 11
BESIDE = 6  # column of the charts and of the table under them
PICTURE_ROW, PICTURE_PIXELS = 34, 84
RECEIVED_COLOUR, DUE_COLOUR, BEFORE_COLOUR = "9C1F1A", "4D545F", "B9B3A4"


@dataclass(slots=True)
class Overview:
    """Where the figures are: rows of the headline by name, of the tiers, and of the months."""

    sheet: Sheet
    headline: dict[str, int]
    tiers: dict[Tier, int]
    kinds: list[str]
    months: int


def write(book: Book, table: LeagueTable, background: Background, sentence: str) -> Overview:
    columns = [Column("", width) for width in WIDTHS]
    title = _("%(county)s: investment attraction in %(period)s") % {
        "county": county_title(table),
        "period": period(table.as_of),
    }
    name = pgettext("sheet name", "Overview")
    sheet = book.sheet(name, columns, title=title, lines=[subtitle(table)], row_height=ROW_HEIGHT)
    sheet.across(sentence, replace(LINE, size=13, wraps=True), height=60)
    kinds = [section.kind for section in table.sections]
    headline = _headline(sheet, table, background)
    tiers = _tiers(sheet, table)
    months = _months_and_industries(sheet, table, background)
    if background.proof is not None:
        _proof(sheet, background.proof)
    sheet.across(
        _(
            "For the meeting print this sheet and the league table (A4). The other sheets are for "
            "looking up; projects and postings print on A3."
        ),
        NOTE,
    )
    sheet.on_one_page()
    overview = Overview(sheet, headline, tiers, kinds, months)
    curve, bars = _curve(overview), _bars(overview)
    top, bottom = min(headline.values()) - 1, months - 2
    split = bottom - BARS_ROWS
    curve.height, bars.height = (split - top - 1) * ROW_CM, (BARS_ROWS - 1) * ROW_CM
    sheet.chart(curve, top, BESIDE)
    sheet.chart(bars, split, BESIDE)
    return overview


# --- tables ----------------------------------------------------------------------------------------


class Figure(NamedTuple):
    """A line of the headline: its name for the checks, its share of all that was received."""

    name: str
    word: str
    value: Styled
    unit: str = ""
    share: Value = None


def _headline(sheet: Sheet, table: LeagueTable, background: Background) -> dict[str, int]:
    _head(sheet, [_("Figure"), _("Value"), pgettext("sheet", "Unit of measure"), _("Share")])
    return {
        figure.name: _add(
            sheet, [figure.word, figure.value, Styled(figure.unit, CENTRED), figure.share]
        )
        for figure in _figures(table, background)
    }


def _figures(table: LeagueTable, background: Background) -> Iterator[Figure]:
    yield from _received(table)
    yield from _parts(table)
    if any(row.sums.adjusted for row in table.rows):
        said, corrected = _("Adjustment of earlier years"), wan(table.total.sums.adjusted)
        yield Figure("adjusted", said, Styled(corrected, GAP), _("万元"))
    yield Figure("pending", _("Pending (not counted)"), _wan(table.total.pending), _("万元"))
    yield from _last_year(table, background)
    yield from _signed(table)


def _received(table: LeagueTable) -> Iterator[Figure]:
    """Task and money; without a target the lines that need one are left out."""
    total, wan_word = table.total, _("万元")
    if total.target:
        yield Figure("target", _("Annual task"), _wan(total.target), wan_word)
    yield Figure("received", _("Received"), _wan(total.received), wan_word)
    if total.gap is None or total.gap_points is None:
        return
    yield Figure("completion", _("Completion"), percent(total.received, total.target))
    yield Figure("benchmark", _("Due by now"), Styled(wan(total.benchmark), WAN), wan_word)
    gap = _("Gap to benchmark")
    yield Figure("gap", gap, Styled(wan(total.gap), GAP), wan_word)
    yield Figure("points", gap, points(total.gap_points), _("percentage points"))
    claim = pgettext("past half", "yes") if table.over_half else pgettext("past half", "no")
    yield Figure("half", _("Past half"), Styled(claim, replace(CENTRED, across="right")))


def _parts(table: LeagueTable) -> Iterator[Figure]:
    received, sums = table.total.received, table.total.sums
    for name, word, amount in (
        ("new", _("New projects: received"), sums.new),
        ("carried", _("Carry-over projects: received"), received - sums.new),
        ("outside", _("From outside the province"), sums.outside),
    ):
        yield Figure(name, word, _wan(amount), _("万元"), _share(amount, received))


def _last_year(table: LeagueTable, background: Background) -> Iterator[Figure]:
    before = background.series.same_time_last_year
    if before is None or before <= 0:
        return
    yield Figure("before", _("Same time last year"), _wan(before), _("万元"))
    growth = table.total.received - before
    yield Figure("change", _("Change on last year"), _percent_signed(growth, before))


def _signed(table: LeagueTable) -> Iterator[Figure]:
    signed, counted = table.signed, pgettext("counted", "projects")
    whole = replace(COUNT, across="right")
    yield Figure("projects", _("New projects"), Styled(signed.projects, whole), counted)
    yield Figure("contracts", _("of which contracts"), Styled(signed.contracts, whole), counted)
    yield Figure("investment", _("Total investment"), _wan(signed.total_investment), _("万元"))
    yield Figure("introduced", _("Introduced amount"), _wan(signed.introduced), _("万元"))


def _tiers(sheet: Sheet, table: LeagueTable) -> dict[Tier, int]:
    _gap(sheet)
    kinds = [section.title for section in table.sections]
    _head(sheet, [_("Tier (number of units)"), *kinds, _("Total")])
    rows = {}
    for tier in Tier:
        counts = [section.tiers[tier] for section in table.sections]
        if tier is Tier.NO_TARGET and not any(counts):
            continue
        colour, ground = TIER_LOOKS[tier]
        word = Styled(words.TIERS[tier], replace(TEXT, colour=colour, ground=ground))
        numbers = [Styled(count, COUNT) for count in (*counts, sum(counts))]
        rows[tier] = _add(sheet, [word, *numbers])
    return rows


def _months_and_industries(sheet: Sheet, table: LeagueTable, background: Background) -> int:
    """Two tables side by side; returns the row of January."""
    _gap(sheet)
    first = sheet.row + 2
    months, industries = _months(table, background), _industries(table, background.industries)
    empty: list[Value] = []
    for left, right in zip_longest(months, industries, fillvalue=empty):
        bare = [Styled(None, LINE)] * (BESIDE - len(left))
        _add(sheet, [*left, *bare, *right])
    return first


def _months(table: LeagueTable, background: Background) -> Iterator[list[Value]]:
    heads = [f"{head} ({_('万元')})" for head in (_("Due"), _("Received"), _("Last year"))]
    yield _headings([_("Month"), *heads])
    series, due = background.series, due_by_month(table.rows, table.as_of.year)
    for month in range(12):
        received = series.this_year[month] if month < len(series.this_year) else None
        name = pgettext("month of the year", "%(month)d") % {"month": month + 1}
        values = [Styled(wan(due[month]), WAN), _wan(received), _wan(series.last_year[month])]
        yield [Styled(name, CENTRED), *values]


def _industries(table: LeagueTable, industries: Iterable[IndustrySum]) -> Iterator[list[Value]]:
    yield _headings([_("Industry"), _("Sector"), _("Received (万元)"), _("Share")])
    for industry in industries:
        amount = industry.amount
        share = _share(amount, table.total.received)
        yield [industry.name, Styled(industry.sector, CENTRED), _wan(amount), share]


def _proof(sheet: Sheet, proof: Proof) -> None:
    """The check code, and beside it the QR code of the address at which it is checked."""
    _gap(sheet)
    first = sheet.row + 1
    for text in proof.lines:
        sheet.across(text, NOTE, height=PICTURE_ROW)
    sheet.picture(proof.picture(), first, len(WIDTHS) - 1, PICTURE_PIXELS)


def _add(sheet: Sheet, values: Sequence[Value]) -> int:
    """Add a row of a table; the cells beside it stay blank for the charts."""
    return sheet.add([*values, *([Styled(None, LINE)] * (len(WIDTHS) - len(values)))])


def _head(sheet: Sheet, texts: Iterable[object]) -> None:
    _add(sheet, _headings(texts))


def _headings(texts: Iterable[object]) -> list[Value]:
    return [Styled(str(text), HEAD) for text in texts]


def _gap(sheet: Sheet) -> None:
    sheet.add([None] * len(WIDTHS), LINE, height=10)


def _wan(amount: Decimal | None) -> Styled:
    return Styled(None if amount is None else to_wan(amount), WAN)


def _share(part: Decimal, whole: Decimal) -> Value:
    return percent(part, whole) if whole > 0 else None


def _percent_signed(part: Decimal, whole: Decimal) -> Styled:
    shown = percent_shown(part, whole, claims=())
    form = percent_form(places_of(shown))
    return Styled(Fraction(part) / Fraction(whole), replace(NUMBER, form=f"+{form};-{form};{form}"))


# --- charts ----------------------------------------------------------------------------------------


def _curve(overview: Overview) -> LineChart:
    """Received against the benchmark by month, and last year."""
    grid, first = overview.sheet.grid, overview.months
    chart = LineChart()
    chart.title = _("Funds received against the benchmark, by month (万元)")
    chart.width = CHART_CM
    styles = ((2, DUE_COLOUR, "dash"), (3, RECEIVED_COLOUR, "solid"), (4, BEFORE_COLOUR, "sysDot"))
    for column, colour, dash in styles:
        values = Reference(grid, min_col=column, min_row=first - 1, max_row=first + 11)
        line = ChartSeries(values, title_from_data=True)
        line.graphicalProperties.line.solidFill = colour
        line.graphicalProperties.line.dashStyle = dash
        line.graphicalProperties.line.width = 28_000
        line.smooth = False
        chart.series.append(line)
    chart.set_categories(Reference(grid, min_col=1, min_row=first, max_row=first + 11))
    chart.y_axis.number_format = "#,##0"
    return _framed(chart)


def _bars(overview: Overview) -> BarChart:
    """Units per tier, one bar for each kind."""
    grid, last = overview.sheet.grid, 1 + len(overview.kinds)
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "percentStacked", 100, 60
    chart.title = _("Units per tier")
    chart.width = CHART_CM
    for tier, row in overview.tiers.items():
        values = Reference(grid, min_col=1, max_col=last, min_row=row, max_row=row)
        part = ChartSeries(values, title_from_data=True)
        part.graphicalProperties.solidFill = TIER_LOOKS[tier][0]
        part.dLbls = _only_values()
        chart.series.append(part)
    top = min(overview.tiers.values()) - 1
    chart.set_categories(Reference(grid, min_col=2, max_col=last, min_row=top, max_row=top))
    chart.y_axis.number_format = "0%"
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.majorGridlines = None
    return _framed(chart)


def _only_values() -> DataLabelList:
    """Numbers inside the bars, none for zero."""
    names = ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines")
    labels = DataLabelList(showVal=True, numFmt="0;;", **dict.fromkeys(names, False))
    white = CharacterProperties(sz=1000, b=True, solidFill="FFFFFF")
    labels.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=white), endParaRPr=white)])
    return labels


def _framed(chart: LineChart | BarChart) -> LineChart | BarChart:
    chart.legend.position = "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    return chart
