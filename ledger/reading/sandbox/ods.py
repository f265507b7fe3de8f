"""Marks of an OpenDocument sheet: hidden rows and columns, struck cells, notes, months as days."""

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from ledger.reading.sandbox.limits import MAX_COLUMNS, MAX_MARKED, MAX_ROWS, Refused
from ledger.reading.sandbox.marks import Marks, Place

HIDDEN: Final = ("collapse", "filter")
MONTH: Final = 'yyyy"年"m"月"'
LONGEST_COMMENT: Final = 300


def read(markup: bytes) -> dict[str, Marks]:
    """The marks by name of sheet. Raises Refused for markup that is damaged."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(markup, True)
    except expat.ExpatError as error:
        raise Refused("broken") from error
    return reader.sheets


class _Reader:
    """One pass over content.xml: styles come first, then the tables."""

    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self.sheet = Marks()
        self.row = self.column = self.width = 0
        self.struck: set[str] = set()
        self.months: set[str] = set()  # styles of cells
        self.short_dates: set[str] = set()  # date styles without a day
        self.own_styles: list[str] = [""]  # of the columns of this sheet
        self.style = self.date_style = ""
        self.has_day = False
        self.note: list[str] | None = None
        self.spans: list[bool] = []  # open spans: whether each strikes through
        self.has_struck = self.has_plain = self.is_value = False
        self.handlers: dict[str, Callable[[dict[str, str]], None]] = {
            "style:style": self._style,
            "style:text-properties": self._text_style,
            "number:date-style": self._date_style,
            "number:day": self._day,
            "table:table": self._table,
            "table:table-column": self._columns,
            "table:table-row": self._row,
            "table:table-cell": self._cell,
            "table:covered-table-cell": self._cell,
            "office:annotation": self._annotation,
            "text:span": self._span,
        }

    def start(self, tag: str, given: dict[str, str]) -> None:
        handle = self.handlers.get(tag)
        if handle is not None:
            handle(given)

    def end(self, tag: str) -> None:
        if tag == "number:date-style" and not self.has_day:
            self.short_dates.add(self.date_style)
        elif tag == "office:annotation" and self.note is not None:
            text = " ".join("".join(self.note).split())[:LONGEST_COMMENT]
            if len(self.sheet.comments) < MAX_MARKED and text:
                self.sheet.comments.append((self.row, self.column, text))
            self.note = None
        elif tag == "text:span" and self.spans:
            self.spans.pop()
        elif tag == "table:table-cell" and self.has_struck and self.is_value:
            marks = self.sheet.part_struck if self.has_plain else self.sheet.struck
            marks.append((self.row, self.column))

    def text(self, text: str) -> None:
        if self.note is not None:
            self.note.append(text)
        elif text.strip():
            self.has_struck |= any(self.spans)
            self.has_plain |= not any(self.spans)

    def _span(self, given: dict[str, str]) -> None:
        self.spans.append(given.get("text:style-name", "") in self.struck)

    def _style(self, given: dict[str, str]) -> None:
        self.style = given.get("style:name", "")
        if given.get("style:data-style-name") in self.short_dates:
            self.months.add(self.style)

    def _text_style(self, given: dict[str, str]) -> None:
        if given.get("style:text-line-through-style", "none") != "none":
            self.struck.add(self.style)

    def _date_style(self, given: dict[str, str]) -> None:
        self.date_style, self.has_day = given.get("style:name", ""), False

    def _day(self, _given: dict[str, str]) -> None:
        self.has_day = True

    def _table(self, given: dict[str, str]) -> None:
        self.sheet = self.sheets.setdefault(given.get("table:name", ""), Marks())
        self.row, self.width, self.own_styles = 0, 0, [""]

    def _annotation(self, _given: dict[str, str]) -> None:
        self.note = []

    def _columns(self, given: dict[str, str]) -> None:
        last = min(self.width + _repeated(given, "columns"), MAX_COLUMNS)
        if given.get("table:visibility") in HIDDEN:
            self.sheet.hidden_columns += range(self.width + 1, last + 1)
        default = given.get("table:default-cell-style-name", "")
        self.own_styles += [default] * (last - self.width)
        self.width = last

    def _row(self, given: dict[str, str]) -> None:
        first = self.row + 1
        self.row = min(self.row + _repeated(given, "rows"), MAX_ROWS)
        self.column = 0
        if given.get("table:visibility") in HIDDEN and len(self.sheet.hidden_rows) < MAX_MARKED:
            self.sheet.hidden_rows += range(first, min(self.row, first + 1_000) + 1)
            self.sheet.is_filtered |= given["table:visibility"] == "filter"

    def _cell(self, given: dict[str, str]) -> None:
        first = self.column + 1
        self.column = min(self.column + _repeated(given, "columns"), MAX_COLUMNS)
        self.has_struck = self.has_plain = False
        self.is_value = "office:value-type" in given
        if not self.is_value:
            return
        default = self.own_styles[first] if first < len(self.own_styles) else ""
        style = given.get("table:style-name", default)
        places = [(self.row, column) for column in range(first, self.column + 1)]
        if style in self.struck and len(self.sheet.struck) < MAX_MARKED:
            self.sheet.struck += places
        if style in self.months:
            found = self.sheet.formats.setdefault(MONTH, [])
            found += places if len(found) < MAX_MARKED else []
        self._type(given, places)

    def _type(self, given: dict[str, str], places: list[Place]) -> None:
        """Percents and foreign money are told by the type of the value, not by a format code."""
        currency = given.get("office:currency", "CNY")[:8]
        code = "0%" if given["office:value-type"] == "percentage" else ""
        code = f'"{currency}"0' if currency not in ("CNY", "RMB", "") else code
        found = self.sheet.formats.setdefault(code, []) if code else []
        found += places if len(found) < MAX_MARKED else []


def _repeated(given: dict[str, str], what: str) -> int:
    written = given.get(f"table:number-{what}-repeated", "1")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 1
