"""What only the markup of a worksheet says: errors, formulas, hidden rows, struck cells, formats."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
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
_ROW: Final = re.compile(
    rb'<(?:\w+:)?row\b((?=[^>]*\b(?:hidden="(?:1|true)"|ht="0(?:\.0+)?"))[^>]*[^>/])>'
)
_COLUMNS: Final = re.compile(
    rb'<(?:\w+:)?col\b((?=[^>]*\b(?:hidden="(?:1|true)"|width="0(?:\.0+)?"))[^>]*)/?>'
)
_NUMBER: Final = re.compile(rb'\br="(\d{1,7})"')
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FILTER: Final = re.compile(rb"<(?:\w+:)?filterColumn\b")
_SHARED: Final = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="s"[^>]*)>\s*<(?:\w+:)?v>(\d{1,7})</(?:\w+:)?v>'
)
_INLINE: Final = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="inlineStr"[^>/]*)>(.*?)</(?:\w+:)?c>', re.DOTALL
)
_STRING: Final = re.compile(
    rb"<(?:\w+:)?si\s*/>|<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL
)
_RUN: Final = re.compile(rb"<(?:\w+:)?r\b[^>]*>(.*?)</(?:\w+:)?r>", re.DOTALL)
_STRIKE: Final = re.compile(rb'<(?:\w+:)?strike\b(?![^>]*\bval="(?:0|false)")')
_RUN_TEXT: Final = re.compile(rb"<(?:\w+:)?t\b[^>/]*>[^<]*[^<\s][^<]*<")


@dataclass(slots=True)
class Marks:
    """Marks on the cells, rows and columns of one sheet, all counted from 1."""

    faulty: list[Place] = field(default_factory=list)
    uncomputed: list[Place] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    is_filtered: bool = False
    struck: list[Place] = field(default_factory=list)
    part_struck: list[Place] = field(default_factory=list)
    formats: dict[str, list[Place]] = field(default_factory=dict)
    comments: list[tuple[int, int, str]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class Struck(Enum):
    """How much of a rich text is struck through."""

    PART = "part"
    WHOLE = "whole"


def struck_strings(markup: bytes) -> dict[int, Struck]:
    """Of the shared strings, those that are struck through in part or as a whole, by number."""
    if b"strike" not in markup:
        return {}
    every = enumerate(_STRING.finditer(markup))
    found = ((number, _struck(match[1] or b"")) for number, match in every)
    return {number: how for number, how in found if how is not None}


def _struck(rich: bytes) -> Struck | None:
    if b"strike" not in rich:
        return None
    runs = [run for run in _RUN.findall(rich) if _RUN_TEXT.search(run)]
    struck = [_STRIKE.search(run) is not None for run in runs]
    if not any(struck):
        return None
    return Struck.WHOLE if all(struck) else Struck.PART


def read(markup: bytes, sheet: str, styles: Styles, strings: Mapping[int, Struck]) -> Marks:
    """The marks of a worksheet of .xlsx. Raises Refused for a sheet that reaches too far."""
    if markup.count(b"<c ") + markup.count(b"<c>") > MAX_DRAWN:
        raise Refused("large")
    far = _FAR.search(markup)
    if far is not None:
        raise Refused("far_cell", sheet=sheet, cell=far[1].decode("ascii"))
    formats: dict[str, list[Place]] = {}
    for style, place in _styled(markup, styles.formats):
        formats.setdefault(styles.formats[style], []).append(place)
    rich = list(_rich(markup, strings))
    return Marks(
        faulty=_places(_FAULTY, markup),
        uncomputed=_places(_UNCOMPUTED, markup),
        hidden_rows=_hidden_rows(markup),
        hidden_columns=_hidden_columns(markup),
        is_filtered=_FILTER.search(markup) is not None,
        struck=[place for _style, place in _styled(markup, styles.struck)]
        + [place for place, how in rich if how is Struck.WHOLE],
        part_struck=[place for place, how in rich if how is Struck.PART],
        formats=formats,
    )


def _rich(markup: bytes, strings: Mapping[int, Struck]) -> Iterator[tuple[Place, Struck]]:
    """Cells whose text is struck through by its own runs, not by the style of the cell."""
    shared = _SHARED.finditer(markup) if strings else ()
    found = [(match[1], strings.get(int(match[2]))) for match in shared]
    if b"strike" in markup:
        found += [(match[1], _struck(match[2])) for match in _INLINE.finditer(markup)]
    for given, how in found[:MAX_DRAWN]:
        place = _PLACE.search(given)
        if how is not None and place is not None:
            yield (int(place[2]), column_number(place[1])), how


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
