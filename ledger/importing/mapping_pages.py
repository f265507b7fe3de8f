"""The page of mapping: the sheets as they are, and a choice for each column.

Works on the first rows of each sheet only, which the job has set aside; the whole workbook is read
again by a job once the choices are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.importing import remembered, uploads, work
from ledger.importing.mapping_forms import SheetForm
from ledger.importing.pages import upload_of
from ledger.importing.uploads import Step
from ledger.models import Upload
from ledger.reading import cells
from ledger.reading.columns import IGNORED_SHEETS
from ledger.reading.mapping import How, MappingError, SheetMapping
from ledger.reading.mapping import Mapping as BookMapping
from ledger.reading.remarks import column_letters
from ledger.reading.result import SheetRead
from ledger.reading.tables import read_tables
from ledger.reading.workbook import Book, Grid, book_of
from projects.models import Industry
from units.access import FORM, REACH, Reach, Right, allowed, person
from units.ground.refusal import Refusal
from units.ground.text import key
from units.models import Unit, User

OPEN: Final = (Step.MAPPING, Step.READY, Step.FAILED)
SHOWN_ROWS, SHOWN_EXAMPLES, LONGEST_EXAMPLE = 12, 3, 24


@dataclass(frozen=True, slots=True)
class TopRow:
    number: int
    is_heading: bool
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Block:
    """A sheet on the page: its form, its first rows, and what is still missing."""

    read: SheetRead
    form: SheetForm
    letters: list[str]
    rows: list[TopRow]
    missing: list[str]
    is_open: bool
    has_hidden: bool
    has_struck: bool


@allowed(Right.IMPORT, FORM)
def book_import_mapping(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the columns, then have the whole workbook read by them."""
    upload, user = upload_of(request, token), person(request)
    top = uploads.kept(upload, "top")
    if upload.owner_id != user.pk or top is None or upload.step not in OPEN:
        raise Http404
    book = book_of(top)
    if request.method != "POST":
        return _shown(request, upload, _blocks(book, work.mapping_of(upload, book)[0], user))
    first = _blocks(book, _parts_of(request.POST, book), user, request.POST)
    if not all(block.form.is_valid() for block in first):
        return _shown(request, upload, first)
    sheets = {name: each for block in first for name, each in block.form.mappings().items()}
    mapping = BookMapping(sheets, remembered.aliases(user))
    blocks = _blocks(book, mapping, user)
    is_check = request.POST.get("action") != "show"
    is_whole = any(block.read.part for block in blocks)
    if not is_check or not is_whole or any(block.read.missing for block in blocks):
        return _shown(request, upload, blocks, is_asked=is_check)
    remembered.remember(book, mapping, user)
    if uploads.claim(upload, Step.PLANNING, mapping=mapping.plain()):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _shown(
    request: HttpRequest, upload: Upload, blocks: Sequence[Block], *, is_asked: bool = True
) -> HttpResponse:
    detail = reverse("book-import-detail", args=[upload.token])
    context = {
        "crumbs": [
            (reverse("book-import"), _("Import")),
            (detail, upload.file_name),
            ("", _("Columns")),
        ],
        "upload": upload,
        "blocks": blocks,
        "is_refused": is_asked and request.method == "POST",
    }
    status = 422 if context["is_refused"] else 200
    return render(request, "ledger/importing/mapping.html", context, status=status)


def _parts_of(posted: Mapping[str, Any], book: Book) -> BookMapping:
    """What the sheets were on the page that is sent, so that the same fields are read back."""
    sheets: dict[str, SheetMapping] = {}
    names = [grid.name for grid in book.grids]
    for place, name in enumerate(names):
        part, rows = posted.get(f"s{place}-was", ""), posted.get(f"s{place}-rows", "")
        numbers = [int(row) for row in rows.split() if row.isdecimal() and len(row) < 6]
        plain = {"part": part, **({"heading_rows": numbers} if part else {})}
        with suppress(MappingError):
            sheet = SheetMapping.of(plain, name, How.REMEMBERED)
            also = posted.get(f"s{place}-also", "").splitlines()
            sheets |= dict.fromkeys([name, *(set(also) & set(names))], sheet) if part else {}
    return BookMapping(sheets, is_whole=True)


