"""Objections of units to their score, and the bureau's answers: the only module that writes them.

What was said is never changed; an objection is open until the bureau has answered it.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ledger.assessment import scheme as schemes
from ledger.assessment.record import newest
from ledger.models import ScoreRemark
from units import trail
from units.access import Right, demand
from units.ground.fingerprint import CHANGED
from units.ground.refusal import Conflict, Refusal, clean_or_refuse
from units.models import County, Unit, User


def of_unit(unit: Unit, year: int) -> QuerySet[ScoreRemark]:
    return ScoreRemark.objects.filter(unit=unit, year=year).select_related("recorded_by")


def waiting(county: County) -> QuerySet[ScoreRemark]:
    """Objections that nobody has answered yet, the oldest first."""
    later = ScoreRemark.objects.filter(
        unit=OuterRef("unit"), year=OuterRef("year"), item=OuterRef("item"), pk__gt=OuterRef("pk")
    )
    found = ScoreRemark.objects.filter(~Exists(later), county=county, is_answer=False)
    return found.select_related("unit")


@transaction.atomic
def record(
    unit: Unit,
    item: str,
    text: str,
    year: int,
    *,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> ScoreRemark:
    """Record an objection (by the unit) or the answer to it (by the bureau).

    ``seen`` is the objection that an answer has read; Conflict if another one came meanwhile.
    """
    is_answer = by.unit_id is None
    demand(by, Right.RECEIPT_VERIFY if is_answer else Right.REPORT_FILE)
    if by.county_id != unit.county_id or (not is_answer and by.unit_id != unit.pk):
        raise Refusal(_("A unit objects to its own score only."))
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    name = _item_name(unit, item, year, None if is_answer else timezone.localdate(at))
    if not text.strip():
        raise Refusal(_("Write the reason."), "text")
    last = of_unit(unit, year).filter(item=item).last()
    is_open = last is not None and not last.is_answer
    if is_answer and not is_open:
        raise Refusal(_("There is no objection to answer."))
    if is_answer and last is not None and seen is not None and seen != last.pk:
        raise Conflict(CHANGED)
    if not is_answer and is_open:
        raise Refusal(_("Your objection waits for the bureau's answer."))
    stored = ScoreRemark.objects.create(
        county_id=unit.county_id,
        year=year,
        item=item,
        unit=unit,
        is_answer=is_answer,
        text=clean_or_refuse(text, "text"),
        recorded_at=at,
        recorded_by=by,
    )
    action = "score.answer" if is_answer else "score.object"
    after = {"item": name, "reason": stored.text, "year": year}
    trail.record(by, action, stored, at=at, unit=unit, label=unit.name, after=after)
    return stored


def _item_name(unit: Unit, code: str, year: int, today: date | None) -> str:
    """The name of the item; ``today`` is the day of an objection, None for an answer.

    A unit objects to the items of its own group, until the scheme's day. An answer needs the
    objection only: the scheme may have lost the item since.
    """
    stored = newest(unit.county, year)
    scheme = schemes.read(stored.text) if stored else None
    item = next((each for each in scheme.items if each.code == code), None) if scheme else None
    if today is None:
        return item.name if item else code
    if scheme is None or item is None or not item.concerns(unit.kind):
        raise Refusal(_("Choose an item of the scheme."), "item")
    if scheme.objections_until and today > scheme.objections_until:
        day = date_format(scheme.objections_until)
        raise Refusal(_("Objections could be made until %(day)s.") % {"day": day})
    return item.name
