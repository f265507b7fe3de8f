"""Context processor of every page: the navigation by right, and the name of the place at its head.

Rights are decided in ``access.py``. Users of a single county cost no query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.access import REACH, Reach, Right, counties_of, county_named, may
from units.models import User
from units.people.regions import region_name


@dataclass(frozen=True, slots=True)
class NavEntry:
    label: str | Promise
    url: str
    is_here: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A group of pages; one with a single page is shown as that page."""

    label: str | Promise
    entries: list[NavEntry]

    @property
    def is_here(self) -> bool:
        return any(entry.is_here for entry in self.entries)


PAGES: tuple[tuple[str, Right, str | Promise], ...] = (
    ("ranking-newest", Right.RANKING_VIEW, _("League table")),
    ("score-newest", Right.RANKING_VIEW, pgettext_lazy("navigation", "Score")),
    ("composition", Right.RANKING_VIEW, _("Composition")),
    ("meeting", Right.RANKING_VIEW, _("Meeting")),
    ("paper-check", Right.RANKING_VIEW, _("Check a paper")),
    ("project-list", Right.PROJECT_VIEW, _("Projects")),
    ("receipt-list", Right.RECEIPT_VIEW, _("Receipts")),
    ("report-newest", Right.REPORT_VIEW, pgettext_lazy("navigation", "Reports")),
    ("claim-list", Right.CLAIM_VIEW, pgettext_lazy("navigation", "Claims")),
    ("target-current", Right.TARGET_EDIT, _("Targets")),
    ("unit-list", Right.UNIT_EDIT, _("Units")),
    ("county", Right.COUNTY_EDIT, pgettext_lazy("navigation", "County")),
    ("period-list", Right.PERIOD_VIEW, _("Quarters")),
    ("book-import", Right.IMPORT, _("Import")),
    ("trail", Right.TRAIL_VIEW, _("Trail")),
    ("person-list", Right.PEOPLE_VIEW, _("People")),
)

# The groups of the navigation; pages of no group stand before them.
MENUS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        pgettext_lazy("navigation", "Accounts"),
        ("ranking-newest", "score-newest", "composition", "meeting", "paper-check"),
    ),
    (
        pgettext_lazy("navigation", "Work"),
        ("project-list", "receipt-list", "report-newest", "claim-list"),
    ),
    (
        pgettext_lazy("navigation", "Administration"),
        (
            *("period-list", "target-current", "unit-list", "county", "person-list"),
            *("book-import", "trail"),
        ),
    ),
)


# Pages that show everything within a region leader's reach; the others are about one county.
OF_ALL_COUNTIES = ("project-list", "receipt-list")


Processor = Callable[[HttpRequest], dict[str, Any]]


def once_a_request(processor: Processor) -> Processor:
    """Django calls a context processor for every table of a page; compute the answer once."""
    name = f"_{processor.__name__}_shown"

    @wraps(processor)
    def asked_once(request: HttpRequest) -> dict[str, Any]:
        if name not in request.__dict__:
            request.__dict__[name] = processor(request)
        found: dict[str, Any] = request.__dict__[name]
        return found

    return asked_once


@once_a_request
def navigation(request: HttpRequest) -> dict[str, Any]:
    """``nav``: pages the role may open; ``place``: the user's place. Empty for a visitor."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    pages = [(name, label) for name, right, label in PAGES if may(user, right)]
    found = [(_address(name), label, name) for name, label in pages]
    if REACH.get(user.role) is Reach.UNIT and user.unit is not None:
        found.insert(0, (_address("unit-account", user.unit.code), _("Our account"), ""))
    searches = {"may_search": may(user, Right.PROJECT_VIEW), "version": settings.VERSION}
    if user.region:
        return searches | _of_region(request, user, pages)
    entries = _entries(request, found)
    return searches | {"nav": entries, "menus": _menus(entries), "place": user.county or ""}


def _menus(entries: list[NavEntry]) -> list[Menu]:
    """Pages of no group first, each by itself."""
    grouped = {name for _label, names in MENUS for name in names}
    found = [Menu(entry.label, [entry]) for entry in entries if entry.name not in grouped]
    for label, names in MENUS:
        if inside := [entry for name in names for entry in entries if entry.name == name]:
            found.append(Menu(label, inside))
    return found


def _of_region(
    request: HttpRequest, user: User, pages: list[tuple[str, str | Promise]]
) -> dict[str, Any]:
    """Counties first; the pages of one county once the query string names one."""
    counties = list(counties_of(user))
    named = county_named(request) or (counties[0] if len(counties) == 1 else None)
    query = f"?county={named.code}" if named and len(counties) > 1 else ""
    shown = [page for page in pages if named or page[0] in OF_ALL_COUNTIES]
    found = [(_address(name), label, name) for name, label in shown]
    entries = _entries(request, found, query)
    if len(counties) > 1:
        counties_page = (_address("region-newest"), _("Counties"), "")
        entries = _entries(request, [counties_page]) + entries
    return {
        "nav": entries,
        "menus": _menus(entries),
        "place": named or region_name(user.region),
        "named_county": named.code if query and named else "",
    }


def _entries(
    request: HttpRequest, found: list[tuple[str, str | Promise, str]], query: str = ""
) -> list[NavEntry]:
    return [
        NavEntry(label, f"{url}{query}", _is_here(request, url), name)
        for url, label, name in found
        if url
    ]


def _address(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest, url: str) -> bool:
    return request.path.startswith(url)