def _blocks(
    book: Book, mapping: BookMapping, user: User, posted: Mapping[str, Any] | None = None
) -> list[Block]:
    """One block for each sheet, or for several of the same kind with the same headings."""
    reading = _reads(book, mapping)
    units, industries = _units(user), list(Industry.objects.values_list("name", flat=True))
    alike: dict[Any, list[str]] = {}
    blocks = []
    for place, grid in enumerate(book.grids):
        if key(grid.name) in IGNORED_SHEETS or not grid.rows:
            continue
        read = reading.get(grid.name) or SheetRead(grid.name)
        names = alike.setdefault(_kind_of(grid, read), [])
        names.append(grid.name)
        if len(names) == 1:
            blocks.append((place, grid, read, names))
    return [
        _block(
            grid,
            read,
            SheetForm(
                *(read, units, industries, posted),
                prefix=f"s{place}",
                chosen=mapping.sheets.get(grid.name),
                alike=names if len(names) > 1 else (),
            ),
            is_any=any(each.part for each in reading.values()),
        )
        for place, grid, read, names in blocks
    ]


def _kind_of(grid: Grid, read: SheetRead) -> Any:
    """Equal for sheets that one form decides."""
    if read.part is None or not read.heading_rows:
        return grid.name
    return read.part, remembered.shape(remembered.headings_of(grid, read.heading_rows))


def _reads(book: Book, mapping: BookMapping) -> dict[str, SheetRead]:
    """The sheets by name; none if every one of them is left out."""
    try:
        return {read.name: read for read in read_tables(book, mapping)}
    except Refusal:
        return {}


def _units(user: User) -> list[str]:
    """The units that rows may belong to: a unit's people enter for their own."""
    if REACH[user.role] is Reach.UNIT:
        return [user.unit.name] if user.unit else []
    found = Unit.objects.filter(county=user.county_id, ended_on=None).order_by("-kind", "order")
    return list(found.values_list("name", flat=True))


def _block(grid: Grid, read: SheetRead, form: SheetForm, *, is_any: bool) -> Block:
    form.examples = _examples(grid, read)
    width = max(len(row) for _number, row in grid.rows[:SHOWN_ROWS])
    last = read.heading_rows[-1] if read.heading_rows else 0
    rows = [each for each in grid.rows if each[0] <= last + SHOWN_ROWS][: last + SHOWN_ROWS]
    return Block(
        read=read,
        form=form,
        letters=[column_letters(place + 1) for place in range(width)],
        rows=[
            TopRow(
                number,
                number in read.heading_rows,
                [cells.shown(cell) for cell in _padded(row, width)],
            )
            for number, row in rows[: SHOWN_ROWS + len(read.heading_rows)]
        ],
        missing=[str(form.word_of(name)) for name in read.missing],
        is_open=bool(read.missing) or not is_any,
        has_hidden=bool(grid.hidden_rows),
        has_struck=bool(grid.struck),
    )


def _padded(row: Sequence[Any], width: int) -> Iterator[Any]:
    for place in range(width):
        yield row[place] if place < len(row) else None


def _examples(grid: Grid, read: SheetRead) -> dict[str, str]:
    """The first different values under each heading."""
    last = read.heading_rows[-1] if read.heading_rows else 0
    found: dict[str, list[str]] = {}
    for number, row in grid.rows:
        if number > last:
            for place, cell in enumerate(row):
                seen = found.setdefault(column_letters(place + 1), [])
                text = cells.shown(cell)[:LONGEST_EXAMPLE]
                if text and text not in seen and len(seen) < SHOWN_EXAMPLES:
                    seen.append(text)
    return {letter: " · ".join(seen) for letter, seen in found.items()}
