"""Decides which rows under the headings are records, and why the others are left out.

Totals, labels of groups, notes, signatures, struck-through rows: each is told with its reason.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from ledger.reading import cells
from ledger.reading.columns import IGNORED_HEADINGS, Form, Part
from ledger.reading.headings import key_of, one_line
from ledger.reading.mapping import Choice, SheetMapping
from ledger.reading.sections import Heading
from ledger.reading.vocabulary import LEFT_STATES
from ledger.reading.workbook import Grid
from units.ground.text import key


class Kind(StrEnum):
    """What a row is. Only records are taken; blank rows are not told."""

    RECORD = "record"
    BLANK = "blank"
    TOTAL = "total"  # 合计, 总计, 累计: of everything, or of all since the last one
    SUBTOTAL = "subtotal"
    AMONG = "among"  # 其中
    LABEL = "label"
    NOTE = "note"
    LEFT = "left"  # struck through, hidden by choice, of a state that does not come in


@dataclass(frozen=True, slots=True)
class Line:
    """A row under the headings with what it is; ``why`` is its reason in words, ``of`` a total's."""

    number: int
    cells: Sequence[Any]
    kind: Kind
    why: str = ""
    of: str = ""


_TOTAL: Final = re.compile(
    r"(?P<of>.{0,20}?)(?P<word>合计|小计|总计|共计|累计|合計|小計|總計|总和)(?:数|额|金额|资金|投资)?[:：]?"
    r"(?:[（(][^（()）]*[)）]|\d+[个项家户笔条]?(?:项目)?)?"
)
_WHOLE: Final = frozenset(
    ("全县", "全市", "全省", "总数", "总额", "计", "全县总计", "县合计", "本县")
)
# 镇 or 部门 in the place of a unit's name is a group of the task table.
_GROUPS: Final = frozenset(
    (
        "镇",
        "乡镇",
        "各镇",
        "镇办",
        "镇（办）",
        "部门",
        "县直部门",
        "各部门",
        "企业",
        "县直单位",
        "乡镇部门",
    )
)
_AMONG: Final = re.compile(r"其中(?:$|[:：])")
_COUNT: Final = re.compile(r"[（(]?\d+[个项家户笔条]?(?:项目)?[)）]?")
_ORDINAL: Final = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")
_ARABIC: Final = re.compile(r"[（(]?\d{1,6}[)）]?[、.．]?")
_LABEL: Final = re.compile(r"(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)])")
_NOTE: Final = re.compile(
    r"(?:填表|填报|制表|审核|报送|统计|复核|编制)(?:人|单位|日期|时间|说明)|单位负责人|分管领导[:：]|主要领导[:：]"
    r"|单位[:：]|联系电话[:：]|(?:注|备注|说明|附|注释|附注|填表说明)(?:[:：]|\d[、.．:：])|填表说明"
)
# Lines of a single cell that no project is named after.
_LONE: Final = re.compile(
    r"^第\d+页|共\d+页$|^以下(?:空白|无)|^本表|^[*＊※★]|^[（(]?(?:续|完)[）)]?$|[，。；]"
    r"|^(?:本[月季年期](?:度)?|暂)?无(?:到位资金|新增到位资金|新签约项目|项目|内容|数据)?$"
)
LONGEST_NAME: Final = 60
LONG_LABEL: Final = 15


