"""The statement of the league table's figures, held against Django's own answer."""

import random
from itertools import combinations

import pytest
from django.db.models import F, Q, Sum

from ledger.models import OUTSIDE, Entry, MonthlyReport
from ledger.ranking.figures import Sums, unit_figures
from ledger.ranking.gathering import EXCLUSIONS, entries_of, waiting_receipts
from ledger.rules import standing
from projects.models import Investor
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.ground.money import ZERO
from units.models import Unit
from units.targets import record as targets

pytestmark = pytest.mark.django_db
DAYS = ("2012-01-31", "2012-04-20", "2012-06-30", "2012-12-31")
RECEIVED = ("2011-03-30", "2011-06-30", "2012-01-05", "2012-03-30", "2012-04-20", "2012-06-30")
INDUSTRIES = ("tourism", "mining", "property", "energy")
ALL_EXCLUSIONS = [
    frozenset(chosen) for count in range(4) for chosen in combinations(EXCLUSIONS, count)
]


def fill(county, dice):
    """A county with a little of everything that the figures are made of."""
    head, verifier = make_head(county), make_verifier(county)
    kinds = ("town", "department", "town", "enterprise", "department")
    units = [make_unit(county, f"单位{n}", kind) for n, kind in enumerate(kinds)]
    Unit.objects.filter(pk=units[2].pk).update(ended_on=day("2012-03-31"), successor=units[0])
    for unit in units[:4]:
        set_target(unit, dice.randint(100, 2000))
        set_target(unit, 777, effective_on="2012-05-01", at=moment("2012-05-02"))
        set_target(unit, 9999, issuer="city")
        set_target(unit, 555, year=2011)
    for _ in range(6):
        project = make_project(
            units[0],
            signed=dice.choice(["2011-03-01", "2012-01-01", "2012-01-04"]),
            shares=dice.choice([None, {units[1]: 3_333, units[3]: 6_667}, {units[2]: 10_000}]),
            industry=dice.choice(INDUSTRIES),
            origin=dice.choice(Investor.Origin.values),
        )
        clerk = make_clerk(project.lead_unit)
        days = [each for each in RECEIVED if day(each) >= (project.signed_on or day(each))]
        for received in dice.sample(days, 3):
            at = dice.choice([None, moment("2012-07-01")])
            amount = dice.randint(1, 999_999) / 10_000
            make_verified(project, amount, received, by=verifier, at=at)
        make_receipt(project, dice.randint(1, 99), dice.choice(DAYS), by=clerk)
    acting.reverse(
        Entry.objects.filter(county=county).latest("pk").pk,
        "重复",
        by=head,
        at=moment("2012-07-02"),
    )
    for unit, month in zip(units, (4, 5, 6, 12, 1), strict=True):
        filed = {"trips": 0, "reserve_projects": 0, "filed_by": clerk}
        MonthlyReport.objects.create(
            unit=unit, county=county, year=2012, month=month, filed_at=moment("2012-05-01"), **filed
        )


def by_django(county, as_of, known_by, without):
    """The same figures by querysets: unit, target, due, sums, parts that wait, reported."""
    owed = {
        target.unit_id: (target.amount, [*target.due])
        for target in targets.in_force(county, as_of.year, as_of, known_by)
    }
    entries = entries_of(county, as_of, known_by, without).order_by().values_list("unit")
    sums = entries.annotate(
        received=Sum("amount"),
        new=Sum("amount", filter=Q(is_new=True), default=ZERO),
        outside=Sum("amount", filter=Q(origin__in=OUTSIDE), default=ZERO),
    )
    credited = {unit: Sums(*amounts) for unit, *amounts in sums}
    year_before = entries_of(county, standing.year_before(as_of), known_by, without).order_by()
    before = dict(year_before.values_list("unit").annotate(Sum("amount")))
    waiting = waiting_receipts(county, as_of, without).filter(project__shares__isnull=False)
    parts = Sum(F("amount") * F("project__shares__basis_points"))
    pending = dict(waiting.order_by().values_list("project__shares__unit").annotate(parts=parts))
    month = standing.last_full_month(as_of)
    reports = MonthlyReport.objects.filter(county=county, year=month.year, month=month.month)
    if known_by is not None:
        reports = reports.filter(filed_at__lte=known_by)
    reported = set(reports.values_list("unit", flat=True))
    return [
        (
            (unit.county_id, unit.pk, unit.code, unit.name, unit.kind, unit.order),
            (unit.active_from, unit.ended_on, unit.successor_id),
            owed.get(unit.pk),
            credited.get(unit.pk),
            before.get(unit.pk),
            pending.get(unit.pk),
            unit.pk in reported,
        )
        for unit in Unit.objects.filter(county=county)
    ]


def plain(unit):
    more = (unit.received_before, unit.pending_parts, unit.reported)
    return (unit[:6], unit[6:9], unit.owed, unit.credited, *more)


@pytest.mark.parametrize("seed", range(2))
def test_the_statement_finds_what_django_finds(seed):
    dice = random.Random(seed)
    counties = [make_county("611023"), make_county("611022")]
    for county in counties:
        fill(county, dice)
    seen = set()

    for as_of in map(day, DAYS):
        for known_by in (None, moment("2012-05-01")):
            for without in ALL_EXCLUSIONS:
                expected = [by_django(county, as_of, known_by, without) for county in counties]
                for county, of_county in zip(counties, expected, strict=True):
                    found = unit_figures([county], as_of, known_by, without)
                    assert [plain(unit) for unit in found] == of_county
                    seen.add(repr(of_county))
                together = unit_figures(counties, as_of, known_by, without)
                together = sorted(map(plain, together), key=lambda unit: unit[0][0])
                assert together == [unit for of_county in expected for unit in of_county]

    assert len(seen) > 60  # days, moments and what is left out do make a difference


def test_what_awaits_verification_is_shared_to_the_fen():
    county = make_county()
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    make_receipt(make_project(first, shares={first: 3_333, second: 6_667}), "0.0001")

    found = unit_figures([county], day("2012-06-30"), None, ())

    assert [str(unit.pending) for unit in found] == ["0.33", "0.67"]


def test_no_county_has_no_units():
    assert unit_figures([], day("2012-06-30"), None, ()) == []
