"""The list of projects as a table.

Owns: the columns, their texts and by what they sort. Must never: run a query per row, or let the
address sort by a column that is not named here.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_tables2 as tables
from django.db.models import Case, F, IntegerField, Prefetch, QuerySet, Value, When
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from projects.forms import industry_name
from projects.models import STAGES, CreditShare, Investor, Project
from projects.shares import percent_text
from units.ground.choices import word
from units.ground.markup import addresses, escaped, linked, marked, shown_day
from units.ground.money import wan_text
from units.tables import DASH, NUMBER, Column


def listed(rows: QuerySet[Project]) -> QuerySet[Project]:
    """With all that a row shows, in a number of queries that does not grow with the rows."""
    stages = [When(stage=stage, then=Value(place)) for place, stage in enumerate(STAGES)]
    shares = CreditShare.objects.select_related("unit").order_by("order", "id")
    return (
        rows.select_related("investor", "industry")
        .prefetch_related(Prefetch("shares", queryset=shares, to_attr="shared"))
        .annotate(step=Case(*stages, output_field=IntegerField()))
        .order_by(F("signed_on").desc(nulls_last=True), "-pk")
    )


class ProjectTable(tables.Table):
    name = Column(_("Project name"), orderable=False)
    units = Column(
        _("Lead unit and shares"),
        empty_values=(),
        order_by=("lead_unit__kind", "lead_unit__order", "pk"),
    )
    investor = Column(_("Investor and origin"), orderable=False, default=DASH)
    stage = Column(_("Stage"), order_by=("step", "pk"))
    signed_on = Column(_("Signed on"), order_by=("signed_on", "pk"), default=DASH)
    age = Column(_("New or carry-over"), empty_values=(), orderable=False, attrs={"term": "new"})
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
        self.address = addresses("project-detail")
        super().__init__(rows, **options)

    def render_name(self, value: str, record: Project) -> SafeString:
        return linked(value, self.address(record.pk))

    def render_units(self, record: Project) -> SafeString | str:
        shares: list[CreditShare] = record.shared  # type: ignore[attr-defined]
        if len(shares) == 1:
            return shares[0].unit.name
        return marked(
            "".join(
                f'<span class="part">{escaped(share.unit.name)} '
                f'<span class="num soft">{percent_text(share.basis_points)}</span></span>'
                for share in shares
            )
        )

    def render_investor(self, value: Investor) -> SafeString:
        name, origin = escaped(value.name), escaped(word(Investor.Origin, value.origin))
        return marked(f'{name}<span class="under">{origin}</span>')

    def render_signed_on(self, value: date) -> SafeString:
        return shown_day(value)

    def render_age(self, record: Project) -> Any:
        return age_word(record, self.year)

    def render_industry(self, record: Project) -> SafeString | str:
        industry = record.industry
        flags = [industry.is_resource and _("resource"), industry.is_property and _("property")]
        tags = (f' <span class="tag">{escaped(flag)}</span>' for flag in flags if flag)
        return marked(escaped(industry_name(industry)) + "".join(tags))

    def render_total_investment(self, value: Any) -> str:
        return wan_text(value)

    def render_introduced_amount(self, value: Any) -> str:
        return wan_text(value)


def age_word(project: Project, year: int) -> Any:
    """New in the year, carried over into it, or neither (rule 11)."""
    if project.signed_on is None or project.signed_on.year > year:
        return DASH
    return _("new") if project.signed_on.year == year else _("carry-over")