class Body:
    """The rows of one table."""

    def __init__(
        self,
        grid: Grid,
        part: Part,
        headings: dict[str, Heading],
        texts: dict[int, str],
        chosen: SheetMapping,
    ) -> None:
        self.grid, self.part, self.headings, self.chosen = grid, part, headings, chosen
        places = headings[key_of(part)].place if key_of(part) in headings else None
        self.key_place = places
        self.numbering = {
            place for place, text in texts.items() if key(one_line(text)) in IGNORED_HEADINGS
        }
        self.places = {heading.place for heading in headings.values()}
        self.amounts = {h.place for h in headings.values() if h.column.form is Form.AMOUNT}
        self.required = {
            heading.place
            for heading in headings.values()
            if heading.column.is_required and heading.column.form is not Form.AMOUNT
        } - {self.key_place}
        self.merged = {(top, left - 1): (bottom, right) for top, left, bottom, right in grid.merged}
        self.covered = {
            number
            for top, left, bottom, _right in grid.merged
            if left - 1 == self.key_place
            for number in range(top + 1, bottom + 1)
        }
        self.counts = False  # whether records are numbered 1, 2, 3

    def lines(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> list[Line]:
        self.counts = any(_ARABIC.fullmatch(self._number(row)) is not None for _number, row in rows)
        first = next((number for number, row in rows if any(cell is not None for cell in row)), 0)
        return [
            Line(number, row, Kind.NOTE, _("numbers of the columns"))
            if number == first and _numbers_columns(row)
            else self._line(number, row)
            for number, row in rows
        ]

    def _number(self, row: Sequence[Any]) -> str:
        """The row's serial number as text."""
        for place in self.numbering:
            cell = row[place] if place < len(row) else None
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                return str(int(cell))
            if isinstance(cell, str):
                return _bare(cell)
        return ""

    def _line(self, number: int, row: Sequence[Any]) -> Line:
        kind, why, of = self._kind(number, row)
        return Line(number, row, kind, why, of)

    def _kind(self, number: int, row: Sequence[Any]) -> tuple[Kind, str, str]:
        there = [place for place, cell in enumerate(row) if cell is not None]
        texts = {place: _bare(row[place]) for place in there if isinstance(row[place], str)}
        outside = [place for place in there if place not in self.numbering]
        if not outside and _ARABIC.fullmatch(self._number(row) or "0"):
            return Kind.BLANK, "", ""
        found = self._left(number, row, there) or self._total(row, texts)
        if found is None:
            found = self._note(texts, there) or self._label(number, row, texts, there)
        return found or (Kind.RECORD, "", "")

    def _left(
        self, number: int, row: Sequence[Any], there: Sequence[int]
    ) -> tuple[Kind, str, str] | None:
        """Struck through, hidden and not wanted, or of a state that does not come in."""
        struck = [place for place in there if (number, place + 1) in self.grid.struck]
        decisive = self.amounts | {self.key_place}
        if decisive & set(struck) and self.chosen.struck is not Choice.TAKE:
            return Kind.LEFT, _("struck through"), ""
        if number in self.grid.hidden_rows and self.chosen.hidden is Choice.SKIP:
            return Kind.LEFT, _("hidden"), ""
        state = self.headings.get("state")
        if state is not None and state.place < len(row) and isinstance(row[state.place], str):
            word = row[state.place].strip()
            if key(word) in LEFT_STATES:
                return Kind.LEFT, word, ""
        return None

    def _total(self, row: Sequence[Any], texts: dict[int, str]) -> tuple[Kind, str, str] | None:
        own = texts.get(self.key_place, "") if self.key_place is not None else ""
        is_named = bool(own) and not _COUNT.fullmatch(own)
        for place, text in sorted(texts.items()):
            beside = is_named and place != self.key_place
            if beside and (self.key_place is None or place > self.key_place):
                continue  # a project's own row may split its money by 合计
            match = _TOTAL.fullmatch(text)
            if match is not None or text in _WHOLE:
                word = match["word"] if match is not None else text
                of = match["of"] if match is not None else ""
                kind = Kind.SUBTOTAL if word in ("小计", "小計") or of not in _ALL else Kind.TOTAL
                return kind, text, of
            if _AMONG.match(text):
                return Kind.AMONG, text[:LONG_LABEL], ""
        if self.part is Part.TARGETS and own in _GROUPS:
            return Kind.SUBTOTAL, own, own
        return None

    def _note(self, texts: dict[int, str], there: Sequence[int]) -> tuple[Kind, str, str] | None:
        first = texts.get(there[0], "")
        own = texts.get(self.key_place, "") if self.key_place is not None else ""
        if len(there) == 1 and first and (_LONE.search(first) or len(first) >= LONGEST_NAME):
            return Kind.NOTE, first[:LONG_LABEL], ""
        for text in (first, own):
            if _NOTE.match(text):
                return Kind.NOTE, text[:LONG_LABEL], ""
        return None

    def _label(
        self, number: int, row: Sequence[Any], texts: dict[int, str], there: Sequence[int]
    ) -> tuple[Kind, str, str] | None:
        """A group's name, perhaps with its sums; a row without anything that a record needs."""
        first = texts.get(there[0], "")
        is_keyed = self.key_place in there
        filled = [place for place in there if place in self.places]
        if self.counts and _ORDINAL.fullmatch(self._number(row)):
            words = "".join(texts.values())
            return Kind.LABEL, words[:LONG_LABEL], ""
        if number in self.covered:
            return None
        if is_keyed:
            own = texts.get(self.key_place or 0, "")
            is_alone = len(there) == 1 and self._is_wide(number)
            if filled == [self.key_place] and (_LABEL.match(own) or is_alone):
                return Kind.LABEL, own[:LONG_LABEL], ""
            return None
        if self.required & set(filled):
            return None
        if not texts:
            return None if filled else (Kind.LABEL, _("no field of ours"), "")
        return Kind.LABEL, first[:LONG_LABEL] or next(iter(texts.values()))[:LONG_LABEL], ""

    def _is_wide(self, number: int) -> bool:
        return any(
            top == number and right - place > 2 for (top, place), (_b, right) in self.merged.items()
        )


_ALL: Final = frozenset(("", "本页", "全县", "本表", "本月", "全部", "项目", "本年", "总", "全年"))


_COLUMN_NUMBER: Final = re.compile(r"[（(]?(\d{1,2})[)）]?(?:=[\d+×*/÷%()（）—-]+)?", re.ASCII)
_STEMS: Final = frozenset("甲乙丙丁戊己庚辛壬癸")


def _numbers_columns(row: Sequence[Any]) -> bool:
    """Whether the row only numbers the columns: 甲, 乙, 1, 2, 3."""
    texts = [_bare(cells.shown(cell)) for cell in row if cell is not None]
    if len(texts) < 3:
        return False
    numbers = [_COLUMN_NUMBER.fullmatch(text) for text in texts if text not in _STEMS]
    counted = [int(match[1]) for match in numbers if match is not None]
    return len(counted) == len(numbers) and counted in (
        list(range(1, len(counted) + 1)),
        list(range(counted[0], counted[0] + len(counted))) if counted else [],
    )


def _bare(text: str) -> str:
    return "".join(text.split())
