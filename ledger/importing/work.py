"""The work on an upload: making its preview, and carrying it out; at once, or beside the server.

Owns: which of both, and what is kept of each for the page. Must never: answer a request; a small
workbook is done before the page is shown, a large one in a process of its own while the page waits.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ledger.importing import commit, words
from ledger.importing import plan as planning
from ledger.importing.commit import Wish
from ledger.importing.plan_types import Outcome, Plan
from ledger.importing.preview import Outlook, outlook
from ledger.importing.uploads import Step, Upload
from ledger.ranking.league import LeagueRow, LeagueTable
from units.ground.refusal import Conflict, Refusal
from units.models import County, User

# Rows that a request waits for.
SMALL: Final = 1_500
SHOWN: Final = 100
log = logging.getLogger(__name__)


def start(upload: Upload) -> None:
    """Do the step that the upload was taken into: now, or in a process of its own."""
    if upload.state.rows <= SMALL:
        run(upload)
        return
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "import_step"]
    process = subprocess.Popen(
        [*command, "--", upload.token],  # one token in 64 begins as an option does
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | _surroundings(),
        start_new_session=True,
    )
    # Somebody must take note of its end, or the system keeps its entry.
    threading.Thread(target=process.wait, daemon=True).start()


def run(upload: Upload) -> None:
    """Do the step. Whatever comes of it is in the state afterwards."""
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
        upload.release(step)


def wish_of(upload: Upload, today: date | None = None) -> Wish:
    """Who enters, who verifies, by which document, as the upload says."""
    state = upload.state
    owner = User.objects.get(pk=state.owner)
    second = User.objects.get(pk=state.second) if state.second else None
    return Wish(
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
    wish = wish_of(upload)
    plan = planning.make(
        upload.book(),
        county,
        by=wish.by,
        today=wish.today,
        is_verified=state.is_verified,
        progress=upload.progress(),
    )
    upload.keep("refusals", [remark.plain() for remark in plan.remarks.refusals])
    upload.keep("preview", _kept_of(plan) | _kept_of_outlook(outlook(plan, wish)))
    refused = len(plan.remarks.refusals)
    upload.set(step=Step.READY, digest=plan.digest, refused=refused, is_empty=plan.is_empty)


def _commit(upload: Upload) -> None:
    county = County.objects.get(pk=upload.state.county)
    commit.carry_out(upload.book(), county, wish_of(upload), upload.progress())
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


def _surroundings() -> Mapping[str, str]:
    """The same database for the process beside us, whichever this one is connected to."""
    known = connection.get_connection_params()
    user, password = quote(str(known.get("user") or ""), safe=""), known.get("password")
    secret = f":{quote(str(password), safe='')}" if password else ""
    more = {"host": known.get("host"), "port": known.get("port")}
    query = urlencode({name: value for name, value in more.items() if value})
    name = quote(str(known.get("dbname") or ""), safe="")
    return {
        "DATABASE_URL": f"postgresql://{user}{secret}@/{name}?{query}",
        "VAR_DIR": str(Path(settings.IMPORT_ROOT).parent),
    }


def _broken() -> str:
    return _("The import broke off, and nothing has changed. Try once more, or ask the bureau.")
