"""Carries a plan out in one transaction: units, targets, projects, receipts, in this order.

Each row goes through the function that the pages use, or its bulk equivalent. The trail gets one
record of the whole import.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.entries import corrections, posting, submission
from ledger.importing import lines
from ledger.importing import plan as planning
from ledger.importing.plan_types import (
    Origin,
    Outcome,
    Plan,
    Progress,
    ProjectRow,
    ReceiptRow,
    UnitRow,
    no_progress,
)
from ledger.models import Receipt
from ledger.reading.mapping import NOTHING, Mapping
from ledger.reading.workbook import Book
from projects import intake, register
from projects.models import Project
from units import register as units_register
from units import trail
from units.county import settings
from units.ground.refusal import Conflict, Refusal
from units.ground.time_limits import IMPORT, allow
from units.models import County, Unit, User
from units.targets import record as targets

BATCH = 1_000
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a workbook is imported.

    ``second`` verifies the receipts that arrive verified, on the authority of ``document``. Nobody
    verifies what they entered themselves, so it is never ``by``. ``skips_refused`` imports all but
    the refused rows.
    """

    by: User
    at: datetime
    today: date
    second: User | None = None
    document: str = ""
    skips_refused: bool = False
    digest: str = ""
    file_name: str = ""
    sha256: str = ""
    mapping: Mapping = NOTHING

    @property
    def is_verified(self) -> bool:
        return self.second is not None


class Unfit(Refusal):
    """A row that the plan accepted and an action refused."""

    def __init__(self, origin: Origin, refusal: Refusal) -> None:
        place = _("sheet “%(sheet)s”, row %(row)s") % {"sheet": origin.sheet, "row": origin.row}
        super().__init__(f"{place}: {refusal}", "file")


@transaction.atomic
def carry_out(
    book: Book,
    county: County,
    options: ImportOptions,
    progress: Progress = no_progress,
) -> Plan:
    """Plan again under lock and apply. Raises Refusal; then nothing has changed."""
    plan = planned_under_lock(book, county, options)
    if options.digest != lines.digest(lines.lines(plan)):
        raise Conflict(
            _("The accounts have changed since this preview. Look at the new one, then decide."),
            "file",
        )
    apply(plan, options, progress)
    return plan


def planned_under_lock(book: Book, county: County, options: ImportOptions) -> Plan:
    """The plan, in the caller's transaction, under the county's import lock.

    Of two simultaneous imports, the second sees what the first has entered.
    """
    allow(IMPORT)
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    return planning.make(
        book,
        county,
        by=options.by,
        today=options.today,
        is_verified=options.is_verified,
        mapping=options.mapping,
    )


def apply(plan: Plan, options: ImportOptions, progress: Progress = no_progress) -> None:
    """Apply a plan in the caller's transaction. Raises Refusal if rows are refused."""
    if plan.remarks.refusals and not options.skips_refused:
        raise Refusal(_("Some rows are refused, so nothing was imported."), "file")
    if plan.is_empty:
        return
    done, total = 0, len(plan.rows)
    for step in (apply_units, apply_targets, apply_projects, _apply_receipts):
        for count in step(plan, options):
            done += count
            progress(done, total)
    after: dict[str, Any] = {
        "file": options.file_name,
        "sha256": options.sha256,
        "document": options.document,
        **{str(outcome): count for outcome, count in sorted(plan.counts.items())},
    }
    label = options.file_name
    trail.record(
        options.by,
        "book.import",
        at=options.at,
        county=plan.accounts.county,
        label=label,
        after=after,
    )


def apply_units(plan: Plan, options: ImportOptions) -> Iterator[int]:
    """Add and change units; a successor may itself be new, so successors are set last."""
    if plan.accounts.takes_groups:
        given = {"groups": plan.accounts.county.groups}
        settings.change(plan.accounts.county, given, by=options.by, at=options.at)
    for row in plan.units:
        if row.outcome == Outcome.NEW:
            _become(row.unit, _tried(row.origin, _add_unit, row, plan.accounts.county, options))
        yield 1
    for row in plan.units:
        if row.outcome == Outcome.CHANGED or row.draft.successor is not None:
            _tried(row.origin, _change_unit, row, plan.accounts.county, options)


def _add_unit(row: UnitRow, county: County, options: ImportOptions) -> Unit:
    draft = replace(row.draft, successor=None)
    code = row.code or None
    return units_register.save(draft, county=county, by=options.by, at=options.at, code=code)


