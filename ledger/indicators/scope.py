"""The scope (口径) of an indicator: which entries, projects or filings it counts.

A scope is a plain mapping, stored with the indicator; a name that is missing filters nothing.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

# The day on which a project reached a stage, by the name of the stage.
REACHED: Final = {
    "signed": "signed_on",
    "contract": "contract_on",
    "started": "started_on",
    "production": "production_on",
}
# What is counted of a project: its number, or an amount.
COUNTED: Final = {"number": "", "introduced": "introduced_amount", "total": "total_investment"}

Scope = Mapping[str, Any]


def entries(scope: Scope) -> Q:
    """The condition on entries; what an entry froze at posting decides (rule 8)."""
    return _common(scope, "", "origin") & _is_new(scope)


def projects(scope: Scope, start: date, end: date) -> Q:
    """The condition on projects that reached the stage from ``start`` to ``end``."""
    reached = REACHED[scope.get("stage", "signed")]
    found = _common(scope, "", "investor__origin") & Q(**{f"{reached}__range": (start, end)})
    if "least" in scope:
        found &= Q(total_investment__gte=Decimal(scope["least"]))
    if scope.get("is_new") is True:
        found &= Q(signed_on__gte=start)
    if scope.get("is_new") is False:
        found &= Q(signed_on__lt=start)
    return found


def _common(scope: Scope, path: str, origin: str) -> Q:
    found = Q()
    if "origins" in scope:
        found &= Q(**{f"{path}{origin}__in": scope["origins"]})
    if "industries" in scope:
        found &= Q(**{f"{path}industry__code__in": scope["industries"]})
    if "sectors" in scope:
        found &= Q(**{f"{path}industry__sector__in": scope["sectors"]})
    for flag in scope.get("without", ()):
        found &= Q(**{f"{path}industry__is_{flag}": False})
    return found


def _is_new(scope: Scope) -> Q:
    return Q(is_new=scope["is_new"]) if "is_new" in scope else Q()
