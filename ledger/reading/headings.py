"""Finds the rows of headings in a sheet, also grouped ones, and what kind of sheet they make it.

A heading under groups is kept level by level. Nothing is decided about values here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ledger.reading.columns import (
    COLUMNS,
    NO_GUESS,
    Column,
    Form,
    Part,
    column_of,
    guessed,
    part_of_name,
    words_of,
)
from ledger.reading.workbook import Grid

DEEPEST: Final = 20  # how far down the first headings are searched
MOST_LEVELS: Final = 4
WIDEST: Final = 256
LONGEST: Final = 60
LEVEL: Final = "\x1f"  # between a group and the heading below it

_TOTALS: Final = frozenset(("合计", "小计", "总计", "计", "总额", "数额", "金额", "全年", "任务数"))
_GENERIC: Final = frozenset(("名称", "单位", "单位名称", "企业名称", "姓名"))
_EVIDENCE: Final = {
    Part.UNITS: re.compile("单位名录|单位名单|单位表"),
    Part.TARGETS: re.compile("任务|目标|指标"),
    Part.PROJECTS: re.compile("项目|签约|台账"),
    Part.RECEIPTS: re.compile("到位|到账|到资"),
}


@dataclass(frozen=True, slots=True)
class Top:
    """Rows of headings: their numbers, the texts by place, and the places of each known column."""

    rows: tuple[int, ...]
    texts: dict[int, str]
    named: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a sheet is by its headings; ``part`` None if none fits, then ``nearest`` is the closest."""

    part: Part | None
    top: Top
    nearest: Part


def one_line(text: str) -> str:
    """A heading in one line, its group before it."""
    levels = ("".join(level.split()) for level in text.split(LEVEL))
    return "/".join(dict.fromkeys(filter(None, levels)))


def key_of(part: Part) -> str:
    """The field that every record of the part has: its name, unit or project."""
    return COLUMNS[part][0].field


def missing(part: Part, named: Sequence[str] | dict[str, list[int]]) -> list[Column]:
    """Required columns that are missing. The year may be in a title, the unit in the shares."""
    there = set(named) | {"year"} | ({"unit"} if "shares" in named else set())
    return [column for column in COLUMNS[part] if column.is_required and column.field not in there]


# What kind of sheet it is


def find(grid: Grid) -> Found:
    """The part whose headings are complete; else the one that its name and headings fit best."""
    tops = {part: best(grid, part) for part in Part}
    named = part_of_name(grid.name)
    if named is not None and not missing(named, tops[named].named):
        return Found(named, tops[named], named)
    whole = [part for part in Part if not missing(part, tops[part].named)]
    title = _title(grid, max(top.rows[0] for top in tops.values()))
    nearest = max(whole or Part, key=lambda part: _score(part, tops[part], title, named))
    if whole or named is not None or _is_a_table(nearest, tops[nearest]):
        chosen = nearest if whole or named is None else named
        return Found(chosen, tops[chosen], chosen)
    return Found(None, tops[nearest], nearest)


def _title(grid: Grid, before: int) -> str:
    above = [str(cell) for number, row in grid.rows[:DEEPEST] if number < before for cell in row]
    return grid.name + " ".join(above)


def _score(part: Part, top: Top, title: str, named: Part | None) -> float:
    required = {column.field for column in COLUMNS[part] if column.is_required}
    known = sum(2 if field in required else 1 for field in top.named)
    offers = {column.field for column in _guesses(top, part)} - top.named.keys()
    evidence = 2 if _EVIDENCE[part].search(title) else 0
    return known + 1.5 * len(offers & required) + evidence + (3 if part == named else 0)


def _guesses(top: Top, part: Part) -> Iterator[Column]:
    for text in top.texts.values():
        column = guess(text, part)
        if column is not None:
            yield column


def _is_a_table(part: Part, top: Top) -> bool:
    """Whether one may ask about it: its key column is known, and something else of it as well."""
    others = {column.field for column in _guesses(top, part)} | top.named.keys()
    return key_of(part) in top.named and len(others) > 1


def is_a_card(grid: Grid) -> bool:
    """Whether known headings stand below each other: one project a page, no table."""
    words = {word for column in COLUMNS[Part.PROJECTS] for word in words_of(column)}
    for place in range(2):
        below = (row[place] for _number, row in grid.rows[:DEEPEST] if place < len(row))
        texts = ("".join(cell.split()) for cell in below if isinstance(cell, str))
        plain = [re.sub(r"[（(].*", "", text).removeprefix("项目") for text in texts]
        if len({text for text in plain if text in words or f"项目{text}" in words}) >= 3:
            return True
    return False


# Where its headings are


def best(grid: Grid, part: Part, after: int = 0) -> Top:
    """The best rows of headings for a part below a row; the first row if nothing fits at all."""
    rows = [(number, row) for number, row in grid.rows if number > after][:DEEPEST]
    candidates = [top for at in range(len(rows)) for top in _tops(grid, part, rows[at:])]
    if not candidates:
        number, row = rows[0]
        return Top((number,), _texts(row), {})
    required = {column.field for column in COLUMNS[part] if column.is_required}
    found = max(candidates, key=lambda top: _fit(top, required))
    return _extended(grid, part, found) if found.named else found


