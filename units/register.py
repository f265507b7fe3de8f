"""The register of units (单位名录): the only module that adds, changes or ends a unit.

Holds the rules for a unit, its code, the official order and the succession when towns merge (rule
15). A unit is never deleted and keeps its code, because announced tables name it. What was credited
to it stays: later tables sum a predecessor into its successor.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground.fingerprint import demand_seen, fingerprint, of_row
from units.ground.groups import in_words, letter
from units.ground.refusal import Refusal, clean_or_refuse
from units.ground.text import key
from units.models import County, GroupChange, Unit, User

LAST_PLACE = 9_999
# The last day of the newest closed quarter. Plain SQL: the ledger stands above this app.
ANNOUNCED = """
SELECT max(make_date(year, 3 * quarter, 1) + interval '1 month' - interval '1 day')::date
FROM ledger_period WHERE county_id = %s AND state = 'closed'"""


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit as entered by a person or read from a sheet.

    ``kind_from`` is the day from which another group holds than before; None is today.
    """

    name: str
    kind: str
    order: int = 0
    active_from: date | None = None
    ended_on: date | None = None
    successor: Unit | None = None
    kind_from: date | None = None


def save(
    draft: UnitDraft,
    *,
    county: County,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    code: str | None = None,
    seen: str | None = None,
) -> Unit:
    """Add a unit to the county, or change ``unit``. A new one gets the next free code unless given.

    ``seen`` is the unit's ``fingerprint.of_row`` that a form carried; None for a plan made under
    the county's lock. Raises Refusal with the field it belongs to, Conflict for another unit than
    the one that was seen.
    """
    _demand_right(county, by, unit)
    draft = replace(draft, name=clean_or_refuse(draft.name, "name"))
    try:
        with transaction.atomic():
            # Lock the county: codes, names and successions have one writer at a time.
            county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
            for objection in _objections(draft, county, unit):
                raise objection
            if unit is None:
                return _add(draft, county, code or next_code(county, draft.kind), by, at)
            return _change(draft, unit.pk, seen, by, at)
    except IntegrityError as error:
        raise Refusal(
            _("This code is in use already. Leave it out to get the next one.")
        ) from error


@transaction.atomic
def arrange(places: Mapping[int, int], seen: str, *, county: County, by: User, at: datetime) -> int:
    """Set the official order (unit id to place). Returns how many units moved.

    Raises Conflict unless ``seen`` is ``order_seen`` of the order that stands.
    """
    _demand_right(county, by, None)
    units = list(Unit.objects.select_for_update().filter(county=county, pk__in=places))
    demand_seen(seen, order_seen(units))
    moved = [unit for unit in units if unit.order != places[unit.pk]]
    for unit in moved:
        before = {"order": unit.order}
        unit.order = places[unit.pk]
        unit.save(update_fields=["order"])
        _note(by, "unit.change", unit, at, before, {"order": unit.order})
    return len(moved)


def order_seen(units: Iterable[Unit]) -> str:
    """The fingerprint of an official order."""
    return fingerprint(sorted((unit.pk, unit.order) for unit in units))


def next_code(county: County, kind: str) -> str:
    """The next free code: the county's code, the letter of the group, a number (611023T14)."""
    stem = f"{county.code}{letter(kind)}"
    taken = Unit.objects.filter(code__startswith=stem).values_list("code", flat=True)
    numbers = [int(code[len(stem) :]) for code in taken if code[len(stem) :].isdecimal()]
    return f"{stem}{max(numbers, default=0) + 1:02}"


def next_place(county: County, kind: str) -> int:
    """The place after the last unit of the kind."""
    last = Unit.objects.filter(county=county, kind=kind).order_by("-order").first()
    return min(last.order + 1, LAST_PLACE) if last else 1


def draft_of(unit: Unit) -> UnitDraft:
    """A stored unit as a draft."""
    return UnitDraft(
        unit.name, unit.kind, unit.order, unit.active_from, unit.ended_on, unit.successor
    )


def _demand_right(county: County, by: User, unit: Unit | None) -> None:
    demand(by, Right.UNIT_EDIT)
    if by.county_id != county.pk or (unit is not None and unit.county_id != county.pk):
        raise Refusal(_("This unit belongs to another county."))


