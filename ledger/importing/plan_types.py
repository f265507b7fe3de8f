"""The types that a plan is made of. Nothing is computed or stored here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ledger.entries.draft import Draft
from ledger.importing.accounts import Accounts, Known
from ledger.reading.columns import Part
from ledger.reading.remarks import Remarks
from ledger.reading.result import Reading
from ledger.reading.sections import Section
from projects.models import Project
from projects.register import ProjectDraft
from units.ground.money import ZERO
from units.models import Unit
from units.register import UnitDraft


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT_OUT = "left_out"


# What stands in the accounts afterwards: the rows whose sums are compared.
TAKEN = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)


Progress = Callable[[int, int], None]  # rows done, rows in total


def no_progress(done: int, total: int) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of the workbook that a change comes from."""

    sheet: str
    row: int


@dataclass(slots=True)
class UnitRow:
    """A unit to add (``unit`` is a stand-in) or to change."""

    origin: Origin
    outcome: Outcome
    unit: Unit
    draft: UnitDraft
    code: str = ""

    @property
    def amounts(self) -> dict[str, Decimal]:
        return {}


@dataclass(slots=True)
class TargetRow:
    """A version of a target to record."""

    origin: Origin
    outcome: Outcome
    unit: Unit
    year: int
    issuer: str
    amount: Decimal
    due: tuple[Decimal, ...]
    effective_on: date
    document_no: str
    was: Decimal | None = None

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Yuan by the field of its column."""
        return {"target": self.amount}


@dataclass(slots=True)
class ProjectRow:
    """A project to enter (``project`` is a stand-in) or to change."""

    origin: Origin
    outcome: Outcome
    project: Project
    draft: ProjectDraft

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Yuan by the field of its column."""
        return {
            "total_investment": self.draft.total_investment,
            "introduced": self.draft.introduced_amount,
        }


@dataclass(slots=True)
class ReceiptRow:
    """A receipt to submit, or one that awaits verification and changes."""

    origin: Origin
    outcome: Outcome
    draft: Draft
    known: Known | None = None
    is_verified: bool = False
    was: tuple[date, Decimal] | None = None  # day and amount of the receipt that it corrects

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Yuan by the field of its column."""
        return {"amount": self.draft.amount}


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of one row; ``row`` is None if it is refused. ``values`` are its cells by field."""

    number: int
    outcome: Outcome
    row: UnitRow | TargetRow | ProjectRow | ReceiptRow | None
    values: dict[str, Any]


@dataclass(slots=True)
class Tally:
    """How many rows of a sheet are new, changed, unchanged, refused; sums in yuan of those taken."""

    part: Part
    sheet: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    sums: dict[str, Decimal] = field(default_factory=dict)

    def take(
        self, outcome: Outcome, row: "UnitRow | TargetRow | ProjectRow | ReceiptRow | None"
    ) -> None:
        self.counts[outcome] += 1
        if row is not None and outcome in TAKEN:
            for name, yuan in row.amounts.items():
                self.sums[name] = self.sums.get(name, ZERO) + yuan


@dataclass(slots=True)
class Plan:
    """What an import would do. ``judged`` has every row by sheet, the lists only what changes."""

    accounts: Accounts
    reading: Reading
    tallies: list[Tally] = field(default_factory=list)
    judged: dict[str, list[Judged]] = field(default_factory=dict)
    units: list[UnitRow] = field(default_factory=list)
    targets: list[TargetRow] = field(default_factory=list)
    projects: list[ProjectRow] = field(default_factory=list)
    receipts: list[ReceiptRow] = field(default_factory=list)

    @property
    def sections(self) -> list[Section]:
        return self.reading.sections

    @property
    def remarks(self) -> Remarks:
        return self.reading.remarks

    @property
    def rows(self) -> list[UnitRow | TargetRow | ProjectRow | ReceiptRow]:
        return [*self.units, *self.targets, *self.projects, *self.receipts]

    @property
    def counts(self) -> Counter[Outcome]:
        total: Counter[Outcome] = Counter()
        for tally in self.tallies:
            total += tally.counts
        return total

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.units or self.targets or self.projects or self.receipts)
