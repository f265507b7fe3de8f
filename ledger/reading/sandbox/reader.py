"""Reads one file: prints one JSON document, the sheets with their cells, or a refusal code.

Runs under the limits of ``ledger/jobs/limited.py``. It imports nothing of ours outside this folder,
writes no file, opens no connection and trusts no size that the file declares.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import python_calamine as calamine

from ledger.reading.sandbox import archive, texts
from ledger.reading.sandbox.limits import (
    LONGEST_TEXT,
    MAX_BYTES,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MARKED,
    MAX_ROWS,
    MAX_SHEETS,
    Refused,
)
from ledger.reading.sandbox.marks import Marks

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


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
    marks: dict[str, Marks] = {}
    epoch = 1900
    with open(path, "rb") as file:
        kind = _kind(file)
        if kind in ("text", "html", "xml"):
            file.seek(0)
            found = texts.sheets(file.read(), kind)
            plain = [_text_sheet(*sheet, is_text=kind == "text") for sheet in found]
            return {"sheets": plain, "epoch": epoch}
        if kind == "zip":
            marks, epoch = archive.inspected(file)
    return {"sheets": list(_sheets(path, marks)), "epoch": epoch}


def _text_sheet(
    name: str, rows: texts.Rows, merged: list[list[int]], marks: Marks, *, is_text: bool
) -> dict[str, Any]:
    sheet = {"name": name, "is_hidden": False, "rows": rows, "merged": merged, "is_text": is_text}
    return {**sheet, **marks.plain()}


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
    if head.startswith(b"%PDF"):
        raise Refused("pdf")
    if head.startswith(b"MIME-Version:"):
        raise Refused("html")
    kind = texts.kind_of(head)
    if not kind:
        raise Refused("unknown")
    return kind


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
            "is_blind": about.name not in marks,
            **marks.get(about.name, Marks()).plain(),
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
