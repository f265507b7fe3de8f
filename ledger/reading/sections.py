"""The tables of ours in a workbook, as the import plans them: headings, and rows of raw values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.reading.columns import Column, Part
from ledger.reading.workbook import Grid
from units.ground.money import WAN, Scale


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose value cannot be known: the sentence says why. ``shown`` is what can be seen."""

    sentence: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of ours on a sheet. ``place`` counts from 0; ``scale`` is the unit of its amounts."""

    column: Column
    place: int
    text: str
    scale: Scale = WAN


@dataclass(frozen=True, slots=True)
class Row:
    """A record: its number and the values of our columns, as the cells hold them.

    ``own`` are headings that hold for this row only: another unit of money, or the column of its
    month. ``filled`` are the fields that no cell of the row has.
    """

    number: int
    values: dict[str, Any]
    own: Mapping[str, Heading] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()


@dataclass(slots=True)
class Section:
    """A table of ours: its part, its headings by field and its records."""

    part: Part
    grid: Grid
    headings: dict[str, Heading]
    heading_rows: tuple[int, ...]
    year: int | None = None
    epoch: int = 1900
    rows: list[Row] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.grid.name

    @property
    def heading_row(self) -> int:
        return self.heading_rows[0]

    @property
    def last_heading(self) -> int:
        return self.heading_rows[-1]
