"""The league table for other systems: exactly the document of ``ledger/ranking/document.py``.

Declares its schema and parameters. A parameter that is not understood is an error, never another
table.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.api.problems import Problem, bad_request
from ledger.api.shapes import (
    BOOLEAN,
    COUNT,
    COUNTY,
    DAY,
    EXACT,
    GROUP,
    MOMENT,
    MONTH,
    TEXT,
    UNIT,
    YUAN,
    Parameter,
    Schema,
    Words,
    day_of,
    matching,
    maybe,
    moment_of,
    month_of,
    record,
    several,
)
from ledger.ranking import columns, query
from ledger.ranking import document as interchange
from ledger.ranking.columns import IN_JSON, Shape
from ledger.ranking.gathering import EXCLUSIONS
from ledger.ranking.query import TableQuery, newest_month
from ledger.rules.months import Month
from ledger.rules.standing import Tier
from units.access import counties_of
from units.models import County, User

WORDS: Words = _("League table")

SCHEMAS: dict[Shape, Schema] = {
    columns.TEXT: TEXT,
    columns.CODE: UNIT,
    columns.KIND: GROUP,
    columns.RANK: {"type": "integer", "minimum": 1},
    columns.AMOUNT: YUAN,
    columns.GAP: YUAN,
    columns.PERCENT: EXACT,
    columns.POINTS: EXACT,
    columns.TIER: {"type": "string", "enum": [str(tier) for tier in Tier]},
}
ROW = record(
    {
        column.json: SCHEMAS[column.shape] if column.always else maybe(SCHEMAS[column.shape])
        for column in IN_JSON
    }
)
SECTION = record(
    {
        "kind": GROUP,
        "tiers": record({str(tier): COUNT for tier in Tier}),
        "rows": several(ROW),
    }
)
HEADLINE = record(
    {
        "target": YUAN,
        "received": YUAN,
        "completion": maybe(EXACT),
        "gap": maybe(YUAN),
        "gap_points": maybe(EXACT),
        "over_half": BOOLEAN,
        "projects": COUNT,
        "contracts": COUNT,
        "total_investment": YUAN,
        "introduced": YUAN,
    }
)
SCHEMA = record(
    {
        "county": COUNTY,
        "as_of": DAY,
        "benchmark_percent": maybe(EXACT),
        "headline": HEADLINE,
        "sections": several(SECTION),
    }
)

LEFT_OUT = {"type": "string", "enum": sorted(EXCLUSIONS)}
PARAMETERS = (
    Parameter(
        "county", COUNTY, _("The county; needed where the key reads several."), matching(COUNTY)
    ),
    Parameter(
        "month",
        MONTH,
        _(
            "The table as of this month's end; the announced one where it ends a closed quarter. "
            "By default the newest month with money."
        ),
        month_of,
    ),
    Parameter("as_of", DAY, _("Counted up to this day of the month's year."), day_of),
    Parameter("known_by", MOMENT, _("Only what was posted by this moment."), moment_of),
    Parameter(
        "without", several(LEFT_OUT), _("What is left out of the money."), matching(LEFT_OUT)
    ),
)


def document(user: User, requested: dict[str, Any], today: date) -> dict[str, Any]:
    county = _county(user, requested.get("county"))
    month: Month = requested.get("month") or newest_month(county, today)
    if month.first_day > today:
        raise bad_request({"month": _("This month has not begun yet.")})
    day = requested.get("as_of")
    if day is not None and day.year != month.year:
        raise bad_request({"as_of": _("Choose a day of the month's year.")})
    without = frozenset(requested.get("without", ()))
    values_of = TableQuery(month, day, requested.get("known_by"), without)
    return interchange.document(query.answer(county, values_of, today).seen_by(user))


def _county(user: User, code: str | None) -> County:
    found = list(counties_of(user).filter(**({"code": code} if code else {}))[:2])
    if not found:
        raise Problem(404)
    if len(found) > 1:
        raise bad_request({"county": _("The key reads several counties. Name one by its code.")})
    return found[0]
