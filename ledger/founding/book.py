"""Reads units and targets of the year from a workbook, for a county that does not exist yet.

The import plan is made in a transaction that is always rolled back.
"""

from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger.founding.unit_list import UnitLine
from ledger.founding.wizard_state import Draft
from ledger.importing import plan as planning
from ledger.importing import words
from ledger.importing.plan_types import Plan, UnitRow
from ledger.reading import workbook
from units.ground import groups
from units.ground.money import wan_exact
from units.ground.refusal import Refusal
from units.models import County, Role, Target, User

SHOWN = 5


def units_of_book(path: Path, draft: Draft, today: date) -> tuple[UnitLine, ...]:
    """Units of the sheet 单位 with their targets of the year. Raises Refusal naming the rows."""
    book = workbook.book_of(workbook.read_plain(path))
    with transaction.atomic():
        try:
            lines = _lines(_plan(book, draft, today), draft.year)
        finally:
            transaction.set_rollback(True)
    if not lines:
        sentence = _(
            "The workbook names no units. Its sheet 单位 needs the columns 单位名称 and 类别."
        )
        raise Refusal(sentence, "file")
    return lines


def _plan(book: workbook.Book, draft: Draft, today: date) -> Plan:
    county = County.objects.create(code=draft.code, name=draft.name)
    head = User.objects.create(username="founding", county=county, role=Role.BUREAU_HEAD)
    return planning.make(book, county, by=head, today=today)


def _lines(plan: Plan, year: int) -> tuple[UnitLine, ...]:
    amounts = {
        row.unit.pk: wan_exact(row.amount)
        for row in plan.targets
        if row.year == year and row.issuer == Target.Issuer.COUNTY
    }
    _demand_sound(plan)
    county = plan.accounts.county
    codes = [group.code for group in county.kinds]
    rows = sorted(plan.units, key=lambda row: (codes.index(row.draft.kind), row.draft.order))
    return tuple(
        UnitLine(row.draft.name, _word(county, row), row.code, amounts.get(row.unit.pk, ""))
        for row in rows
    )


def _word(county: County, row: UnitRow) -> str:
    """The group as a ``UnitLine`` has it."""
    group = county.group(row.draft.kind)
    return group.code if group.code in groups.BY_CODE else group.name


def _demand_sound(plan: Plan) -> None:
    """Only units and targets must be sound; projects and receipts are imported later."""
    sheets = {section.sheet for section in plan.sections if section.part in ("units", "targets")}
    refused = [remark for remark in plan.remarks.refusals if remark.sheet in sheets]
    if refused:
        raise Refusal(" ".join(words.refusal_line(remark) for remark in refused[:SHOWN]), "file")
