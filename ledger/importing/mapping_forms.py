"""The form of one sheet on the page of mapping: what it is, its headings, its columns, its fills.

The choices depend on what the sheet is, so each form is made for one reading of the sheet.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.reading.columns import COLUMNS, SHEET_NAMES, Column, Form, Part
from ledger.reading.mapping import MONEY_UNITS, MONTH_END, NUMBERED, Choice, How, SheetMapping
from ledger.reading.result import ColumnRead, SheetRead
from ledger.reading.vocabulary import ISSUERS, KINDS, MONEY, SOURCES, STAGES, offered
from units.forms import CleanCharField

LEAVE_OUT: Final = ("", pgettext_lazy("column", "leave out"))
_ROWS: Final = re.compile(r"(\d{1,2})(?:\s*[-–—~至、,，]\s*(\d{1,2}))?")
_MONTH: Final = re.compile(r"(?:\d|[一二三四五六七八九十])月")
# Fields that a sheet may lack and a person may give for all of its rows.
FILLS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.UNITS: ("kind",),
    Part.TARGETS: ("unit", "year", "effective_on", "document", "issuer"),
    Part.PROJECTS: ("unit", "introduced", "total_investment", "stage", "industry", "origin"),
    Part.RECEIPTS: ("received_on", "voucher", "kind", "project"),
}
WORDS: Final[Mapping[tuple[Part, str], Mapping[str, str]]] = {
    (Part.UNITS, "kind"): KINDS,
    (Part.TARGETS, "issuer"): ISSUERS,
    (Part.PROJECTS, "stage"): STAGES,
    (Part.PROJECTS, "origin"): SOURCES,
    (Part.RECEIPTS, "kind"): MONEY,
}
COPIES: Final[Mapping[tuple[Part, str], tuple[str, Promise]]] = {
    (Part.PROJECTS, "introduced"): ("=total_investment", _("the same as the total investment")),
    (Part.PROJECTS, "total_investment"): ("=introduced", _("the same as the introduced amount")),
    (Part.RECEIPTS, "voucher"): (NUMBERED, _("numbered by the program, and marked so")),
}
LAST_DAY: Final = (MONTH_END, _("the last day of the row's or column's month"))
HOW: Final[Mapping[How, Promise]] = {
    How.KNOWN: pgettext_lazy("column", "by its heading"),
    How.REMEMBERED: pgettext_lazy("column", "as chosen before"),
    How.GUESSED: pgettext_lazy("column", "guessed, please look"),
    How.CHOSEN: pgettext_lazy("column", "chosen"),
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column on the page: its field, its first values, and how the field is known."""

    column: ColumnRead
    field: forms.BoundField
    examples: str
    word: str | Promise
    is_guess: bool


