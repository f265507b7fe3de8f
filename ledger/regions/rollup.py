"""What the places of a region have received, with the same days of the year before.

A nation by provinces, a province by cities, a city by counties. The sums are always read from the
entries. Nobody is measured against a target here; ``ranking.py`` ranks counties.
"""

from calendar import isleap
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, Sum

from ledger.models import OUTSIDE, Entry
from ledger.ranking.figures import Sums
from ledger.rules import standing
from units.ground.money import ZERO
from units.models import County
from units.people.regions import region_names

FINER = {0: 2, 2: 4, 4: 6}  # digits of a code, from the nation to a county


@dataclass(frozen=True, slots=True)
class Line:
    """A place by the first digits of its counties' codes; yuan of the year up to the day.

    ``compared`` is what the counties with money of last year have received this year: growth on
    ``last_year`` counts only those, and ``without_last_year`` is how many others there are.
    """

    place: str
    name: str
    counties: int
    sums: Sums
    last_year: Decimal
    compared: Decimal = ZERO
    without_last_year: int = 0

    @property
    def growth(self) -> Fraction | None:
        return standing.growth(self.compared, self.last_year)


@dataclass(frozen=True, slots=True)
class RollUp:
    """The places of a region in the order of their codes, and their sum."""

    prefix: str
    as_of: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        return Line(
            place=self.prefix,
            name="",
            counties=sum(line.counties for line in self.lines),
            sums=sum((line.sums for line in self.lines), Sums()),
            last_year=sum((line.last_year for line in self.lines), Decimal(0)),
            compared=sum((line.compared for line in self.lines), Decimal(0)),
            without_last_year=sum(line.without_last_year for line in self.lines),
        )


def rollup(prefix: str, as_of: date) -> RollUp:
    """``prefix``: empty for the nation, the first two digits for a province, four for a city."""
    digits = FINER[len(prefix)]
    counties = _counties(prefix)
    places = Counter(code[:digits] for code in counties.values())
    now, before = received(counties, as_of), received(counties, year_before(as_of))
    names = _names(places, digits)
    found = []
    for place, count in sorted(places.items()):
        members = [county for county, code in counties.items() if code.startswith(place)]
        known = [county for county in members if before[county].received > 0]
        found.append(
            Line(
                place=place,
                name=names[place],
                counties=count,
                sums=sum((now[county] for county in members), Sums()),
                last_year=sum((before[county].received for county in members), ZERO),
                compared=sum((now[county].received for county in known), ZERO),
                without_last_year=count - len(known),
            )
        )
    return RollUp(prefix, as_of, tuple(found))


def received(counties: Iterable[int], as_of: date) -> defaultdict[int, Sums]:
    """Yuan of the year up to the day, by county."""
    days = as_of.replace(month=1, day=1), as_of
    entries = Entry.objects.filter(
        county__in=counties, counted_on__range=days, is_adjustment=False
    ).order_by()
    found: defaultdict[int, Sums] = defaultdict(Sums)
    for county, *amounts in entries.values_list("county").annotate(
        received=Sum("amount"),
        new=Sum("amount", filter=Q(is_new=True), default=ZERO),
        outside=Sum("amount", filter=Q(origin__in=OUTSIDE), default=ZERO),
    ):
        found[county] = Sums(*amounts)
    return found


def year_before(day: date) -> date:
    """The same day of the year before; the end of February stays the end of February."""
    if (day.month, day.day) in {(2, 28), (2, 29)}:
        is_end = day.day == 29 or not isleap(day.year)
        return date(day.year - 1, 2, 29 if is_end and isleap(day.year - 1) else 28)
    return day.replace(year=day.year - 1)


def _counties(prefix: str) -> dict[int, str]:
    """County codes by key."""
    return dict(County.objects.filter(code__startswith=prefix).values_list("pk", "code"))


def _names(places: Iterable[str], digits: int) -> dict[str, str]:
    if digits == FINER[4]:
        return dict(County.objects.filter(code__in=places).values_list("code", "name"))
    return region_names(places)
