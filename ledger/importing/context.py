"""Template context of the import pages, from what was stored of a preview.

No figure is computed here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.importing import uploads
from ledger.importing.plan_types import Outcome
from ledger.importing.words import OUTCOMES
from ledger.models import Upload
from ledger.reading.remarks import Remark
from ledger.words import SECTIONS, TIERS
from units.ground.money import percent_text, wan_text, yi_text
from units.models import User

BROKEN_OFF = _("The import broke off, and nothing has changed. Check it once more.")
NOT_READ = _("The workbook could not be read because its machine stopped. Send it again.")


@dataclass(frozen=True, slots=True)
class Listed:
    """An upload in the list."""

    token: str
    name: str
    made_at: datetime
    owner: str
    step: str
    word: str
    rows: int
    is_verified: bool


def listed(found: Iterable[Upload]) -> list[Listed]:
    """The uploads that a person may see, newest first."""
    return [
        Listed(
            token=upload.token,
            name=upload.file_name,
            made_at=upload.made_at,
            owner=str(upload.owner),
            step=upload.step,
            word=upload.get_step_display(),
            rows=upload.rows,
            is_verified=upload.is_verified,
        )
        for upload in found
    ]


def page(upload: Upload, reader: User) -> dict[str, Any]:
    """Context of one upload's page."""
    context: dict[str, Any] = {
        "upload": listed([upload])[0],
        "state": upload,
        "is_own": upload.owner_id == reader.pk,
        "is_at_work": upload.is_at_work,
        "percent": upload.done * 100 // upload.total if upload.total else 0,
        "sentence": _interrupted(upload) if upload.is_interrupted else upload.sentence,
    }
    kept = uploads.kept(upload, "preview") if upload.step not in Upload.AT_WORK else None
    return context if kept is None else context | _preview(kept, upload)


def _interrupted(upload: Upload) -> str | Promise:
    return BROKEN_OFF if uploads.has(upload, "book") else NOT_READ


def _preview(kept: Mapping[str, Any], upload: Upload) -> dict[str, Any]:
    return {
        "tallies": [(tally["sheet"], _counts(tally)) for tally in kept["tallies"]],
        "outcomes": [str(word) for word in OUTCOMES.values()],
        "refusals": [Remark.of(plain) for plain in kept["refusals"]],
        "refused": upload.refused,
        "noticed": kept["notices"],
        "as_of": date.fromisoformat(kept["as_of"]),
        "figures": _figures(kept["before"], kept["after"]),
        "sections": _sections(kept["lines"]),
        "verified": kept["verified"],
        "is_shown": upload.step not in (Upload.Step.DONE, Upload.Step.FAILED),
    }


def _counts(tally: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(str(outcome), tally[outcome]) for outcome in Outcome]


def _figures(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str | Promise, str, str, str]]:
    """Word, after, unit, before (empty if unchanged)."""
    figures: list[tuple[str | Promise, str, str, str]] = []
    for word, name, unit in (
        (_("Annual task"), "target", "亿元"),
        (_("Received"), "received", "亿元"),
        (_("Awaiting verification"), "pending", "亿元"),
        (_("New projects"), "projects", ""),
        (_("Contracts among them"), "contracts", ""),
    ):
        old, new = _figure(before[name]), _figure(after[name])
        figures.append((word, new, unit, old if old != new else ""))
    return figures


def _figure(value: str | int) -> str:
    return str(value) if isinstance(value, int) else yi_text(Decimal(value))


@dataclass(frozen=True, slots=True)
class Line:
    """One unit after the import, and its earlier place if that differs."""

    rank: str
    was_rank: str
    name: str
    target: str
    received: str
    was_received: str
    pending: str
    completion: str
    tier: str
    tier_word: str | Promise
    was_tier_word: str | Promise
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The units of a kind after the import; those that change are separate."""

    word: str | Promise
    lines: list[Line]
    changed: list[Line]


def _sections(lines: Iterable[Mapping[str, Any]]) -> list[Section]:
    """The lines by kind, in the order of the table."""
    by_kind: dict[str, list[Line]] = {}
    for line in lines:
        by_kind.setdefault(line["kind"], []).append(_line(line["after"], line["before"]))
    return [
        Section(SECTIONS[kind], rows, [row for row in rows if row.is_changed])
        for kind, rows in by_kind.items()
    ]


def _line(after: Mapping[str, Any], before: Mapping[str, Any] | None) -> Line:
    was = before or {}
    return Line(
        rank=_rank(after["rank"]),
        was_rank=_rank(was["rank"]) if was and was["rank"] != after["rank"] else "",
        name=after["name"],
        target=_wan(after["target"]),
        received=_wan(after["received"]),
        was_received=_wan(was["received"]) if was and was["received"] != after["received"] else "",
        pending=_wan(after["pending"]) if Decimal(after["pending"]) else "",
        completion=_completion(after),
        tier=after["tier"],
        tier_word=TIERS[after["tier"]],
        was_tier_word=TIERS[was["tier"]] if was and was["tier"] != after["tier"] else "",
        is_changed=after != was,
    )


def _rank(rank: int | None) -> str:
    return "—" if rank is None else str(rank)


def _wan(amount: str | None) -> str:
    return "—" if amount is None else wan_text(Decimal(amount))


def _completion(line: Mapping[str, Any]) -> str:
    if line["target"] is None:
        return "—"
    return percent_text(Decimal(line["received"]), Decimal(line["target"]))
