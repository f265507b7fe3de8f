"""The forms of the founding, one per page, filled from the draft and written back to it.

A refused line never loses the others. ``found.found`` writes to the accounts.
"""

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ledger.founding import places, unit_list, wizard_state
from ledger.founding.found import OFFICES, amount_of
from ledger.founding.unit_list import LONGEST_NAME, MAX_LINES, UnitLine
from ledger.founding.wizard_state import Draft
from ledger.reading.workbook import ACCEPTED
from units.county.settings import LEAST_NAME, MAX_NAME
from units.forms import AmountField, CleanCharField, CleanTextField, SeenForm, WholeField
from units.ground.groups import FIRST, MAX_GROUPS
from units.ground.text import TextError
from units.unit_forms import ScheduleForm

FIRST_YEAR, LAST_YEAR = 2000, 2099
COMPLETE, WITHOUT = "complete", "without"


class CodeForm(forms.Form):
    """The code printed where the program was started."""

    use_required_attribute = False

    code = CleanCharField(
        label=_("Code from the terminal"),
        max_length=40,
        help_text=_("Sixteen signs in four groups; small letters will do."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not wizard_state.is_code(code):
            sentence = _("This is not the code. Copy it from the window in which the program runs.")
            raise ValidationError(sentence, code="code")
        return code


class CountyForm(forms.Form):
    """The county, and the first year with targets."""

    use_required_attribute = False

    code = CleanCharField(
        label=_("County code (GB/T 2260)"),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Six digits: province, city, county. 商南县 is 611023."),
    )
    name = CleanCharField(label=_("Name of the county"), min_length=LEAST_NAME, max_length=MAX_NAME)
    year = WholeField(label=_("Year of the first targets"), most=LAST_YEAR)
    evidence = forms.ChoiceField(
        label=_("When does a receipt count?"),
        required=False,
        choices=[
            (COMPLETE, _("Only when its evidence is attached")),
            (WITHOUT, _("Also without evidence, with a remark of the verifier")),
        ],
        help_text=_(
            "Land payment receipt for land, invoice for construction and equipment, capital"
            " verification report for registered capital, bank slip for the rest. The bureau can"
            " change it at any time."
        ),
    )

    def clean_evidence(self) -> bool:
        """Whether evidence is required; also where the choice was not sent."""
        return bool(self.cleaned_data["evidence"] != WITHOUT)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise ValidationError(_("Write the six digits of GB/T 2260."), code="digits")
        if not places.province(code):
            sentence = _("No province begins with %(first)s. Check the first two digits.")
            raise ValidationError(sentence, code="province", params={"first": code[:2]})
        if places.is_above_counties(code):
            sentence = _("A code that ends in 00 is a city's or a province's. Write the county's.")
            raise ValidationError(sentence, code="above")
        return code

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year < FIRST_YEAR:
            sentence = _("Write a year from %(first)d to %(last)d.")
            params = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(sentence, code="year", params=params)
        return year


class UnitListForm(forms.Form):
    """All units at once: a pasted list or a workbook."""

    names = CleanTextField(
        label=_("One unit a line, in official order"),
        required=False,
        help_text=_(
            "Paste it from Word or Excel. A kind or an annual target in 万元 on the same line is taken"
            " along; numbers at the beginning of a line do not matter."
        ),
    )
    file = forms.FileField(
        label=_("Or a workbook with a sheet 单位"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        help_text=_("Its sheet 任务 is read as well. Projects and receipts come in later."),
    )

    def __init__(self, data: Any = None, files: Any = None, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["names"].widget.attrs["rows"] = 14

    def clean_names(self) -> list[UnitLine]:
        lines = unit_list.read_lines(self.cleaned_data["names"])
        if len(lines) > MAX_LINES:
            sentence = _("These are %(count)d lines; a county has at most %(most)d units here.")
            params = {"count": len(lines), "most": MAX_LINES}
            raise ValidationError(sentence, code="many", params=params)
        return lines

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if not self.errors and not given.get("names") and not given.get("file"):
            self.add_error("names", _("Paste the list of units, or choose a workbook."))
        return given


class UnitGrid(forms.Form):
    """The preview: recognised names and kinds, to be corrected."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, draft: Draft) -> None:
        super().__init__(data)
        self.lines = draft.units
        choices = [
            (group.code if group in FIRST else group.name, group.title) for group in draft.groups
        ]
        for place, line in enumerate(self.lines):
            label = _("Name of unit %(number)d") % {"number": place + 1}
            name = CleanCharField(
                label=label, required=False, initial=line.name, max_length=LONGEST_NAME
            )
            name.widget.attrs |= {"class": "entry-box", "aria-label": label}
            self.fields[f"name-{place}"] = name
            label = _("Kind of unit %(number)d") % {"number": place + 1}
            kind = forms.ChoiceField(label=label, choices=choices, initial=line.kind)
            kind.widget.attrs |= {"class": "entry-box", "aria-label": label}
            self.fields[f"kind-{place}"] = kind

    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        places_ = range(len(self.lines))
        return [(place + 1, self[f"name-{place}"], self[f"kind-{place}"]) for place in places_]

    def clean(self) -> dict[str, Any]:
        super().clean()
        names = [self.cleaned_data.get(f"name-{place}", "") for place in range(len(self.lines))]
        for place, earlier in unit_list.doubled(names).items():
            sentence = _("Line %(line)d has this name already. Names must differ.")
            self.add_error(f"name-{place}", sentence % {"line": earlier + 1})
        if not self.errors and not any(names):
            raise ValidationError(_("At least one unit must stay."), code="none")
        words = {word for name, word in self.cleaned_data.items() if name.startswith("kind-")}
        if len(words) > MAX_GROUPS:
            sentence = _("These are %(count)d groups; a county has at most %(most)d.")
            params = {"count": len(words), "most": MAX_GROUPS}
            raise ValidationError(sentence, code="groups", params=params)
        return self.cleaned_data

    def units(self) -> tuple[UnitLine, ...]:
        """The lines as corrected; a line with an emptied name is dropped."""
        given = self.cleaned_data
        return tuple(
            replace(line, name=given[f"name-{place}"], kind=given[f"kind-{place}"])
            for place, line in enumerate(self.lines)
            if given[f"name-{place}"]
        )


class TargetsForm(ScheduleForm):
    """The year's schedule and each unit's annual target in 万元."""

    pasted = CleanTextField(
        label=_("Paste targets"),
        required=False,
        help_text=_("A unit and its 万元 a line, or the amounts alone in the order below."),
    )
    document_no = CleanCharField(
        label=_("Document that sets the targets"),
        max_length=100,
        required=False,
        help_text=_("For example 商政发〔2012〕8号."),
    )

    def __init__(self, data: Any = None, *, draft: Draft) -> None:
        first, second, third = draft.schedule
        initial = {"first": first, "second": second, "third": third}
        super().__init__(data, initial=initial | {"document_no": draft.document_no})
        self.draft = draft
        for place, line in enumerate(draft.units):
            field = AmountField(
                label=line.name, required=False, allow_zero=True, initial=line.amount
            )
            field.widget.attrs |= {"class": "entry-box", "aria-label": line.name}
            self.fields[f"amount-{place}"] = field

    def rows(self) -> list[tuple[UnitLine, forms.BoundField]]:
        return [(line, self[f"amount-{place}"]) for place, line in enumerate(self.draft.units)]

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        points = [given.get(name) for name in ("first", "second", "third")]
        if None not in points and points != sorted(cast(list[int], points)):
            sentence = _("The percents must rise from quarter to quarter, up to 100.")
            self.add_error("third", sentence)
        amounts = [given.get(f"amount-{place}") for place in range(len(self.draft.units))]
        if any(amounts) and not given.get("document_no") and "document_no" not in self.errors:
            sentence = _("Write the number of the document that sets the targets.")
            self.add_error("document_no", sentence)
        return given

    def filled(self) -> tuple[dict[str, Any], list[str]]:
        """The submitted values with the pasted amounts filled in, and the lines that match no unit."""
        names = [line.name for line in self.draft.units]
        sent: dict[str, Any] = cast(Any, self.data).copy()
        try:
            found, unknown = unit_list.amounts_for(str(sent.get("pasted", "")), names)
        except TextError as error:
            return sent, [str(_(error.sentence))]
        for place, amount in found.items():
            sent[f"amount-{place}"] = amount
        sent["pasted"] = "\n".join(unknown)
        return sent, unknown

    def changed(self) -> Draft:
        given = self.cleaned_data
        units = tuple(
            replace(line, amount=str(self.data.get(f"amount-{place}", "")).strip())
            for place, line in enumerate(self.draft.units)
        )
        first, second, third = self.parts()
        return replace(
            self.draft,
            units=units,
            schedule=(first, second, third),
            document_no=given["document_no"],
            has_targets=True,
        )


class PeopleForm(forms.Form):
    """The holders of the county's offices; an empty name becomes the title of the office."""

    def __init__(self, data: Any = None, *, draft: Draft) -> None:
        super().__init__(data)
        for username, _role, label in OFFICES:
            self.fields[username] = CleanCharField(
                label=label,
                max_length=50,
                required=False,
                initial=draft.people.get(username, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                help_text=_("signs in as %(username)s") % {"username": username},
            )

    def people(self) -> dict[str, str]:
        return {username: self.cleaned_data[username] for username, _role, _label in OFFICES}


class FoundForm(SeenForm):
    """The final confirmation before the accounts exist, of the slips that were seen."""

    printed = forms.BooleanField(
        label=_("The password slips are printed or written down"),
        error_messages={"required": _("Print the slips first: they are not shown again.")},
    )


def total_of(draft: Draft) -> Any:
    """The county's own target: the sum of its units'."""
    return sum((amount_of(line.amount) for line in draft.units), amount_of("0"))
