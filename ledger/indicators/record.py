"""Adding and changing a county's indicators: the only module that writes them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground.fingerprint import demand_seen, of_row
from units.ground.refusal import Refusal, clean_or_refuse
from units.models import MAIN, County, Indicator, User

Source = Indicator.Source
MOST = 30


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """An indicator as it is typed; ``scope`` as ``indicators/scope.py`` reads it."""

    code: str
    name: str
    measure: str
    source: str
    name_en: str = ""
    order: int = 0
    scope: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def save(
    draft: IndicatorDraft,
    *,
    county: County,
    by: User,
    at: datetime,
    indicator: Indicator | None = None,
    seen: str | None = None,
) -> Indicator:
    """Add an indicator, or change ``indicator``; source and code stay once it is there.

    ``seen`` is the indicator's ``of_row`` that a form carried.
    """
    demand(by, Right.TARGET_EDIT)
    if by.county_id != county.pk:
        raise Refusal(_("Only the county's own bureau sets its indicators."))
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if indicator is not None and seen is not None:
        indicator.refresh_from_db()
        demand_seen(seen, of_row(indicator))
    given = _columns(draft)
    for objection in _objections(draft, county, indicator):
        raise objection
    before = {} if indicator is None else {name: getattr(indicator, name) for name in given}
    stored = indicator or Indicator(county=county)
    for name, value in given.items():
        setattr(stored, name, value)
    stored.save()
    was, now = trail.changes(before, given)
    if now:
        action = "indicator.change" if indicator else "indicator.add"
        trail.record(
            by, action, stored, at=at, county=county, label=stored.name, before=was, after=now
        )
    return stored


def _columns(draft: IndicatorDraft) -> dict[str, Any]:
    return {
        "code": draft.code,
        "name": clean_or_refuse(draft.name, "name"),
        "name_en": clean_or_refuse(draft.name_en, "name_en"),
        "measure": draft.measure,
        "source": draft.source,
        "order": draft.order,
        "scope": draft.scope,
    }


def _objections(
    draft: IndicatorDraft, county: County, indicator: Indicator | None
) -> Iterator[Refusal]:
    others = Indicator.objects.filter(county=county)
    others = others.exclude(pk=indicator.pk) if indicator else others
    codes = {other.code for other in others} | {MAIN}
    if not draft.name.strip():
        yield Refusal(_("Write the name of the indicator."), "name")
    if draft.code in codes:
        yield Refusal(_("This code is in use already."), "code")
    if len(codes) > MOST:
        yield Refusal(_("A county has at most %(most)d indicators.") % {"most": MOST}, "name")
    if indicator is not None and (indicator.code, indicator.source) != (draft.code, draft.source):
        yield Refusal(_("Code and source stay; add another indicator instead."), "source")
    yield from _against_measure(draft)
    yield from _against_ratio(draft, codes, county)


def _against_measure(draft: IndicatorDraft) -> Iterator[Refusal]:
    is_amount = draft.source == Source.RECEIVED or draft.scope.get("counted", "number") != "number"
    if draft.source == Source.RATIO and draft.measure != Indicator.Measure.PERCENT:
        yield Refusal(_("A ratio is measured in percent."), "measure")
    if draft.source == Source.RECEIVED and draft.measure != Indicator.Measure.WAN:
        yield Refusal(_("Money received is measured in 万元."), "measure")
    if draft.source == Source.PROJECTS and is_amount != (draft.measure == Indicator.Measure.WAN):
        yield Refusal(
            _("Amounts of projects are measured in 万元, their number in items."), "measure"
        )


def _against_ratio(draft: IndicatorDraft, codes: set[str], county: County) -> Iterator[Refusal]:
    if draft.source != Source.RATIO:
        return
    top, bottom = draft.scope.get("top", ""), draft.scope.get("bottom", "")
    if top not in codes or bottom not in codes or top == bottom:
        yield Refusal(_("Choose two different indicators to divide."), "top")
    ratios = Indicator.objects.filter(county=county, source=Source.RATIO)
    if ratios.filter(code__in=(top, bottom)).exists():
        yield Refusal(_("A ratio divides sums, not other ratios."), "top")
