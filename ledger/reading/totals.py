"""Compares the totals that a sheet states with its records, and finds sums that bear no word.

A total may stand below or above its rows, for all of them, for those since the last total, or for
one unit. Amounts are yuan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from ledger.reading import cells
from ledger.reading.body import Kind, Line
from ledger.reading.columns import Form
from ledger.reading.headings import key_of
from ledger.reading.result import StatedTotal
from ledger.reading.sections import Section
from units.ground.money import ZERO, wan_short

Amounts = dict[str, Decimal]
ZERO_SUMS: Final[Amounts] = {}
STATED: Final = (Kind.TOTAL, Kind.SUBTOTAL)
MOST_SUMMED: Final = 2_000
MOST_EDGES: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A stated total that its records do not make."""

    row: int
    column: int
    heading: str
    sentence: str


class Totals:
    """The lines of one table with their amounts by field."""

    def __init__(self, section: Section, lines: Sequence[Line]) -> None:
        self.section, self.lines = section, list(lines)
        self.headings = {
            field: heading
            for field, heading in section.headings.items()
            if heading.column.form is Form.AMOUNT
        }
        self.needed = {
            heading.place
            for field, heading in section.headings.items()
            if heading.column.is_required
            and heading.column.form is not Form.AMOUNT
            and field != key_of(section.part)
        }
        self.suspects = self._suspects()
        is_of_use = self.suspects or any(line.kind in STATED for line in self.lines)
        self.amounts = [self._amounts(line.cells) if is_of_use else {} for line in self.lines]
        self.sums = [ZERO_SUMS]
        for line, amounts in zip(self.lines, self.amounts, strict=True):
            is_record = line.kind is Kind.RECORD
            self.sums.append(_added(self.sums[-1], amounts) if is_record else self.sums[-1])

    def _amounts(self, row: Sequence[Any]) -> Amounts:
        found: Amounts = {}
        for field, heading in self.headings.items():
            value = row[heading.place] if heading.place < len(row) else None
            if cells.is_nothing(value):
                continue
            try:
                found[field] = cells.amount(value, heading.scale, allow_zero=True)
            except cells.CellError:
                continue
        return found

    # Sums without a word

    def told(self) -> list[Line]:
        """The lines, with records that are only the sum of others told as such."""
        for place in self.suspects:
            first, last = self._summed(place)
            if first:
                why = _("the sum of rows %(first)s to %(last)s") % {"first": first, "last": last}
                self.lines[place] = replace(self.lines[place], kind=Kind.LABEL, why=why)
        return self.lines

    def _suspects(self) -> list[int]:
        """Records without anything that is required beside their name and amounts; few of many."""
        key = self.section.headings.get(key_of(self.section.part))
        decisive = self.needed or ({key.place} if key is not None else set())
        records = [at for at, line in enumerate(self.lines) if line.kind is Kind.RECORD]
        found = [at for at in records if all(self._cell(at, where) is None for where in decisive)]
        return found if 2 * len(found) < len(records) else []

    def _cell(self, place: int, where: int) -> Any:
        row = self.lines[place].cells
        return row[where] if where < len(row) else None

    def _summed(self, place: int) -> tuple[int, int]:
        """The rows directly above or below whose sums are this row's amounts; at least two."""
        for step in (-1, 1):
            sums: Amounts = {}
            count = 0
            for at in range(place + step, place + step * MOST_SUMMED, step):
                if not 0 <= at < len(self.lines):
                    break
                if self.lines[at].kind is not Kind.RECORD or at in self.suspects:
                    continue
                count += 1
                sums = _added(sums, self.amounts[at])
                if count > 1 and self._equals(place, sums):
                    ends = sorted((self.lines[place + step].number, self.lines[at].number))
                    return ends[0], ends[1]
        return 0, 0

    def _equals(self, place: int, sums: Amounts) -> bool:
        stated = self.amounts[place]
        return bool(stated) and all(sums.get(field, ZERO) == stated[field] for field in stated)

    # Stated totals

    def stated(self) -> list[StatedTotal]:
        """The total of everything by field: the last one that is no subtotal."""
        found: dict[str, StatedTotal] = {}
        for line, amounts in zip(self.lines, self.amounts, strict=True):
            if line.kind is Kind.TOTAL:
                found |= {f: StatedTotal(line.number, f, yuan) for f, yuan in amounts.items()}
        return list(found.values())

    def differences(self) -> Iterator[Difference]:
        """Totals that neither all records nor those of any part of the table make."""
        whole = self._sum(0, len(self.lines))
        met = self._met(whole)
        for place, line in enumerate(self.lines):
            if line.kind not in STATED:
                continue
            for field, stated in self.amounts[place].items():
                found = [sums.get(field, ZERO) for sums in self._candidates(place, line, whole)]
                if stated in found or ("累计" in line.why and field in met):
                    continue
                made = found[0] if line.kind is Kind.TOTAL else found[1]
                yield self._difference(line, field, stated, made)

    def _met(self, whole: Amounts) -> set[str]:
        """The fields whose total of everything is right."""
        return {
            field
            for line, amounts in zip(self.lines, self.amounts, strict=True)
            if line.kind is Kind.TOTAL
            for field, stated in amounts.items()
            if stated == whole.get(field, ZERO)
        }

    def _candidates(self, place: int, line: Line, whole: Amounts) -> Iterator[Amounts]:
        """All; since the last boundary; since each earlier one; down to each later one; one unit's."""
        yield whole
        edges = [at for at, each in enumerate(self.lines) if each.kind is not Kind.RECORD]
        for edge in (*reversed([e for e in edges if e < place][-MOST_EDGES:]), -1):
            yield self._sum(edge + 1, place)
        for edge in (*[e for e in edges if e > place][:MOST_EDGES], len(self.lines)):
            yield self._sum(place + 1, edge)
        if line.of:
            yield self._sum_named(line.of)

    def _sum(self, start: int, end: int) -> Amounts:
        first, last = self.sums[start], self.sums[end]
        return {field: yuan - first.get(field, ZERO) for field, yuan in last.items()}

    def _sum_named(self, word: str) -> Amounts:
        sums: Amounts = {}
        for line, amounts in zip(self.lines, self.amounts, strict=True):
            texts = ("".join(cell.split()) for cell in line.cells if isinstance(cell, str))
            if line.kind is Kind.RECORD and word in texts:
                sums = _added(sums, amounts)
        return sums

    def _difference(self, line: Line, field: str, stated: Decimal, made: Decimal) -> Difference:
        heading = self.headings[field]
        sentence = _(
            "“%(word)s” says %(stated)s 万元 for %(heading)s, but its rows make %(made)s 万元: a"
            " difference of %(difference)s 万元."
        )
        words = {
            "word": line.why,
            "heading": heading.text,
            "stated": wan_short(stated, 6),
            "made": wan_short(made, 6),
            "difference": wan_short(abs(stated - made), 6),
        }
        return Difference(line.number, heading.place + 1, heading.text, sentence % words)


def _added(sums: Amounts, amounts: Amounts) -> Amounts:
    return sums | {field: sums.get(field, ZERO) + yuan for field, yuan in amounts.items()}
