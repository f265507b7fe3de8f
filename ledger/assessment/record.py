"""Recording a county's scheme and the points that are given: the only module that writes them.

A version of a scheme, a claim and a given mark are never changed; the newest one holds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ledger.assessment import scheme as schemes
from ledger.assessment.scheme import Item, Method, Scheme, SchemeError
from ledger.assessment.scoring import Given
from ledger.models import AssessmentScheme, GivenPoints
from units import trail
from units.access import Right, demand
from units.ground.money import exact
from units.ground.refusal import Conflict, Refusal, clean_or_refuse
from units.models import MAIN, County, Indicator, Unit, User

MAX_TEXT = 60_000


def in_force(
    county: County, as_of: date, known_by: datetime | None = None
) -> AssessmentScheme | None:
    """The newest version of the year that is effective on the day."""
    rows = AssessmentScheme.objects.filter(county=county, year=as_of.year, effective_on__lte=as_of)
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    return rows.order_by("-effective_on", "-id").first()


def newest(county: County, year: int) -> AssessmentScheme | None:
    return AssessmentScheme.objects.filter(county=county, year=year).last()


def checked(text: str, county: County) -> Scheme:
    """The scheme of a text, sound and about what the county has. Raises Refusal with the place."""
    try:
        found = schemes.read(text)
        codes = Indicator.objects.filter(county=county).values_list("code", flat=True)
        found.demand_known([MAIN, *codes], [group.code for group in county.kinds])
    except SchemeError as error:
        raise Refusal(sentence_of(error), "text") from error
    return found


def sentence_of(error: SchemeError) -> str:
    """In the reader's language, with the item that it is about."""
    said = _now(error.sentence)
    said = said % error.params if error.params else said
    return f"{error.place}: {said}" if error.place else said


@transaction.atomic
def record(
    text: str,
    county: County,
    *,
    by: User | None,
    at: datetime,
    seen: int | None = None,
    year: int | None = None,
) -> AssessmentScheme:
    """Record a version, unless it is the newest one's text.

    ``seen`` is the version that was seen, ``year`` that of the page.
    """
    if by is not None:
        demand(by, Right.TARGET_EDIT)
        if by.county_id != county.pk:
            raise Refusal(_("Only the county's own bureau sets its scheme."))
    if len(text) > MAX_TEXT:
        raise Refusal(_("The scheme is too long."), "text")
    text = clean_or_refuse(text.replace("\r\n", "\n"), "text", multiline=True) + "\n"
    found = checked(text, county)
    if year is not None and found.year != year:
        sentence = _("The text says year = %(said)d; on this page write year = %(year)d.")
        raise Refusal(sentence % {"said": found.year, "year": year}, "text")
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    last = newest(county, found.year)
    if seen is not None and seen != (last.pk if last else 0):
        raise Conflict(_("Somebody recorded another version after you opened this page."))
    if last is not None and last.text == text:
        return last
    stored = AssessmentScheme.objects.create(
        county=county,
        year=found.year,
        text=text,
        name=found.name[:100],
        document_no=found.document_no[:100],
        effective_on=found.effective_on or date(found.year, 1, 1),
        recorded_at=at,
        recorded_by=by,
    )
    after = {"name": found.name, "year": found.year, "document_no": found.document_no}
    trail.record(by, "scheme.record", stored, at=at, county=county, label=found.name, after=after)
    return stored


@dataclass(frozen=True, slots=True)
class Mark:
    """Points claimed by a unit, or given to it by the bureau, with the reason."""

    unit: Unit
    item: str
    points: Decimal
    reason: str


@transaction.atomic
def give(mark: Mark, year: int, *, by: User, at: datetime) -> GivenPoints:
    """Record a claim (by the unit) or a mark (by the bureau)."""
    is_claim = by.unit_id is not None
    demand(by, Right.REPORT_FILE if is_claim else Right.RECEIPT_VERIFY)
    if by.county_id != mark.unit.county_id or (is_claim and by.unit_id != mark.unit.pk):
        raise Refusal(_("A unit assesses itself only."))
    item = _item(mark, year, timezone.localdate(at) if is_claim else None)
    if not 0 <= mark.points <= item.points:
        sentence = _("Write points from 0 to %(most)s.")
        raise Refusal(sentence % {"most": exact(item.points)}, "points")
    if not mark.reason.strip():
        raise Refusal(_("Write the reason and what proves it."), "reason")
    stored = GivenPoints.objects.create(
        county_id=mark.unit.county_id,
        year=year,
        item=mark.item,
        unit=mark.unit,
        is_claim=is_claim,
        points=mark.points,
        reason=clean_or_refuse(mark.reason, "reason"),
        recorded_at=at,
        recorded_by=by,
    )
    after = {"item": item.name, "points": mark.points, "reason": stored.reason, "year": year}
    action = "score.claim" if is_claim else "score.give"
    trail.record(by, action, stored, at=at, unit=mark.unit, label=mark.unit.name, after=after)
    return stored


def _item(mark: Mark, year: int, claimed_on: date | None) -> Item:
    stored = newest(mark.unit.county, year)
    scheme = schemes.read(stored.text) if stored else None
    items = scheme.items if scheme else ()
    until = scheme.claims_until if scheme else None
    if claimed_on is not None and until is not None and claimed_on > until:
        raise Refusal(
            _("The self-assessment could be made until %(day)s.") % {"day": date_format(until)}
        )
    found = next((item for item in items if item.code == mark.item), None)
    if found is None or found.method is not Method.GIVEN:
        raise Refusal(_("Nothing is given for this item; its points are computed."), "item")
    return found


def given(county: County, as_of: date, known_by: datetime | None) -> dict[int, dict[str, Given]]:
    """By unit id and item: the newest claim and the newest mark, in one query."""
    rows = GivenPoints.objects.filter(county=county, year=as_of.year)
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    found: dict[int, dict[str, Given]] = {}
    for row in rows.order_by("id"):
        held = found.setdefault(row.unit_id, {})
        before = held.get(row.item, Given())
        points = Fraction(row.points)
        held[row.item] = (
            Given(points, before.points, before.reason)
            if row.is_claim
            else Given(before.claimed, points, row.reason)
        )
    return found