class SheetForm(forms.Form):
    """The decisions for one sheet as it is read now."""

    part = forms.ChoiceField(label=_("What the sheet is"), required=False)
    headings = forms.CharField(
        label=_("Rows of the headings"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("As in 3, or 3-5 if they take several rows."),
    )
    money_unit = forms.ChoiceField(label=_("Unit of money"), required=False)
    hidden = forms.ChoiceField(label=_("Hidden rows"), required=False)
    struck = forms.ChoiceField(label=_("Struck-through rows"), required=False)
    sheets = forms.MultipleChoiceField(
        label=_("Sheets with these headings"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        read: SheetRead,
        units: Sequence[str],
        industries: Sequence[str],
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str,
        chosen: SheetMapping | None = None,
        alike: Sequence[str] = (),
    ) -> None:
        """``alike``: all sheets that are decided by this form, if there are several."""
        super().__init__(data, prefix=prefix)
        self.read = read
        self.examples: Mapping[str, str] = {}
        self._lists = {"unit": units, "industry": industries}
        given: Any = self.fields
        given["part"].choices = [("", _("leave this sheet out")), *_parts()]
        given["money_unit"].choices = [("", _("as the sheet says")), *((w, w) for w in MONEY_UNITS)]
        for name, nothing in (("hidden", _("take, with a mark")), ("struck", _("leave out"))):
            choices = [("", nothing), (Choice.TAKE, _("take")), (Choice.SKIP, _("leave out"))]
            given[name].choices = choices
        self.alike = alike
        given["sheets"].choices = [(name, name) for name in alike]
        self._set_initial(chosen or SheetMapping())
        if read.part is not None:
            self._add_columns(read.part)
            self._add_fills(read.part, chosen.fill if chosen else {})

    def _set_initial(self, chosen: SheetMapping) -> None:
        rows = self.read.heading_rows
        self.initial = {
            "part": self.read.part or "",
            "headings": f"{rows[0]}-{rows[-1]}" if len(rows) > 1 else "".join(map(str, rows)),
            "money_unit": chosen.money_unit,
            "hidden": chosen.hidden,
            "struck": chosen.struck,
            "sheets": list(self.alike),
        }

    def _add_columns(self, part: Part) -> None:
        choices = [LEAVE_OUT, *((column.field, column.heading) for column in COLUMNS[part])]
        for column in self.read.columns:
            self.fields[f"c-{column.letter}"] = forms.ChoiceField(
                label=column.letter,
                choices=choices,
                required=False,
                initial="" if self._is_vague(column) else column.field,
            )

    def _is_vague(self, column: ColumnRead) -> bool:
        """A guess that another column knows or guesses as well is not offered."""
        same = [each for each in self.read.columns if each.field == column.field]
        return column.how is How.GUESSED and len(same) > 1

    def _add_fills(self, part: Part, given: Mapping[str, str]) -> None:
        known = {column.field for column in self.read.columns if column.how is not How.GUESSED}
        lacking = set(self.read.missing)
        for column in COLUMNS[part]:
            may_fill = column.field in FILLS[part] and column.field not in known - lacking
            if may_fill or (column.form is Form.DAY and column.field in lacking):
                self.fields[f"f-{column.field}"] = self._fill(part, column, given)

    def _fill(self, part: Part, column: Column, given: Mapping[str, str]) -> forms.Field:
        words = self._lists.get(column.field) or offered(WORDS.get((part, column.field), {}))
        is_day = part is not Part.TARGETS and column.form is Form.DAY
        copy = LAST_DAY if is_day else COPIES.get((part, column.field))
        initial = given.get(column.field, "")
        if not words and copy is None:
            return CleanCharField(
                label=column.heading, required=False, max_length=200, initial=initial
            )
        choices: list[tuple[str, str | Promise]] = [("", "—"), *filter(None, [copy])]
        if column.field == "unit" and len(words) == 1:
            initial = initial or words[0]
        choices += [(word, word) for word in words]
        return forms.ChoiceField(
            label=column.heading, choices=choices, required=False, initial=initial
        )

    # For the template

    def columns(self) -> Iterator[ColumnRow]:
        for column in self.read.columns:
            how = None if self._is_vague(column) else column.how
            yield ColumnRow(
                column,
                self[f"c-{column.letter}"],
                self.examples.get(column.letter, ""),
                HOW[how] if how else "",
                how is How.GUESSED,
            )

    def fills(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("f-")]

    def word_of(self, name: str) -> str | Promise:
        """The heading of a field that is missing."""
        if name == "money_unit":
            return _("Unit of money")
        part = self.read.part
        columns = COLUMNS[part] if part else ()
        return next((column.heading for column in columns if column.field == name), name)

    # What was decided

    def clean_headings(self) -> tuple[int, ...]:
        written = self.cleaned_data["headings"].strip()
        if not written:
            return ()
        match = _ROWS.fullmatch(written)
        if match is None:
            raise ValidationError(_("Write the row, as in 3, or 3-5."))
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last < first + 5:
            raise ValidationError(_("Write at most five rows, the first one first."))
        return tuple(range(first, last + 1))

    def clean(self) -> dict[str, Any]:
        """Two columns may be one field only if they are its months."""
        super().clean()
        columns = {f"c-{column.letter}": column for column in self.read.columns}
        chosen: dict[str, list[str]] = {}
        for name in columns.keys() & self.cleaned_data.keys():
            if self.cleaned_data[name]:
                chosen.setdefault(self.cleaned_data[name], []).append(name)
        for names in chosen.values():
            if len(names) > 1 and not all(_MONTH.search(columns[name].heading) for name in names):
                for name in names:
                    self.add_error(name, _("Only one column can be this, unless each is a month."))
        return self.cleaned_data

    def mappings(self) -> dict[str, SheetMapping]:
        """The decisions by sheet; one of several that is not ticked is left out."""
        found = self.mapping()
        if not self.alike:
            return {self.read.name: found}
        ticked = self.cleaned_data["sheets"]
        return {name: found if name in ticked else SheetMapping() for name in self.alike}

    def mapping(self) -> SheetMapping:
        """The decisions for one sheet. Fields that were made for another kind of sheet do not count."""
        given = self.cleaned_data
        part = Part(given["part"]) if given["part"] else None
        if part is None:
            return SheetMapping()
        is_same = part == self.read.part
        return SheetMapping(
            part=part,
            heading_rows=given["headings"],
            money_unit=given["money_unit"],
            columns=self._chosen("c-", keeps_empty=True) if is_same else {},
            fill=self._chosen("f-") if is_same else {},
            hidden=Choice(given["hidden"]),
            struck=Choice(given["struck"]),
        )

    def _chosen(self, start: str, *, keeps_empty: bool = False) -> dict[str, str]:
        found = {
            name.removeprefix(start): value
            for name, value in self.cleaned_data.items()
            if name.startswith(start)
        }
        return found if keeps_empty else {name: value for name, value in found.items() if value}


def _parts() -> list[tuple[str, str]]:
    return [(str(part), name) for part, name in SHEET_NAMES.items()]
