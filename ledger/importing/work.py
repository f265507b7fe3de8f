"""The steps of an upload, each run as a job: read and preview, preview anew, commit.

No step runs in a thread that serves pages; a job waits for its turn on the machine, and stores its
outcome in the upload.
"""

import logging
import os
from collections.abc import Mapping as Document
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ledger.importing import commit, lines, remembered, summary, uploads, words
from ledger.importing import plan as planning
from ledger.importing.commit import ImportOptions
from ledger.importing.plan_types import Outcome, Plan, Progress
from ledger.importing.preview import Outlook, outlook
from ledger.importing.uploads import Step
from ledger.jobs import runner
from ledger.jobs.runner import MEGABYTE, Limits
from ledger.models import RememberedMapping, Upload
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.reading import workbook
from ledger.reading.mapping import Mapping
from ledger.reading.workbook import Book
from units import trail
from units.ground.money import ZERO
from units.ground.refusal import Conflict, Refusal

SHOWN: Final = 100
TOP_ROWS: Final = 40
# One at a time for each processor, behind the pages.
LIMITS: Final = Limits(
    seconds=3600,
    cpu=1800,
    memory=3072 * MEGABYTE,
    nice=10,
    stays=False,
    turns=(str(settings.IMPORT_ROOT / "turns"), os.cpu_count() or 1),
)
log = logging.getLogger(__name__)


def start(upload: Upload) -> None:
    """Run the step that the upload was claimed for, in a process of its own."""
    # Some tokens begin with a hyphen.
    runner.start("import_step", "--", upload.token, limits=LIMITS)


def run(upload: Upload, progress: Progress) -> None:
    """Run the step and store its outcome in the upload."""
    try:
        with translation.override(upload.language):
            {Step.READING: _read, Step.PLANNING: _preview, Step.COMMITTING: _commit}[
                Step(upload.step)
            ](upload, progress)
    except Refusal as refusal:
        _fail(upload, str(refusal))
        if not isinstance(refusal, Conflict):
            _note_refusal(upload, str(refusal))
    except Exception:
        log.exception("import %s failed at %s", upload.token, upload.step)
        _fail(
            upload,
            _("The import broke off, and nothing has changed. Try once more, or ask the bureau."),
        )
        raise


def _fail(upload: Upload, sentence: str) -> None:
    upload.refresh_from_db()
    uploads.claim(upload, Step.FAILED, sentence=sentence)


def _note_refusal(upload: Upload, sentence: str) -> None:
    trail.record(
        upload.owner,
        "book.import",
        at=timezone.now(),
        county=upload.county,
        unit=upload.owner.unit,
        label=upload.file_name,
        after={"refused": sentence},
        refused=True,
    )


def options_of(upload: Upload, today: date | None = None) -> ImportOptions:
    """The import options that the upload stands for."""
    return ImportOptions(
        by=upload.owner,
        second=upload.second,
        at=timezone.now(),
        today=today or timezone.localdate(),
        document=upload.document,
        skips_refused=upload.skips_refused,
        digest=upload.digest,
        file_name=upload.file_name,
        sha256=upload.sha256,
    )


def _read(upload: Upload, progress: Progress) -> None:
    """The cells of the file, then their preview. The file is deleted, whatever it is."""
    path = uploads.path_of(upload)
    try:
        document = workbook.read_plain(path)
    finally:
        path.unlink(missing_ok=True)
    uploads.keep(upload, "book", document)
    upload.rows = workbook.book_of(document).rows
    upload.save(update_fields=["rows"])
    _preview(upload, progress)


