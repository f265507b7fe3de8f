"""What a person decides about a workbook: what each sheet is, its columns, unit of money, fills.

A mapping comes from the page or from JSON (``manage.py import_book --mapping``), and goes back to
the same JSON. It decides only what the workbook leaves open; it never changes a cell.
"""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from ledger.reading.columns import Part, column_named
from units.ground.text import gettext_noop

MONEY_UNITS: Final = ("元", "千元", "万元", "百万元", "亿元")
# Fills that are no constants: the last day of the row's or column's month; vouchers numbered by us.
MONTH_END: Final = "month-end"
NUMBERED: Final = "numbered"
LEFT_OUT: Final = ""

_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


class How(StrEnum):
    """How it is known which field a column is."""

    KNOWN = "known"  # by a word of columns.py
    REMEMBERED = "remembered"  # by the unit's earlier choice for this shape of headings
    GUESSED = "guessed"  # offered only; nothing is taken by a guess
    CHOSEN = "chosen"  # by this mapping


class Choice(StrEnum):
    """What becomes of hidden or struck-through rows."""

    AS_FOUND = ""  # hidden ones are taken with a doubt, struck-through ones left out
    TAKE = "take"
    SKIP = "skip"


class MappingError(ValueError):
    """A mapping that is not understood; ``sentence`` and ``params`` say what is wrong."""

    def __init__(self, sentence: str, **params: object) -> None:
        super().__init__(sentence % params if params else sentence)
        self.sentence, self.params = sentence, params


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """The decisions for one sheet. Empty ones leave it as it is recognised.

    ``part`` None leaves the sheet out. ``columns`` maps letters to fields, "" leaves a column out;
    several columns may be one field if their headings are months. ``fill`` gives a field that the
    sheet lacks: a constant, ``=other field``, ``month-end``, or ``numbered`` (voucher).
    """

    part: Part | None = None
    heading_rows: tuple[int, ...] = ()
    money_unit: str = ""
    columns: Dict[str, str] = field(default_factory=dict)
    fill: Dict[str, str] = field(default_factory=dict)
    hidden: Choice = Choice.AS_FOUND
    struck: Choice = Choice.AS_FOUND
    how: How = How.CHOSEN

    def plain(self) -> dict[str, Any]:
        """The JSON of this sheet, without what is empty."""
        every = {
            "part": str(self.part) if self.part else "",
            "heading_rows": list(self.heading_rows),
            "money_unit": self.money_unit,
            "columns": dict(self.columns),
            "fill": dict(self.fill),
            "hidden": str(self.hidden),
            "struck": str(self.struck),
        }
        return {name: value for name, value in every.items() if value or name == "part"}

    @classmethod
    def of(cls, plain: Any, sheet: str, how: How = How.CHOSEN) -> Self:
        """From JSON. Raises MappingError."""
        given = _object(plain, sheet)
        part = _word(given, "part", sheet, ("", *Part))
        if not part:
            return cls(how=how)
        rows = given.get("heading_rows") or []
        if not isinstance(rows, list) or not all(type(row) is int and row > 0 for row in rows):
            raise MappingError(WRONG_ROWS, sheet=sheet)
        return cls(
            part=Part(part),
            heading_rows=tuple(sorted(rows)),
            money_unit=_word(given, "money_unit", sheet, ("", *MONEY_UNITS)),
            columns=_columns(given.get("columns") or {}, Part(part), sheet),
            fill=_fills(given.get("fill") or {}, Part(part), sheet),
            hidden=Choice(_word(given, "hidden", sheet, tuple(Choice))),
            struck=Choice(_word(given, "struck", sheet, tuple(Choice))),
            how=how,
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """The decisions for a workbook, by name of sheet.

    ``is_whole``: sheets that it does not name stay out. A remembered mapping is not whole: other
    sheets are read as they are recognised. ``units``: names of units as written -> as registered.
    """

    sheets: Dict[str, SheetMapping] = field(default_factory=dict)
    units: Dict[str, str] = field(default_factory=dict)
    is_whole: bool = True

    def plain(self) -> dict[str, Any]:
        sheets = {name: sheet.plain() for name, sheet in self.sheets.items()}
        return {"sheets": sheets} | ({"units": dict(self.units)} if self.units else {})

    @classmethod
    def of(cls, plain: Any, how: How = How.CHOSEN) -> Self:
        """From the JSON of ``--mapping``. Raises MappingError."""
        given = _object(plain, "")
        sheets = _object(given.get("sheets"), "")
        return cls(
            {name: SheetMapping.of(sheet, name, how) for name, sheet in sheets.items()},
            _texts(given.get("units") or {}, ""),
            is_whole=how is How.CHOSEN,
        )


NOTHING: Final = Mapping(is_whole=False)  # everything as it is recognised

WRONG_SHAPE: Final = gettext_noop(
    'The mapping is not understood. It has the form {"sheets": {"name": {"part": ..., "columns":'
    " ...}}}."
)
WRONG_WORD: Final = gettext_noop(
    "The mapping of “%(sheet)s” has “%(word)s” for %(name)s. Possible are: %(words)s."
)
WRONG_ROWS: Final = gettext_noop("The heading rows of “%(sheet)s” must be numbers of rows.")
WRONG_COLUMN: Final = gettext_noop(
    "The mapping of “%(sheet)s” names the column “%(column)s”. Write letters, such as B."
)
WRONG_FIELD: Final = gettext_noop(
    "The mapping of “%(sheet)s” names the field “%(field)s”, which such a sheet does not have."
)


def _object(plain: Any, sheet: str) -> Dict[str, Any]:
    if not isinstance(plain, dict):
        raise MappingError(WRONG_SHAPE)
    return plain


def _texts(plain: Any, sheet: str) -> dict[str, str]:
    found = _object(plain, sheet)
    if not all(isinstance(value, str) for value in found.values()):
        raise MappingError(WRONG_SHAPE)
    return dict(found)


def _word(given: Dict[str, Any], name: str, sheet: str, words: tuple[str, ...]) -> str:
    word = given.get(name) or ""
    if word not in words:
        known = "、".join(filter(None, words))
        raise MappingError(WRONG_WORD, sheet=sheet, word=word, name=name, words=known)
    return str(word)


def _columns(plain: Any, part: Part, sheet: str) -> dict[str, str]:
    found = {}
    for letters, name in _texts(plain, sheet).items():
        if not _LETTERS.fullmatch(letters):
            raise MappingError(WRONG_COLUMN, sheet=sheet, column=letters)
        found[letters] = _field(name, part, sheet) if name else LEFT_OUT
    return found


def _fills(plain: Any, part: Part, sheet: str) -> dict[str, str]:
    found = {}
    for name, value in _texts(plain, sheet).items():
        other = value.removeprefix("=")
        is_copy = value.startswith("=")
        found[_field(name, part, sheet)] = f"={_field(other, part, sheet)}" if is_copy else value
    return found


def _field(name: str, part: Part, sheet: str) -> str:
    column = column_named(name, part)
    if column is None:
        raise MappingError(WRONG_FIELD, sheet=sheet, field=name)
    return column.field
