"""The forms of units, of their official order, and of the year's schedule.

They turn input into a ``UnitDraft``, places or a schedule; the rules are in ``register.py``, whose
refusals are shown beside the fields.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from units.forms import (
    NOTHING_CHOSEN,
    CleanCharField,
    DayField,
    PercentField,
    SeenForm,
    WholeField,
    unit_choices,
)
from units.ground.fingerprint import of_row
from units.models import County, Unit
from units.register import LAST_PLACE, UnitDraft, next_place, order_seen


class UnitForm(SeenForm):
    """A unit of the register."""

    name = CleanCharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Group"))
    kind_from = DayField(
        label=_("In this group from"),
        required=False,
        help_text=_(
            "For a change of group: tables of earlier days keep the earlier one. Empty: today."
        ),
    )
    order = WholeField(
        label=_("Official order"),
        most=LAST_PLACE,
        required=False,
        help_text=_("Leave it empty for the last place."),
    )
    active_from = DayField(label=_("Active from"), required=False)
    ended_on = DayField(
        label=_("Ended on"),
        required=False,
        help_text=_("The last day of the unit; tables up to that day still show it."),
    )
    successor = forms.ChoiceField(
        label=_("Successor"),
        required=False,
        help_text=_("Later tables sum into it what was credited to this unit."),
    )

    def __init__(self, data: Any = None, *, county: County, unit: Unit | None = None) -> None:
        initial = asdict_of(unit) | {"seen": of_row(unit)} if unit else {}
        super().__init__(data, initial=initial)
        self.county, self.unit = county, unit
        kind = self.fields["kind"]
        kind.choices = [(group.code, group.title) for group in county.kinds]  # type: ignore[attr-defined]
        if unit is None:
            del self.fields["kind_from"]
        others = Unit.objects.filter(county=county).order_by()
        self.units = {str(other.pk): other for other in others if other != unit}
        field = self.fields["successor"]
        field.choices = [NOTHING_CHOSEN, *unit_choices(self.units.values(), county)]  # type: ignore[attr-defined]

    def draft(self) -> UnitDraft:
        given = self.cleaned_data
        place = given["order"]
        return UnitDraft(
            name=given["name"],
            kind=given["kind"],
            order=next_place(self.county, given["kind"]) if place is None else place,
            active_from=given["active_from"],
            ended_on=given["ended_on"],
            successor=self.units.get(given["successor"]),
            kind_from=given.get("kind_from"),
        )


def asdict_of(unit: Unit) -> dict[str, Any]:
    """A stored unit as the form's initial values."""
    names = ("name", "kind", "order", "active_from", "ended_on")
    return {name: getattr(unit, name) for name in names} | {"successor": unit.successor_id or ""}


class PlacesForm(SeenForm):
    """The official order of all units: a place beside each name."""

    def __init__(self, data: Any = None, *, units: Sequence[Unit]) -> None:
        super().__init__(data, initial={"seen": order_seen(units)})
        for unit in units:
            label = _("Place of %(unit)s") % {"unit": unit.name}
            field = WholeField(label=label, most=LAST_PLACE, initial=unit.order)
            field.widget.attrs |= {"class": "entry-box", "aria-label": label}
            self.fields[f"place-{unit.pk}"] = field
        self.ids = [unit.pk for unit in units]

    def places(self) -> dict[int, int]:
        return {pk: self.cleaned_data[f"place-{pk}"] for pk in self.ids}


class ScheduleForm(SeenForm):
    """The year's schedule: percent of the annual target due by each quarter's end."""

    first = PercentField(label=_("First quarter (percent)"), allow_zero=True)
    second = PercentField(label=_("Second quarter (percent)"), allow_zero=True)
    third = PercentField(label=_("Third quarter (percent)"), allow_zero=True)

    def parts(self) -> list[int]:
        return [self.cleaned_data[name] for name in ("first", "second", "third")]
