"""Compares the rows of the sheet 单位 with the register of units.

Units are found by name, so a row never renames one; it never changes a code either.
"""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ledger.importing.accounts import Accounts
from ledger.importing.plan_types import Origin, Outcome, UnitRow
from ledger.importing.rows import Reader
from ledger.reading.remarks import Remarks
from ledger.reading.sections import Section
from ledger.reading.vocabulary import KINDS, choice
from units.access import Right, may
from units.ground import groups
from units.ground.text import key
from units.models import Unit
from units.register import LAST_PLACE, UnitDraft, draft_of

LONGEST_NAME = Unit._meta.get_field("name").max_length or 0
LONGEST_CODE = Unit._meta.get_field("code").max_length or 0


def plan_units(
    section: Section, accounts: Accounts, remarks: Remarks, seen: dict[Any, str]
) -> list[tuple[Outcome, UnitRow | None]]:
    """One outcome per row. New units are in ``accounts`` from here on."""
    read = []
    for place, row in enumerate(section.rows, start=1):
        reader = Reader(section, row, remarks)
        read.append((reader, _read(reader, place, accounts, seen)))
    # A successor may stand further down, so it is looked up once every unit is known.
    return [_judged(reader, row, accounts) for reader, row in read]


def _read(reader: Reader, place: int, accounts: Accounts, seen: dict[Any, str]) -> UnitRow | None:
    reader.demand("name")
    name = reader.text("name")
    kind = _kind(reader, accounts.unit(name), accounts)
    order = reader.count("order")
    days = reader.day("active_from"), reader.day("ended_on")
    if not name:
        return None
    if len(name) > LONGEST_NAME:
        reader.refuse("name", _("The name is too long."))
    if first := reader.first(seen, key(name)):
        sentence = _("Row %(row)s names this unit already. Keep one of them.")
        reader.refuse("name", sentence % {"row": first})
        return None
    unit = accounts.unit(name)
    if unit is None:
        _demand_no_rename(reader, name, accounts)
    code = _code(reader, unit, accounts)
    if reader.is_refused or kind is None:
        return None
    origin = Origin(reader.section.sheet, reader.number)
    if unit is not None:
        return UnitRow(origin, Outcome.UNCHANGED, unit, _changed(unit, kind, order, days))
    draft = UnitDraft(name, kind, order if order is not None else min(place, LAST_PLACE), *days)
    unit = Unit(
        pk=accounts.next_stand_in(),
        county=accounts.county,
        name=name,
        name_key=key(name),
        kind=kind,
        ended_on=draft.ended_on,
    )
    accounts.units[unit.name_key] = unit
    accounts.codes.add(code)
    return UnitRow(origin, Outcome.NEW, unit, draft, code)


def _demand_no_rename(reader: Reader, name: str, accounts: Accounts) -> None:
    """A new name with the code of a unit of the county is a renaming, which is done on its page."""
    code = reader.text("code").upper()
    old = next((unit for unit in accounts.units.values() if unit.code == code), None)
    if code and old is not None:
        sentence = _(
            "Code %(code)s belongs to %(old)s. A workbook does not rename units: rename it on its page,"
            " or give “%(name)s” its own code if it is another unit."
        )
        reader.refuse("name", sentence % {"code": code, "old": old.name, "name": name})


def _kind(reader: Reader, unit: Unit | None, accounts: Accounts) -> str | None:
    """The written kind; a row of a recorded unit may leave it empty."""
    if reader.has("kind"):
        return _group(reader, accounts)
    if unit is not None:
        return unit.kind
    reader.demand("kind")
    return None


def _group(reader: Reader, accounts: Accounts) -> str | None:
    """The county's group with the written name, else the one that the word usually means.

    The books of a county without units bring their own groups.
    """
    county, written = accounts.county, reader.text("kind")
    usual = choice(written, KINDS)
    if accounts.takes_groups and written and not usual and len(written) <= groups.LONGEST_NAME:
        county.groups = groups.plain(groups.with_names(county.kinds, [written]))
    found = groups.named(county.kinds, written)
    code = found.code if found else usual
    if written and code not in [group.code for group in county.kinds]:
        sentence = _(
            "The county has no group “%(name)s”. Add it on the county's page, or choose one of:"
            " %(groups)s."
        )
        said = {"name": written, "groups": groups.in_words(county.groups)}
        reader.refuse("kind", sentence % said)
        return None
    return code


def _code(reader: Reader, unit: Unit | None, accounts: Accounts) -> str:
    """The written code if it is free; a code that is taken, or already set, stands."""
    code = reader.text("code").upper()
    if not code or (unit is not None and code == unit.code):
        return code
    if unit is not None:
        reader.notice("code", _("The unit has another code already; that stands."))
    elif not re.fullmatch(r"[0-9A-Z]+", code) or len(code) > LONGEST_CODE:
        reader.refuse("code", _("Write digits and capital letters only."))
    elif code in accounts.codes:
        reader.notice("code", _("This code is in use already; the unit gets the next one."))
        return ""
    return code


def _changed(
    unit: Unit, kind: str, order: int | None, days: tuple[date | None, date | None]
) -> UnitDraft:
    """The recorded values overridden by the row; an empty cell overrides nothing."""
    return UnitDraft(
        name=unit.name,
        kind=kind,
        order=order if order is not None else unit.order,
        active_from=days[0] or unit.active_from,
        ended_on=days[1] or unit.ended_on,
        successor=unit.successor,
    )


def _judged(
    reader: Reader, row: UnitRow | None, accounts: Accounts
) -> tuple[Outcome, UnitRow | None]:
    if row is None:
        return Outcome.REFUSED, None
    if reader.has("successor"):
        _set_successor(reader, row, accounts)
    _demand_days(reader, row.draft)
    if row.outcome != Outcome.NEW and row.draft != draft_of(row.unit):
        row.outcome = Outcome.CHANGED
    if row.outcome != Outcome.UNCHANGED and not may(accounts.by, Right.UNIT_EDIT):
        reader.refuse("name", _("Only the head of the bureau may add or change units."))
    if reader.is_refused:
        if row.unit.pk < 0:
            accounts.units.pop(row.unit.name_key, None)
        return Outcome.REFUSED, None
    return row.outcome, row


def _set_successor(reader: Reader, row: UnitRow, accounts: Accounts) -> None:
    successor = reader.unit("successor", accounts)
    if successor is not None:
        given = {name: getattr(row.draft, name) for name in UnitDraft.__slots__}
        row.draft = UnitDraft(**given | {"successor": successor})


def _demand_days(reader: Reader, draft: UnitDraft) -> None:
    if draft.active_from and draft.ended_on and draft.ended_on < draft.active_from:
        sentence = _("The unit cannot end before it begins. Check both days.")
        reader.refuse("ended_on", sentence)
    if draft.successor is not None and draft.ended_on is None:
        sentence = _(
            "Write the last day of the unit; from the next day its successor stands for it."
        )
        reader.refuse("ended_on", sentence)
