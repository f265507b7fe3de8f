"""The grid of targets: every unit's annual target and quarter targets in one form.

Reads the cells, fills empty quarters from the schedule, and sums what is typed.
``targets.record.revise`` does the writing; a refused cell never loses the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.forms import AmountField, CleanCharField, DayField
from units.ground.money import WAN, YUAN, Scale, wan_exact, wan_short, yuan_text
from units.models import County, Indicator, Schedule, Target, Unit
from units.targets import record as targets
from units.targets.record import TargetDraft
from units.targets.schedule import scheduled

COLUMNS = ("amount", "first", "second", "third")
QUARTERS = COLUMNS[1:]
LABELS: dict[str, str | Promise] = {
    "amount": _("annual target"),
    "first": _("due by the first quarter"),
    "second": _("due by the second quarter"),
    "third": _("due by the third quarter"),
}
# What the two buttons fill: empty quarters only, or all quarters of changed rows.
FILL_EMPTY, FILL_CHANGED = "empty", "changed"


@dataclass(frozen=True, slots=True)
class GridRow:
    """A unit, its version in force, and its cells."""

    unit: Unit
    held: Target | None
    cells: tuple[forms.BoundField, ...]

    @property
    def held_texts(self) -> tuple[str, ...]:
        """The recorded amounts, cell by cell."""
        return tuple(
            "" if part is None else wan_short(part) for part in _amounts(self.held).values()
        )

    @property
    def is_changed(self) -> bool:
        return any(cell.field.has_changed(cell.initial, cell.data) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class GridSection:
    """The rows of one kind with their sums as text."""

    kind: str
    label: str | Promise
    rows: tuple[GridRow, ...]
    sums: tuple[str, ...]


@dataclass(slots=True)
class Sums:
    """元 added up column by column; an unreadable cell counts as nothing."""

    parts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(COLUMNS, Decimal(0)))

    def add(self, amounts: Mapping[str, Decimal | None]) -> None:
        for column, amount in amounts.items():
            self.parts[column] += amount or 0

    def texts(self) -> tuple[str, ...]:
        return tuple(wan_short(self.parts[column]) for column in COLUMNS)


class TargetGrid(forms.Form):
    """One row per unit that exists in the year; amounts in 万元."""

    use_required_attribute = False

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    effective_on = DayField(label=_("Effective on"))
    document_no = CleanCharField(
        label=_("Document number"), max_length=100, help_text=_("For example 商政发〔2012〕8号.")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        county: County,
        year: int,
        today: date,
        indicator: Indicator | None = None,
    ) -> None:
        self.county, self.year, self.indicator = county, year, indicator
        self.units = standing_units(county, year)
        self.held = targets.current(county, year, indicator=indicator)
        seen = targets.newest_id(county, year, indicator=indicator)
        initial = {"seen": seen, "effective_on": self._day(today)}
        super().__init__(data, initial=initial)
        for unit in self.units:
            for column, amount in _amounts(self.held.get(unit.pk)).items():
                self.fields[f"{column}-{unit.pk}"] = _cell(unit, column, amount, self.measure)

    @property
    def measure(self) -> Scale:
        """In what the cells are typed: 万元 or 万美元, else plain numbers."""
        return WAN if self.indicator is None or self.indicator.scale > 1 else YUAN

    @property
    def query(self) -> str:
        """The parameters of the grid's address."""
        return f"?indicator={self.indicator.code}" if self.indicator else ""

    def _day(self, today: date) -> date | None:
        """First targets take effect on January 1, a change today if today is in the year."""
        if not self.held:
            return date(self.year, 1, 1)
        day = targets.opening_day(self.county, today)
        return day if day.year == self.year else None

    def clean(self) -> dict[str, Any]:
        super().clean()
        for unit in self.units:
            self._check_row(unit)
        return self.cleaned_data

    def _check_row(self, unit: Unit) -> None:
        names = [f"{column}-{unit.pk}" for column in COLUMNS]
        if any(name in self.errors for name in names):
            return
        amount, *quarters = (self.cleaned_data[name] for name in names)
        if amount is None:
            if any(part is not None for part in quarters) or unit.pk in self.held:
                self.add_error(names[0], _("Write the annual target; 0 takes the task away."))
            return
        before = Decimal(0)
        for name, part in zip(names[1:], quarters, strict=True):
            if part is None and amount == 0:
                continue
            if part is None:
                self.add_error(name, _("Write what is due, or fill it from the schedule."))
            elif part < before:
                self.add_error(name, _("This is less than the quarter before. Amounts add up."))
            elif part > amount:
                self.add_error(name, _("This is more than the annual target."))
            before = max(before, part or Decimal(0))

    def has_refused_cells(self) -> bool:
        """Whether an amount is refused; day and document may still be missing."""
        return any(name not in ("effective_on", "document_no") for name in self.errors)

    def drafts(self) -> list[TargetDraft]:
        """The rows with a target, as typed."""
        return [draft for unit in self.units if (draft := self._draft(unit)) is not None]

    def _draft(self, unit: Unit) -> TargetDraft | None:
        amounts = self._typed(unit)
        amount, first, second, third = (amounts[column] for column in COLUMNS)
        if amount is None:
            return None
        nothing = Decimal("0.00")  # only a row without a target may leave its quarters empty
        return TargetDraft(unit, amount, (first or nothing, second or nothing, third or nothing))

    def _typed(self, unit: Unit) -> dict[str, Decimal | None]:
        """The row's amounts, as far as they are readable."""
        if not self.is_bound:
            return _amounts(self.held.get(unit.pk))
        return {column: self.cleaned_data.get(f"{column}-{unit.pk}") for column in COLUMNS}

    def filled(self, schedule: Schedule, how: str) -> dict[str, Any]:
        """The sent data with quarters from the schedule; unreadable rows are unchanged."""
        self.is_valid()
        sent: dict[str, Any] = cast(Any, self.data).copy()
        for row in self.rows():
            amount = self._typed(row.unit)["amount"]
            if amount is None:
                continue
            due = scheduled(amount, schedule.parts)
            for column, part in zip(QUARTERS, due, strict=False):
                name = f"{column}-{row.unit.pk}"
                is_empty = not str(sent.get(name, "")).strip()
                if is_empty or (how == FILL_CHANGED and row.is_changed):
                    sent[name] = self._written(part)
        return sent

    def _written(self, amount: Decimal) -> str:
        """As a cell takes it."""
        return wan_exact(amount) if self.measure == WAN else yuan_text(amount, plain=True)

    def rows(self) -> Iterable[GridRow]:
        for unit in self.units:
            cells = tuple(self[f"{column}-{unit.pk}"] for column in COLUMNS)
            yield GridRow(unit, self.held.get(unit.pk), cells)

    def sections(self) -> list[GridSection]:
        """The rows by kind with their sums; kinds without units are left out."""
        if self.is_bound:
            self.is_valid()
        rows = list(self.rows())
        found = []
        for kind in self.county.kinds:
            of_kind = tuple(row for row in rows if row.unit.kind == kind.code)
            if of_kind:
                sums = self._sums(row.unit for row in of_kind)
                found.append(GridSection(kind.code, kind.title, of_kind, sums))
        return found

    def totals(self) -> tuple[str, ...]:
        return self._sums(self.units)

    def _sums(self, units: Iterable[Unit]) -> tuple[str, ...]:
        sums = Sums()
        for unit in units:
            sums.add(self._typed(unit))
        if self.measure == WAN:
            return sums.texts()
        return tuple(yuan_text(part, 0) for part in sums.parts.values())


def standing_units(county: County, year: int) -> list[Unit]:
    """The units that exist on some day of the year, by kind and in official order."""
    units = Unit.objects.filter(county=county).exclude(ended_on__lt=date(year, 1, 1))
    units = units.exclude(active_from__gt=date(year, 12, 31))
    return sorted(units, key=county.official)


def _amounts(held: Target | None) -> dict[str, Decimal | None]:
    if held is None:
        return dict.fromkeys(COLUMNS)
    return dict(zip(COLUMNS, (held.amount, *held.due[:3]), strict=True))


def _cell(unit: Unit, column: str, amount: Decimal | None, measure: Scale) -> AmountField:
    label = f"{unit.name} {LABELS[column]}"
    cell = AmountField(label=label, unit=measure, required=False, allow_zero=True, initial=amount)
    cell.column = LABELS[column]  # type: ignore[attr-defined]
    cell.widget.attrs |= {"class": "entry-box", "aria-label": label, "data-sum": column}
    return cell
