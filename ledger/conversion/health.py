"""Projects that do not get on, by the county's thresholds: each rule is declared once, with its light.

Signed projects that are not in production, as the register and the entries are on a day. Never
writes or reads the clock. Amounts are yuan.
"""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry
from ledger.rules.standing import completed_months
from projects.models import Project
from units.ground.money import ZERO
from units.models import County

RED, YELLOW = "red", "yellow"
HALF = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """A signed project on the day; ``paid_on`` is the day of its newest money."""

    signed_on: date
    started_on: date | None
    paid_on: date | None
    introduced: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """``applies`` gets the facts, the day and the county's threshold; zero switches a rule off."""

    code: str
    light: str
    setting: str
    words: str | Promise
    applies: Callable[[Facts, date, int], bool]


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A project with the rules that apply to it; ``light`` is that of the gravest."""

    pk: int
    name: str
    unit: str
    facts: Facts
    rules: tuple[Rule, ...]

    @property
    def light(self) -> str:
        return RED if any(rule.light == RED for rule in self.rules) else YELLOW


def _not_started(facts: Facts, as_of: date, months: int) -> bool:
    return facts.started_on is None and facts.signed_on < months_before(as_of, months)


def _no_money(facts: Facts, as_of: date, months: int) -> bool:
    """Counted from the newest money, or from the start of works without any."""
    if facts.started_on is None or facts.received >= facts.introduced:
        return False
    since = max(facts.started_on, facts.paid_on or facts.started_on)
    return since < months_before(as_of, months)


def _under_funded(facts: Facts, as_of: date, percent: int) -> bool:
    """Equality counts as reached."""
    is_half_over = completed_months(as_of) >= HALF
    return is_half_over and facts.received * 100 < facts.introduced * percent


RULES = (
    Rule(
        "not_started",
        RED,
        "health_start_months",
        _("signed more than %(value)d months ago and not started"),
        _not_started,
    ),
    Rule(
        "no_money",
        RED,
        "health_money_months",
        _("started, and no money for more than %(value)d months"),
        _no_money,
    ),
    Rule(
        "under_funded",
        YELLOW,
        "health_percent",
        _("half the year is over and less than %(value)d%% of the introduced amount has come"),
        _under_funded,
    ),
)


def unhealthy(
    county: County, as_of: date, projects: QuerySet[Project] | None = None
) -> list[HealthLine]:
    """The projects to which a rule applies, red ones first; ``projects`` are those to look at."""
    rows = Project.objects.filter(county=county) if projects is None else projects
    going = Q(production_on__isnull=True) | Q(production_on__gt=as_of)
    rows = rows.filter(going, county=county, signed_on__lte=as_of).select_related("lead_unit")
    money = _money(county, as_of)
    found = []
    for project in rows.order_by("signed_on", "pk").distinct():
        facts = _facts(project, as_of, *money.get(project.pk, (ZERO, None)))
        if rules := tuple(_applying(facts, as_of, county)):
            found.append(HealthLine(project.pk, project.name, project.lead_unit.name, facts, rules))
    return sorted(found, key=lambda line: line.light != RED)


def words(rule: Rule, county: County) -> str:
    return str(rule.words) % {"value": getattr(county, rule.setting)}


def _applying(facts: Facts, as_of: date, county: County) -> Iterable[Rule]:
    for rule in RULES:
        threshold = getattr(county, rule.setting)
        if threshold and rule.applies(facts, as_of, threshold):
            yield rule


def _facts(project: Project, as_of: date, received: Decimal, paid_on: date | None) -> Facts:
    started_on: date | None = project.started_on
    has_started = started_on is not None and started_on <= as_of
    signed_on: Any = project.signed_on
    return Facts(
        signed_on,
        started_on if has_started else None,
        paid_on,
        project.introduced_amount,
        received,
    )


def _money(county: County, as_of: date) -> dict[int, tuple[Decimal, date | None]]:
    """By project: all that came by the day, and the day of the newest money."""
    entries = Entry.objects.filter(county=county, received_on__lte=as_of).order_by()
    rows = entries.values_list("project").annotate(
        received=Sum("amount"),
        newest=Max("received_on", filter=Q(kind=Entry.Kind.CREDIT, reversed_by=None)),
    )
    return {project: (amount, newest) for project, amount, newest in rows}


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
