"""Reads what only looks like a workbook: CSV, a web page or an XML table saved under its name.

Values stay texts, except numbers as a sheet would have stored them; a code keeps its zeros.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any, Final
from xml.parsers import expat

from ledger.reading.sandbox.limits import (
    LONGEST_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Refused,
)

Rows = list[tuple[int, list[Any]]]

_HTML: Final = re.compile(rb"<\s*(?:!doctype\s+html|html|table|head|meta|body)\b", re.IGNORECASE)
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?", re.ASCII)
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?([\w-]{2,20})""", re.IGNORECASE)
_SPACES: Final = " \t\r\n\u00a0\u3000"
DELIMITERS: Final = ",\t;，；|"
MAX_TEXT: Final = 20 * 1024 * 1024


def kind_of(head: bytes) -> str:
    """``html``, ``xml``, ``text`` or empty, by the first bytes of a file."""
    plain = head.replace(b"\x00", b"")
    if b"<?mso-application" in plain or b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        return "xml"
    if _HTML.search(plain):
        return "html"
    if head.startswith(tuple(mark for mark, _encoding in _MARKS)) or _is_text(head):
        return "text"
    return ""


def _is_text(head: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the sample may end inside a character
            with suppress(UnicodeDecodeError):
                head[: len(head) - cut].decode(encoding)
                return True
    return False


def sheets(content: bytes, kind: str) -> list[tuple[str, Rows, list[list[int]]]]:
    """Name, rows and merged cells of each table. Raises Refused."""
    read = {"text": _csv, "html": _html, "xml": _xml}[kind]
    found = read(content[:MAX_TEXT])
    if not any(len(row) > 1 for _name, rows, _merged in found for _number, row in rows):
        raise Refused(kind)
    return found


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "strict")
    declared = _CHARSET.search(content[:2048])
    named = declared[1].decode("ascii").lower() if declared else ""
    wanted = "gb18030" if named.startswith(("gb", "x-gb")) else ""
    for encoding in filter(None, (wanted, "utf-8", "gb18030")):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise Refused("encoding")


def _value(text: str) -> Any:
    """A cell as a sheet would hold it: a plain number is a number, 0042 and 1e5 stay texts."""
    written = text.strip(_SPACES)
    if not written:
        return None
    if _NUMBER.fullmatch(written) and len(written.replace(".", "")) <= 15:
        return json.loads(written)
    return text.strip("\r\n")[:LONGEST_TEXT]


def _kept(rows: Iterator[list[Any]]) -> Rows:
    """Non-empty rows by number, within the limits of a sheet."""
    found: Rows = []
    cells = 0
    for number, row in enumerate(rows, start=1):
        while row and row[-1] is None:
            row.pop()
        cells += len(row)
        if number > MAX_ROWS or cells > MAX_CELLS or len(row) > MAX_COLUMNS:
            raise Refused("large")
        if row:
            found.append((number, row))
    return found


# CSV


def _csv(content: bytes) -> list[tuple[str, Rows, list[list[int]]]]:
    try:
        text = _decoded(content)
    except UnicodeDecodeError as error:
        raise Refused("encoding") from error
    if "\x00" in text:
        raise Refused("unknown")
    text = text.removeprefix("sep=,\n").removeprefix("sep=;\n")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = _kept([_value(cell) for cell in line] for line in lines)
    except csv.Error as error:
        raise Refused("text") from error
    return [("CSV", rows, [])]


def _delimiter(text: str) -> str:
    """The sign that parts most of the first lines into equally many cells."""
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    counts = {sign: [line.count(sign) for line in lines] for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: _most(counts[sign]))
    return best


def _most(counts: list[int]) -> int:
    """How many lines share the most frequent number of signs, times that number; 0 for none."""
    return max((counts.count(number) * number for number in set(counts)), default=0)


# Web pages


