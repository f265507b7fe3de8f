"""Targets that a city or province sets for a whole county: recording one, and the one in force.

An earlier version never changes (rule 10). The county's own target is not stored here: it is the
sum of its units' targets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground.fingerprint import demand_seen, fingerprint
from units.ground.refusal import Refusal
from units.models import County, CountyTarget, User


@dataclass(frozen=True, slots=True)
class CountyTargetDraft:
    """元 of the year, and cumulative 元 of the first three quarters."""

    issuer: str
    amount: Decimal
    due: tuple[Decimal, Decimal, Decimal]
    effective_on: date
    document_no: str


def in_force(
    counties: Iterable[County], as_of: date, known_by: datetime | None = None
) -> dict[tuple[int, str], CountyTarget]:
    """The newest version in force on the day by county id and issuer. One query."""
    rows = CountyTarget.objects.filter(
        county__in=[county.pk for county in counties],
        year=as_of.year,
        effective_on__lte=as_of,
    )
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    newest = rows.order_by("county_id", "issuer", "-effective_on", "-pk").distinct(
        "county_id", "issuer"
    )
    return {(target.county_id, target.issuer): target for target in newest}


def versions(county: County, year: int) -> QuerySet[CountyTarget]:
    """Every version of the year, newest first."""
    rows = CountyTarget.objects.filter(county=county, year=year).select_related("recorded_by")
    return rows.order_by("issuer", "-effective_on", "-pk")


def versions_seen(county: County, year: int) -> str:
    """The fingerprint of the versions of the year that a page has shown."""
    return fingerprint(list(versions(county, year).values_list("pk", flat=True)))


@transaction.atomic
def record(
    county: County, year: int, draft: CountyTargetDraft, *, seen: str, by: User, at: datetime
) -> CountyTarget:
    """Record a version, unless it equals the current one. An amount of zero removes the target.

    Raises Conflict unless ``seen`` is ``versions_seen`` of the versions that are recorded.
    """
    demand(by, Right.TARGET_EDIT)
    if by.county_id != county.pk:
        raise Refusal(_("Only the county's own bureau records its targets."))
    County.objects.select_for_update(no_key=True).get(pk=county.pk)  # one change at a time
    held = in_force([county], date(year, 12, 31)).get((county.pk, draft.issuer))
    if held is not None and _facts(held) == _drafted(draft):
        return held
    demand_seen(seen, versions_seen(county, year))
    _demand_sound(draft, year, held)
    target = CountyTarget.objects.create(
        county=county,
        year=year,
        issuer=draft.issuer,
        amount=draft.amount,
        due_first=draft.due[0],
        due_second=draft.due[1],
        due_third=draft.due[2],
        effective_on=draft.effective_on,
        document_no=draft.document_no,
        recorded_at=at,
        recorded_by=by,
    )
    before = _facts(held) if held else {}
    after = {"year": year, "issuer": draft.issuer} | _drafted(draft)
    label = f"{county.name} {year}"
    trail.record(
        by,
        "county_target.record",
        target,
        at=at,
        county=county,
        label=label,
        before=before,
        after=after,
    )
    return target


def _demand_sound(draft: CountyTargetDraft, year: int, held: CountyTarget | None) -> None:
    if not _is_rising((Decimal(0), *draft.due, draft.amount)):
        sentence = _("The quarter targets must rise up to the annual target.")
        raise Refusal(sentence, "due_third")
    if draft.effective_on.year != year:
        sentence = _("The day must lie in %(year)d. Targets hold within their year.")
        raise Refusal(sentence % {"year": year}, "effective_on")
    if not draft.document_no:
        raise Refusal(_("Write the number of the document that sets the targets."), "document_no")
    if held is not None and draft.effective_on < held.effective_on:
        sentence = _("A target is effective on %(day)s. Choose that day or a later one.")
        raise Refusal(sentence % {"day": date_format(held.effective_on)}, "effective_on")


def _is_rising(parts: Sequence[Decimal]) -> bool:
    return all(before <= after for before, after in pairwise(parts))


def _facts(target: CountyTarget) -> dict[str, object]:
    return {
        "amount": target.amount,
        "due": list(target.due),
        "effective_on": target.effective_on,
        "document_no": target.document_no,
    }


def _drafted(draft: CountyTargetDraft) -> dict[str, object]:
    return {
        "amount": draft.amount,
        "due": [*draft.due, draft.amount],
        "effective_on": draft.effective_on,
        "document_no": draft.document_no,
    }
