"""The form of a project with its credit shares, on one page.

Turns input into a ``ProjectDraft`` and back. ``register.py`` has the rules; its refusals are shown
beside the fields, and nothing that was typed is lost.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects import register
from projects.industries.record import offered
from projects.models import Industry, Investor, Project, Stage
from projects.register import DAYS, InvestorDraft, ProjectDraft
from units.access import REACH, Reach
from units.forms import (
    NOTHING_CHOSEN,
    AmountField,
    CleanCharField,
    CleanTextField,
    DayField,
    PercentField,
    UnitChoices,
    unit_choices,
    value_words,
)
from units.ground import basis_points
from units.ground.fingerprint import of_row
from units.models import Unit, User

ROWS = 6
SPARE_ROWS = 2
MAX_ROWS = 30


class IndustryField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An industry by its name in the reader's language."""

    def label_from_instance(self, obj: Industry) -> str:
        return industry_name(obj)


class Bilingual(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def industry_name(industry: Bilingual) -> str:
    """The name in the reader's language."""
    is_chinese = (get_language() or "zh").startswith("zh")
    return industry.name if is_chinese else industry.name_en


def _industries(user: User, project: Project | None) -> QuerySet[Industry]:
    """What the county offers, and the industry that the project has now."""
    keys = {each.pk for each in offered(user.county)} if user.county else set()
    return Industry.objects.filter(pk__in=keys | ({project.industry_id} if project else set()))


class ShareForm(forms.Form):
    """One row: a unit and its percent. An empty row is ignored."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)
    basis_points = PercentField(label=_("Share in percent"), required=False)

    def __init__(
        self, *args: Any, units: Mapping[str, Unit], choices: UnitChoices, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.units = units
        field = self.fields["unit"]
        field.choices = choices  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = _("Choose a unit from the list.")
        for each in self.fields.values():
            each.widget.attrs |= {"class": "entry-box", "aria-label": each.label}

    def clean(self) -> dict[str, Any]:
        super().clean()
        unit = self.units.get(self.cleaned_data.get("unit", ""))
        points = self.cleaned_data.get("basis_points")
        if unit and points is None and "basis_points" not in self.errors:
            self.add_error("basis_points", _("Write the share of this unit, for example 60."))
        if points is not None and unit is None and "unit" not in self.errors:
            self.add_error("unit", _("Choose the unit that has this share."))
        return self.cleaned_data

    @property
    def share(self) -> tuple[Unit, int] | None:
        unit = self.units.get(self.cleaned_data.get("unit", ""))
        return (unit, self.cleaned_data["basis_points"]) if unit else None


class BaseShares(BaseFormSet):  # type: ignore[type-arg]
    """The rows of shares; the first filled row is the lead unit's."""

    def drafted(self) -> list[tuple[Unit, int]]:
        return [form.share for form in self.forms if form.share is not None]

    def recorded(self) -> str:
        rows = [
            (row["unit"], basis_points.plain(row["basis_points"])) for row in self.initial or ()
        ]
        return self._text(rows)

    def typed(self) -> str:
        return self._text((form["unit"].value(), form["basis_points"].value()) for form in self)

    def _text(self, rows: Iterable[tuple[Any, Any]]) -> str:
        units: Mapping[str, Unit] = self.form_kwargs["units"]
        named = ((units.get(str(key)), percent) for key, percent in rows if key or percent)
        return "; ".join(f"{unit.name if unit else '?'} {percent}%" for unit, percent in named)

    def refuse(self, sentence: str | Promise) -> None:
        self.non_form_errors().append(ValidationError(str(sentence)))


ShareRows = formset_factory(
    ShareForm,
    formset=BaseShares,
    extra=0,
    max_num=MAX_ROWS,
    absolute_max=MAX_ROWS,
    validate_max=True,
)


class ProjectForm(forms.Form):
    """Every field of a project; ``shares`` holds the rows of its credit shares."""

    use_required_attribute = False

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    investor_seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    name = CleanCharField(label=_("Project name"), max_length=200)
    industry = IndustryField(
        label=_("Industry"),
        queryset=Industry.objects.none(),
        empty_label=NOTHING_CHOSEN[1],
        error_messages={"required": _("Choose the industry.")},
    )
    location = CleanCharField(label=_("Location"), max_length=200, required=False)
    content = CleanTextField(label=_("Content"), max_length=2000, required=False)
    investor = CleanCharField(
        label=_("Investor"),
        max_length=200,
        required=False,
        help_text=_("A reserve project may lack it; a signed one names it with its origin."),
    )
    origin = forms.ChoiceField(
        label=_("Origin"), choices=[NOTHING_CHOSEN, *Investor.Origin.choices], required=False
    )
    origin_place = CleanCharField(label=_("Place of origin"), max_length=100, required=False)
    credit_code = CleanCharField(label=_("Unified credit code"), max_length=18, required=False)
    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=[NOTHING_CHOSEN, *Stage.choices],
        help_text=_("Write its day below; once works have started, that of the contract too."),
        error_messages={"required": _("Choose the stage of the project.")},
    )
    reserved_on = DayField(label=_("Compiled on"), required=False)
    intention_on = DayField(label=_("Intention signed on"), required=False)
    agreement_on = DayField(label=_("Agreement signed on"), required=False)
    contract_on = DayField(label=_("Contract signed on"), required=False)
    started_on = DayField(label=_("Works started on"), required=False)
    production_on = DayField(label=_("Production started on"), required=False)
    total_investment = AmountField(label=_("Total investment (万元)"))
    introduced_amount = AmountField(label=_("Introduced amount (万元)"), allow_zero=True)
    sponsor = CleanCharField(label=_("Sponsor"), max_length=100, required=False)
    contact = CleanCharField(label=_("Contact"), max_length=100, required=False)
    phone = CleanCharField(label=_("Phone"), max_length=50, required=False)

    def __init__(
        self, data: Any = None, *, user: User, today: date, project: Project | None = None
    ) -> None:
        super().__init__(data, initial=initial_of(project) if project else {})
        self.project, self.today = project, today
        self.fields["industry"].queryset = _industries(user, project)  # type: ignore[attr-defined]
        self.other: Project | None = None
        units = {
            str(unit.pk): unit for unit in Unit.objects.filter(county=user.county_id).order_by()
        }
        rows = _share_initial(project, user)
        rows_of_shares = ShareRows(
            data,
            prefix="shares",
            initial=rows,
            form_kwargs={
                "units": units,
                "choices": [NOTHING_CHOSEN, *unit_choices(units.values(), user.county)],
                # An unchanged row is still a share, whatever TOTAL_FORMS says.
                "empty_permitted": False,
            },
        )
        rows_of_shares.extra = min(max(ROWS - len(rows), SPARE_ROWS), MAX_ROWS - len(rows))
        self.shares = cast(BaseShares, rows_of_shares)

    def is_valid(self) -> bool:
        """Collects everything wrong with the project at once, each sentence beside its field."""
        if not (super().is_valid() & self.shares.is_valid()):
            return False
        for refusal in list(register.objections(self.draft(), self.today)):
            self.refuse(refusal.field, refusal.sentence)
        return not self.errors and not self.shares.non_form_errors()

    def refuse(self, field: str | None, sentence: str | Promise) -> None:
        """Show a refusal of the register beside its field."""
        if field == "shares":
            self.shares.refuse(sentence)
        else:
            self.add_error(field, ValidationError(str(sentence)))

    def draft(self) -> ProjectDraft:
        given = {name: self.cleaned_data[name] for name in (*register.PLAIN, "industry")}
        return ProjectDraft(investor=self._investor(), shares=self.shares.drafted(), **given)

    def _investor(self) -> InvestorDraft | None:
        names = register.INVESTOR_FIELDS.items()
        written = {name: self.cleaned_data[field] for name, field in names}
        return InvestorDraft(**written) if any(written.values()) else None

    def sections(self) -> list[tuple[Promise, list[forms.BoundField]]]:
        """The fields in the order of the paper form, with a heading per part."""
        return [(heading, [self[name] for name in names]) for heading, names in SECTIONS]


