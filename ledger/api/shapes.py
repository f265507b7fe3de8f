"""The types that declare the API: fields, parameters and resources, each with a JSON schema.

The description and the responses are both made from these declarations. No queries or rules here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.ranking import query
from ledger.rules.months import Month
from units.access import Right
from units.models import User

Words = str | Promise
Schema = dict[str, Any]

MAX_ID = 2**63 - 1
TEXT: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
YUAN: Schema = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"}
EXACT: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MONTH: Schema = {"type": "string", "pattern": r"^(1979|19[89][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])$"}
COUNTY: Schema = {"type": "string", "pattern": r"^[0-9]{6}$"}
GROUP: Schema = {"type": "string", "pattern": r"^[a-z][a-z0-9]{0,9}$"}
UNIT: Schema = {"type": "string", "pattern": r"^[0-9A-Z]{1,20}$"}


def one_of(choices: Any) -> Schema:
    return {"type": "string", "enum": [str(value) for value in choices.values]}


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(fields: Mapping[str, Schema]) -> Schema:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


class Field(NamedTuple):
    """One field of a response: its schema, its meaning, and where the value comes from."""

    schema: Schema
    words: Words
    of: Callable[[Any], Any]


class Unreadable(ValueError):
    """A parameter was not understood; the message says what to write."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. ``read`` raises ValueError for a value that it does not understand."""

    name: str
    schema: Schema
    words: Words
    read: Callable[[str], Any]
    narrow: Callable[[QuerySet[Any], Any], QuerySet[Any]] = lambda rows, _value: rows

    @property
    def repeats(self) -> bool:
        return bool(self.schema["type"] == "array")


@dataclass(frozen=True, slots=True)
class Resource:
    """A list of records that one person may read. ``key`` is the field that names one in a URL."""

    name: str
    words: Words
    right: Right
    rows: Callable[[User], QuerySet[Any]]
    key: str
    key_schema: Schema
    fields: Mapping[str, Field]
    parameters: tuple[Parameter, ...]

    def answer(self, row: Any) -> dict[str, Any]:
        return {name: field.of(row) for name, field in self.fields.items()}


def matching(schema: Schema) -> Callable[[str], str]:
    """A reader for texts that match the schema's pattern or enumeration."""
    allowed = schema.get("enum")
    pattern = re.compile(schema.get("pattern", ".*").replace("$", r"\Z"))

    def read(text: str) -> str:
        if allowed is not None and text not in allowed:
            raise Unreadable(_("Write one of: %(choices)s.") % {"choices": ", ".join(allowed)})
        if not pattern.match(text):
            raise Unreadable(_("Write it as the description shows."))
        return text

    return read


def month_of(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Unreadable(_("Write the month as in 2012-06.")) from error


def day_of(text: str) -> date:
    day = query.day_of(text) if len(text) == len("2012-06-30") else None
    if day is None:
        raise Unreadable(_("Write the day as in 2012-06-30."))
    return day


def moment_of(text: str) -> datetime:
    moment = query.moment_of(text) if "T" in text else None
    if moment is None:
        raise Unreadable(_("Write the moment as in 2012-06-30T17:30:00+08:00."))
    return moment


def number_between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
            raise Unreadable(_("Write a whole number."))
        if not least <= int(text) <= most:
            words = _("Write a number from %(least)d to %(most)d.")
            raise Unreadable(words % {"least": least, "most": most})
        return int(text)

    return read
