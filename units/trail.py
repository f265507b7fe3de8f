"""The trail (操作记录): who did what to which record, when and from where.

A line is written in the transaction of its action: an action that cannot be recorded does not
happen. The trail cannot be switched off, and no line ever changes.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db.models import Model

from units import links
from units.ground.copying import copy_in
from units.models import County, Trail, Unit, User

# Set by the middleware for each request; empty in commands.
address: ContextVar[str | None] = ContextVar("address", default=None)
# Whether this request's refusal is recorded already, so that it is not recorded twice.
refusal_noted: ContextVar[bool] = ContextVar("refusal_noted", default=False)

FIGURELESS: Final = "holds_no_figures"
View = TypeVar("View", bound=Callable[..., Any])


def holds_no_figures(view: View) -> View:
    """Marks a view whose files need no line in the trail."""
    setattr(view, FIGURELESS, True)
    return view


def name_of(record: Model) -> str:
    """Key for finding a record's history, such as ``receipt:17``."""
    return f"{record._meta.model_name}:{record.pk}"


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides reduced to the fields that differ."""
    fields = [field for field in after if before.get(field) != after[field]]
    return {f: before.get(f) for f in fields}, {f: after[f] for f in fields}


def record(
    by: User | None,
    action: str,
    record: Model | None = None,
    *,
    at: datetime,
    county: County | int | None = None,
    unit: Unit | None = None,
    label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    refused: bool = False,
) -> Trail:
    """Write one line. ``action`` is ``noun.verb``; ``before``/``after`` are JSON-ready fields."""
    written = line(
        by,
        action,
        record,
        at=at,
        county=county,
        unit=unit,
        label=label,
        before=before,
        after=after,
        refused=refused,
    )
    written.save(force_insert=True)
    links.place_after_commit(written.county_id)
    if refused:
        refusal_noted.set(True)
    return written


def page(
    by: User, action: str, path: str, *, at: datetime, parameters: dict[str, Any], refused: bool
) -> Trail:
    """Write one line about a page: refused, or figures exported."""
    after = {"parameters": parameters} if parameters else {}
    return record(by, action, at=at, unit=by.unit, label=path, after=after, refused=refused)


def record_many(lines: Iterable[Trail]) -> None:
    """Write lines made by ``line``, in order. An import writes tens of thousands."""
    written = list(lines)
    copy_in(Trail, written)
    for county in {line.county_id for line in written}:
        links.place_after_commit(county)


def line(
    by: User | None,
    action: str,
    record: Model | None = None,
    *,
    at: datetime,
    county: County | int | None = None,
    unit: Unit | None = None,
    label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    refused: bool = False,
) -> Trail:
    """An unsaved line, for ``record_many``."""
    return Trail(
        at=at,
        county_id=_county_id(by, county, unit),
        unit_id=unit.pk if unit else None,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else "",
        address=address.get(),
        action=action,
        record=name_of(record) if record is not None else "",
        label=_storable(label)[:200],
        before=_storable(before or {}),
        after=_storable(after or {}),
        refused=refused,
    )


def _storable(value: Any) -> Any:
    """NUL and lone surrogates replaced: no column takes them, and an address may contain them."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    return value


def _county_id(by: User | None, county: County | int | None, unit: Unit | None) -> int | None:
    if isinstance(county, County):
        return county.pk
    if county is not None:
        return county
    if unit is not None:
        return unit.county_id
    return by.county_id if by else None
