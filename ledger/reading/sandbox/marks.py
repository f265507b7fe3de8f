"""What only the markup of a worksheet says: errors, formulas, hidden rows, struck cells, formats."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ledger.reading.sandbox.limits import MAX_COLUMNS, MAX_DRAWN, MAX_MARKED, Refused
from ledger.reading.sandbox.styles import Styles

Place = tuple[int, int]  # row and column, from 1

# Only cells with content limit a sheet; formats down to the last row are harmless.
_FAR: Final = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{3}\d+|[A-Z]+\d{6,7})"[^>]*>\s*<(?:\w+:)?(?:v|is|f)\b'
)
_FAULTY: Final = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>')
_UNCOMPUTED: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>/]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b([^>]*\bhidden="(?:1|true)"(?![^>]*/>)[^>]*)>')
_COLUMNS: Final = re.compile(rb'<(?:\w+:)?col\b([^>]*\bhidden="(?:1|true)"[^>]*)/?>')
_NUMBER: Final = re.compile(rb'\br="(\d{1,7})"')
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FILTER: Final = re.compile(rb"<(?:\w+:)?filterColumn\b")


@dataclass(slots=True)
class Marks:
    """Marks on the cells, rows and columns of one sheet, all counted from 1."""

    faulty: list[Place] = field(default_factory=list)
    uncomputed: list[Place] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    is_filtered: bool = False
    struck: list[Place] = field(default_factory=list)
    formats: dict[str, list[Place]] = field(default_factory=dict)
    comments: list[tuple[int, int, str]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def read(markup: bytes, sheet: str, styles: Styles) -> Marks:
    """The marks of a worksheet of .xlsx. Raises Refused for a sheet that reaches too far."""
    if markup.count(b"<c ") + markup.count(b"<c>") > MAX_DRAWN:
        raise Refused("large")
    far = _FAR.search(markup)
    if far is not None:
        raise Refused("far_cell", sheet=sheet, cell=far[1].decode("ascii"))
    formats: dict[str, list[Place]] = {}
    for style, place in _styled(markup, styles.formats):
        formats.setdefault(styles.formats[style], []).append(place)
    return Marks(
        faulty=_places(_FAULTY, markup),
        uncomputed=_places(_UNCOMPUTED, markup),
        hidden_rows=_hidden_rows(markup),
        hidden_columns=_hidden_columns(markup),
        is_filtered=_FILTER.search(markup) is not None,
        struck=[place for _style, place in _styled(markup, styles.struck)],
        formats=formats,
    )


def _styled(markup: bytes, styles: Iterable[int]) -> Iterator[tuple[int, Place]]:
    """The non-empty cells that have one of these styles."""
    wanted = sorted(styles)
    if not wanted:
        return
    choice = b"|".join(b"%d" % style for style in wanted)
    pattern = re.compile(rb'<(?:\w+:)?c\b([^>]*\bs="(' + choice + rb')"[^>/]*)>')
    for count, match in enumerate(pattern.finditer(markup)):
        place = _PLACE.search(match[1])
        if count >= MAX_MARKED:
            return
        if place is not None:
            yield int(match[2]), (int(place[2]), column_number(place[1]))


def _hidden_rows(markup: bytes) -> list[int]:
    numbers = (_NUMBER.search(match[1]) for match in _ROW.finditer(markup))
    return [int(number[1]) for number in numbers if number is not None][:MAX_MARKED]


def _hidden_columns(markup: bytes) -> list[int]:
    found: set[int] = set()
    for match in _COLUMNS.finditer(markup):
        ends = dict(re.findall(rb'\b(min|max)="(\d{1,5})"', match[1]))
        if len(ends) == 2:
            found |= set(range(int(ends[b"min"]), min(int(ends[b"max"]), MAX_COLUMNS) + 1))
    return sorted(found)


def _places(pattern: re.Pattern[bytes], markup: bytes) -> list[Place]:
    found: list[Place] = []
    for match in pattern.finditer(markup):
        place = _PLACE.search(match[1])
        if place is not None and len(found) < MAX_MARKED:
            found.append((int(place[2]), column_number(place[1])))
    return found


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
