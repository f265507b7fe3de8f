"""Groups (组别): the county's own list of the kinds of units that are ranked separately (rule 6).

A group is known by its code, which addresses, JSON and stored lines use; its names are the county's.
Towns, departments and enterprises are there to begin with.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import get_language

from units.ground.text import key

MAX_GROUPS = 20
LONGEST_NAME = 30
_NUMBERED = re.compile(r"g([0-9]+)")
_CODE = re.compile(r"[a-z][a-z0-9]{0,9}")


class Group(NamedTuple):
    """A group of units; without an English name the Chinese one stands in both languages."""

    code: str
    name: str
    name_en: str = ""

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        is_chinese = (get_language() or "zh").startswith("zh")
        return self.name if is_chinese or not self.name_en else self.name_en


TOWN = Group("town", "镇", "Towns")
DEPARTMENT = Group("department", "部门", "Departments")
ENTERPRISE = Group("enterprise", "企业", "Enterprises")
FIRST = (TOWN, DEPARTMENT, ENTERPRISE)
BY_CODE = {group.code: group for group in FIRST}
# The letter in the codes of units; a group of the county's own has none of its own.
LETTERS = {"town": "T", "department": "D", "enterprise": "E"}


def first_groups() -> list[dict[str, str]]:
    """The groups of a county that has set none."""
    return plain(FIRST)


def plain(groups: Iterable[Group]) -> list[dict[str, str]]:
    """As a county's column holds them."""
    return [group._asdict() for group in groups]


def read(held: Sequence[Mapping[str, str] | str]) -> tuple[Group, ...]:
    """The groups of a column; settlements of early releases hold the codes alone."""
    return tuple(BY_CODE[each] if isinstance(each, str) else Group(**each) for each in held)


def is_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def letter(code: str) -> str:
    """The letter of a group in the codes of its units."""
    return LETTERS.get(code, "G")


def next_code(taken: Iterable[str]) -> str:
    """The code of a further group: g1, g2 …, after all that are in use."""
    numbers = [int(found[1]) for code in taken if (found := _NUMBERED.fullmatch(code))]
    return f"g{max(numbers, default=0) + 1}"


def named(groups: Iterable[Group], word: str) -> Group | None:
    """The group with this name in either language, without regard to width and case."""
    wanted = key(word)
    return next((g for g in groups if wanted in (key(g.name), key(g.name_en), g.code)), None)


def unlisted(code: str) -> Group:
    """Stands for a group that a county's list no longer has."""
    return BY_CODE.get(code, Group(code, code))


def with_names(groups: Sequence[Group], names: Iterable[str]) -> tuple[Group, ...]:
    """The groups, and a further one for each name that none of them has."""
    found = list(groups)
    for name in names:
        if named(found, name) is None:
            found.append(Group(next_code(group.code for group in found), name))
    return tuple(found)


def in_words(held: Any) -> str:
    """The names of a column's groups in one line."""
    return "、".join(group.title for group in read(held))
