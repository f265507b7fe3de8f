"""The contents of a template: the county's lists and, if wanted, its accounts so far.

Each record becomes the row that would import it again. Contains only what the person may see
(``reach``) and only receipts that count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from ledger.models import Entry, Receipt
from ledger.reading.columns import Part
from ledger.reading.vocabulary import ISSUERS, MONEY, SOURCES, STAGES, STATES, word_for
from ledger.sheets.book import Value
from projects.industries.record import offered
from projects.models import Project
from projects.register import DAYS
from projects.shares import shares_text
from units.ground.money import to_wan
from units.models import County, Target, Unit

Rows = dict[str, Value]
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Contents:
    """The lists that cells choose from, and the rows of each sheet by field."""

    county: str
    groups: list[str]
    unit: str
    units: list[str]
    industries: list[str]
    projects: list[str]
    rows: dict[Part, list[Rows]] = field(default_factory=dict)


def contents(county: County, unit: Unit | None, *, is_filled: bool, year: int) -> Contents:
    """For the county or for one unit; without accounts only the units and their names."""
    found = Unit.objects.filter(county=county).select_related("successor")
    units = sorted(found, key=county.official)
    own = [each for each in units if unit is None or each == unit]
    led = Project.objects.filter(lead_unit__in=own).order_by("signed_on", "pk")
    rows: dict[Part, list[Rows]] = {}
    if is_filled:
        rows = {
            Part.UNITS: [] if unit else [_unit(each, county) for each in own],
            Part.TARGETS: [_target(each) for each in _targets(own)],
            Part.PROJECTS: list(_projects(led)),
            Part.RECEIPTS: list(_receipts(led)),
        }
    elif unit is None:
        rows = {Part.TARGETS: [_blank_target(each, year) for each in own if not each.ended_on]}
        rows[Part.UNITS] = [_unit(each, county) for each in own]
    return Contents(
        county=county.name,
        groups=[group.name for group in county.kinds],
        unit=unit.name if unit else "",
        units=[each.name for each in units if not each.ended_on],
        industries=[each.name for each in offered(county)],
        projects=list(led.values_list("name", flat=True)),
        rows=rows,
    )


def _unit(unit: Unit, county: County) -> Rows:
    return {
        "name": unit.name,
        "kind": county.group(unit.kind).name,
        "order": unit.order,
        "code": unit.code,
        "active_from": unit.active_from,
        "ended_on": unit.ended_on,
        "successor": unit.successor.name if unit.successor else None,
    }


def _blank_target(unit: Unit, year: int) -> Rows:
    return {"unit": unit.name, "year": year}


def _targets(units: Sequence[Unit]) -> QuerySet[Target]:
    """Every version; of several on one day the newest."""
    places = [When(unit=unit, then=place) for place, unit in enumerate(units)]
    rows = Target.objects.filter(unit__in=units).select_related("unit")
    newer = Target.objects.filter(
        unit=OuterRef("unit"),
        year=OuterRef("year"),
        issuer=OuterRef("issuer"),
        effective_on=OuterRef("effective_on"),
        pk__gt=OuterRef("pk"),
    )
    ordered = rows.exclude(Exists(newer)).annotate(place=Case(*places, default=0))
    return ordered.order_by("year", "place", "effective_on", "pk")


def _target(target: Target) -> Rows:
    due = dict(zip(("due_first", "due_half", "due_third", "due_fourth"), target.due, strict=True))
    return {
        "unit": target.unit.name,
        "year": target.year,
        "target": to_wan(target.amount),
        **{name: to_wan(amount) for name, amount in due.items()},
        "effective_on": target.effective_on,
        "document": target.document_no or None,
        "issuer": word_for(target.issuer, ISSUERS),
    }


def _projects(led: QuerySet[Project]) -> Iterator[Rows]:
    rows = led.select_related("investor", "industry", "lead_unit").prefetch_related("shares__unit")
    for project in rows.iterator(chunk_size=CHUNK):
        yield _project(project)


def _project(project: Project) -> Rows:
    investor = project.investor
    shares = sorted(project.shares.all(), key=lambda share: (share.order, share.pk))
    days: dict[str, date | None] = {name: getattr(project, name) for name in DAYS.values()}
    texts = ("location", "content", "sponsor", "contact", "phone")
    return {
        "name": project.name,
        "investor": investor.name if investor else None,
        "unit": project.lead_unit.name,
        "shares": shares_text((share.unit.name, share.basis_points) for share in shares),
        "stage": word_for(project.stage, STAGES),
        "signed_on": project.signed_on,
        "total_investment": to_wan(project.total_investment),
        "introduced": to_wan(project.introduced_amount),
        "industry": project.industry.name,
        "origin": word_for(investor.origin, SOURCES) if investor else None,
        "origin_place": (investor.origin_place or None) if investor else None,
        "credit_code": (investor.credit_code or None) if investor else None,
        **days,
        **{name: getattr(project, name) or None for name in texts},
    }


def _receipts(led: QuerySet[Project]) -> Iterator[Rows]:
    """Receipts that await verification, and verified ones that are not taken back."""
    live = Entry.objects.filter(
        receipt=OuterRef("pk"), kind=Entry.Kind.CREDIT, reversed_by__isnull=True
    )
    rows = Receipt.objects.filter(
        Q(state=Receipt.State.SUBMITTED) | (Q(state=Receipt.State.VERIFIED) & Exists(live)),
        project__in=led,
    )
    ordered = rows.select_related("project").order_by("received_on", "pk")
    for receipt in ordered.iterator(chunk_size=CHUNK):
        yield {
            "project": receipt.project.name,
            "received_on": receipt.received_on,
            "amount": to_wan(receipt.amount),
            "voucher": receipt.voucher_no,
            "kind": word_for(receipt.kind, MONEY),
            "note": receipt.note or None,
            "state": word_for(receipt.state, STATES),
        }