SECTIONS: list[tuple[Promise, tuple[str, ...]]] = [
    (_("Project"), ("name", "industry", "location", "content")),
    (_("Investor"), ("investor", "origin", "origin_place", "credit_code")),
    (_("Investment"), ("total_investment", "introduced_amount")),
    (_("Stage and days"), ("stage", *DAYS.values())),
    (_("Who looks after it"), ("sponsor", "contact", "phone")),
]


def initial_of(project: Project) -> dict[str, Any]:
    """A stored project as the form's initial values."""
    values = {name: getattr(project, name) for name in (*register.PLAIN, "version")}
    values["industry"] = project.industry_id
    if project.investor is not None:
        for name, field in register.INVESTOR_FIELDS.items():
            values[field] = getattr(project.investor, name)
        values["investor_seen"] = of_row(project.investor)
    return values


def _share_initial(project: Project | None, user: User) -> list[dict[str, Any]]:
    if project is not None:
        shares = project.shares.order_by("order", "id")
        return [{"unit": str(s.unit_id), "basis_points": s.basis_points} for s in shares]
    if REACH.get(user.role) is Reach.UNIT:
        return [{"unit": str(user.unit_id), "basis_points": basis_points.FULL}]
    return []


def differences(form: ProjectForm) -> list[tuple[Any, str, str]]:
    """Label, recorded value and typed value of each field that differs from the stored project."""
    rows = [
        (form[name].label, _recorded(form[name]), _typed(form[name]))
        for name in form.changed_data
        if not form[name].is_hidden
    ]
    if form.shares.has_changed():
        rows.append((_("Credit shares"), form.shares.recorded(), form.shares.typed()))
    return rows


def _recorded(field: forms.BoundField) -> str:
    return value_words(field, field.field.prepare_value(field.initial))


def _typed(field: forms.BoundField) -> str:
    return value_words(field, field.value())