def _change_unit(row: UnitRow, county: County, options: ImportOptions) -> Unit:
    unit = Unit.objects.select_related("successor").get(pk=row.unit.pk)
    return units_register.save(row.draft, county=county, by=options.by, at=options.at, unit=unit)


def apply_targets(plan: Plan, options: ImportOptions) -> Iterator[int]:
    for row in sorted(plan.targets, key=lambda row: row.effective_on):
        targets.record(
            row.unit,
            row.year,
            row.amount,
            row.due,
            effective_on=row.effective_on,
            document_no=row.document_no,
            by=options.by,
            at=options.at,
            issuer=row.issuer,
        )
        yield 1


def apply_projects(plan: Plan, options: ImportOptions) -> Iterator[int]:
    new = [row for row in plan.projects if row.outcome == Outcome.NEW]
    for batch in _batches(new):
        drafts_ = [row.draft for row in batch]
        stored = intake.add_many(drafts_, by=options.by, at=options.at, today=options.today)
        for row, project in zip(batch, stored, strict=True):
            row.project.pk = project.pk
        yield len(batch)
    for row in plan.projects:
        if row.outcome == Outcome.CHANGED:
            _tried(row.origin, _change, row, options)
            yield 1


def _change(row: ProjectRow, options: ImportOptions) -> Project:
    return register.save(
        row.draft,
        by=options.by,
        at=options.at,
        project=row.project,
        version=row.project.version,
        today=options.today,
        from_books=True,
    )


def _apply_receipts(plan: Plan, options: ImportOptions) -> Iterator[int]:
    new = [row for row in plan.receipts if row.outcome == Outcome.NEW]
    # In calendar order, so that the chain of each quarter is chronological.
    new.sort(key=lambda row: row.draft.received_on)
    for batch in _batches(new):
        _enter(batch, options)
        yield len(batch)
    for row in plan.receipts:
        if row.outcome == Outcome.CHANGED and row.known is not None:
            _tried(row.origin, _change_receipt, row, options)
            yield 1


def _enter(batch: Sequence[ReceiptRow], options: ImportOptions) -> None:
    waiting = [row.draft for row in batch if not row.is_verified]
    submission.submit_many(waiting, by=options.by, at=options.at, today=options.today)
    verified = [row.draft for row in batch if row.is_verified]
    if verified and options.second is not None:
        posting.take_over(
            verified,
            options.document,
            entered_by=options.by,
            by=options.second,
            at=options.at,
            today=options.today,
        )


def _change_receipt(row: ReceiptRow, options: ImportOptions) -> Receipt:
    assert row.known is not None
    project = Project.objects.select_related("lead_unit").get(pk=row.draft.project.pk)
    if row.known.state == Receipt.State.VERIFIED:
        return _propose_correction(row, project, options)
    return submission.change(
        row.known.pk,
        row.known.version,
        replace(row.draft, project=project),
        submitting=row.known.state == Receipt.State.SUBMITTED,
        by=options.by,
        at=options.at,
        today=options.today,
    )


def _propose_correction(row: ReceiptRow, project: Project, options: ImportOptions) -> Receipt:
    """Submit the row and propose that it takes the place of the verified receipt."""
    assert row.known is not None
    who: dict[str, Any] = {"by": options.by, "at": options.at}
    new = submission.submit(replace(row.draft, project=project), **who, today=options.today)
    old = Receipt.objects.select_related("project__investor").get(pk=row.known.pk)
    seen = corrections.seen_correction(old, new)
    reason = _("Corrected by the workbook “%(file)s”, row %(row)s.")
    words = {"file": options.file_name[:200], "row": row.origin.row}
    corrections.propose_correction(new.pk, old.pk, seen, reason % words, **who)
    return new


def _become(stand_in: Unit, stored: Unit) -> None:
    """Turn the stand-in into the stored unit, wherever the plan refers to it."""
    for field in Unit._meta.concrete_fields:
        setattr(stand_in, field.attname, getattr(stored, field.attname))


def _tried(origin: Origin, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run the action; a refusal is raised with the row that caused it."""
    try:
        return action(*args, **kwargs)
    except Conflict:
        raise
    except Refusal as refusal:
        raise Unfit(origin, refusal) from refusal


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
