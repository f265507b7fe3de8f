"""The forms of an indicator, of a filed figure, and of its verification."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.indicators.record import IndicatorDraft
from projects.models import Industry, Investor
from units.forms import AmountField, CleanCharField, MonthField, SeenForm, WholeField
from units.ground.fingerprint import of_row
from units.ground.money import WAN, YUAN
from units.models import MAIN, Indicator

LEFT_OUT = (("resource", _("resource extraction")), ("property", _("property")))
STAGES = (
    ("signed", pgettext_lazy("reached", "signed")),
    ("contract", pgettext_lazy("reached", "contract signed")),
    ("started", pgettext_lazy("reached", "works started")),
    ("production", pgettext_lazy("reached", "in production")),
)
COUNTED = (
    ("number", _("number of projects")),
    ("introduced", _("introduced amount")),
    ("total", _("total investment")),
)
AGE = (("", _("all")), ("new", _("new projects only")), ("carried", _("carry-over projects only")))
# The fields of a scope, by the source that reads them.
OF_SOURCE = {
    "received": ("origins", "sectors", "without", "age"),
    "projects": ("stage", "counted", "origins", "sectors", "without", "age", "least"),
    "ratio": ("top", "bottom"),
    "filed": (),
}


class IndicatorForm(SeenForm):
    """One indicator; the fields of its scope that the source does not read are ignored."""

    name = CleanCharField(label=_("Name"), max_length=50)
    name_en = CleanCharField(label=_("English name"), max_length=50, required=False)
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,19}\Z",
        label=_("Indicator code"),
        help_text=_("Small letters and digits, as in started; schemes name it so."),
    )
    source = forms.ChoiceField(label=_("Source"), choices=Indicator.Source.choices)
    measure = forms.ChoiceField(label=_("Measure"), choices=Indicator.Measure.choices)
    order = WholeField(label=_("Order"), most=999, required=False)
    origins = forms.MultipleChoiceField(
        label=_("Only from"), choices=Investor.Origin.choices, required=False
    )
    sectors = forms.MultipleChoiceField(
        label=_("Only of the sector"), choices=Industry.Sector.choices, required=False
    )
    without = forms.MultipleChoiceField(label=_("Without"), choices=LEFT_OUT, required=False)
    age = forms.ChoiceField(label=_("New or carry-over"), choices=AGE, required=False)
    stage = forms.ChoiceField(label=_("Projects that reached"), choices=STAGES, required=False)
    counted = forms.ChoiceField(label=_("Counted"), choices=COUNTED, required=False)
    least = AmountField(label=_("Total investment from (万元)"), required=False)
    top = forms.ChoiceField(label=_("Divide"), required=False)
    bottom = forms.ChoiceField(label=_("by"), required=False)

    def __init__(
        self, data: Any = None, *, others: list[Indicator], indicator: Indicator | None = None
    ) -> None:
        initial = initial_of(indicator) | {"seen": of_row(indicator)} if indicator else {}
        super().__init__(data, initial=initial)
        codes = [("", "—"), (MAIN, _("money received"))]
        codes += [(other.code, other.title) for other in others if other != indicator]
        for name in ("top", "bottom"):
            self.fields[name].choices = codes  # type: ignore[attr-defined]

    def draft(self) -> IndicatorDraft:
        given = self.cleaned_data
        return IndicatorDraft(
            code=given["code"],
            name=given["name"],
            name_en=given["name_en"],
            measure=given["measure"],
            source=given["source"],
            order=given["order"] or 0,
            scope=self._scope(OF_SOURCE[given["source"]]),
        )

    def _scope(self, names: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names:
            value = self.cleaned_data.get(name)
            if name == "age":
                found |= {"is_new": value == "new"} if value else {}
            elif value:
                found[name] = str(value) if name == "least" else value
        if "sectors" in found:
            found["sectors"] = [int(sector) for sector in found["sectors"]]
        return found


def initial_of(indicator: Indicator) -> dict[str, Any]:
    names = ("name", "name_en", "code", "source", "measure", "order")
    scope = dict(indicator.scope)
    is_new = scope.pop("is_new", None)
    age = {True: "new", False: "carried", None: ""}[is_new]
    return {name: getattr(indicator, name) for name in names} | scope | {"age": age}


class FilingForm(forms.Form):
    """A unit's figure of a month."""

    use_required_attribute = False

    key = forms.UUIDField(widget=forms.HiddenInput)
    month = MonthField(label=_("Month"), help_text=_("As in 2012-06."))
    value = AmountField(label=_("Figure"))
    voucher = CleanCharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("What proves it: document number, list, photograph."),
    )
    note = CleanCharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, indicator: Indicator) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        is_money = indicator.scale > 1
        self.fields["value"] = AmountField(
            label=f"{indicator.title}（{indicator.measure_word}）", unit=WAN if is_money else YUAN
        )
        self.order_fields(["key", "month", "value", "voucher", "note"])


class DecisionForm(forms.Form):
    """What the bureau does with a filed figure: verify, return, take back."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("verify", "return", "reverse")])
    version = forms.IntegerField(required=False)
    reason = CleanCharField(max_length=500, required=False)
