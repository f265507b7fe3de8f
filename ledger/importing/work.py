"""Runs the two steps of an upload, preview and commit, and stores their results for the page.

A small workbook is done within the request, a large one in a process of its own while the page
waits.
"""

import logging
from datetime import date
from typing import Any, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ledger.importing import commit, words
from ledger.importing import plan as planning
from ledger.importing.commit import ImportOptions
from ledger.importing.plan_types import Outcome, Plan
from ledger.importing.preview import Outlook, outlook
from ledger.importing.uploads import Step, Upload
from ledger.jobs import runner
from ledger.jobs.runner import MEGABYTE, Limits
from ledger.ranking.league import LeagueRow, LeagueTable
from units.ground.refusal import Conflict, Refusal
from units.models import County, User

# The most rows that a request waits for.
SMALL: Final = 1_500
SHOWN: Final = 100
# Normal priority: it holds the county's lock while it commits.
LIMITS: Final = Limits(seconds=3600, cpu=1800, memory=3072 * MEGABYTE, nice=0, stays=False)
log = logging.getLogger(__name__)


def start(upload: Upload) -> None:
    """Run the step that the upload was claimed for, here or in a process of its own."""
    if upload.state.rows <= SMALL:
        run(upload)
        return
    runner.start(
        "import_step", "--", upload.token, limits=LIMITS
    )  # some tokens begin with a hyphen


def run(upload: Upload) -> None:
    """Run the step and store its outcome in the upload's state."""
    step = upload.state.step
    try:
        with translation.override(upload.state.language):
            {Step.PLANNING: _preview, Step.COMMITTING: _commit}[step](upload)
    except Conflict as conflict:
        upload.set(step=Step.FAILED, sentence=str(conflict))
    except Refusal as refusal:
        upload.set(step=Step.FAILED, sentence=str(refusal))
    except Exception:
        upload.set(step=Step.FAILED, sentence=_broken())
        log.exception("import %s failed at %s", upload.token, step)
        raise
    finally:
        upload.release()


def options_of(upload: Upload, today: date | None = None) -> ImportOptions:
    """The import options that the upload stands for."""
    state = upload.state
    owner = User.objects.get(pk=state.owner)
    second = User.objects.get(pk=state.second) if state.second else None
    return ImportOptions(
        by=owner,
        second=second,
        at=timezone.now(),
        today=today or timezone.localdate(),
        document=state.document,
        skips_refused=state.skips_refused,
        digest=state.digest,
        file_name=state.file_name,
        sha256=state.sha256,
    )


def _preview(upload: Upload) -> None:
    state, county = upload.state, County.objects.get(pk=upload.state.county)
    options = options_of(upload)
    plan = planning.make(
        upload.book(),
        county,
        by=options.by,
        today=options.today,
        is_verified=state.is_verified,
        progress=upload.progress(),
    )
    upload.keep("refusals", [remark.plain() for remark in plan.remarks.refusals])
    upload.keep("preview", _kept_of(plan) | _kept_of_outlook(outlook(plan, options)))
    refused = len(plan.remarks.refusals)
    upload.set(step=Step.READY, digest=plan.digest, refused=refused, is_empty=plan.is_empty)


def _commit(upload: Upload) -> None:
    county = County.objects.get(pk=upload.state.county)
    commit.carry_out(upload.book(), county, options_of(upload), upload.progress())
    upload.set(step=Step.DONE)
    upload.forget_cells()


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
    }


def _line(row: LeagueRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "rank": row.rank,
        "target": None if row.target is None else str(row.target),
        "received": str(row.received),
        "pending": str(row.pending),
        "tier": str(row.tier),
    }


def _total(table: LeagueTable) -> dict[str, Any]:
    total, signed = table.total, table.signed
    return {
        "target": str(total.target),
        "received": str(total.received),
        "pending": str(total.pending),
        "projects": signed.projects,
        "contracts": signed.contracts,
        "total_investment": str(signed.total_investment),
        "introduced": str(signed.introduced),
    }


def _broken() -> str:
    return _("The import broke off, and nothing has changed. Try once more, or ask the bureau.")
