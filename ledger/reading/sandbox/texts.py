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
from ledger.reading.sandbox.marks import Marks
from ledger.reading.sandbox.styles import is_of_interest

Rows = list[tuple[int, list[Any]]]
Table = tuple[str, Rows, list[list[int]], Marks]

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


def sheets(content: bytes, kind: str) -> list[Table]:
    """Name, rows, merged cells and marks of each table. Raises Refused."""
    read = {"text": _csv, "html": _html, "xml": _xml}[kind]
    found = read(content[:MAX_TEXT])
    if not any(len(row) > 1 for _name, rows, _merged, _marks in found for _number, row in rows):
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


def _csv(content: bytes) -> list[Table]:
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
    return [("CSV", rows, [], Marks())]


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
        self.marks: list[Marks] = []
        self.text: list[str] | None = None
        self.struck: list[str] = []  # open tags that strike through
        self.has_struck = self.has_plain = False
        self.span = (1, 1)
        self.taken: dict[tuple[int, int], bool] = {}
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
                self.merged.append([])
                self.marks.append(Marks())
                self.taken = {}
        elif tag == "tr" and self.depth == 1:
            self._close()
            self.tables[-1].append([])
            if _is_hidden(dict(attrs)):
                self.marks[-1].hidden_rows.append(len(self.tables[-1]))
        elif tag in ("td", "th") and self.depth == 1:
            self._close()
            given = dict(attrs)
            self.span = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self.text, self.struck = [], []
            self.has_struck = self.has_plain = False
            self._strike(tag, given)
        elif tag == "br" and self.text is not None:
            self.text.append("\n")
        else:
            self._strike(tag, dict(attrs))

    def _strike(self, tag: str, given: dict[str, str | None]) -> None:
        is_struck = tag in ("s", "strike", "del") or "line-through" in (given.get("style") or "")
        if is_struck or tag in self.struck:
            self.struck.append(tag if is_struck else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr") and self.depth == 1:
            self._close()
        elif tag in self.struck:
            del self.struck[len(self.struck) - 1 - self.struck[::-1].index(tag) :]
        elif tag == "table":
            if self.depth == 1:
                self._close()
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)
            self.has_struck |= bool(self.struck and data.strip(_SPACES))
            self.has_plain |= bool(not self.struck and data.strip(_SPACES))

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
        if self.has_struck:
            marks = self.marks[-1]
            (marks.part_struck if self.has_plain else marks.struck).append((number, left + 1))
        if down * across > 1:
            self.merged[-1].append([number, left + 1, number + down - 1, left + across])
        for below in range(number + 1, number + down):
            self.taken |= {(below, place): True for place in range(left, left + across)}
        self.text = None


def _span(written: str | None) -> int:
    text = (written or "1").strip()
    return max(1, min(int(text), 1_000)) if text.isascii() and text.isdigit() else 1


def _is_hidden(given: dict[str, str | None]) -> bool:
    style = (given.get("style") or "").replace(" ", "").lower()
    return "hidden" in given or "display:none" in style or "height:0" in style.split(";")


def _html(content: bytes) -> list[Table]:
    parser = _Tables()
    try:
        parser.feed(_decoded(content))
        parser.close()
    except (UnicodeDecodeError, AssertionError) as error:
        raise Refused("html") from error
    if len(parser.tables) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    every = zip(parser.tables, parser.merged, parser.marks, strict=True)
    return [
        (f"表{number}", _kept(iter(rows)), merged, marks)
        for number, (rows, merged, marks) in enumerate(every, start=1)
        if any(rows)
    ]


# XML tables of 2003


class _Xml:
    """``Workbook/Worksheet/Table/Row/Cell/Data`` with its indexes and spans."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[list[Any]], list[list[int]], Marks]] = []
        self.row = self.column = self.columns = 0
        self.style = ""
        self.struck: set[str] = set()  # styles of cells
        self.formats: dict[str, str] = {}
        self.strikes = self.has_struck = self.has_plain = False
        self.type = ""
        self.text: list[str] | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "Worksheet":
            self.found.append((given.get("ss:Name", ""), [], [], Marks()))
            self.row = self.columns = 0
        elif name in ("Style", "Font", "NumberFormat"):
            self._style(name, given)
        elif name == "Column" and self.found:
            self._column(given)
        elif name == "Row" and self.found:
            self.row = _index(given, self.row)
            self.column = 0
            self._reach()
            if given.get("ss:Hidden") == "1" or given.get("ss:Height") == "0":
                self.found[-1][3].hidden_rows.append(self.row)
        elif name == "Cell" and self.found and self.row:
            self.column = _index(given, self.column)
            across, down = (_whole(given.get(f"ss:Merge{way}"), 0) for way in ("Across", "Down"))
            if across or down:
                place = [self.row, self.column, self.row + down, self.column + across]
                self.found[-1][2].append(place)
            self.span = across
            self._mark(given.get("ss:StyleID", ""))
        elif name == "Data" and self.column:
            self.type, self.text = given.get("ss:Type", ""), []
            self.strikes = self.has_struck = self.has_plain = False
        elif name == "S":
            self.strikes = True

    def _style(self, name: str, given: dict[str, str]) -> None:
        if name == "Style":
            self.style = given.get("ss:ID", "")
        elif given.get("ss:StrikeThrough") == "1":
            self.struck.add(self.style)
        elif is_of_interest(code := given.get("ss:Format", "")):
            self.formats[self.style] = code[:100]

    def _column(self, given: dict[str, str]) -> None:
        first = _index(given, self.columns)
        self.columns = min(first + _whole(given.get("ss:Span"), 0), MAX_COLUMNS)
        if given.get("ss:Hidden") == "1" or given.get("ss:Width") == "0":
            self.found[-1][3].hidden_columns += range(first, self.columns + 1)

    def _mark(self, style: str) -> None:
        marks, place = self.found[-1][3], (self.row, self.column)
        if style in self.struck:
            marks.struck.append(place)
        if style in self.formats:
            marks.formats.setdefault(self.formats[style], []).append(place)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "Data" and self.text is not None:
            self._put("".join(self.text))
            self.text = None
            if self.has_struck:
                marks = self.found[-1][3]
                places = marks.part_struck if self.has_plain else marks.struck
                places.append((self.row, self.column))
        elif name == "S":
            self.strikes = False
        elif name == "Cell":
            self.column += self.span
            self.span = 0

    span = 0

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)
            self.has_struck |= bool(self.strikes and text.strip(_SPACES))
            self.has_plain |= bool(not self.strikes and text.strip(_SPACES))

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


def _xml(content: bytes) -> list[Table]:
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
    return [(name, _kept(iter(rows)), merged, marks) for name, rows, merged, marks in reader.found]
