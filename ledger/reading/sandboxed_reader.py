"""The child process that opens a workbook, under the limits of ``ledger/jobs/limited.py``.

Prints one JSON document: the sheets with their cells, or a refusal code. It imports nothing of
ours, writes no file, opens no connection and trusts no size that the file declares.
"""

import json
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, NamedTuple

import python_calamine as calamine

MAX_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 1_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MARKUP = 64 * 1024 * 1024
MAX_SHEETS = 60
MAX_ROWS = 99_999
MAX_COLUMNS = 256
MAX_CELLS = 1_000_000
MAX_DRAWN = 1_500_000  # cells in the markup, most of them perhaps only formatted
LONGEST_TEXT = 4_000
MAX_MARKED = 20_000  # cells that hold an error or a formula without its result
CHUNK = 256 * 1024

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_END = b"PK\x05\x06"
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|table|head|meta|body)\b|MIME-Version:", re.I)
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
# Only cells with content limit a sheet; formats down to the last row are harmless.
_FAR = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{3}\d+|[A-Z]+\d{6,7})"[^>]*>\s*<(?:\w+:)?(?:v|is|f)\b'
)
_FAULTY = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>')
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\b([^>/]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"(?![^>]*/>)')
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_MARKUP_NAMES = (".xml", ".rels", ".vml")


class Refused(Exception):
    """Why the file is refused: a code, and values for its sentence."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.document = {"refused": code, **words}


class Marks(NamedTuple):
    """What only a sheet's markup says: cells counted from 1, and the number of hidden rows."""

    faulty: list[tuple[int, int]]
    uncomputed: list[tuple[int, int]]
    hidden: int


def main(path: str) -> None:
    try:
        document = read(path)
    except Refused as refused:
        document = refused.document
    except MemoryError:
        document = {"refused": "large"}
    json.dump(document, sys.stdout, ensure_ascii=True, separators=(",", ":"))


def read(path: str) -> dict[str, Any]:
    """The document of a file. Raises Refused."""
    with open(path, "rb") as file:
        kind = _kind(file)
        if kind == "zip":
            marks, epoch = _inspected(file)
        else:
            marks, epoch = {}, 1900
    return {"sheets": list(_sheets(path, marks)), "epoch": epoch}


# What kind of file it is


def _kind(file: BinaryIO) -> str:
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise Refused("empty")
    if size > MAX_BYTES:
        raise Refused("big_file", megabytes=MAX_BYTES // 1024**2)
    head = file.read(4096)
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_OLE):
        file.seek(0)
        if _ENCRYPTED in file.read():
            raise Refused("encrypted")
        return "ole"
    raise Refused(_other_kind(head))


def _other_kind(head: bytes) -> str:
    if head.startswith(b"%PDF"):
        return "pdf"
    if _HTML.search(head.replace(b"\x00", b"")):
        return "html"
    if b"<?mso-application" in head or b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or _is_text(head):
        return "text"
    return "unknown"


def _is_text(head: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            head[: len(head) // 2 * 2].decode(encoding)
            return True
    # The sample ends inside a character.
    return b"," in head or b"\t" in head


# Inside an archive


def _inspected(file: BinaryIO) -> tuple[dict[str, Marks], int]:
    """Check sizes before and while unpacking; returns what the sheets' markup says."""
    _demand_short_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _demand_sound(entries)
            return _unpacked(file, archive, entries)
    except (zipfile.BadZipFile, EOFError, struct.error, zlib.error, ValueError, OSError) as error:
        raise Refused("broken") from error
    except (NotImplementedError, RuntimeError) as error:
        raise Refused("encrypted") from error


def _demand_short_directory(file: BinaryIO) -> None:
    """Checks the declared entry count and length before the directory is read at all."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    start = tail.rfind(_END)
    if start < 0 or len(tail) < start + 22:
        raise Refused("broken")
    count, length = struct.unpack_from("<10xHL", tail, start)
    if count > MAX_ENTRIES or length > MAX_ENTRIES * 400:
        raise Refused("many_parts")


def _demand_sound(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Refused("many_parts")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused("large")
    if sum(entry.file_size for entry in entries if _is_markup(entry)) > MAX_MARKUP:
        raise Refused("large")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or any(_leads_outside(name) for name in names):
        raise Refused("broken")
    sheets = [name for name in names if re.search(r"worksheets/[^/]+\.(xml|bin)$", name)]
    if len(sheets) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    known = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
    if not any(name.lower().lstrip("/") in known for name in names):
        raise Refused("not_a_workbook")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:  # overlapping: the same bytes unpacked again and again
            raise Refused("broken")
        end = entry.header_offset + 30 + entry.compress_size


def _leads_outside(name: str) -> bool:
    return "\\" in name or ":" in name or ".." in name.split("/")


def _is_markup(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(_MARKUP_NAMES)


def _unpacked(
    file: BinaryIO, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, Marks], int]:
    """Unpack every part once, counting; calamine then reads parts of checked size."""
    total = 0
    found: dict[str, Marks] = {}
    names, epoch = _sheet_names(archive, entries)
    for entry in entries:
        is_markup = _is_markup(entry)
        kept: list[bytes] = []
        for piece in _pieces(archive, entry):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise Refused("large")
            if is_markup:
                kept.append(piece)
        markup = b"".join(kept)
        if _DECLARATIONS.search(markup):
            raise Refused("broken")
        if entry.filename in names:
            found[names[entry.filename]] = _marks(markup, names[entry.filename])
    return found, epoch


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        unpacked = 0
        while piece := part.read(CHUNK):
            unpacked += len(piece)
            if unpacked > entry.file_size:
                raise Refused("broken")
            yield piece


def _sheet_names(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, str], int]:
    """Sheet names by the part that holds each, and the epoch of day numbers."""
    by_name = {entry.filename: entry for entry in entries}
    workbook, links = by_name.get("xl/workbook.xml"), by_name.get("xl/_rels/workbook.xml.rels")
    if workbook is None or links is None or max(workbook.file_size, links.file_size) > 2_000_000:
        return {}, 1900
    try:
        book = ElementTree.fromstring(archive.read(workbook))
        relations = ElementTree.fromstring(archive.read(links))
    except ElementTree.ParseError as error:
        raise Refused("broken") from error
    targets = {link.get("Id"): link.get("Target", "") for link in relations}
    names, epoch = {}, 1900
    for element in book.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr" and element.get("date1904", "0") in ("1", "true"):
            epoch = 1904
        if tag == "sheet":
            link = next((value for name, value in element.items() if name.endswith("}id")), "")
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            names[part] = element.get("name", "")
    return names, epoch


def _marks(markup: bytes, sheet: str) -> Marks:
    if markup.count(b"<c ") + markup.count(b"<c>") > MAX_DRAWN:
        raise Refused("large")
    far = _FAR.search(markup)
    if far is not None:
        raise Refused("far_cell", sheet=sheet, cell=far[1].decode("ascii"))
    return Marks(
        _places(_FAULTY, markup), _places(_UNCOMPUTED, markup), len(_HIDDEN.findall(markup))
    )


def _places(pattern: re.Pattern[bytes], markup: bytes) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in pattern.finditer(markup):
        place = _PLACE.search(match[1])
        if place is not None and len(found) < MAX_MARKED:
            found.append((int(place[2]), _column_number(place[1])))
    return found


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# The cells


def _sheets(path: str, marks: dict[str, Marks]) -> Iterator[dict[str, Any]]:
    book = _opened(path)
    if len(book.sheet_names) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    cells = 0
    for place, about in enumerate(book.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(place)
        except calamine.CalamineError as error:
            raise Refused("broken") from error
        rows = []
        for number, row in _rows(sheet):
            rows.append((number, row))
            cells += len(row)
            if cells > MAX_CELLS:
                raise Refused("large")
        yield {
            "name": about.name,
            "is_hidden": about.visible != calamine.SheetVisibleEnum.Visible,
            "rows": rows,
            "merged": _merged(sheet),
            **marks.get(about.name, Marks([], [], 0))._asdict(),
        }


def _opened(path: str) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise Refused("broken") from error


def _rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Non-empty rows by number, without the empty cells at their ends."""
    end = sheet.end
    if end is None:
        return
    if end[0] >= MAX_ROWS or end[1] >= MAX_COLUMNS:
        raise Refused("far_cell", sheet=sheet.name, cell=_cell_name(end[0] + 1, end[1] + 1))
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = [_plain(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            yield number, row


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:LONGEST_TEXT] if cell.strip(" \t\r\n\u00a0\u3000") else None
    if isinstance(cell, datetime | date):
        return {"day": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return {"time": str(cell)}
    return cell


def _merged(sheet: calamine.CalamineSheet) -> list[list[int]]:
    """Non-empty merged cells: top, left, bottom, right, counted from 1."""
    return [
        [top + 1, left + 1, min(bottom, MAX_ROWS) + 1, min(right, MAX_COLUMNS) + 1]
        for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:MAX_MARKED]
    ]


def _cell_name(row: int, column: int) -> str:
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


if __name__ == "__main__":
    main(sys.argv[1])
