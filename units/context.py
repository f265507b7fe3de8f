"""What every page shows of the signed-in person: the navigation by right.

Owns: the entries of the navigation. Must never: decide a right itself (``access.py`` does) or run a
query.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.access import REACH, Reach, Right, may
from units.models import User


@dataclass(frozen=True, slots=True)
class NavEntry:
    label: str | Promise
    url: str
    is_here: bool


PAGES: tuple[tuple[str, Right, str | Promise], ...] = (
    ("ranking", Right.RANKING_VIEW, _("League table")),
    ("project-list", Right.PROJECT_VIEW, _("Projects")),
    ("receipt-list", Right.RECEIPT_VIEW, _("Receipts")),
    ("report-newest", Right.REPORT_VIEW, _("Monthly reports")),
    ("claim-list", Right.CLAIM_VIEW, _("Credit claims")),
    ("target-current", Right.TARGET_EDIT, _("Targets")),
    ("unit-list", Right.UNIT_EDIT, _("Units")),
    ("period-list", Right.PERIOD_VIEW, _("Quarters")),
    ("book-import", Right.IMPORT, _("Import")),
    ("trail", Right.TRAIL_VIEW, _("Trail")),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``nav``: the pages that the person's role opens, nothing for a visitor."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    found = [(_address(name), label) for name, right, label in PAGES if may(user, right)]
    if REACH.get(user.role) is Reach.UNIT and user.unit is not None:
        found.insert(0, (_address("unit-account", user.unit.code), _("Our account")))
    return {"nav": [NavEntry(label, url, _is_here(request, url)) for url, label in found if url]}


def _address(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest, url: str) -> bool:
    return request.path.startswith(url)
