"""What people have chosen for sheets with the same headings, and other names of units.

Used again for the same unit (or the bureau) and told each time; a new choice replaces the old one.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ledger.models import RememberedMapping, UnitAlias
from ledger.reading.mapping import MONTH_END, NUMBERED, How, MappingError, SheetMapping
from ledger.reading.mapping import Mapping as BookMapping
from ledger.reading.remarks import column_letters
from ledger.reading.workbook import Book, Grid
from units.ground.text import key
from units.models import Unit, User

DEEPEST: Final = 20
LONGEST: Final = 80
# Constants that belong to one workbook: next month's sheet has its own.
OF_ONE_BOOK: Final = frozenset(("year", "received_on", "effective_on", "signed_on", "document"))


def mapping_of(book: Book, user: User) -> tuple[BookMapping, dict[str, RememberedMapping]]:
    """What was chosen before for sheets like these, and by which record of each sheet."""
    known = list(_of(user).select_related("chosen_by").order_by("-chosen_at"))
    sheets: dict[str, SheetMapping] = {}
    used: dict[str, RememberedMapping] = {}
    for grid in book.grids:
        found = next((pair for each in known if (pair := _matched(each, grid))), None)
        if found is not None:
            used[grid.name], sheets[grid.name] = found
    return BookMapping(sheets, aliases(user), is_whole=False), used


def aliases(user: User) -> dict[str, str]:
    """Names as they are written, and the units that they mean; the own unit's word goes first."""
    own = Q(by_unit=None) | Q(by_unit=user.unit_id)
    rows = UnitAlias.objects.filter(own, county=user.county_id).select_related("unit")
    ordered = rows.order_by(F("by_unit").asc(nulls_first=True))
    return {row.name: row.unit.name for row in ordered}


def remember(book: Book, mapping: BookMapping, user: User) -> None:
    """Keep the choices for the sheets of a workbook."""
    assert user.county is not None
    for grid in book.grids:
        sheet = mapping.sheets.get(grid.name)
        if sheet is None or sheet.part is None or not sheet.heading_rows:
            continue
        headings = headings_of(grid, sheet.heading_rows)
        RememberedMapping.objects.update_or_create(
            county=user.county,
            unit=user.unit,
            shape=shape(headings),
            defaults={
                "headings": headings,
                "mapping": _lasting(sheet).plain(),
                "chosen_by": user,
                "chosen_at": timezone.now(),
            },
        )


def remember_names(names: Mapping[str, Unit], user: User) -> None:
    """Keep what these names mean."""
    assert user.county is not None
    for name, unit in names.items():
        UnitAlias.objects.update_or_create(
            county=user.county,
            by_unit=user.unit,
            name_key=key(name),
            defaults={"name": name, "unit": unit, "said_by": user, "said_at": timezone.now()},
        )


def headings_of(grid: Grid, rows: Iterable[int]) -> dict[str, str]:
    """The texts of the heading rows by column letter; numbers in them do not tell sheets apart."""
    cells = dict(grid.rows)
    texts: dict[str, str] = {}
    for number in rows:
        for place, cell in enumerate(cells.get(number, ())):
            if isinstance(cell, str):
                letter = column_letters(place + 1)
                texts[letter] = texts.get(letter, "") + re.sub(r"\d+", "#", key(cell))[:LONGEST]
    return texts


def shape(headings: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(headings, sort_keys=True).encode()).hexdigest()


def _of(user: User) -> QuerySet[RememberedMapping]:
    return RememberedMapping.objects.filter(county=user.county_id, unit=user.unit_id)


def _matched(known: RememberedMapping, grid: Grid) -> tuple[RememberedMapping, SheetMapping] | None:
    """The choice with its heading rows where they are on this sheet."""
    try:
        sheet = SheetMapping.of(known.mapping, grid.name, How.REMEMBERED)
    except MappingError:  # a field that an earlier release knew
        return None
    for rows in _placed(sheet.heading_rows):
        if headings_of(grid, rows) == known.headings:
            return known, replace(sheet, heading_rows=rows)
    return None


def _placed(rows: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The same rows, then the same block higher or lower: a title line more or less."""
    yield rows
    for first in range(1, DEEPEST + 1):
        moved = tuple(row - rows[0] + first for row in rows)
        if moved != rows:
            yield moved


def _lasting(sheet: SheetMapping) -> SheetMapping:
    """Without what belongs to this workbook alone."""
    fill = {
        name: value
        for name, value in sheet.fill.items()
        if name not in OF_ONE_BOOK or not _is_constant(value)
    }
    return replace(sheet, fill=fill)


def _is_constant(value: str) -> bool:
    return not value.startswith("=") and value not in (MONTH_END, NUMBERED)
