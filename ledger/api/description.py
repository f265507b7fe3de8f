"""Builds the OpenAPI 3.1 document of the API, in the reader's language.

Everything comes from the declarations that also produce the responses, so the two cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.api import lists, problems, ranking
from ledger.api.problems import PREFIX
from ledger.api.resources import RESOURCES
from ledger.api.shapes import Field, Parameter, Resource, Schema, Words

VERSION = "1.0"
ABOUT = _(
    "Read-only figures of the investment accounts for other systems. Amounts are strings in yuan, so "
    "that nothing is lost; a completion is an exact decimal string. Only verified money ranks. A "
    "repeated question with If-None-Match costs nothing when nothing changed."
)
ETAG = {"description": _("Fingerprint of the answer"), "schema": {"type": "string"}}
RETRY = {"description": _("Seconds to wait"), "schema": {"type": "integer"}}


def document() -> dict[str, Any]:
    written: dict[str, Any] = _plain(
        {
            "openapi": "3.1.0",
            "info": {"title": _("Data interface"), "version": VERSION, "description": ABOUT},
            "servers": [{"url": "/"}],
            "security": [{"key": []}],
            "paths": _paths(),
            "components": {
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
                "schemas": _schemas(),
                "responses": {
                    f"problem{status}": _problem(status) for status in problems.SENTENCES
                },
            },
        }
    )
    return written


@dataclass(frozen=True, slots=True)
class Shown:
    """One endpoint for the HTML page: its URL, its parameters, and the fields of a response."""

    address: str
    words: Words
    parameters: Sequence[Parameter]
    key: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)


def readings() -> list[Shown]:
    first = Shown(f"{PREFIX}/ranking", ranking.WORDS, ranking.PARAMETERS)
    return [
        first,
        *(
            Shown(
                f"{PREFIX}/{resource.name}",
                resource.words,
                (*resource.parameters, *lists.PAGING),
                "code" if resource.key == "code" else "id",
                resource.fields,
            )
            for resource in RESOURCES
        ),
    ]


def _paths() -> dict[str, Any]:
    found = {
        f"{PREFIX}/ranking": _reading(
            "ranking", ranking.WORDS, ranking.PARAMETERS, "LeagueTable", (400, 404)
        )
    }
    for resource in RESOURCES:
        address = f"{PREFIX}/{resource.name}"
        name = _schema_name(resource)
        parameters = (*resource.parameters, *lists.PAGING)
        found[address] = _reading(resource.name, resource.words, parameters, f"{name}Page", (400,))
        found[f"{address}/{{key}}"] = _of_one(resource, name)
    return found


def _reading(
    name: str,
    words: Words,
    parameters: Sequence[Parameter],
    schema: str,
    refusals: tuple[int, ...],
) -> dict[str, Any]:
    answer = {
        "description": words,
        "headers": {"ETag": ETAG},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    statuses = sorted({*refusals, 401, 403, 426, 429, 500, 503})
    refused = {str(s): {"$ref": f"#/components/responses/problem{s}"} for s in statuses}
    return {
        "get": {
            "operationId": name,
            "summary": words,
            "parameters": [_parameter(parameter) for parameter in parameters],
            "responses": {"200": answer, "304": {"description": _("Nothing changed")}, **refused},
        }
    }


def _of_one(resource: Resource, name: str) -> dict[str, Any]:
    path = _reading(f"{resource.name}-one", resource.words, (), name, (400, 404))
    key = {"name": "key", "in": "path", "required": True, "schema": resource.key_schema}
    path["get"]["parameters"].append(key)
    return path


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "schema": parameter.schema,
        "description": parameter.words,
    }


def _schemas() -> dict[str, Schema]:
    found: dict[str, Schema] = {"LeagueTable": ranking.SCHEMA, "Problem": problems.SCHEMA}
    for resource in RESOURCES:
        name = _schema_name(resource)
        found[name] = lists.record_schema(resource)
        found[f"{name}Page"] = lists.page_schema({"$ref": f"#/components/schemas/{name}"})
    return found


def _schema_name(resource: Resource) -> str:
    """``entries`` -> ``Entry``, ``units`` -> ``Unit``."""
    ending = {"ies": "y"}.get(resource.name[-3:])
    one = resource.name[:-3] + ending if ending else resource.name[:-1]
    return one.capitalize()


def _problem(status: int) -> dict[str, Any]:
    title, _detail = problems.SENTENCES[status]
    reference = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {
        "description": title,
        "content": {problems.MEDIA_TYPE: {"schema": reference}},
    }
    return answer | ({"headers": {"Retry-After": RETRY}} if status in (429, 503) else {})


def _plain(value: Any) -> Any:
    """The value with every translatable text as a string in the reader's language."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
