"""The trail (操作记录) in plain words: what was done to a record, and by whom.

Reads lines of the trail for a record's history and for the auditor. Never writes, shows every line
of a record to those who may open the record, and of a draft to nobody else what is in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from ledger.entries.reach import drafts_of_others, reader_key, receipts_of
from ledger.models import CreditClaim, Period, Receipt
from ledger.trail import words as trail_words
from ledger.trail.words import Words
from projects.models import Project
from units.models import County, Trail, Unit, User
from units.tables import DASH
from units.trail import name_of

FEW_LINES, MAX_LINES = 20, 200


@dataclass(frozen=True, slots=True)
class Changed:
    """One changed field; ``before`` is empty where the line names only the new value."""

    field: Words
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of units, by their key as JSON spells it, and of projects, by key."""

    units: Mapping[str, str]
    projects: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One action as the page shows it."""

    at: datetime
    who: str
    unit: str
    action: Words
    record: str
    record_words: str
    label: str
    changes: tuple[Changed, ...]
    address: str
    refused: bool


@dataclass(frozen=True, slots=True)
class History:
    """The newest lines of a record, newest first. ``is_whole``: as many as are ever shown."""

    lines: list[Line]
    has_earlier: bool
    is_whole: bool


def of_receipt(receipt: Receipt) -> History:
    return _of_record(receipt)


def of_claim(claim: CreditClaim) -> History:
    return _of_record(claim)


def of_period(period: Period) -> History:
    return _of_record(period)


def of_project(project: Project, user: User, *, whole: bool = False) -> History:
    """The project's history with that of its claims and of the receipts that the user may open."""
    receipts = receipts_of(user).filter(project=project).values_list("pk", flat=True)
    claims = CreditClaim.objects.filter(project=project).values_list("pk", flat=True)
    records = [name_of(project)]
    records += [f"receipt:{pk}" for pk in receipts] + [f"creditclaim:{pk}" for pk in claims]
    return _told(_newest(Trail.objects.filter(record__in=records), whole), whole=whole)


def of_unit(unit: Unit, user: User, *, whole: bool = False) -> History:
    """The history of the unit and its records, without drafts that the user may not see."""
    drafts = drafts_of_others(Receipt.objects.filter(unit=unit), reader_key(user))
    hidden = [f"receipt:{pk}" for pk in drafts.order_by().values_list("pk", flat=True)]
    rows = Trail.objects.filter(Q(record=name_of(unit)) | Q(unit=unit))
    return _told(_newest(rows.exclude(record__in=hidden), whole), whole=whole)


def told(rows: Iterable[Trail]) -> list[Line]:
    """Lines in words; select ``actor__unit`` with the rows."""
    rows = list(rows)
    names = _names(rows)
    return [_line(row, names) for row in rows]


def told_to(reader: User, rows: Iterable[Trail]) -> list[Line]:
    """Lines of any records, for who reads the whole trail: people with their sign-in names, and of
    drafts that the reader may not open only that, when and by whom they were kept."""
    rows = list(rows)
    names, drafts = _names(rows), _hidden_among(reader, rows)
    return [_with_account(row, _line(row, names, row.record in drafts)) for row in rows]


def hidden_drafts(reader: User, county: County | None) -> set[str]:
    """The county's drafts that such a reader may not open, as records; an auditor opens none."""
    receipts = Receipt.objects.all() if county is None else Receipt.objects.filter(county=county)
    return _drafts_among(reader, receipts)


def _hidden_among(reader: User, rows: Iterable[Trail]) -> set[str]:
    keys = [row.record.removeprefix("receipt:") for row in rows]
    numbers = [int(key) for key in keys if key.isdigit()]
    return _drafts_among(reader, Receipt.objects.filter(pk__in=numbers)) if numbers else set()


def _drafts_among(reader: User, receipts: QuerySet[Receipt]) -> set[str]:
    drafts = drafts_of_others(receipts, reader.pk).order_by()
    return {f"receipt:{pk}" for pk in drafts.values_list("pk", flat=True)}


def _with_account(row: Trail, line: Line) -> Line:
    """Two people may have one name."""
    if row.actor is None:
        return line
    return replace(line, who=f"{line.who} ({row.actor_name})")


def _of_record(record: Model) -> History:
    return _told(_newest(Trail.objects.filter(record=name_of(record)), whole=True), whole=True)


def _told(rows: Iterable[Trail], *, whole: bool) -> History:
    found, most = list(rows), _most(whole)
    return History(told(found[:most]), len(found) > most, whole)


def _most(whole: bool) -> int:
    """A project has hundreds of lines and few readers need them all: the newest are shown first."""
    return MAX_LINES if whole else FEW_LINES


def _newest(rows: QuerySet[Trail], whole: bool) -> QuerySet[Trail]:
    """One more than is shown, to know whether there are earlier ones."""
    return rows.select_related("actor__unit").order_by("-id")[: _most(whole) + 1]


def _line(row: Trail, names: Names, is_hidden: bool = False) -> Line:
    actor = row.actor
    changes = () if is_hidden else _changes(_named(row.before, names), _named(row.after, names))
    return Line(
        at=row.at,
        who=str(actor) if actor else row.actor_name or DASH,
        unit=actor.unit.name if actor and actor.unit else "",
        action=trail_words.action(row.action),
        record=row.record,
        record_words=trail_words.record(row.record),
        label="" if is_hidden else row.label,
        changes=tuple(changes),
        address=row.address or "",
        refused=row.refused,
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for name in {**after, **before}:
        word, was = trail_words.field(name, before.get(name))
        _word, became = trail_words.field(name, after.get(name))
        if was != became:
            yield Changed(word, was if name in before else "", became if name in after else DASH)


def _names(rows: Iterable[Trail]) -> Names:
    """The names of the units and projects that lines give by key."""
    sides = [side for row in rows for side in (row.before, row.after)]
    units = {int(key) for side in sides for key in side.get("credit") or ()}
    projects = {side["project_id"] for side in sides if side.get("project_id")}
    found = Unit.objects.filter(pk__in=units).order_by().values_list("pk", "name")
    named = Project.objects.filter(pk__in=projects).order_by().values_list("pk", "name")
    return Names({str(pk): name for pk, name in found}, dict(named))


def _named(side: dict[str, Any], names: Names) -> dict[str, Any]:
    """The same with names in place of keys."""
    named = dict(side)
    if side.get("credit"):
        named["credit"] = {names.units.get(key, key): part for key, part in side["credit"].items()}
    if side.get("project_id"):
        named["project_id"] = names.projects.get(side["project_id"], side["project_id"])
    return named
