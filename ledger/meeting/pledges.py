"""Pledges made at the meeting (表态承诺): recording them, and their outcome.

A pledge never changes: a new one of the unit replaces it, and both stay. The outcome comes from the
league table of the due day; nobody types it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ledger.models import Period, Pledge
from ledger.ranking import query
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.ranking.query import TableQuery
from ledger.rules.months import Month
from units import trail
from units.access import Right, demand
from units.ground.fingerprint import CHANGED
from units.ground.money import ZERO
from units.ground.refusal import Conflict, Refusal
from units.models import County, Unit, User


class State(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class PledgeDraft:
    """``promised_amount``: 元 that the unit will have received from 1 January to ``due_on``."""

    unit: Unit
    words: str
    promised_amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pledge against the table of ``as_of``: the due day once that is over, else today.

    ``row`` is the unit's line in that table, or that of its successor.
    """

    pledge: Pledge
    state: State
    received: Decimal
    as_of: date
    known_by: datetime | None
    row: LeagueRow | None

    @property
    def lacking(self) -> Decimal:
        lacking: Decimal = self.pledge.promised_amount - self.received
        return max(lacking, ZERO)


@transaction.atomic
def record(
    county: County,
    meeting: Month,
    draft: PledgeDraft,
    *,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Pledge:
    """Record what a unit promised at the meeting on the quarter of ``meeting``.

    An earlier pledge of the unit at this meeting is replaced; the same one again changes nothing.
    ``seen`` is the ``newest`` that a form carried: a pledge of the unit that came later was not
    seen, and raises Conflict.
    """
    demand(by, Right.PLEDGE_RECORD)
    period = _period(county, meeting)
    _demand_sound(county, period, draft)
    held = next((pledge for pledge in made_at(period) if pledge.unit_id == draft.unit.pk), None)
    if seen is not None and _came_later(period, draft.unit, seen):
        raise Conflict(CHANGED)
    if held is not None and _same(held, draft):
        return held
    pledge = _store(period, draft, by, at)
    before = {} if held is None else _facts(held)
    _note(by, "pledge.record", pledge, at, before, _facts(pledge))
    return pledge


@transaction.atomic
def take_back(pledge: Pledge, reason: str, *, by: User, at: datetime) -> Pledge:
    """Take back a pledge that was recorded by mistake; both rows stay."""
    demand(by, Right.PLEDGE_RECORD)
    if not reason.strip():
        raise Refusal(_("Say why the pledge is taken back."), "reason")
    held = {held.pk for held in made_at(_locked(pledge.period_id))}
    if pledge.pk not in held:
        raise Conflict(_("This pledge was replaced or taken back already."))
    draft = PledgeDraft(pledge.unit, reason, pledge.promised_amount, pledge.due_on)
    gone = _store(pledge.period, draft, by, at, is_withdrawn=True)
    _note(by, "pledge.take_back", gone, at, _facts(pledge), {"reason": reason})
    return gone


def newest(county: County) -> str:
    """The number of the county's newest row of pledges: what a form has seen."""
    found: int = Pledge.objects.filter(county=county).aggregate(pk=Max("pk", default=0))["pk"]
    return str(found)


def _came_later(period: Period, unit: Unit, seen: str) -> bool:
    last = int(seen) if seen.isascii() and seen.isdigit() else 0
    return Pledge.objects.filter(period=period, unit=unit, pk__gt=last).exists()


def made_at(period: Period) -> list[Pledge]:
    """The valid pledges of a meeting, in official order of the units."""
    rows = Pledge.objects.filter(period=period).select_related("unit", "recorded_by", "period")
    newest = rows.order_by("unit_id", "-pk").distinct("unit_id")
    held = [pledge for pledge in newest if not pledge.is_withdrawn]
    return sorted(held, key=lambda pledge: period.county.official(pledge.unit))


def last_before(county: County, meeting: Month) -> list[Pledge]:
    """The pledges of the last meeting before this one that has any."""
    quarters = Pledge.objects.filter(county=county).order_by("-period__year", "-period__quarter")
    for year, quarter in quarters.values_list("period__year", "period__quarter").distinct():
        if (year, quarter) < (meeting.year, meeting.quarter):
            period = Period.objects.get(county=county, year=year, quarter=quarter)
            if held := made_at(period):
                return held
    return []


def outcomes(pledges: Sequence[Pledge], table: LeagueTable) -> list[Outcome]:
    """The outcome of pledges by the day of ``table``; one more table per due day, not per pledge."""
    due = {pledge.due_on for pledge in pledges if pledge.due_on <= table.as_of}
    tables = {day: _table_of(day, table) for day in due}
    heirs = dict(Unit.objects.filter(county=table.county).values_list("pk", "successor"))
    return [_outcome(pledge, tables.get(pledge.due_on, table), heirs) for pledge in pledges]


def _outcome(pledge: Pledge, table: LeagueTable, heirs: dict[int, int | None]) -> Outcome:
    rows = {row.unit_id: row for row in table.rows}
    unit: int | None = pledge.unit_id
    while unit is not None and unit not in rows:
        unit = heirs.get(unit)
    row = rows[unit] if unit is not None else None
    if table.as_of.year != pledge.due_on.year:
        row = None  # the year of the due day has not begun
    got = row.received if row is not None else ZERO
    state = State.RUNNING if table.as_of < pledge.due_on else State.BROKEN
    if got >= pledge.promised_amount:
        state = State.KEPT
    return Outcome(pledge, state, got, table.as_of, table.known_by, row)


def _table_of(day: date, table: LeagueTable) -> LeagueTable:
    """The announced table if the due day ends a closed quarter."""
    if day == table.as_of:
        return table
    month = Month.of(day)
    parameter = TableQuery(month, as_of=None if day == month.last_day else day)
    return query.answer(table.county, parameter, day)


def _period(county: County, meeting: Month) -> Period:
    """The quarter of the meeting, locked: two people recording for one unit go one by one."""
    found, _is_new = Period.objects.get_or_create(
        county=county, year=meeting.year, quarter=meeting.quarter
    )
    return _locked(found.pk)


def _locked(period_id: int) -> Period:
    return Period.objects.select_for_update(no_key=True).get(pk=period_id)


def _demand_sound(county: County, period: Period, draft: PledgeDraft) -> None:
    if draft.unit.county_id != county.pk:
        sentence = _("%(unit)s is not a unit of this county.") % {"unit": draft.unit.name}
        raise Refusal(sentence, "unit")
    if not draft.words.strip():
        raise Refusal(_("Write what the unit promised."), "words")
    if draft.promised_amount <= 0:
        raise Refusal(_("A pledge promises an amount above zero."), "promised_amount")
    if draft.due_on <= period.ends_on:
        day = {"day": date_format(period.ends_on)}
        raise Refusal(_("Choose a day after %(day)s, the end of the quarter.") % day, "due_on")
    if draft.due_on.year > period.year + 1:
        raise Refusal(_("Choose a day until the end of next year."), "due_on")


def _same(held: Pledge, draft: PledgeDraft) -> bool:
    return (held.words, held.promised_amount, held.due_on) == (
        draft.words,
        draft.promised_amount,
        draft.due_on,
    )


def _store(
    period: Period, draft: PledgeDraft, by: User, at: datetime, *, is_withdrawn: bool = False
) -> Pledge:
    return Pledge.objects.create(
        county_id=period.county_id,
        unit=draft.unit,
        period=period,
        words=draft.words,
        promised_amount=draft.promised_amount,
        due_on=draft.due_on,
        is_withdrawn=is_withdrawn,
        made_at=at,
        recorded_by=by,
    )


def _facts(pledge: Pledge) -> dict[str, object]:
    return {
        "words": pledge.words,
        "promised_amount": pledge.promised_amount,
        "due_on": pledge.due_on,
    }


def _note(
    by: User,
    action: str,
    pledge: Pledge,
    at: datetime,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    unit = pledge.unit
    label = f"{pledge.period} {unit.name}"
    trail.record(by, action, pledge, at=at, unit=unit, label=label, before=before, after=after)