def _fit(top: Top, required: set[str]) -> tuple[int, int, int, int]:
    return len(top.named.keys() & required), len(top.named), -len(top.rows), -top.rows[0]


def at_rows(grid: Grid, part: Part, numbers: Sequence[int]) -> Top:
    """The headings in given rows."""
    rows = [(number, row) for number, row in grid.rows if number in numbers]
    return _top(grid, part, rows) if rows else Top(tuple(numbers), {}, {})


def _tops(grid: Grid, part: Part, rows: list[tuple[int, list[Any]]]) -> Iterator[Top]:
    """Headings that begin in the first of these rows, with one to four levels."""
    for depth in range(1, min(MOST_LEVELS, len(rows)) + 1):
        if not may_be_headings(rows[depth - 1][1]):
            return
        yield _top(grid, part, rows[:depth])


def may_be_headings(row: Sequence[Any]) -> bool:
    """Headings are short texts; a number or a day makes a row one of values."""
    there = [cell for cell in row if cell is not None]
    return bool(there) and all(isinstance(cell, str) and len(cell) <= LONGEST for cell in there)


def _top(grid: Grid, part: Part, rows: list[tuple[int, list[Any]]]) -> Top:
    levels: dict[int, list[str]] = {}
    for number, row in rows:
        for place, text in _spread(grid, number, _texts(row)).items():
            levels.setdefault(place, []).append(text)
    texts = {place: LEVEL.join(levels[place]) for place in sorted(levels)}
    named: dict[str, list[int]] = {}
    for place, text in texts.items():
        column = known(text, part)
        if column is not None:
            named.setdefault(column.field, []).append(place)
    return Top(tuple(number for number, _row in rows), texts, named)


def _texts(row: Sequence[Any]) -> dict[int, str]:
    """Short texts of a row by place; numbers such as 2012 are never our headings."""
    return {
        place: cell
        for place, cell in enumerate(row[:WIDEST])
        if isinstance(cell, str) and len(cell) <= LONGEST
    }


def _spread(grid: Grid, number: int, texts: dict[int, str]) -> dict[int, str]:
    """A heading merged over several columns stands over each of them."""
    spread = dict(texts)
    for top, left, _bottom, right in grid.merged:
        if top == number and left - 1 in texts and right > left:
            spread |= dict.fromkeys(range(left - 1, min(right, WIDEST)), texts[left - 1])
    return spread


def _extended(grid: Grid, part: Part, top: Top) -> Top:
    """With the rows of groups above, and those into which headings are merged downwards."""
    rows = dict(grid.rows)
    first, last = top.rows[0], top.rows[-1]
    reaching = [
        bottom
        for upper, left, bottom, right in grid.merged
        if upper in top.rows and last < bottom < first + MOST_LEVELS and left == right
    ]
    below = rows.get(last + 1)
    if last - first < MOST_LEVELS - 1 and below and _is_under_groups(grid, last, below):
        reaching.append(last + 1)
    while last < max(reaching, default=0) and may_be_headings(rows.get(last + 1, [""])):
        last += 1
    while last - first < MOST_LEVELS - 1 and _is_group_row(grid, first - 1, rows.get(first - 1)):
        first -= 1
    if (first, last) == (top.rows[0], top.rows[-1]):
        return top
    return _top(grid, part, [(number, row) for number, row in grid.rows if first <= number <= last])


def _is_under_groups(grid: Grid, number: int, below: Sequence[Any]) -> bool:
    """Whether all cells of the row below stand under headings that are merged across."""
    spans = [(left - 1, right) for top, left, _b, right in grid.merged if top == number]
    wide = {place for left, right in spans if right - left > 1 for place in range(left, right)}
    there = {place for place, cell in enumerate(below) if cell is not None}
    return len(there) > 1 and there <= wide and may_be_headings(below)


def _is_group_row(grid: Grid, number: int, row: Sequence[Any] | None) -> bool:
    if row is None or not may_be_headings(row):
        return False
    texts = _texts(row)
    is_merged = any(top == number and right > left for top, left, _bottom, right in grid.merged)
    is_line = any(mark in text for text in texts.values() for mark in ":：")
    return len(texts) > 1 and is_merged and not is_line


# Which column a heading is


@lru_cache(maxsize=20_000)
def known(text: str, part: Part) -> Column | None:
    """By the whole heading, or by its lower part under a group that does not change its meaning."""
    levels = [level for level in text.split(LEVEL) if level.strip()]
    if not levels:
        return None
    lower = levels[-1]
    if len(levels) == 1:
        return column_of(lower, part)
    found = column_of("".join(levels), part)
    if found is not None:
        return found
    bare, upper = "".join(lower.split()), levels[-2]
    if bare in _TOTALS:
        return known(LEVEL.join(levels[:-1]), part)
    if bare in _GENERIC:
        of_group = column_of(upper, part) or guessed(upper, part)
        if of_group is not None:
            return of_group if of_group.form is Form.NAME else None
    if any(word in group for word in NO_GUESS for group in levels[:-1]):
        return None
    return column_of(lower, part)


def guess(text: str, part: Part) -> Column | None:
    """The column that a heading may be, by a word inside it; only ever offered."""
    return guessed("".join(text.split(LEVEL)), part) if known(text, part) is None else None
