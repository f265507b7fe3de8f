"""``manage.py ranking 2012-06 --county 611023 [--json]``: the league table on the terminal.

``--json`` prints exactly the bytes of the page's ``.json``.
"""

import unicodedata
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import words
from ledger.ranking import document, query
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.ranking.query import TableQuery
from ledger.rules.months import Month
from units.ground.money import gap_text, percent_text, rounded, wan_text
from units.models import County


class Command(BaseCommand):
    help = "Print the league table of a county as of a month's end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2012-06")
        parser.add_argument("--county", required=True, help="GB/T 2260 code, as 611023")
        parser.add_argument("--json", action="store_true", help="as the page's .json")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        month = _month(options["month"])
        if month.first_day > today:
            raise CommandError(_("This month has not begun yet."))
        table = query.answer(_county(options["county"]), TableQuery(month), today)
        if options["json"]:
            self.stdout.write(document.text(table), ending="")
        else:
            self.stdout.writelines(f"{line}\n" for line in plain(table))


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise CommandError(_("Write the month as 2012-06.")) from error


def _county(code: str) -> County:
    county = County.objects.filter(code=code).first()
    if county is None:
        known = ", ".join(County.objects.order_by("code").values_list("code", flat=True)[:20])
        sentence = _("There is no county %(code)s here. Known: %(known)s.")
        raise CommandError(sentence % {"code": code, "known": known or "-"})
    return county


def plain(table: LeagueTable) -> Iterator[str]:
    """One line per unit, amounts in 万元."""
    yield f"{table.county} {table.as_of:%Y-%m-%d}"
    for section in table.sections:
        rows = [_cells(row) for row in section.rows]
        yield f"\n{section.title} ({len(rows)})"
        yield from (_joined(cells, _widths(rows)) for cells in rows)


def _cells(row: LeagueRow) -> tuple[str, ...]:
    return (
        str(row.rank or "-"),
        row.name,
        wan_text(row.target) if row.target else "-",
        wan_text(row.received),
        percent_text(row.received, row.target) if row.target else "-",
        gap_text(rounded(row.gap, 2)) if row.gap is not None else "-",
        str(words.TIERS[row.tier]),
    )


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(_width, column)) for column in zip(*rows, strict=True)]


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names and words left-aligned, numbers right-aligned."""
    padded = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    lefts = (1, 6)
    parts = [
        c + p if i in lefts else p + c for i, (c, p) in enumerate(zip(cells, padded, strict=True))
    ]
    return "  ".join(parts).rstrip()


def _width(text: str) -> int:
    """Terminal columns; a Han character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
