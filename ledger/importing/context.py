"""Template context of the import pages, from what was stored of a preview.

No figure is computed here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.importing.plan_types import Outcome
from ledger.importing.uploads import AT_WORK, State, Step, Upload
from ledger.importing.words import OUTCOMES
from ledger.reading.remarks import Remark
from ledger.words import SECTIONS, TIERS
from units.ground.money import percent_text, wan_text, yi_text
from units.models import User

STEPS: Mapping[Step, str | Promise] = {
    Step.PLANNING: _("being checked"),
    Step.READY: _("to be decided"),
    Step.WAITING: _("waits for a second person"),
    Step.COMMITTING: _("being imported"),
    Step.DONE: _("imported"),
    Step.FAILED: _("not imported"),
}
BROKEN_OFF = _("The import broke off, and nothing has changed. Check it once more.")


@dataclass(frozen=True, slots=True)
class Listed:
    """An upload in the list."""

    token: str
    name: str
    made_at: datetime
    owner: str
    step: Step
    word: str | Promise
    rows: int
    is_verified: bool


def listed(uploads: Iterable[Upload]) -> list[Listed]:
    """The uploads that a person may see, newest first."""
    found = list(uploads)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=_owners(found))}
    return [
        Listed(
            token=upload.token,
            name=upload.state.file_name,
            made_at=datetime.fromtimestamp(upload.state.made_at, UTC),
            owner=names.get(upload.state.owner, ""),
            step=upload.state.step,
            word=STEPS[upload.state.step],
            rows=upload.state.rows,
            is_verified=upload.state.is_verified,
        )
        for upload in found
    ]


def _owners(uploads: Iterable[Upload]) -> set[int]:
    return {upload.state.owner for upload in uploads}


def page(upload: Upload, reader: User) -> dict[str, Any]:
    """Context of one upload's page."""
    state = upload.state
    context: dict[str, Any] = {
        "upload": listed([upload])[0],
        "state": state,
        "is_own": state.owner == reader.pk,
        "is_at_work": state.is_at_work,
        "percent": state.done * 100 // state.total if state.total else 0,
        "sentence": BROKEN_OFF if state.is_interrupted else state.sentence,
    }
    kept = upload.kept("preview")
    if kept is None or state.step in AT_WORK:
        return context
    return context | _preview(kept, state)


def _preview(kept: Mapping[str, Any], state: State) -> dict[str, Any]:
    return {
        "tallies": [(tally["sheet"], _counts(tally)) for tally in kept["tallies"]],
        "outcomes": [str(word) for word in OUTCOMES.values()],
        "refusals": [Remark.of(plain) for plain in kept["refusals"]],
        "refused": state.refused,
        "noticed": kept["notices"],
        "as_of": date.fromisoformat(kept["as_of"]),
        "figures": _figures(kept["before"], kept["after"]),
        "sections": _sections(kept["lines"]),
        "verified": kept["verified"],
        "is_shown": state.step not in (Step.DONE, Step.FAILED),
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
