"""The filter of the project list: search words and choices, all from the query string.

Unknown values are ignored. The filter only narrows a queryset that is already limited to what the
user may see.
"""

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from projects.forms import industry_name
from projects.models import CreditShare, Industry, Investor, Project, Stage
from units.forms import CleanCharField, unit_choices
from units.ground.text import key
from units.models import County, Unit

FIRST_YEAR, LAST_YEAR = 1980, 2099
NEW, CARRY_OVER = "new", "carry_over"
SIZES = {"large": "large_from", "major": "major_from", "mega": "mega_from"}
FLAGS = {
    "resource": Q(industry__is_resource=True),
    "property": Q(industry__is_property=True),
    "neither": Q(industry__is_resource=False, industry__is_property=False),
}


def industry_choices() -> list[tuple[str, str]]:
    return [(industry.code, industry_name(industry)) for industry in Industry.objects.all()]


class WordsFilter(filters.CharFilter):
    """Search words, cleaned as all free text is."""

    field_class = CleanCharField


class YearFilter(filters.Filter):
    field_class = forms.IntegerField


class ProjectFilter(filters.FilterSet):
    q = WordsFilter(label=_("Search"), method="search", max_length=100)
    stage = filters.ChoiceFilter(label=_("Stage"), choices=Stage.choices, empty_label=_("all"))
    age = filters.ChoiceFilter(
        label=_("New or carry-over"),
        choices=[(NEW, _("new")), (CARRY_OVER, _("carry-over"))],
        method="of_age",
        empty_label=_("all"),
    )
    year = YearFilter(
        label=_("in the year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        method="unchanged",
    )
    origin = filters.ChoiceFilter(
        label=_("Origin"),
        field_name="investor__origin",
        choices=Investor.Origin.choices,
        empty_label=_("all"),
    )
    industry = filters.ChoiceFilter(
        label=_("Industry"),
        field_name="industry__code",
        choices=industry_choices,
        empty_label=_("all"),
    )
    size = filters.ChoiceFilter(
        label=_("Size"),
        choices=[("large", _("large")), ("major", _("major")), ("mega", _("mega"))],
        method="of_size",
        empty_label=_("all"),
    )
    flag = filters.ChoiceFilter(
        label=_("Resources and property"),
        choices=[
            ("resource", _("resource extraction")),
            ("property", _("property")),
            ("neither", _("neither")),
        ],
        method="flagged",
        empty_label=_("all"),
    )
    unit = filters.ChoiceFilter(
        label=_("Lead unit"), field_name="lead_unit", choices=(), empty_label=_("all")
    )

    class Meta:
        model = Project
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Project], county: County | None, today: date
    ) -> None:
        self.today = today
        super().__init__(_with_year(data, queryset, today), queryset)
        units = Unit.objects.filter(county=county).order_by()
        self.filters["unit"].extra["choices"] = unit_choices(units, county)

    @property
    def reference_year(self) -> int:
        """The year by which a project counts as new or carried over."""
        return int(self.form.cleaned_data.get("year") or self.today.year)

    def search(self, rows: QuerySet[Project], _name: str, words: str) -> QuerySet[Project]:
        """Each word must occur: in a name (in any spelling), a unit or the content."""
        for word in words.split():
            folded = key(word)
            shared = CreditShare.objects.filter(
                project=OuterRef("pk"), unit__name_key__contains=folded
            )
            rows = rows.filter(
                Q(name_key__contains=folded)
                | Q(investor__name_key__contains=folded)
                | Q(content__icontains=word)
                | Exists(shared)
            )
        return rows

    def of_age(self, rows: QuerySet[Project], _name: str, age: str) -> QuerySet[Project]:
        start, end = date(self.reference_year, 1, 1), date(self.reference_year, 12, 31)
        if age == NEW:
            return rows.filter(signed_on__range=(start, end))
        return rows.filter(signed_on__lt=start)

    def of_size(self, rows: QuerySet[Project], _name: str, size: str) -> QuerySet[Project]:
        """At least the threshold of the project's county (rule 12)."""
        return rows.filter(total_investment__gte=F(f"county__{SIZES[size]}"))

    def flagged(self, rows: QuerySet[Project], _name: str, flag: str) -> QuerySet[Project]:
        return rows.filter(FLAGS[flag])

    def unchanged(self, rows: QuerySet[Project], _name: str, _value: Any) -> QuerySet[Project]:
        """The year only defines what is new; by itself it excludes nothing."""
        return rows


def _with_year(data: QueryDict, rows: QuerySet[Project], today: date) -> QueryDict:
    """The query string, with the year of the newest signature if it has none."""
    filled = data.copy()
    if not filled.get("year", "").strip():
        newest = (
            rows.filter(signed_on__isnull=False)
            .order_by("-signed_on")
            .values_list("signed_on", flat=True)
            .first()
        )
        filled["year"] = str((newest or today).year)
    return filled
