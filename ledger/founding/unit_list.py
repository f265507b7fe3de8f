"""Parses a pasted list of units: one a line, optionally with kind and annual target.

Recognises the kind by the name (镇, 公司 …). A line that could be a unit is never dropped silently.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.reading.vocabulary import choice
from units.ground import groups
from units.ground.money import WAN, AmountError, parse_amount
from units.ground.text import clean, key

MAX_LINES: Final = 400
LONGEST_NAME: Final = 100

# Other words for the first three groups; any further word names a group of the county's own.
PLAIN: Final = {
    "town": "镇 乡镇 乡 街道 街道办 街道办事处 镇办 镇街 town",
    "department": "部门 单位 机关 department",
    "enterprise": "企业 公司 enterprise",
}

_NUMBERED = re.compile(
    r"^[\s　]*(?:[(（]?\d{1,3}[)）.．、]|\d{1,3}[\s　]+|[一二三四五六七八九十]{1,4}[、.．]|[(（][一二三四五六七八九十]{1,4}[)）])"
)
# A comma between digits belongs to an amount; a single space separates a name from the amount after
# it.
_CELLS = re.compile(
    r"[\t;；|]|(?<!\d)[,，]|[,，](?!\d{3})|[ 　]{2,}|[ 　](?=[\d０-９][\d０-９,，.．]*$)"
)
_OFFICE = re.compile(r"(?:党委|党工委|人民政府|镇政府|乡政府|政府)$")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]$")
_TOWN = re.compile(r"(?:镇|乡|街道|街道办|街道办事处|办事处|苏木)$")
_ENTERPRISE = re.compile(r"(?:公司|集团|厂|合作社|企业)$")
# Headings above such a list, and the sum below.
_HEADINGS: Final = frozenset(
    map(key, ["序号", "单位", "单位名称", "名称", "责任单位", "部门", "镇", "乡镇", "镇名", "企业"])
) | frozenset(map(key, ["合计", "总计", "小计", "全县", "name", "unit", "total"]))


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the list; ``amount`` is the annual target as written, in 万元.

    ``kind`` is the code of one of the first groups, or the name of a group of the county's own.
    """

    name: str
    kind: str
    code: str = ""
    amount: str = ""


def kind_of(name: str) -> str:
    """The kind that the name suggests; a department if it suggests none."""
    bare = _OFFICE.sub("", _BRACKETS.sub("", name.strip()))
    if name.strip().endswith(("镇政府", "乡政府")):
        return "town"
    if _ENTERPRISE.search(bare):
        return "enterprise"
    return "town" if _TOWN.search(bare) else "department"


def read_lines(text: str) -> list[UnitLine]:
    """The units of a pasted list, in order. Raises TextError for text that cannot be stored."""
    found = (_line(line) for line in clean(text, multiline=True).splitlines() if line.strip())
    return [line for line in found if line is not None]


def _line(written: str) -> UnitLine | None:
    cells = [clean(cell) for cell in _CELLS.split(_NUMBERED.sub("", written)) if cell.strip()]
    name = next((cell for cell in cells if not _is_amount(cell)), "")
    if not name or key(name) in _HEADINGS:
        return None
    rest = [cell for cell in cells if cell != name]
    amounts = [cell for cell in rest if _is_amount(cell)]
    words = [cell for cell in rest if cell not in amounts and len(cell) <= groups.LONGEST_NAME]
    kind = next((choice(word, PLAIN) or word for word in words), None) or kind_of(name)
    return UnitLine(name, kind, amount=amounts[-1] if amounts else "")


def _is_amount(cell: str) -> bool:
    try:
        parse_amount(cell, WAN, allow_zero=True)
    except AmountError:
        return False
    return True


def doubled(names: Sequence[str]) -> dict[int, int]:
    """Index of each repeated name, with the index of its first occurrence."""
    first: dict[str, int] = {}
    again: dict[int, int] = {}
    for place, name in enumerate(names):
        if name and first.setdefault(key(name), place) != place:
            again[place] = first[key(name)]
    return again


def amounts_for(text: str, names: Sequence[str]) -> tuple[dict[int, str], list[str]]:
    """Pasted targets by the index of their unit, and the lines that name no unit of the list.

    A line is a name and an amount, or an amount alone: those count from the first unit on.
    """
    places = {key(name): place for place, name in enumerate(names)}
    found: dict[int, str] = {}
    unknown: list[str] = []
    for counted, (name, amount) in enumerate(_pairs(text)):
        place = places.get(key(name)) if name else counted
        if place is None or place >= len(names):
            unknown.append(f"{name} {amount}".strip())
        else:
            found[place] = amount
    return found, unknown


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Name and amount of each line that has an amount."""
    for written in clean(text, multiline=True).splitlines():
        cells = [cell.strip() for cell in re.split(r"[\t;；|]|[ 　]+", written) if cell.strip()]
        amounts = [cell for cell in cells if _is_amount(cell)]
        name = next((cell for cell in cells if not _is_amount(cell)), "")
        if amounts and key(name) not in _HEADINGS - {""}:
            yield name, amounts[-1]
