"""The plan of an import: what each row of a workbook would do to the accounts.

It writes nothing. It is made twice, for the preview and again inside the transaction that applies
it; equal digests prove that both are the same.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from ledger.importing.accounts import Accounts, open_accounts
from ledger.importing.plan_projects import plan_projects
from ledger.importing.plan_receipts import plan_receipts
from ledger.importing.plan_targets import plan_targets
from ledger.importing.plan_types import Judged, Outcome, Plan, Progress, Tally, no_progress
from ledger.importing.plan_units import plan_units
from ledger.reading.columns import Part
from ledger.reading.mapping import NOTHING, Mapping
from ledger.reading.remarks import Remarks
from ledger.reading.result import LeftOut, Reading, SheetRead
from ledger.reading.sections import Section
from ledger.reading.tables import read_tables
from ledger.reading.workbook import Book
from units.ground.text import key
from units.models import County, User

Outcomes = list[tuple[Outcome, Any]]


def make(
    book: Book,
    county: County,
    *,
    by: User,
    today: date,
    is_verified: bool = False,
    progress: Progress = no_progress,
    mapping: Mapping = NOTHING,
) -> Plan:
    """Judge every row. ``is_verified`` asks for receipts to arrive verified.

    Sheets that need a mapping are questions among the refusals, and their rows are not judged.

    Raises Refusal if the workbook as a whole is not understood.
    """
    reading = read_tables(book, mapping)
    remarks, found = reading.remarks, reading.sections
    plan = Plan(open_accounts(county, by, today), reading)
    plan.accounts.aliases = {key(written): name for written, name in mapping.units.items()}
    done, total = 0, sum(len(section.rows) for section in found)
    judges = _judges(is_verified)
    for section in found:
        progress(done, total)
        judged = judges[section.part](section, plan.accounts, remarks)
        _take(plan, section, judged)
        done += len(section.rows)
    progress(done, total)
    _tell_left_out(plan)
    order = {sheet.name: place for place, sheet in enumerate(_by_part(reading))}
    for said in (remarks.refusals, remarks.notices):
        said.sort(key=lambda remark: (order.get(remark.sheet, -1), remark.row, remark.column))
    return plan


Judge = Callable[[Section, Accounts, Remarks], Outcomes]


def _judges(is_verified: bool) -> dict[Part, Judge]:
    """The function for each sheet; each keeps one memory for all sheets of its part."""
    return {
        Part.UNITS: partial(plan_units, seen={}),
        Part.TARGETS: partial(plan_targets, seen={}),
        Part.PROJECTS: partial(plan_projects, seen={}),
        Part.RECEIPTS: partial(plan_receipts, seen={}, is_verified=is_verified),
    }


def _by_part(reading: Reading) -> list[SheetRead]:
    """The sheets in order of dependency; those that are left out first."""
    parts = list(Part)
    return sorted(reading, key=lambda sheet: parts.index(sheet.part) if sheet.part else -1)


def _take(plan: Plan, section: Section, judged: Outcomes) -> None:
    tally = _tally(plan, section)
    lists: dict[Part, list[Any]] = {
        Part.UNITS: plan.units,
        Part.TARGETS: plan.targets,
        Part.PROJECTS: plan.projects,
        Part.RECEIPTS: plan.receipts,
    }
    left_out = next(sheet for sheet in plan.reading if sheet.name == section.sheet).left_out
    every = plan.judged.setdefault(section.sheet, [])
    for read, (outcome, row) in zip(section.rows, judged, strict=True):
        if isinstance(row, LeftOut):
            left_out.append(row)
            continue
        every.append(Judged(read.number, outcome, row, read.values))
        tally.take(outcome, row)
        if outcome in (Outcome.NEW, Outcome.CHANGED):
            lists[section.part].append(row)


def _tally(plan: Plan, section: Section) -> Tally:
    """The tally of the section's sheet, which may have several tables."""
    found = next((tally for tally in plan.tallies if tally.sheet == section.sheet), None)
    if found is None:
        found = Tally(section.part, section.sheet)
        plan.tallies.append(found)
    return found


def _tell_left_out(plan: Plan) -> None:
    """Count the rows that are left out, in reading or in planning."""
    left_out = {sheet.name: len(sheet.left_out) for sheet in plan.reading}
    for sheet in plan.reading:
        sheet.left_out.sort(key=lambda left: left.row)
    for tally in plan.tallies:
        if left_out[tally.sheet]:
            tally.counts[Outcome.LEFT_OUT] = left_out[tally.sheet]
