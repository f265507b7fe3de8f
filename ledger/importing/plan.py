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
from ledger.importing.plan_types import Outcome, Plan, Progress, Tally, no_progress
from ledger.importing.plan_units import plan_units
from ledger.reading.columns import Part
from ledger.reading.layout import Section, sections
from ledger.reading.remarks import Remarks
from ledger.reading.workbook import Book
from units.models import County, User

Judged = list[tuple[Outcome, Any]]


def make(
    book: Book,
    county: County,
    *,
    by: User,
    today: date,
    is_verified: bool = False,
    progress: Progress = no_progress,
) -> Plan:
    """Judge every row. ``is_verified`` asks for receipts to arrive verified.

    Raises Refusal if the workbook as a whole is not understood.
    """
    remarks = Remarks()
    found = sections(book, remarks)
    plan = Plan(open_accounts(county, by, today), found, remarks)
    done, total = 0, sum(len(section.rows) for section in found)
    judges = _judges(is_verified)
    for section in found:
        progress(done, total)
        judged = judges[section.part](section, plan.accounts, remarks)
        _take(plan, section, judged)
        done += len(section.rows)
    progress(done, total)
    order = {section.sheet: place for place, section in enumerate(found)}
    for said in (remarks.refusals, remarks.notices):
        said.sort(key=lambda remark: (order.get(remark.sheet, -1), remark.row, remark.column))
    return plan


Judge = Callable[[Section, Accounts, Remarks], Judged]


def _judges(is_verified: bool) -> dict[Part, Judge]:
    """The function for each sheet; each keeps one memory for all sheets of its part."""
    return {
        Part.UNITS: partial(plan_units, seen={}),
        Part.TARGETS: partial(plan_targets, seen={}),
        Part.PROJECTS: partial(plan_projects, seen={}),
        Part.RECEIPTS: partial(plan_receipts, seen={}, is_verified=is_verified),
    }


def _take(plan: Plan, section: Section, judged: Judged) -> None:
    tally = Tally(section.part, section.sheet)
    lists: dict[Part, list[Any]] = {
        Part.UNITS: plan.units,
        Part.TARGETS: plan.targets,
        Part.PROJECTS: plan.projects,
        Part.RECEIPTS: plan.receipts,
    }
    for outcome, row in judged:
        tally.counts[outcome] += 1
        if outcome in (Outcome.NEW, Outcome.CHANGED):
            lists[section.part].append(row)
    plan.tallies.append(tally)
