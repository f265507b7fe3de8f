"""Compares the rows of the sheet 任务 with the recorded targets.

A recorded version is never replaced: another amount is a new version with its own day (rule 10).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger.importing.accounts import Accounts, look_up_targets
from ledger.importing.identity import size_of_target
from ledger.importing.plan_types import Origin, Outcome, TargetRow
from ledger.importing.rows import Reader
from ledger.reading.remarks import Remarks
from ledger.reading.result import LeftOut
from ledger.reading.sections import Section
from ledger.reading.vocabulary import ISSUERS
from units.access import Right, may
from units.ground.money import wan_short
from units.ground.refusal import Refusal
from units.models import Target, Unit
from units.targets.record import demand_version
from units.targets.schedule import scheduled

DUE = ("due_first", "due_half", "due_third", "due_fourth")
LONGEST_DOCUMENT = Target._meta.get_field("document_no").max_length or 0
Due = tuple[Decimal, ...]


def plan_targets(
    section: Section, accounts: Accounts, remarks: Remarks, seen: dict[Any, str]
) -> list[tuple[Outcome, TargetRow | LeftOut | None]]:
    years = {year for row in section.rows if (year := _rough_year(section, row.values))}
    units = [unit for unit in accounts.units.values() if unit.pk > 0]
    look_up_targets(accounts, units, years)
    return [
        _judged(Reader(section, row, remarks), accounts, section.year, seen) for row in section.rows
    ]


def _rough_year(section: Section, values: dict[str, Any]) -> int | None:
    """Only to know which years to look up; the row itself is parsed strictly."""
    digits = "".join(c for c in str(values.get("year", "")).split(".")[0] if c.isdecimal())[:4]
    return int(digits) if digits else section.year


def _judged(
    reader: Reader, accounts: Accounts, title_year: int | None, seen: dict[Any, str]
) -> tuple[Outcome, TargetRow | LeftOut | None]:
    if not reader.has("target") and reader.has("unit"):
        return Outcome.LEFT_OUT, LeftOut(reader.number, _("no task is written"))
    row = _read(reader, accounts, title_year)
    if row is None or reader.is_refused:
        return Outcome.REFUSED, None
    identity = (row.unit.pk, row.year, row.issuer, row.effective_on)
    if first := reader.first(seen, identity):
        sentence = _("Row %(row)s gives this unit's target of the year already. Keep one of them.")
        reader.refuse("unit", sentence % {"row": first})
    elif row.outcome != Outcome.UNCHANGED and not may(accounts.by, Right.TARGET_EDIT):
        reader.refuse("target", _("Only the head of the bureau may set targets."))
    if reader.is_refused:
        return Outcome.REFUSED, None
    if row.outcome != Outcome.UNCHANGED:
        size_of_target(reader, row.amount, accounts)
    return row.outcome, row


def _read(reader: Reader, accounts: Accounts, title_year: int | None) -> TargetRow | None:
    reader.demand("unit")
    unit = reader.unit("unit", accounts)
    year = reader.year("year") if reader.has("year") else title_year
    if year is None:
        reader.demand("year")
    amount = reader.amount("target", allow_zero=True)
    issuer = reader.choice("issuer", ISSUERS) or Target.Issuer.COUNTY
    day, document = reader.day("effective_on"), reader.text("document")
    due = _due(reader, amount)
    if len(document) > LONGEST_DOCUMENT:
        reader.refuse("document", _("The text is too long."))
    if day and year and day.year > year:
        reader.refuse("effective_on", _("The day is after the year of the target. Check both."))
    if reader.is_refused or unit is None or year is None or amount is None:
        return None
    given = _Given(unit, year, str(issuer), amount, due, day, document)
    return given.against(accounts, reader)


def _due(reader: Reader, amount: Decimal | None) -> Due | None:
    """The cumulative targets of three quarters; None if the row has none."""
    if reader.is_empty(*DUE[:3]):
        written = None
    else:
        reader.demand(*DUE[:3])
        written = tuple(reader.amount(field, allow_zero=True) for field in DUE[:3])
    fourth = reader.amount(DUE[3], allow_zero=True)
    if fourth is not None and amount is not None and fourth != amount:
        sentence = _("The fourth quarter must be the annual target, %(amount)s 万元 (cumulative).")
        reader.refuse(DUE[3], sentence % {"amount": wan_short(amount, 6)})
    if written is None or amount is None or any(part is None for part in written):
        return None
    due = tuple(part for part in written if part is not None)
    for field, before, part in zip(DUE[1:], due, (*due[1:], amount), strict=True):
        if part < before:
            sentence = _(
                "Quarter targets are cumulative and never fall: each contains the one before it."
            )
            reader.refuse(field if field != DUE[3] else DUE[2], sentence)
            return None
    return due


class _Given:
    """What a row says of a target."""

    def __init__(
        self,
        unit: Unit,
        year: int,
        issuer: str,
        amount: Decimal,
        due: Due | None,
        day: date | None,
        document: str,
    ) -> None:
        self.unit, self.year, self.issuer = unit, year, issuer
        self.amount, self.due, self.day, self.document = amount, due, day, document

    def against(self, accounts: Accounts, reader: Reader) -> TargetRow | None:
        """The row with its outcome; None, with a remark, if its day is missing."""
        versions = accounts.targets.get((self.unit.pk, self.year, self.issuer), [])
        same = self._same_day(versions)
        if same is not None and self._equals(same):
            return self._row(reader, Outcome.UNCHANGED, same.effective_on, same.due[:3])
        if versions and self.day is None:
            sentence = _(
                "Recorded is %(amount)s 万元. For a change give the day from which it counts in"
                " “生效日期”, and its document in “文号”."
            )
            reader.refuse("target", sentence % {"amount": wan_short(versions[-1].amount, 6)})
            return None
        if versions and self.day is not None and not self._replaces(versions[-1], self.day, reader):
            return None
        due = self.due or self._due_by_default(same, accounts)
        outcome = Outcome.CHANGED if versions else Outcome.NEW
        row = self._row(reader, outcome, self.day or date(self.year, 1, 1), due)
        row.was = versions[-1].amount if versions else None
        return row

    def _replaces(self, held: Target, day: date, reader: Reader) -> bool:
        """Whether the row may take the place of the newest version, by the rule of the page."""
        try:
            demand_version(self.unit, self.year, held, day, self.document)
        except Refusal as refusal:
            column = "document" if refusal.field == "document_no" else "effective_on"
            reader.refuse(column, str(refusal))
            return False
        return True

    def _same_day(self, versions: list[Target]) -> Target | None:
        """The newest version of the day; for a row without a day, the version that it repeats."""
        if self.day is not None:
            same = [version for version in versions if version.effective_on == self.day]
        else:
            same = [version for version in versions if self._equals(version)] or versions
        return max(same, key=lambda version: (version.effective_on, version.pk), default=None)

    def _equals(self, version: Target) -> bool:
        return (
            version.amount == self.amount
            and (self.due is None or version.due[:3] == self.due)
            and self.document in ("", version.document_no)
        )

    def _due_by_default(self, same: Target | None, accounts: Accounts) -> Due:
        if same is not None and same.amount == self.amount:
            return same.due[:3]
        return scheduled(self.amount, accounts.schedule(self.year))[:3]

    def _row(self, reader: Reader, outcome: Outcome, day: date, due: Due) -> TargetRow:
        origin = Origin(reader.section.sheet, reader.number)
        return TargetRow(
            origin,
            outcome,
            self.unit,
            self.year,
            self.issuer,
            self.amount,
            due,
            day,
            self.document,
        )
