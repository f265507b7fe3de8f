"""What the places of a region have received, with the same days of the year before.

A nation by provinces, a province by cities, a city by counties. The sums are always read from the
entries. Nobody is measured against a target here; ``ranking.py`` ranks counties.
"""

from calendar import isleap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from ledger.models import OUTSIDE, Entry
from ledger.ranking.figures import Sums
from units.ground.money import ZERO
from units.models import County
from units.people.regions import region_names

FINER = {0: 2, 2: 4, 4: 6}  # digits of a code, from the nation to a county


@dataclass(frozen=True, slots=True)
class Line:
    """A place by the first digits of its counties' codes; yuan of the year up to the day."""

    place: str
    name: str
    counties: int
    sums: Sums
    last_year: Decimal


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
        )


def rollup(prefix: str, as_of: date) -> RollUp:
    """``prefix``: empty for the nation, the first two digits for a province, four for a city."""
    digits = FINER[len(prefix)]
    counties = _counties(prefix)
    places = Counter(code[:digits] for code in counties.values())
    now = received(counties, digits, as_of)
    before = received(counties, digits, year_before(as_of))
    names = _names(places, digits)
    lines = (
        Line(place, names[place], count, now[place], before[place].received)
        for place, count in sorted(places.items())
    )
    return RollUp(prefix, as_of, tuple(lines))


def received(counties: Mapping[int, str], digits: int, as_of: date) -> defaultdict[str, Sums]:
    """Yuan of the year up to the day, by the first ``digits`` of the codes of these counties."""
    days = as_of.replace(month=1, day=1), as_of
    entries = Entry.objects.filter(county__in=counties, counted_on__range=days).order_by()
    found: defaultdict[str, Sums] = defaultdict(Sums)
    for county, *amounts in entries.values_list("county").annotate(
        received=Sum("amount"),
        new=Sum("amount", filter=Q(is_new=True), default=ZERO),
        outside=Sum("amount", filter=Q(origin__in=OUTSIDE), default=ZERO),
    ):
        found[counties[county][:digits]] += Sums(*amounts)
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
