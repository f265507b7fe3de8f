"""Lists of records, page by page, and single records by key.

Pages continue after a key, not at an offset, so a record that exists throughout is neither skipped
nor repeated, and the list is never counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ledger.api.problems import Problem, bad_request
from ledger.api.shapes import (
    MAX_ID,
    Parameter,
    Resource,
    Schema,
    Unreadable,
    Words,
    maybe,
    number_between,
    record,
    several,
)
from units.models import User

USUAL_PAGE, LARGEST_PAGE = 100, 500
LIMIT = Parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
    _("How many records a page holds."),
    number_between(1, LARGEST_PAGE),
)
AFTER = Parameter(
    "after",
    {"type": "integer", "minimum": 0, "maximum": MAX_ID},
    _("Where the page begins; take it from “next”."),
    number_between(0, MAX_ID),
)
PAGING = (LIMIT, AFTER)


def record_schema(resource: Resource) -> Schema:
    schema = record({name: field.schema for name, field in resource.fields.items()})
    for name, field in resource.fields.items():
        schema["properties"][name] = field.schema | {"description": field.words}
    return schema


def page_schema(item: Schema) -> Schema:
    address = {"type": "string", "format": "uri-reference"}
    return record({"items": several(item), "next": maybe(address)})


def page(resource: Resource, user: User, requested: dict[str, Any], address: str) -> dict[str, Any]:
    """One page with the URL of the next one; null on the last page."""
    rows = resource.rows(user).order_by("pk").filter(pk__gt=requested.get("after", 0))
    for parameter in resource.parameters:
        if parameter.name in requested:
            rows = parameter.narrow(rows, requested[parameter.name])
    limit = requested.get("limit", USUAL_PAGE)
    found = list(rows[: limit + 1])
    shown, is_last = found[:limit], len(found) <= limit
    return {
        "items": [resource.answer(row) for row in shown],
        "next": None if is_last else f"{address}after={shown[-1].pk}",
    }


def one(resource: Resource, user: User, key: str | int) -> dict[str, Any]:
    if isinstance(key, int) and key > MAX_ID:
        raise Problem(404)
    row = resource.rows(user).filter(**{resource.key: key}).first()
    if row is None:
        raise Problem(404)
    return resource.answer(row)


def values_of(query: QueryDict, known: Sequence[Parameter]) -> dict[str, Any]:
    """The parsed parameters; everything not understood is reported at once."""
    by_name = {parameter.name: parameter for parameter in known}
    found: dict[str, Any] = {}
    refused: dict[str, Words] = {}
    for name, texts in query.lists():
        try:
            found[name] = _read(by_name.get(name), texts)
        except Unreadable as unreadable:
            refused[name] = unreadable.words
    if refused:
        raise bad_request(refused)
    return found


def _read(parameter: Parameter | None, texts: list[str]) -> Any:
    if parameter is None:
        raise Unreadable(_("The interface knows no such parameter."))
    if parameter.repeats:
        return [parameter.read(text) for text in texts]
    if len(texts) > 1:
        raise Unreadable(_("Name it once."))
    return parameter.read(texts[0])


def address_without(path: str, query: QueryDict, left_out: str) -> str:
    """The URL without one parameter, so that it can be added anew."""
    kept: Mapping[str, list[str]] = {
        name: texts for name, texts in query.lists() if name != left_out
    }
    words = urlencode(kept, doseq=True)
    return f"{path}?{words}&" if words else f"{path}?"