class _Tables(HTMLParser):
    """The tables of a page as rows; a spanned cell is merged."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Any]]] = []
        self.merged: list[list[list[int]]] = []
        self.text: list[str] | None = None
        self.span = (1, 1)
        self.taken: dict[tuple[int, int], bool] = {}
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
                self.merged.append([])
                self.taken = {}
        elif tag == "tr" and self.depth == 1:
            self._close()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.depth == 1:
            self._close()
            given = dict(attrs)
            self.span = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr") and self.depth == 1:
            self._close()
        elif tag == "table":
            if self.depth == 1:
                self._close()
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def _close(self) -> None:
        if self.text is None:
            return
        if not self.tables[-1]:
            self.tables[-1].append([])
        rows, (down, across) = self.tables[-1], self.span
        row, number = rows[-1], len(rows)
        while self.taken.pop((number, len(row)), False):
            row.append(None)
        left = len(row)
        if left + across > MAX_COLUMNS or number + down > MAX_ROWS:
            raise Refused("large")
        row.append(_value(" ".join("".join(self.text).split(" "))))
        row += [None] * (across - 1)
        if down * across > 1:
            self.merged[-1].append([number, left + 1, number + down - 1, left + across])
        for below in range(number + 1, number + down):
            self.taken |= {(below, place): True for place in range(left, left + across)}
        self.text = None


def _span(written: str | None) -> int:
    text = (written or "1").strip()
    return max(1, min(int(text), 1_000)) if text.isascii() and text.isdigit() else 1


def _html(content: bytes) -> list[tuple[str, Rows, list[list[int]]]]:
    parser = _Tables()
    try:
        parser.feed(_decoded(content))
        parser.close()
    except (UnicodeDecodeError, AssertionError) as error:
        raise Refused("html") from error
    if len(parser.tables) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    pairs = zip(parser.tables, parser.merged, strict=True)
    return [
        (f"表{number}", _kept(iter(rows)), merged)
        for number, (rows, merged) in enumerate(pairs, start=1)
        if any(rows)
    ]


# XML tables of 2003


class _Xml:
    """``Workbook/Worksheet/Table/Row/Cell/Data`` with its indexes and spans."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[list[Any]], list[list[int]]]] = []
        self.row = self.column = 0
        self.type = ""
        self.text: list[str] | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "Worksheet":
            self.found.append((given.get("ss:Name", ""), [], []))
            self.row = 0
        elif name == "Row" and self.found:
            self.row = _index(given, self.row)
            self.column = 0
            self._reach()
        elif name == "Cell" and self.found and self.row:
            self.column = _index(given, self.column)
            across, down = (_whole(given.get(f"ss:Merge{way}"), 0) for way in ("Across", "Down"))
            if across or down:
                place = [self.row, self.column, self.row + down, self.column + across]
                self.found[-1][2].append(place)
            self.span = across
        elif name == "Data" and self.column:
            self.type, self.text = given.get("ss:Type", ""), []

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "Data" and self.text is not None:
            self._put("".join(self.text))
            self.text = None
        elif name == "Cell":
            self.column += self.span
            self.span = 0

    span = 0

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _reach(self) -> None:
        rows = self.found[-1][1]
        if self.row > MAX_ROWS:
            raise Refused("large")
        rows += [[] for _row in range(self.row - len(rows))]

    def _put(self, text: str) -> None:
        if self.column > MAX_COLUMNS:
            raise Refused("large")
        row = self.found[-1][1][self.row - 1]
        row += [None] * (self.column - len(row))
        if self.type == "DateTime":
            row[self.column - 1] = {"day": text[:19]}
        elif self.type == "Number":
            row[self.column - 1] = _value(text)
        else:
            row[self.column - 1] = text[:LONGEST_TEXT] if text.strip(_SPACES) else None


def _index(given: dict[str, str], before: int) -> int:
    return _whole(given.get("ss:Index"), before + 1)


def _whole(written: str | None, default: int) -> int:
    text = written or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else default


def _xml(content: bytes) -> list[tuple[str, Rows, list[list[int]]]]:
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise Refused("broken")
    reader = _Xml()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused("xml") from error
    if len(reader.found) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    return [(name, _kept(iter(rows)), merged) for name, rows, merged in reader.found]
