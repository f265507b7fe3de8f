"""The list of service steps over all projects: filter, columns, and overdue counts by unit.

Unknown filter values are ignored. The filter only narrows a queryset that is already limited to
what the user may see. No query per row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from projects.filters import WordsFilter
from projects.models import ServiceStep
from projects.reach import may_finish
from projects.service.context import StandingMark, standing_mark
from projects.service.deadlines import SOON, Progress, standing
from units.access import Right, may
from units.forms import unit_choices
from units.ground.money import percent_text
from units.ground.text import key
from units.models import County, Unit, User
from units.tables import DASH, Column, Table

WAITING = "waiting"
SCREEN_ONLY = {"td": {"class": "screen-only"}, "th": {"class": "screen-only"}}


def progress_q(progress: str, today: date) -> Q:
    """``deadlines.standing`` as a database condition."""
    soon = today + timedelta(days=SOON)
    return {
        Progress.OVERDUE: Q(done_on=None, due_on__lt=today),
        Progress.SOON: Q(done_on=None, due_on__range=(today, soon)),
        Progress.OPEN: Q(done_on=None, due_on__gt=soon),
        Progress.LATE: Q(done_on__gt=F("due_on")),
        Progress.DONE: Q(done_on__lte=F("due_on")),
        WAITING: Q(done_on=None),
    }[progress]


STATES = [
    (WAITING, _("not done")),
    (Progress.OVERDUE, _("overdue")),
    (Progress.SOON, _("due within seven days")),
    (Progress.DONE, _("done in time")),
    (Progress.LATE, _("done late")),
]


def listed(rows: QuerySet[ServiceStep]) -> QuerySet[ServiceStep]:
    """With everything a row shows: undone steps by due day (overdue first), then done ones."""
    is_done = Case(When(done_on=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        rows.select_related("project__lead_unit", "unit")
        .annotate(is_done=is_done)
        .order_by("is_done", "due_on", "pk")
    )


class ServiceFilter(filters.FilterSet):
    q = WordsFilter(label=_("Search"), method="search", max_length=100)
    unit = filters.ChoiceFilter(
        label=_("Responsible unit"), field_name="unit", choices=(), empty_label=_("all")
    )
    lead = filters.ChoiceFilter(
        label=_("Lead unit"), field_name="project__lead_unit", choices=(), empty_label=_("all")
    )
    state = filters.ChoiceFilter(
        label=_("State"), choices=STATES, method="in_state", empty_label=_("all")
    )

    class Meta:
        model = ServiceStep
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, rows: QuerySet[ServiceStep], county: County | None, today: date
    ) -> None:
        self.today = today
        super().__init__(data, rows)
        choices = unit_choices(Unit.objects.filter(county=county).order_by(), county)
        for name in ("unit", "lead"):
            self.filters[name].extra["choices"] = choices

    def search(self, rows: QuerySet[ServiceStep], _name: str, words: str) -> QuerySet[ServiceStep]:
        """Each word must occur in the item, the project's name or the sponsor."""
        for word in words.split():
            rows = rows.filter(
                Q(item__icontains=word)
                | Q(sponsor__icontains=word)
                | Q(project__name_key__contains=key(word))
            )
        return rows

    def in_state(
        self, rows: QuerySet[ServiceStep], _name: str, state: str
    ) -> QuerySet[ServiceStep]:
        return rows.filter(progress_q(state, self.today))


class ServiceTable(Table):
    """``openable``: the projects whose page the reader may open."""

    cells = "projects/service/step_cells.jinja"
    due_on = Column(_("Due on"), order_by=("is_done", "due_on", "pk"))
    standing = Column(_("Standing"), orderable=False)
    item = Column(_("Item"), orderable=False)
    unit = Column(_("Responsible unit"), order_by=("unit__kind", "unit__order", "due_on"))
    project = Column(_("Project"), order_by=("project__name_key", "due_on"))
    sponsor = Column(_("Sponsor"), orderable=False)
    done_on = Column(_("Done on"), order_by=("done_on", "pk"))
    actions = Column(_("Actions"), orderable=False, attrs=SCREEN_ONLY)

    class Meta:
        attrs = {"class": "stack services", "label": _("Service steps")}

    def __init__(
        self,
        rows: QuerySet[ServiceStep],
        *,
        reader: User,
        today: date,
        openable: set[int],
        **options: Any,
    ) -> None:
        self.reader, self.today, self.openable = reader, today, openable
        hidden = () if may(reader, Right.PROJECT_EDIT) else ("actions",)
        super().__init__(rows, exclude=hidden, **options)

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        """A class per column, for the layout of a row on a phone."""
        given: set[str] = super().get_column_class_names(classes_set, bound_column)
        return given | {f"cell-{bound_column.name}"}

    def mark_of(self, step: ServiceStep) -> StandingMark:
        return standing_mark(standing(step.due_on, step.done_on, self.today))

    def may_finish(self, step: ServiceStep) -> bool:
        return step.done_on is None and may_finish(self.reader, step)


@dataclass(frozen=True, slots=True)
class UnitSum:
    """A unit's steps up to the day: counts, longest delay in days, share done in time."""

    unit: int
    name: str
    steps: int
    undone: int
    soon: int
    overdue: int
    late: int
    longest: int
    in_time: str


def by_unit(rows: QuerySet[ServiceStep], today: date) -> list[UnitSum]:
    """Most overdue first, then in official order."""
    found = (
        rows.order_by()
        .values("unit", "unit__name")
        .annotate(
            steps=Count("pk"),
            undone=_count(WAITING, today),
            soon=_count(Progress.SOON, today),
            overdue=_count(Progress.OVERDUE, today),
            late=_count(Progress.LATE, today),
            kept=_count(Progress.DONE, today),
            oldest=Min("due_on", filter=progress_q(Progress.OVERDUE, today)),
        )
        .order_by("-overdue", "oldest", "unit__kind", "unit__order", "unit")
    )
    return [_unit_sum(row, today) for row in found]


def owed_by(unit: Unit, today: date) -> dict[str, int]:
    """How many steps the unit owes, and how many of them are overdue."""
    return ServiceStep.objects.filter(unit=unit).aggregate(
        undone=_count(WAITING, today), overdue=_count(Progress.OVERDUE, today)
    )


def whole(sums: Iterable[UnitSum], name: str) -> int:
    """The sum of one of the counts over all units."""
    return sum(getattr(of, name) for of in sums)


def _count(progress: str, today: date) -> Count:
    return Count("pk", filter=progress_q(progress, today))


def _unit_sum(row: Mapping[str, Any], today: date) -> UnitSum:
    fallen_due = row["kept"] + row["late"] + row["overdue"]
    return UnitSum(
        unit=row["unit"],
        name=row["unit__name"],
        steps=row["steps"],
        undone=row["undone"],
        soon=row["soon"],
        overdue=row["overdue"],
        late=row["late"],
        longest=(today - row["oldest"]).days if row["oldest"] else 0,
        in_time=percent_text(row["kept"], fallen_due) if fallen_due else DASH,
    )
