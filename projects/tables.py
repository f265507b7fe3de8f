"""The list of projects as a table: columns, their texts and their sort keys.

No query per row; the address can sort only by the columns named here.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, F, IntegerField, Prefetch, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from projects.forms import industry_name
from projects.models import STAGES, CreditShare, Industry, Project, Stage
from projects.shares import percent_text
from units.tables import DASH, NUMBER, Column, Table


def listed(rows: QuerySet[Project]) -> QuerySet[Project]:
    """With everything a row shows, in a fixed number of queries."""
    stages = [When(stage=stage, then=Value(place)) for place, stage in enumerate(STAGES)]
    shares = CreditShare.objects.select_related("unit").order_by("order", "id")
    return (
        rows.select_related("investor", "industry")
        .prefetch_related(Prefetch("shares", queryset=shares, to_attr="shared"))
        .annotate(step=Case(*stages, output_field=IntegerField()))
        .order_by(F("signed_on").desc(nulls_last=True), "-pk")
    )


class ProjectTable(Table):
    cells = "projects/project_cells.jinja"
    stages = dict(Stage.choices)
    name = Column(_("Project name"), orderable=False)
    units = Column(
        _("Lead unit and shares"),
        order_by=("lead_unit__kind", "lead_unit__order", "pk"),
    )
    investor = Column(_("Investor and origin"), orderable=False)
    stage = Column(_("Stage"), order_by=("step", "pk"))
    signed_on = Column(_("Signed on"), order_by=("signed_on", "pk"))
    age = Column(_("New or carry-over"), orderable=False, attrs={"term": "new"})
    industry = Column(_("Industry"), order_by=("industry__order", "pk"))
    total_investment = Column(
        _("Total investment (万元)"), order_by=("total_investment", "pk"), attrs=NUMBER
    )
    introduced_amount = Column(
        _("Introduced amount (万元)"), order_by=("introduced_amount", "pk"), attrs=NUMBER
    )

    class Meta:
        attrs = {"class": "stack projects lines", "label": _("Projects")}

    def __init__(self, rows: Iterable[Project], *, year: int, **options: Any) -> None:
        self.year = year
        super().__init__(rows, **options)

    def share_text(self, basis_points: int) -> str:
        return percent_text(basis_points)

    def age_of(self, project: Project) -> Any:
        return age_word(project, self.year)

    def industry_name(self, industry: Industry) -> str:
        return industry_name(industry)


def age_word(project: Project, year: int) -> Any:
    """New in the year, carried over into it, or neither (rule 11)."""
    if project.signed_on is None or project.signed_on.year > year:
        return DASH
    return _("new") if project.signed_on.year == year else _("carry-over")
