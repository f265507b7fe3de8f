"""The rows of a preview: what each would write, what it replaces, and why a row stays out.

Also the digest of them: what is imported is what the person has seen (rule 18).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from ledger.importing.plan_projects import recorded_draft
from ledger.importing.plan_types import (
    Judged,
    Outcome,
    Plan,
    ProjectRow,
    ReceiptRow,
    TargetRow,
    UnitRow,
)
from ledger.models import Upload, UploadLine
from ledger.reading import cells
from ledger.reading.sections import Fault
from ledger.reading.vocabulary import ISSUERS, KINDS, MONEY, SOURCES, STAGES, word_for
from projects.models import Project
from projects.register import DAYS, ProjectDraft
from projects.shares import shares_text
from units.ground.money import wan_short
from units.register import UnitDraft, draft_of

Texts = dict[str, str]
SIX_PLACES: Final = 6  # 万元 to the fen
WHOLE: Final = "row"  # the field of a line that is shown as it stands in the sheet
LONGEST: Final = 120
BATCH: Final = 2_000


@dataclass(slots=True)
class Line:
    """One row: the values as understood, the values that they replace, and what is said of it.

    Amounts are 万元 to the fen, days ISO, choices the template's words; all by field.
    """

    sheet: str
    row: int
    outcome: str
    values: Texts
    was: Texts = field(default_factory=dict)
    says: list[str] = field(default_factory=list)

    @property
    def needs_look(self) -> bool:
        """Refused, or something is said of it; rows that stay out have a list of their own."""
        return self.outcome != Outcome.LEFT_OUT and bool(self.says)

    def content(self) -> dict[str, Any]:
        return {"row": self.row, "values": self.values, "was": self.was, "says": self.says}


def lines(plan: Plan) -> Iterator[Line]:
    """Every row under the headings, in the order of sheets and rows."""
    said: dict[tuple[str, int], list[str]] = defaultdict(list)
    for remark in plan.remarks:
        if remark.row:
            said[remark.sheet, remark.row].append(_about(remark.heading, remark.sentence))
    credit = _credit_of(plan)
    for sheet, judged in plan.judged.items():
        found = [_line(sheet, each, credit) for each in judged]
        found += _left_out(plan, sheet)
        told: set[int] = set()
        for line in sorted(found, key=lambda line: line.row):
            if (
                line.row not in told
            ):  # of the receipts of one row only the first repeats its remarks
                line.says += said[sheet, line.row]
                told.add(line.row)
            yield line


def _about(heading: str, sentence: str) -> str:
    return f"{heading}：{sentence}" if heading else sentence


Credit = Callable[[Project], str]


def _credit_of(plan: Plan) -> Credit:
    """The units that money of a project will count for, by this workbook or as recorded."""
    drafts = {row.project.pk: row.draft for row in plan.projects}

    @cache
    def credit(project: Project) -> str:
        draft = drafts.get(project.pk)
        if draft is not None:
            return _shares((unit.name, points) for unit, points in draft.shares)
        ordered = sorted(project.shares.all(), key=lambda share: (share.order, share.pk))
        return _shares((share.unit.name, share.basis_points) for share in ordered)

    return credit


def _line(sheet: str, judged: Judged, credit: Credit) -> Line:
    row = judged.row
    if row is None:
        found = judged.values.items()
        raw = {name: text for name, value in found if (text := _shown(value))}
        return Line(sheet, judged.number, judged.outcome, raw)
    values, was = _understood(row, credit)
    if row.outcome != Outcome.CHANGED:
        was = {}
    return Line(
        sheet,
        judged.number,
        row.outcome,
        {name: text for name, text in values.items() if text},
        {name: text for name, text in was.items() if text != values.get(name, "")},
    )


def _shown(value: Any) -> str:
    return value.shown if isinstance(value, Fault) else cells.shown(value)


def _left_out(plan: Plan, sheet: str) -> Iterator[Line]:
    """The rows of a sheet that are no records, with their first words."""
    rows = dict(next(each.grid.rows for each in plan.sections if each.sheet == sheet))
    for read in plan.reading:
        for left in read.left_out if read.name == sheet else ():
            words = " ".join(text for cell in rows.get(left.row, ()) if (text := cells.shown(cell)))
            yield Line(sheet, left.row, Outcome.LEFT_OUT, {WHOLE: words[:LONGEST]}, says=[left.why])


# A row as it is understood


def _understood(
    row: UnitRow | TargetRow | ProjectRow | ReceiptRow, credit: Credit
) -> tuple[Texts, Texts]:
    """Its values and the recorded ones."""
    if isinstance(row, UnitRow):
        was = _unit(draft_of(row.unit), row.unit.code) if row.unit.pk > 0 else {}
        return _unit(row.draft, row.code), was | ({} if row.code else {"code": ""})
    if isinstance(row, TargetRow):
        return _target(row), {"target": _wan(row.was)} if row.was else {}
    if isinstance(row, ProjectRow):
        before = recorded_draft(row.project) if row.project.pk > 0 else None
        return _project(row.draft), _project(before) if before else {}
    return _receipt(row, credit), _known(row)


def _unit(draft: UnitDraft, code: str) -> Texts:
    return {
        "name": draft.name,
        "kind": word_for(draft.kind, KINDS),
        "order": str(draft.order),
        "code": code,
        "active_from": _day(draft.active_from),
        "ended_on": _day(draft.ended_on),
        "successor": draft.successor.name if draft.successor else "",
    }


def _target(row: TargetRow) -> Texts:
    due = dict(zip(("due_first", "due_half", "due_third"), map(_wan, row.due), strict=True))
    return {
        "unit": row.unit.name,
        "year": str(row.year),
        "target": _wan(row.amount),
        **due,
        "effective_on": _day(row.effective_on),
        "document": row.document_no,
        "issuer": word_for(row.issuer, ISSUERS),
    }


def _project(draft: ProjectDraft) -> Texts:
    investor = draft.investor
    days = {name: _day(getattr(draft, name)) for name in DAYS.values()}
    texts = {
        name: getattr(draft, name)
        for name in ("location", "sponsor", "contact", "phone", "content")
    }
    return {
        "name": draft.name,
        "unit": _shares((unit.name, points) for unit, points in draft.shares),
        "investor": investor.name if investor else "",
        "origin": word_for(investor.origin, SOURCES) if investor else "",
        "stage": word_for(draft.stage, STAGES),
        "total_investment": _wan(draft.total_investment),
        "introduced": _wan(draft.introduced_amount),
        "industry": draft.industry.name,
        **days,
        **texts,
    }


def _receipt(row: ReceiptRow, credit: Credit) -> Texts:
    draft = row.draft
    return {
        "project": draft.project.name,
        "unit": credit(draft.project),
        "received_on": _day(draft.received_on),
        "amount": _wan(draft.amount),
        "voucher": draft.voucher_no,
        "kind": word_for(draft.kind, MONEY),
        "note": draft.note,
    }


def _known(row: ReceiptRow) -> Texts:
    if row.known is None:
        return {}
    was = {"kind": word_for(row.known.kind, MONEY), "note": row.known.note}
    if row.was is not None:
        was |= {"received_on": _day(row.was[0]), "amount": _wan(row.was[1])}
    return was


def _shares(shares: Iterable[tuple[str, int]]) -> str:
    found = list(shares)
    return found[0][0] if len(found) == 1 else shares_text(found)


def _wan(amount: Decimal | None) -> str:
    return "" if amount is None else wan_short(amount, SIX_PLACES)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


# All of them


def digest(found: Iterable[Line]) -> str:
    """Changes with any value that the preview shows; sentences, which are translated, stay out."""
    seen = hashlib.sha256()
    for line in found:
        shown = [line.sheet, line.row, line.outcome, line.values, line.was]
        seen.update(json.dumps(shown, sort_keys=True).encode())
    return seen.hexdigest()


def store(upload: Upload, found: Iterable[Line], sheets: list[str]) -> None:
    """Replace the stored lines of an upload."""
    UploadLine.objects.filter(upload=upload).delete()
    rows = (
        UploadLine(
            upload=upload,
            place=place,
            sheet=sheets.index(line.sheet),
            outcome=line.outcome,
            needs_look=line.needs_look,
            content=line.content(),
        )
        for place, line in enumerate(found)
    )
    UploadLine.objects.bulk_create(rows, batch_size=BATCH)
