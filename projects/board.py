"""The board of projects: a column per stage with its largest projects, its count and its sums.

The count and sums cover the whole stage. Knows nothing of money received; no query per card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from projects.models import STAGES, Project, Stage
from units.ground.money import ZERO

# More cards than anyone looks through; the table has the rest.
MAX_CARDS = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A stage: its largest projects as cards, and how many more there are."""

    stage: Stage
    count: int
    total: Decimal
    introduced: Decimal
    projects: Sequence[Project]

    @property
    def more(self) -> int:
        return self.count - len(self.projects)


def columns(rows: QuerySet[Project]) -> list[Column]:
    """All six stages in their order, including empty ones."""
    sums = {
        stage: (count, total, introduced)
        for stage, count, total, introduced in rows.order_by()
        .values_list("stage")
        .annotate(Count("pk"), Sum("total_investment"), Sum("introduced_amount"))
    }
    cards = list(_largest(rows))
    return [
        Column(
            stage,
            *sums.get(stage, (0, ZERO, ZERO)),
            projects=[project for project in cards if project.stage == stage],
        )
        for stage in STAGES
    ]


def _largest(rows: QuerySet[Project]) -> QuerySet[Project]:
    """The ``MAX_CARDS`` largest of each stage."""
    largest = (F("introduced_amount").desc(), F("pk").asc())
    place = Window(RowNumber(), partition_by="stage", order_by=largest)
    placed = Project.objects.filter(pk__in=rows.order_by().values("pk"))
    return (
        placed.annotate(place=place)
        .filter(place__lte=MAX_CARDS)
        .select_related("lead_unit", "investor")
        .order_by("place")
    )
