"""The baseline of ``pages.py``: the rows of the league table in plain Django and Jinja2.

One view with five ORM queries and one template (``plain.html``), as one would write it for the
table alone. ``pages.py`` checks that ``rows`` agrees with the league table before it measures.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.template.backends.jinja2 import Jinja2

from ledger.models import Entry, Receipt
from units.access import Right, allowed, county_of
from units.models import County, Target, Unit

AS_OF, START = date(2012, 6, 30), date(2012, 1, 1)
ZERO, HALF = Decimal(0), Decimal("0.5")
ENGINE = Jinja2(
    {"NAME": "plain", "DIRS": [Path(__file__).parent], "APP_DIRS": False, "OPTIONS": {}}
)
ENGINE.env.filters["wan"] = lambda yuan: f"{yuan / 10_000:,.2f}"


class Row(NamedTuple):
    """One unit's line, in 元; a unit without a target has no completion, only what it received."""

    unit: Unit
    target: Decimal
    received: Decimal
    new: Decimal
    pending: Decimal

    @property
    def part(self) -> Decimal:
        return self.received / self.target if self.target else Decimal(0)

    @property
    def gap(self) -> Decimal:
        return self.received - self.target / 2

    @property
    def tier(self) -> str:
        if not self.received:
            return "no_funds"
        part = self.part
        return "completed" if part >= 1 else "on_schedule" if part >= HALF else "behind"


@allowed(Right.RANKING_VIEW)
def plain(request: HttpRequest) -> HttpResponse:
    county = county_of(request)
    context = {"county": county, "as_of": AS_OF, "groups": groups(county)}
    return HttpResponse(ENGINE.get_template("plain.html").render(context, request))


def groups(county: County) -> list[tuple[str, list[Row]]]:
    """The lines of each kind of units, highest completion first."""
    found = rows(county)
    kinds = dict.fromkeys(row.unit.kind for row in found)
    ordered = sorted(found, key=lambda row: (-row.part, row.unit.order))
    return [(kind, [row for row in ordered if row.unit.kind == kind]) for kind in kinds]


def rows(county: County) -> list[Row]:
    targets = Target.objects.filter(county=county, year=AS_OF.year, issuer="county")
    targets = targets.filter(effective_on__lte=AS_OF).order_by("unit", "-effective_on", "-id")
    owed = dict(targets.distinct("unit").values_list("unit", "amount"))
    entries = Entry.objects.filter(county=county, counted_on__range=(START, AS_OF)).order_by()
    sums = entries.values_list("unit").annotate(
        Sum("amount"), new=Sum("amount", filter=Q(is_new=True), default=ZERO)
    )
    received = {unit: both for unit, *both in sums}
    receipts = Receipt.objects.filter(county=county, state="submitted", received_on__lte=AS_OF)
    shares = receipts.filter(received_on__gte=START).order_by().values_list("project__shares__unit")
    parts = Sum(F("amount") * F("project__shares__basis_points") / 10_000)
    pending = dict(shares.annotate(parts=parts))
    return [
        Row(
            unit,
            owed.get(unit.pk, ZERO),
            *received.get(unit.pk, (ZERO, ZERO)),
            pending.get(unit.pk, ZERO),
        )
        for unit in Unit.objects.filter(county=county)
    ]
