"""Searches units, projects, investors, receipts and papers by words as people type them.

Receipts are found by voucher number, by amount (12.35, 12.35万, 123500元) and by the person who
entered or verified them; targets by their document number. Finds only what the person may open.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode

from ledger.entries.reach import receipts_of
from ledger.entries.reversed import state_word, with_reversed
from ledger.models import Receipt
from projects.filters import ProjectFilter
from projects.models import Investor, Project
from projects.reach import projects_of
from units.access import units_of
from units.ground.money import WAN, YUAN, AmountError, parse_amount, wan_short
from units.ground.text import key
from units.models import County, Target, Unit, User

MAX = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A result: its name, its URL, and what distinguishes it from others of the same name."""

    name: str
    url: str
    beside: str


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind; ``url`` leads to the list of all, where such a page exists."""

    kind: str
    count: int
    hits: tuple[Hit, ...]
    url: str = ""


def search(words: str, user: User, county: County | None, today: date) -> list[Group]:
    """Every word must match; without words nothing is searched."""
    if not words:
        return []
    return [
        _group("unit", _units(words, user), _unit_hit),
        _projects(words, user, county, today),
        _group("investor", _investors(words, user), _investor_hit),
        _group("receipt", _receipts(words, user), _receipt_hit),
        _group("document", _documents(words, user), _document_hit),
    ]


def _units(words: str, user: User) -> QuerySet[Unit]:
    rows = units_of(user).select_related("county")
    for word in words.split():
        rows = rows.filter(Q(name_key__contains=key(word)) | Q(code__icontains=word))
    return rows.order_by("county__code", "kind", "order", "code")


def _unit_hit(unit: Unit) -> Hit:
    url = reverse("unit-account", args=[unit.code])
    return Hit(
        unit.name, url, f"{unit.county.name} · {unit.county.group(unit.kind).title} · {unit.code}"
    )


def _receipts(words: str, user: User) -> QuerySet[Receipt]:
    """By the whole text as a voucher number, an amount or a person; newest first."""
    asked = Q(voucher_no__icontains=words) | Q(amount__in=amounts_of(words))
    for person in ("entered_by", "verified_by"):
        asked |= Q(**{f"{person}__display_name": words})
    rows = with_reversed(receipts_of(user).filter(asked)).select_related("project", "unit")
    return rows.order_by("-received_on", "-pk")


def amounts_of(words: str) -> list[Decimal]:
    """元 that the text may mean; without a unit both 万元 and 元."""
    found = []
    for unit in (WAN, YUAN):
        with suppress(AmountError):
            found.append(parse_amount(words, unit))
    return list(dict.fromkeys(found))


def _receipt_hit(receipt: Receipt) -> Hit:
    day = date_format(receipt.received_on, "SHORT_DATE_FORMAT")
    parts = (receipt.project.name, receipt.unit.name, day, f"{wan_short(receipt.amount)}万元")
    beside = " · ".join((*parts, str(state_word(receipt))))
    return Hit(receipt.voucher_no, reverse("receipt-detail", args=[receipt.pk]), beside)


def _documents(words: str, user: User) -> QuerySet[Target]:
    rows = Target.objects.filter(unit__in=units_of(user), document_no__icontains=words)
    return rows.select_related("unit").order_by("-year", "unit__kind", "unit__order", "-pk")


def _document_hit(target: Target) -> Hit:
    url = reverse("unit-targets", args=[target.unit.code])
    return Hit(target.document_no, url, f"{target.unit.name} · {target.year}")


def _investors(words: str, user: User) -> QuerySet[Investor]:
    """Investors of the projects that the person may see."""
    seen = projects_of(user)
    rows = Investor.objects.filter(pk__in=seen.values("investor"))
    for word in words.split():
        rows = rows.filter(
            Q(name_key__contains=key(word))
            | Q(credit_code__iexact=word)
            | Q(origin_place__icontains=word)
        )
    mine = Count("projects", filter=Q(projects__in=seen.values("pk")), distinct=True)
    return rows.annotate(mine=mine).order_by("-mine", "name_key")


def _investor_hit(investor: Any) -> Hit:
    url = f"{reverse('project-list')}?{urlencode({'q': investor.name})}"
    parts = (investor.get_origin_display(), investor.origin_place, str(investor.mine))
    return Hit(investor.name, url, " · ".join(part for part in parts if part))


def _projects(words: str, user: User, county: County | None, today: date) -> Group:
    """Filters as the list of projects does, so that its page shows the same ones."""
    query = QueryDict(mutable=True)
    query["q"] = words
    rows = ProjectFilter(query, projects_of(user), county, today).qs
    found = rows.select_related("county", "investor", "lead_unit").order_by("-signed_on", "-pk")
    url = f"{reverse('project-list')}?{urlencode({'q': words})}"
    return _group("project", found, partial(_project_hit, with_county=bool(user.region)), url)


def _project_hit(project: Project, with_county: bool) -> Hit:
    county = project.county.name if with_county else ""
    investor = project.investor.name if project.investor else ""
    parts = (county, project.lead_unit.name, investor, project.get_stage_display())
    beside = " · ".join(str(part) for part in parts if part)
    return Hit(project.name, reverse("project-detail", args=[project.pk]), beside)


def _group(kind: str, rows: QuerySet[Any], hit: Callable[[Any], Hit], url: str = "") -> Group:
    """Runs a count only when there are more results than are shown."""
    found = list(rows[: MAX + 1])
    count = len(found) if len(found) <= MAX else rows.order_by().count()
    return Group(kind, count, tuple(hit(row) for row in found[:MAX]), url if found else "")