def _preview(upload: Upload, progress: Progress) -> None:
    """Judge every row; if columns must be chosen first, the upload waits for its person."""
    document = uploads.document_of(upload)
    book = workbook.book_of(document)
    uploads.keep(upload, "top", _top(document))
    mapping, used = mapping_of(upload, book)
    options = replace(options_of(upload), mapping=mapping)
    plan = planning.make(
        book,
        upload.county,
        by=options.by,
        today=options.today,
        is_verified=upload.is_verified,
        progress=progress,
        mapping=mapping,
    )
    if plan.reading.needs_mapping or not any(sheet.part for sheet in plan.reading):
        uploads.claim(upload, Step.MAPPING)
        return
    found = list(lines.lines(plan))
    refused, is_empty = len(plan.remarks.refusals), plan.is_empty
    uploads.keep(upload, "refusals", [remark.plain() for remark in plan.remarks.refusals])
    sheets = summary.sheets(plan, found, used)
    lines.store(upload, found, [sheet["name"] for sheet in sheets])
    kept = _kept_of(plan) | {"sheets": sheets}
    uploads.keep(upload, "preview", kept | _kept_of_outlook(outlook(plan, options)))
    digest = lines.digest(found)
    uploads.claim(upload, Step.READY, digest=digest, refused=refused, is_empty=is_empty)


def mapping_of(upload: Upload, book: Book) -> tuple[Mapping, dict[str, RememberedMapping]]:
    """What was chosen for this upload, else what was chosen before for such sheets."""
    mapping, used = remembered.mapping_of(book, upload.owner)
    if upload.mapping is None:
        return mapping, used
    chosen = Mapping.of(upload.mapping)
    return replace(chosen, units=mapping.units), {}


def _top(document: Document[str, Any]) -> dict[str, Any]:
    """The document with the first rows of each sheet only, for the page of mapping."""
    sheets = [{**sheet, "rows": sheet["rows"][:TOP_ROWS]} for sheet in document["sheets"]]
    return {**document, "sheets": sheets}


def _commit(upload: Upload, progress: Progress) -> None:
    """In one transaction with the upload's own step: an upload that is done has been imported."""
    with transaction.atomic():
        book = uploads.book(upload)
        options = replace(options_of(upload), mapping=mapping_of(upload, book)[0])
        commit.carry_out(book, upload.county, options, progress)
        if not uploads.claim(upload, Step.DONE):
            raise Conflict(_("This import was decided by another page meanwhile."), "file")
        uploads.forget(upload, "book")


def _kept_of(plan: Plan) -> dict[str, Any]:
    refusals = plan.remarks.refusals
    return {
        "tallies": [
            {"sheet": tally.sheet, **{str(o): tally.counts[o] for o in Outcome}}
            for tally in plan.tallies
        ],
        "refused": len(refusals),
        "refusals": [remark.plain() for remark in refusals[:SHOWN]],
        "notices": list(words.grouped(plan.remarks.notices)),
        "is_empty": plan.is_empty,
        "verified": sum(row.is_verified for row in plan.receipts),
        "unknown_units": list(plan.accounts.unknown_units.items()),
    }


def _kept_of_outlook(seen: Outlook) -> dict[str, Any]:
    """Both tables as plain strings: the page writes them in the reader's language."""
    before = {row.name: _line(row) for row in seen.before.rows}
    lines = [
        {"after": _line(row), "before": before.get(row.name), "kind": str(row.kind)}
        for row in seen.after.rows
    ]
    return {
        "as_of": seen.after.as_of.isoformat(),
        "before": _total(seen.before),
        "after": _total(seen.after),
        "lines": lines,
        "groups": seen.after.county.groups,
    }


def _line(row: LeagueRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "rank": row.rank,
        "target": None if row.target is None else str(row.target),
        "received": str(row.received),
        "pending": str(row.pending or ZERO),
        "tier": str(row.tier),
    }


def _total(table: LeagueTable) -> dict[str, Any]:
    total, signed = table.total, table.signed
    return {
        "target": str(total.target),
        "received": str(total.received),
        "pending": str(total.pending or ZERO),
        "projects": signed.projects,
        "contracts": signed.contracts,
        "total_investment": str(signed.total_investment),
        "introduced": str(signed.introduced),
    }
