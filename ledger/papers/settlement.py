"""The settlement workbook (交账报表): a LeagueTable and its details as one xlsx file.

Every figure is the table's or its details'. Rows of details are streamed, never held in memory.
Amounts are 万元, exact to the fen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from ledger import words
from ledger.papers import bulletin, check_sheet, overview_sheet, ranking_sheet
from ledger.papers.check_sheet import RIGHT, Check, Detail
from ledger.papers.ranking_sheet import BAND, NOTE, subtitle
from ledger.papers.sources import Background, Details, EntryLine, MissingReport, ProjectLine
from ledger.ranking.changed_facts import Changed
from ledger.ranking.league import LeagueTable
from ledger.ranking.phrases import and_so, bureau, county_title, day, period
from ledger.rules.standing import Tier
from ledger.sheets.book import A3, Book, Column, Sheet, Value
from ledger.sheets.cell_styles import CENTRED, COUNT, DAY, HEAD, TEXT, WAN, CellStyle
from units.ground.money import to_wan

_SMALL = replace(TEXT, size=10, shrinks=True)
_SMALL_CENTRED = replace(CENTRED, size=10, shrinks=True)
_WRAPPED = replace(TEXT, size=10, wraps=True)
_WRAPPED_CENTRED = replace(CENTRED, size=10, wraps=True)
_DAY, _WAN, _COUNT = (replace(style, size=10, shrinks=True) for style in (DAY, WAN, COUNT))
LINE_HEIGHT = 17

PROJECTS = (
    Column(pgettext_lazy("sheet", "No."), 5, _COUNT),
    Column(pgettext_lazy("sheet", "Project name"), 28, _WRAPPED),
    Column(pgettext_lazy("sheet", "Units and shares"), 20, _WRAPPED),
    Column(pgettext_lazy("sheet", "Investor"), 24, _WRAPPED),
    Column(pgettext_lazy("sheet", "Origin"), 10, _WRAPPED_CENTRED),
    Column(pgettext_lazy("sheet", "Place of origin"), 11, _WRAPPED_CENTRED),
    Column(pgettext_lazy("sheet", "Industry"), 12, _WRAPPED_CENTRED),
    Column(pgettext_lazy("sheet", "New or carry-over"), 7, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Stage"), 7, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Contract"), 6, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Signed on"), 11, _DAY),
    Column(pgettext_lazy("sheet", "Total investment"), 11, _WAN),
    Column(pgettext_lazy("sheet", "Introduced amount"), 11, _WAN),
    Column(pgettext_lazy("sheet", "Received this year"), 11, _WAN),
    Column(pgettext_lazy("sheet", "Received since signing"), 11, _WAN),
    Column(pgettext_lazy("sheet", "Sponsor"), 14, _WRAPPED),
    Column(pgettext_lazy("sheet", "Location"), 15, _WRAPPED),
)
# Places of the columns that the checks read.
PROJECT_PLACES = {"age": 7, "contract": 9, "investment": 11, "introduced": 12, "received": 13}

ENTRIES = (
    Column(pgettext_lazy("sheet", "No."), 7, _COUNT),
    Column(pgettext_lazy("sheet", "Unit code"), 11, _SMALL),
    Column(pgettext_lazy("sheet", "Unit"), 15, _SMALL),
    Column(pgettext_lazy("sheet", "Project name"), 27, _SMALL),
    Column(pgettext_lazy("sheet", "Investor"), 24, _SMALL),
    Column(pgettext_lazy("sheet", "Received on"), 11, _DAY),
    Column(pgettext_lazy("sheet", "Counted on"), 11, _DAY),
    Column(pgettext_lazy("sheet", "Amount credited"), 11, _WAN),
    Column(pgettext_lazy("sheet", "Kind of money"), 12, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Voucher number"), 19, _SMALL),
    Column(pgettext_lazy("sheet", "New or carry-over"), 7, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Origin"), 9, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Industry"), 12, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Entry"), 7, _SMALL_CENTRED),
    Column(pgettext_lazy("sheet", "Posted on"), 11, _DAY),
    Column(pgettext_lazy("sheet", "Note or reason"), 19, _SMALL),
)
CODE, AMOUNT = 1, 7
# Columns of the second part of the changes, which lie over those of the first.
ANNOUNCED, NOW = 4, 7
CHANGED_HEADS = (
    pgettext_lazy("changed", "Of what"),
    pgettext_lazy("changed", "Which value"),
    pgettext_lazy("changed", "Whose"),
    pgettext_lazy("changed", "As announced"),
    pgettext_lazy("changed", "Now"),
)

MISSING = (
    Column(pgettext_lazy("sheet", "No."), 8, COUNT),
    Column(pgettext_lazy("sheet", "Kind"), 12, CENTRED),
    Column(pgettext_lazy("sheet", "Unit"), 26),
    Column(pgettext_lazy("sheet", "Months not reported"), 32),
    Column(pgettext_lazy("sheet", "Annual task"), 16, WAN),
    Column(pgettext_lazy("sheet", "Received"), 16, WAN),
    Column(pgettext_lazy("sheet", "Tier"), 20, CENTRED),
)


def settlement_workbook(
    table: LeagueTable, background: Background, details: Details, file: IO[bytes]
) -> None:
    """Write the workbook to ``file``, reading the rows of the details once."""
    proof = background.proof
    foot = proof.line if proof else ""
    with Book(ranking_sheet.title(table), bureau(table), foot) as book:
        overview = overview_sheet.write(
            book, table, background, bulletin.headline(table, background)
        )
        ranking = ranking_sheet.write(book, table, background.chain_head, proof)
        projects = _projects(book, table, details)
        entries = _entries(book, table, details)
        _changes(book, table, details)
        _missing(book, table, background.missing)
        checks: list[Check] = [
            *check_sheet.overview_checks(overview, ranking),
            *check_sheet.ranking_checks(ranking, table),
        ]
        if details.is_whole:
            checks += check_sheet.entry_checks(ranking, entries, CODE, AMOUNT)
        if details.is_whole and details.exact_since is None:
            checks += check_sheet.project_checks(overview, ranking, projects, PROJECT_PLACES)
        check_sheet.write(book, table, checks)
        book.save(file)


def _projects(book: Book, table: LeagueTable, details: Details) -> Detail:
    name = pgettext("sheet name", "Projects")
    title = _title(table, _("%(county)s: projects, %(period)s"))
    lines = _lines(table, details)
    sheet = book.sheet(
        name, PROJECTS, title=title, lines=lines, kept=2, row_height=LINE_HEIGHT, paper=A3
    )
    return _detail(sheet, _project_rows(details.projects))


def _project_rows(lines: Iterable[ProjectLine]) -> Iterator[list[Value]]:
    for number, line in enumerate(lines, start=1):
        yield [
            number,
            line.name,
            line.shares,
            line.investor,
            line.origin,
            line.place,
            line.industry,
            _age(line.is_new),
            line.stage,
            RIGHT if line.is_contract else None,
            line.signed_on,
            to_wan(line.total_investment),
            to_wan(line.introduced),
            to_wan(line.received),
            to_wan(line.received_ever),
            line.sponsor,
            line.location,
        ]


def _entries(book: Book, table: LeagueTable, details: Details) -> Detail:
    name = pgettext("sheet name", "Receipts")
    title = _title(table, _("%(county)s: funds received, %(period)s"))
    lines = _lines(table, details)
    sheet = book.sheet(name, ENTRIES, title=title, lines=lines, kept=3, paper=A3)
    return _detail(sheet, _entry_rows(details.entries))


def _entry_rows(lines: Iterable[EntryLine]) -> Iterator[list[Value]]:
    age = {True: _age(True), False: _age(False)}
    kind = {True: pgettext("entry", "reversal"), False: pgettext("entry", "credit")}
    for number, line in enumerate(lines, start=1):
        yield [
            number,
            line.code,
            line.unit,
            line.project,
            line.investor,
            line.received_on,
            line.counted_on,
            to_wan(line.amount),
            line.money,
            line.voucher_no,
            age[line.is_new],
            line.origin,
            line.industry,
            kind[line.is_reversal],
            line.posted_on,
            line.words,
        ]


def _changes(book: Book, table: LeagueTable, details: Details) -> None:
    """Postings after the last meeting about money that it counted or should have counted."""
    name = pgettext("sheet name", "Changes since the meeting")
    title = _("%(county)s: changes since the meeting") % {"county": county_title(table)}
    said = _("No quarter is closed yet, so nothing was announced that could change.")
    if details.since is not None:
        said = _("Posted after the settlement as of %(day)s (version %(version)s).") % {
            "day": day(details.since.as_of),
            "version": details.since.version,
        }
    sheet = book.sheet(
        name,
        ENTRIES,
        title=title,
        lines=[*_changes_lines(table, details), [said]],
        kept=3,
        paper=A3,
    )
    if not sheet.extend(_entry_rows(details.changes)) and details.since is not None:
        sheet.across(_("No money has changed since."), NOTE, height=24)
    if table.frame is not None and details.read_at is not None:
        _other_changes(sheet, details.other_changes, details.read_at)


def _other_changes(sheet: Sheet, changes: Sequence[Changed], at: datetime) -> None:
    """Tasks, units, projects and shares: as announced, and as they are at the moment of writing."""
    moment = timezone.localtime(at)
    said = _("Tasks, units, projects and shares that changed since, as of %(moment)s")
    sheet.across(said % {"moment": f"{day(moment.date())} {moment:%H:%M}"}, BAND, height=24)
    if not changes:
        sheet.across(_("None of them has changed since."), NOTE, height=24)
        return
    _wide(sheet, [_("No."), *map(str, CHANGED_HEADS)], HEAD)
    for number, each in enumerate(changes, start=1):
        texts = [each.subject, each.field, each.name, each.announced, each.now]
        _wide(sheet, [number, *map(str, texts)], _WRAPPED)


def _wide(sheet: Sheet, values: Sequence[Value], style: CellStyle) -> None:
    """Six values over the columns of postings; the last two take several."""
    *short, announced, now = values
    row = sheet.add([*short, announced, None, None, now, *[None] * (len(ENTRIES) - NOW - 1)], style)
    sheet.merge(row, ANNOUNCED, row, NOW - 1)
    sheet.merge(row, NOW, row, len(ENTRIES) - 1)


def _missing(book: Book, table: LeagueTable, missing: Sequence[MissingReport]) -> None:
    name = pgettext("sheet name", "Not reported")
    title = _("%(county)s: units without monthly report") % {"county": county_title(table)}
    sheet = book.sheet(name, MISSING, title=title, lines=[subtitle(table)], row_height=22)
    sheet.extend(_missing_rows(missing))
    if not missing:
        sheet.across(_("Every unit has reported."), NOTE, height=24)


def _missing_rows(missing: Sequence[MissingReport]) -> Iterator[list[Value]]:
    for number, line in enumerate(missing, start=1):
        months = [pgettext("month of the year", "%(month)d") % {"month": m} for m in line.months]
        yield [
            number,
            line.group,
            line.name,
            and_so(months),
            to_wan(line.target) if line.target else None,
            to_wan(line.received),
            words.TIERS[Tier(line.tier)],
        ]


def _detail(sheet: Sheet, rows: Iterable[Sequence[Value]]) -> Detail:
    head = sheet.row
    sheet.extend(rows)
    sheet.filterset(head)
    return Detail(sheet, head + 1, max(sheet.row, head + 1))


def _title(table: LeagueTable, words_: str) -> str:
    return words_ % {"county": county_title(table), "period": period(table.as_of)}


def _lines(table: LeagueTable, details: Details) -> list[Sequence[str]]:
    lines = _changes_lines(table, details)
    if details.exact_since is not None:
        said = _("Stored by an upgrade on %(day)s, not at the closing: exact since that day.")
        lines.append([said % {"day": day(details.exact_since)}])
    return lines


def _changes_lines(table: LeagueTable, details: Details) -> list[Sequence[str]]:
    lines: list[Sequence[str]] = [subtitle(table)]
    if not details.is_whole:
        lines.append([_("Only rows of your own unit are listed.")])
    return lines


def _age(is_new: bool) -> str:
    return pgettext("project", "new") if is_new else pgettext("project", "carry-over")