def _objections(draft: UnitDraft, county: County, unit: Unit | None) -> Iterator[Refusal]:
    longest = Unit._meta.get_field("name").max_length or 0
    if not draft.name or len(draft.name) > longest:
        yield Refusal(
            _("Write the name of the unit, at most %(longest)d characters.") % {"longest": longest},
            "name",
        )
    if draft.kind not in [group.code for group in county.kinds]:
        sentence = _("Choose one of the county's groups: %(groups)s.")
        yield Refusal(sentence % {"groups": in_words(county.groups)}, "kind")
    if not 0 <= draft.order <= LAST_PLACE:
        sentence = _("Write a place in the official order from 0 to %(last)d.")
        yield Refusal(sentence % {"last": LAST_PLACE}, "order")
    others = Unit.objects.filter(county=county, name_key=key(draft.name))
    other = (others.exclude(pk=unit.pk) if unit else others).first()
    if other is not None:
        sentence = _("“%(name)s” is in the register already. Names must differ.")
        yield Refusal(sentence % {"name": other.name}, "name")
    yield from _against_days(draft)
    yield from _against_announced(draft, county, unit)
    yield from _against_successor(draft, county, unit)


def _against_days(draft: UnitDraft) -> Iterator[Refusal]:
    if draft.active_from and draft.ended_on and draft.ended_on < draft.active_from:
        yield Refusal(_("The unit cannot end before it begins. Check both days."), "ended_on")
    if draft.successor is not None and draft.ended_on is None:
        sentence = _(
            "Write the last day of the unit; from the next day its successor stands for it."
        )
        yield Refusal(sentence, "ended_on")


def _against_announced(draft: UnitDraft, county: County, unit: Unit | None) -> Iterator[Refusal]:
    """A quarter that was announced with the unit standing stays so."""
    ended_on = draft.ended_on
    if ended_on is None or (unit is not None and unit.ended_on == ended_on):
        return
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCED, [county.pk])
        [until] = cursor.fetchone() or [None]
    if until is not None and ended_on < until:
        sentence = _(
            "The accounts are closed up to %(day)s and were announced with the unit as it stood. "
            "Choose that day or a later one."
        )
        yield Refusal(sentence % {"day": date_format(until, "DATE_FORMAT")}, "ended_on")


def _against_successor(draft: UnitDraft, county: County, unit: Unit | None) -> Iterator[Refusal]:
    successor, ended_on = draft.successor, draft.ended_on
    if successor is None or ended_on is None:
        return
    if successor.county_id != county.pk:
        yield Refusal(_("The successor must be a unit of this county."), "successor")
    if unit is not None and unit.pk in _line_of(successor):
        sentence = _("%(unit)s is itself succeeded by this unit. Choose another successor.")
        yield Refusal(sentence % {"unit": successor.name}, "successor")
    if successor.ended_on is not None and successor.ended_on <= ended_on:
        sentence = _("%(unit)s has ended by that day itself. Choose the unit that stands.")
        yield Refusal(sentence % {"unit": successor.name}, "successor")


def _line_of(unit: Unit) -> Iterator[int]:
    """The unit and its successors, one after the other."""
    following: Unit | None = unit
    while following is not None:
        yield following.pk
        following = following.successor


def _add(draft: UnitDraft, county: County, code: str, by: User, at: datetime) -> Unit:
    unit = Unit.objects.create(
        county=county, code=code, name_key=key(draft.name), **_columns(draft)
    )
    _note(by, "unit.add", unit, at, {}, {"code": code} | _plain(draft))
    return unit


def _change(draft: UnitDraft, unit_id: int, seen: str | None, by: User, at: datetime) -> Unit:
    unit = Unit.objects.select_related("successor").get(pk=unit_id)
    if seen is not None:
        demand_seen(seen, of_row(unit))
    before, after = trail.changes(_plain(draft_of(unit)), _plain(draft))
    if draft.kind != unit.kind:
        after["effective_on"] = _move(unit, draft.kind_from or timezone.localdate(at), by, at)
    if after:
        for name, value in _columns(draft).items():
            setattr(unit, name, value)
        unit.name_key = key(draft.name)
        unit.save()
        _note(by, "unit.change", unit, at, before, after)
    return unit


def _move(unit: Unit, day: date, by: User, at: datetime) -> date:
    """Note the group that the unit was in until the day."""
    last = unit.group_changes.last()
    if last is not None and day < last.effective_on:
        sentence = _(
            "The unit changed its group on %(day)s already. Write that day or a later one."
        )
        raise Refusal(sentence % {"day": last.effective_on}, "kind_from")
    GroupChange.objects.create(
        unit=unit, before=unit.kind, effective_on=day, recorded_at=at, recorded_by=by
    )
    return day


def _columns(draft: UnitDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in UnitDraft.__slots__ if name != "kind_from"}


def _plain(draft: UnitDraft) -> dict[str, Any]:
    """A unit for the trail, in words that can be read later."""
    return _columns(draft) | {"successor": draft.successor.name if draft.successor else ""}


def _note(
    by: User,
    action: str,
    unit: Unit,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    trail.record(by, action, unit, at=at, unit=unit, label=unit.name, before=before, after=after)
