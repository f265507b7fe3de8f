"""What ``manage.py import_book --json`` prints: how a workbook was understood, for programs."""

from collections import Counter
from decimal import Decimal
from typing import Any

from ledger.importing.plan_types import Outcome, Plan, Tally
from ledger.reading.remarks import Remark
from ledger.reading.result import SheetRead

READY, NEEDS_MAPPING, REFUSED = "ready", "needs_mapping", "refused"
EXIT = {READY: 0, REFUSED: 1, NEEDS_MAPPING: 2}
Document = dict[str, Any]


def of_plan(plan: Plan) -> Document:
    """The outcome, each sheet, and every refusal; amounts are strings in yuan."""
    tallies = {tally.sheet: tally for tally in plan.tallies}
    doubts: dict[str, list[Remark]] = {}
    for remark in plan.remarks.notices:
        doubts.setdefault(remark.sheet, []).append(remark)
    return {
        "outcome": outcome(plan),
        "sheets": [
            _sheet(sheet, tallies.get(sheet.name), doubts.get(sheet.name, []))
            for sheet in plan.reading
        ],
        "refusals": [_refusal(remark) for remark in plan.remarks.refusals],
    }


def of_refusal(sentence: str) -> Document:
    """For a file that is not understood as a whole."""
    refusal = {"sheet": "", "row": 0, "column": "", "sentence": sentence}
    return {"outcome": REFUSED, "sheets": [], "refusals": [refusal]}


def outcome(plan: Plan) -> str:
    if plan.reading.needs_mapping:
        return NEEDS_MAPPING
    return REFUSED if plan.remarks.refusals else READY


def _sheet(sheet: SheetRead, tally: Tally | None, doubts: list[Remark]) -> Document:
    counts = tally.counts if tally is not None else Counter()
    return {
        "name": sheet.name,
        "part": str(sheet.part) if sheet.part else None,
        "heading_rows": sheet.heading_rows,
        "money_unit": sheet.money_unit or None,
        "money_from": sheet.money_from or None,
        "columns": [
            {
                "column": column.letter,
                "heading": column.heading,
                "field": column.field or None,
                "how": str(column.how) if column.how else None,
            }
            for column in sheet.columns
        ],
        "missing": sheet.missing,
        "rows": {
            "new": counts[Outcome.NEW],
            "changed": counts[Outcome.CHANGED],
            "same": counts[Outcome.UNCHANGED],
            "refused": counts[Outcome.REFUSED],
            "left_out": len(sheet.left_out),
        },
        "left_out": [{"row": left.row, "why": left.why} for left in sheet.left_out],
        "sums": _plain(tally.sums) if tally is not None else {},
        "stated_totals": _plain(stated(sheet)),
        "doubts": [_doubt(remark) for remark in doubts],
    }


def stated(sheet: SheetRead) -> dict[str, Decimal]:
    """The totals of all tables of a sheet together, by field."""
    found: dict[str, Decimal] = {}
    for each in sheet.stated_totals:
        found[each.field] = found.get(each.field, Decimal("0.00")) + each.yuan
    return found


def _plain(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {field: f"{yuan:f}" for field, yuan in amounts.items()}


def _doubt(remark: Remark) -> Document:
    return {"row": remark.row, "column": remark.letter, "sentence": remark.sentence}


def _refusal(remark: Remark) -> Document:
    return {"sheet": remark.sheet, **_doubt(remark)}
