"""Figures that units file: filed with evidence, verified by somebody else, corrected by reversal.

The only writes of filings and of verified figures. A verified figure is never changed: it is
appended to the chain of its county and year, and taken back by a new one with the reason, as
entries are (rule 9). Each action is one transaction that also writes the trail.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger.models import FiledFigure, Filing
from ledger.rules import chain
from units import trail
from units.access import Right, demand
from units.ground.refusal import Conflict, Refusal, clean_or_refuse
from units.models import County, Indicator, Unit, User

# What decides a figure, by the attribute that holds it; the bytes of a hash name never change.
COVERED = {
    "county": "county_id",
    "year": "year",
    "position": "position",
    "filing": "filing_id",
    "indicator": "indicator_id",
    "unit": "unit_id",
    "month": "month",
    "value": "value",
    "reverses": "reverses_id",
    "reason": "reason",
    "posted_by": "posted_by_id",
    "posted_at": "posted_at",
}


@dataclass(frozen=True, slots=True)
class FilingDraft:
    """A unit's figure of a month and what proves it."""

    indicator: Indicator
    unit: Unit
    month: date
    value: Decimal
    voucher: str
    note: str = ""
    key: uuid.UUID | None = None


@transaction.atomic
def file(draft: FilingDraft, *, by: User, at: datetime, today: date) -> Filing:
    """File a figure; the same key again finds the first filing."""
    demand(by, Right.REPORT_FILE)
    if by.unit_id != draft.unit.pk:
        raise Refusal(_("A unit files its own figures only."))
    if draft.key and (known := Filing.objects.filter(key=draft.key).first()):
        return known
    for objection in _objections(draft, today):
        raise objection
    filing = Filing.objects.create(
        county_id=draft.unit.county_id,
        indicator=draft.indicator,
        unit=draft.unit,
        key=draft.key or uuid.uuid4(),
        month=draft.month,
        value=draft.value,
        voucher=clean_or_refuse(draft.voucher, "voucher"),
        note=clean_or_refuse(draft.note, "note"),
        filed_by=by,
        filed_at=at,
    )
    _note(by, "filing.file", filing, at, {"amount": draft.value, "month": draft.month})
    return filing


def _objections(draft: FilingDraft, today: date) -> Iterator[Refusal]:
    if draft.indicator.source != Indicator.Source.FILED:
        yield Refusal(_("Figures are filed for an indicator of that source only."), "indicator")
    if draft.indicator.county_id != draft.unit.county_id:
        yield Refusal(_("This unit belongs to another county."))
    if draft.month.day != 1 or draft.month > today:
        yield Refusal(_("Choose a month that has begun."), "month")
    if draft.value <= 0:
        yield Refusal(_("Write an amount above zero."), "value")
    if not draft.voucher.strip():
        yield Refusal(_("Name what proves the figure: document, list or photograph."), "voucher")
    same = Filing.objects.filter(
        indicator=draft.indicator, unit=draft.unit, month=draft.month, voucher=draft.voucher
    ).exclude(state=Filing.State.RETURNED)
    if same.exists():
        yield Refusal(_("A figure of this month with this evidence is filed already."), "voucher")


@transaction.atomic
def verify(filing_id: int, version: int, *, by: User, at: datetime) -> FiledFigure:
    """Verify the version that was seen; somebody else than who filed it."""
    filing = _awaiting(filing_id, version, by)
    if filing.filed_by_id == by.pk:
        raise Refusal(_("Somebody else must verify what you entered yourself."))
    filing.state, filing.verified_by, filing.verified_at = Filing.State.VERIFIED, by, at
    filing.save(update_fields=["state", "verified_by", "verified_at"])
    figure = _append(filing, filing.value, by, at)
    _note(by, "filing.verify", filing, at, {"amount": filing.value, "version": version})
    return figure


@transaction.atomic
def send_back(filing_id: int, version: int, reason: str, *, by: User, at: datetime) -> Filing:
    """Return a filing to its unit, with the reason; the unit files anew."""
    filing = _awaiting(filing_id, version, by)
    filing.returned_reason = _demanded(reason)
    filing.state = Filing.State.RETURNED
    filing.version += 1
    filing.save(update_fields=["state", "returned_reason", "version"])
    _note(by, "filing.return", filing, at, {"reason": filing.returned_reason})
    return filing


@transaction.atomic
def reverse(figure_id: int, reason: str, *, by: User, at: datetime) -> FiledFigure:
    """Take a verified figure back by a new one; the unit may file the right one."""
    demand(by, Right.ENTRY_REVERSE)
    figure = FiledFigure.objects.select_related("filing").get(pk=figure_id, county=by.county_id)
    said = _demanded(reason)
    County.objects.select_for_update(no_key=True).get(pk=figure.county_id)
    if figure.reverses_id or FiledFigure.objects.filter(reverses=figure).exists():
        raise Refusal(_("This figure has been taken back already."))
    back = _append(figure.filing, -figure.value, by, at, reverses=figure, reason=said)
    _note(by, "filing.reverse", figure.filing, at, {"amount": back.value, "reason": said})
    return back


def _demanded(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("Say what the unit must correct."), field="reason")
    return clean_or_refuse(reason, "reason")


def _awaiting(filing_id: int, version: int, by: User) -> Filing:
    demand(by, Right.RECEIPT_VERIFY)
    filing = Filing.objects.select_for_update().get(pk=filing_id, county=by.county_id)
    if filing.state != Filing.State.SUBMITTED or filing.version != version:
        raise Conflict(_("This figure was decided or changed meanwhile. Load the page anew."))
    return filing


def _append(filing: Filing, value: Decimal, by: User, at: datetime, **more: Any) -> FiledFigure:
    """The next figure of the county's chain of the year; the county's row is the lock."""
    County.objects.select_for_update(no_key=True).get(pk=filing.county_id)
    chained = FiledFigure.objects.filter(county=filing.county_id, year=filing.month.year)
    last = chained.order_by("-position").first()
    figure = FiledFigure(
        county_id=filing.county_id,
        year=filing.month.year,
        position=last.position + 1 if last else 1,
        filing=filing,
        indicator_id=filing.indicator_id,
        unit_id=filing.unit_id,
        month=filing.month,
        value=value,
        posted_by=by,
        posted_at=max(at, last.posted_at) if last else at,
        hash_name=chain.HASH_NAME,
        prev_hash=last.content_hash if last else chain.GENESIS,
        **more,
    )
    figure.content_hash = chain.content_hash(figure.prev_hash, _fields(figure))
    figure.save()
    return figure


def _fields(figure: FiledFigure) -> dict[str, chain.Plain]:
    return {name: getattr(figure, attribute) for name, attribute in COVERED.items()}


def broken(county: County | None = None) -> Iterator[FiledFigure]:
    """The first figure of each chain that was changed, inserted or moved."""
    rows = FiledFigure.objects.order_by("county_id", "year", "position")
    rows = rows.filter(county=county) if county else rows
    for _chain, figures in groupby(rows.iterator(), key=lambda row: (row.county_id, row.year)):
        head = chain.GENESIS
        for position, figure in enumerate(figures, start=1):
            expected = chain.content_hash(head, _fields(figure), figure.hash_name)
            if (figure.position, figure.prev_hash, figure.content_hash) != (
                position,
                head,
                expected,
            ):
                yield figure
                break
            head = figure.content_hash


def _note(by: User, action: str, filing: Filing, at: datetime, after: dict[str, Any]) -> None:
    label = f"{filing.unit.name} {filing.indicator.name} {filing.month:%Y-%m}"
    trail.record(by, action, filing, at=at, unit=filing.unit, label=label, after=after)
