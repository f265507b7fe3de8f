"""What else changed after a meeting: tasks, units, projects, shares and industries (会后变动).

Compares what the settlement stored with what is registered now. None of it changes the announced
table; all of it would change one that is computed anew. Money is told by ``changes_since.py``.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from ledger.ranking import registered
from ledger.ranking.frame import Frame, IndustryFacts, UnitFacts, present
from ledger.ranking.league import LeagueTable
from ledger.ranking.registered import ProjectFacts
from ledger.ranking.snapshot import details_of, in_force
from projects.models import Investor, Stage
from projects.shares import shares_text
from units.ground.money import wan_text
from units.models import County

Words = str | Promise
TARGET, UNIT, PROJECT, INDUSTRY = (
    gettext_lazy("Annual task"),
    gettext_lazy("Unit"),
    gettext_lazy("Project"),
    gettext_lazy("Industry"),
)


class Changed(NamedTuple):
    """One value: whose, which, as announced, as it is now. ``units`` are those it concerns."""

    subject: Words
    name: str
    field: Words
    announced: Words
    now: Words
    units: frozenset[int]


def changed_facts(table: LeagueTable) -> list[Changed]:
    """The differences, targets first; empty for a table that was not announced."""
    if table.frame is None or (settlement := table.frame.settlement) is None:
        return []
    then, now = table.frame, present(table.county, {row.unit_id for row in table.rows})
    return [
        *_targets(table, then),
        *_units(then, now, table),
        *_projects(table, settlement, now),
        *_industries(then, now),
    ]


def within_reach(changes: Iterable[Changed], unit: int | None) -> list[Changed]:
    """Those that a person of this unit may see; all of them without a unit."""
    return [each for each in changes if unit is None or unit in each.units or not each.units]


# --- targets ---------------------------------------------------------------------------------------


def _targets(table: LeagueTable, then: Frame) -> Iterator[Changed]:
    held, rows = then.targets or {}, {row.unit_id: row for row in table.rows}
    field = pgettext_lazy("changed", "amount, due by quarter")
    for target in in_force(table.county, table.as_of).select_related("unit"):
        if held.get(target.unit_id) == target.pk:
            continue
        row = rows.get(target.unit_id)
        was = _due(row.target, row.due) if row and row.target else ""
        now = _due(target.amount, target.due)
        if was != now:
            yield Changed(TARGET, target.unit.name, field, was, now, frozenset({target.unit_id}))


def _due(amount: Decimal, due: tuple[Decimal, ...]) -> str:
    if amount <= 0:
        return ""  # counts as no task
    said = _("%(amount)s万元 (by quarter: %(due)s)")
    return said % {"amount": wan_text(amount), "due": " / ".join(map(wan_text, due))}


# --- units -----------------------------------------------------------------------------------------


def _units(then: Frame, now: Frame, table: LeagueTable) -> Iterator[Changed]:
    day, county = table.as_of, table.county
    for pk, unit in now.units.items():
        was, units = then.units.get(pk), frozenset({pk})
        if was is None:
            if unit.stands_on(day):
                yield Changed(UNIT, unit.name, *_ADDED, units)
            continue
        for field, before, after in _unit_fields(was, unit, day, now, county):
            if before != after:
                yield Changed(UNIT, was.name, field, before, after, units)


def _unit_fields(
    was: UnitFacts, unit: UnitFacts, day: date, now: Frame, county: County
) -> Iterator[tuple[Words, str, str]]:
    yield gettext_lazy("name"), was.name, unit.name
    yield gettext_lazy("unit code"), was.code, unit.code
    yield pgettext_lazy("changed", "group"), _group(was.kind, county), _group(unit.kind, county)
    if was.stands_on(day) != unit.stands_on(day):
        yield gettext_lazy("active from"), _day(was.active_from), _day(unit.active_from)
        yield gettext_lazy("ended on"), _day(was.ended_on), _day(unit.ended_on)
    if not unit.stands_on(day):
        yield gettext_lazy("successor"), _name(was.successor, now), _name(unit.successor, now)


def _group(kind: str, county: County) -> str:
    return county.group(kind).title


def _name(unit: int | None, frame: Frame) -> str:
    return frame.units[unit].name if unit is not None and unit in frame.units else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


# --- projects and industries -----------------------------------------------------------------------


def _projects(table: LeagueTable, settlement: int, now: Frame) -> Iterator[Changed]:
    stored = {each.pk: each for each in details_of(settlement)[0]}
    present_ = {each.pk: each for each in registered.of_table(table)}
    for pk, each in present_.items():
        if pk not in stored:
            yield Changed(PROJECT, each.name, *_ADDED, _sharers(each))
    for pk, was in stored.items():
        if pk not in present_:
            yield Changed(PROJECT, was.name, *_GONE, _sharers(was))
            continue
        each = present_[pk]
        # Names of units and industries as they are now, or each of them would be told again here.
        before, after = _project_fields(was, now), _project_fields(each, now)
        for field, value in after.items():
            if before[field] != value:
                units = _sharers(was) | _sharers(each)
                yield Changed(PROJECT, was.name, _FIELDS[field], before[field], value, units)


_FIELDS: Mapping[str, Words] = {
    "name": gettext_lazy("name"),
    "credit": gettext_lazy("units and shares"),
    "investor": gettext_lazy("investor"),
    "origin": gettext_lazy("origin"),
    "industry": gettext_lazy("industry"),
    "stage": gettext_lazy("stage"),
    "signed": gettext_lazy("signed on"),
    "contract": pgettext_lazy("changed", "contract"),
    "total": gettext_lazy("total investment"),
    "introduced": gettext_lazy("introduced amount"),
}


def _project_fields(facts: ProjectFacts, frame: Frame) -> dict[str, str]:
    return {
        "name": facts.name,
        "credit": shares_text((_name(unit, frame), part) for unit, part in facts.credit),
        "investor": facts.investor,
        "origin": str(Investor.Origin(facts.origin).label) if facts.origin else "",
        "industry": frame.industries[facts.industry].label,
        "stage": str(Stage(facts.stage).label),
        "signed": _day(facts.signed_on),
        "contract": _yes(facts.is_contract),
        "total": _wan(facts.total_investment),
        "introduced": _wan(facts.introduced),
    }


def _wan(amount: Decimal) -> str:
    return _("%(amount)s万元") % {"amount": wan_text(amount)}


def _industries(then: Frame, now: Frame) -> Iterator[Changed]:
    for pk, was in then.industries.items():
        each = now.industries.get(pk, was)
        for field, before, after in _industry_fields(was, each):
            if before != after:
                yield Changed(INDUSTRY, was.label, field, before, after, frozenset())


def _industry_fields(was: IndustryFacts, now: IndustryFacts) -> Iterator[tuple[Words, str, str]]:
    yield gettext_lazy("name"), was.label, now.label
    yield gettext_lazy("sector"), was.sector_label, now.sector_label
    flag = gettext_lazy("resource extraction")
    yield flag, _yes(was.is_resource), _yes(now.is_resource)
    yield gettext_lazy("property"), _yes(was.is_property), _yes(now.is_property)


def _sharers(facts: ProjectFacts) -> frozenset[int]:
    return frozenset(unit for unit, _points in facts.credit)


def _yes(value: bool) -> str:
    return pgettext("changed", "yes") if value else pgettext("changed", "no")


_LISTED = pgettext_lazy("changed", "in the table")
_ADDED: tuple[Words, Words, Words] = (_LISTED, "", pgettext_lazy("changed", "added"))
_GONE: tuple[Words, Words, Words] = (_LISTED, "", pgettext_lazy("changed", "no longer"))
