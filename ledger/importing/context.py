"""Template context of the import pages, from what was stored of a preview.

No figure is computed here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.importing import uploads
from ledger.importing.lines import WHOLE
from ledger.importing.plan_types import Outcome
from ledger.importing.words import OUTCOMES
from ledger.models import Upload, UploadLine
from ledger.reading.columns import COLUMNS, Column, Form, Part
from ledger.reading.remarks import Remark
from ledger.words import TIERS
from units.access import REACH, Reach
from units.ground import groups
from units.ground.money import percent_text, wan_text, yi_text
from units.models import User

LINES_ON_A_PAGE = 100
LOOK = "look"
KINDS_OF_ROWS: Mapping[str, str | Promise] = {
    "": pgettext_lazy("rows", "all rows"),
    LOOK: pgettext_lazy("rows", "to be looked at"),
    **{str(outcome): word for outcome, word in OUTCOMES.items()},
}
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


def page(upload: Upload, reader: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Context of one upload's page. ``query`` chooses the sheet, the kind of rows and the page."""
    context: dict[str, Any] = {
        "upload": listed([upload])[0],
        "state": upload,
        "is_own": upload.owner_id == reader.pk,
        "is_at_work": upload.is_at_work,
        "percent": upload.done * 100 // upload.total if upload.total else 0,
        "sentence": _interrupted(upload) if upload.is_interrupted else upload.sentence,
    }
    kept = uploads.kept(upload, "preview") if upload.step not in Upload.AT_WORK else None
    if kept is None:
        return context
    return context | _preview(kept, upload, reader) | _rows(upload, kept, query)


def _interrupted(upload: Upload) -> str | Promise:
    return BROKEN_OFF if uploads.has(upload, "book") else NOT_READ


def _preview(kept: Mapping[str, Any], upload: Upload, reader: User) -> dict[str, Any]:
    own = reader.unit.name if REACH[reader.role] is Reach.UNIT and reader.unit else None
    return {
        "tallies": [(tally["sheet"], _counts(tally)) for tally in kept["tallies"]],
        "outcomes": [str(word) for word in OUTCOMES.values()],
        "refusals": [Remark.of(plain) for plain in kept["refusals"]],
        "refused": upload.refused,
        "noticed": kept["notices"],
        "unknown_units": kept["unknown_units"],
        "as_of": date.fromisoformat(kept["as_of"]),
        "figures": _figures(kept["before"], kept["after"], with_pending=own is None),
        "sections": _sections(kept["lines"], own, kept["groups"]),
        "verified": kept["verified"],
        "is_shown": upload.step not in (Upload.Step.DONE, Upload.Step.FAILED),
    }


# The rows


@dataclass(frozen=True, slots=True)
class Switch:
    """A link that chooses a sheet or a kind of rows, with how many there are."""

    word: str | Promise
    query: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Cell:
    heading: str
    text: str
    was: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of the preview; ``whole`` is the row as it stands if it is no record."""

    number: int
    outcome: str
    word: str | Promise
    cells: list[Cell]
    whole: str
    says: list[str]


def _rows(upload: Upload, kept: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """The rows of one sheet, of one kind if wanted, a page of them; and the links to the others."""
    sheets = kept["sheets"]
    asked = query.get("sheet", "")
    at = int(asked) if asked.isdecimal() and int(asked) < len(sheets) else 0
    if not sheets:
        return {}
    sheet = sheets[at]
    show = query.get("show", "") if query.get("show") in KINDS_OF_ROWS else ""
    found = UploadLine.objects.filter(upload=upload, sheet=at).order_by("place")
    if show == LOOK:
        found = found.filter(needs_look=True)
    elif show:
        found = found.filter(outcome=show)
    lines = Paginator(found, LINES_ON_A_PAGE).get_page(query.get("page"))
    fields = [c for c in COLUMNS[Part(sheet["part"])] if _is_used(c.field, lines.object_list)]
    return {
        "sheet": sheet,
        "sheet_links": [
            Switch(each["name"], f"sheet={place}", each["counts"][""], place == at)
            for place, each in enumerate(sheets)
        ],
        "row_links": [
            Switch(word, f"sheet={at}&show={kind}", sheet["counts"].get(kind, 0), kind == show)
            for kind, word in KINDS_OF_ROWS.items()
            if not kind or sheet["counts"].get(kind)
        ],
        "headings": [(_heading(column), column.form is Form.AMOUNT) for column in fields],
        "rows": [_shown(line, fields) for line in lines.object_list],
        "row_page": lines,
        "row_query": f"sheet={at}&show={show}",
        "sums": sheet["sums"],
    }


def _is_used(field: str, lines: Iterable[UploadLine]) -> bool:
    return any(field in line.content["values"] or field in line.content["was"] for line in lines)


def _heading(column: Column) -> str:
    return f"{column.heading}（万元）" if column.form is Form.AMOUNT else column.heading


def _shown(line: UploadLine, fields: Iterable[Column]) -> ShownRow:
    values, was = line.content["values"], line.content["was"]
    return ShownRow(
        number=line.content["row"],
        outcome=line.outcome,
        word=KINDS_OF_ROWS[line.outcome],
        cells=[
            Cell(
                _heading(column),
                values.get(column.field, ""),
                was.get(column.field, ""),
                column.form is Form.AMOUNT,
            )
            for column in fields
        ],
        whole=values.get(WHOLE, ""),
        says=line.content["says"],
    )


def _counts(tally: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(str(outcome), tally[outcome]) for outcome in Outcome]


def _figures(
    before: Mapping[str, Any], after: Mapping[str, Any], *, with_pending: bool
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
        if name == "pending" and not with_pending:
            continue
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


def _sections(lines: Iterable[Mapping[str, Any]], own: str | None, held: Any) -> list[Section]:
    """The lines by kind, in the order of the table.

    ``own``: the only unit whose unverified money is the reader's to see, also as a change.
    """
    by_kind: dict[str, list[Line]] = {}
    for line in lines:
        after, before = line["after"], line["before"]
        if own is not None and after["name"] != own:
            after = after | {"pending": "0"}
            before = before and before | {"pending": "0"}
        by_kind.setdefault(line["kind"], []).append(_line(after, before))
    named = {group.code: group for group in groups.read(held)}
    return [
        Section(
            named.get(kind, groups.unlisted(kind)).title,
            rows,
            [row for row in rows if row.is_changed],
        )
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
