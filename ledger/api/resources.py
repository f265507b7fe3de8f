"""The records that the API serves: counties, units, projects, receipts, entries.

Declares their public fields and filters. Never includes a person's name or telephone. Querysets are
already restricted to what the key's person may read; nothing here widens them.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Prefetch, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.api.shapes import (
    BOOLEAN,
    COUNT,
    COUNTY,
    DAY,
    GROUP,
    ID,
    MOMENT,
    MONTH,
    TEXT,
    UNIT,
    YUAN,
    Field,
    Parameter,
    Resource,
    matching,
    maybe,
    moment_of,
    month_of,
    one_of,
    record,
    several,
)
from ledger.entries.reach import entries_of, receipts_of
from ledger.models import Entry, Receipt
from ledger.rules.months import Month
from projects.models import CreditShare, Investor, Project, Stage
from projects.reach import projects_of
from units.access import Right, counties_of, units_of
from units.models import County, Trail, Unit, User

Rows = QuerySet[Any]


def yuan(value: Decimal) -> str:
    return f"{value:.2f}"


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def local(value: datetime | None) -> str | None:
    """A moment as ISO text in the county's time zone."""
    return timezone.localtime(value).isoformat() if value else None


# --- filters --------------------------------------------------------------------------------------


def by(lookup: str) -> Callable[[Rows, Any], Rows]:
    return lambda rows, value: rows.filter(**{lookup: value})


def in_month(lookup: str) -> Callable[[Rows, Month], Rows]:
    return lambda rows, month: rows.filter(
        **{f"{lookup}__range": (month.first_day, month.last_day)}
    )


def changed_since(rows: Rows, moment: datetime) -> Rows:
    """Uses the trail, which has a line for each action: no column says when a record last changed."""
    kind = rows.model._meta.model_name
    lines = Trail.objects.filter(record=OuterRef("in_trail"), at__gte=moment)
    named = Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField())
    changed: Rows = rows.annotate(in_trail=named).filter(Exists(lines))
    return changed


def of_sharer(rows: Rows, code: str) -> Rows:
    return rows.filter(Exists(CreditShare.objects.filter(project=OuterRef("pk"), unit__code=code)))


def county(lookup: str) -> Parameter:
    words = _("Only of the county with this code.")
    return Parameter("county", COUNTY, words, matching(COUNTY), by(lookup))


def unit(words: Any, narrow: Callable[[Rows, str], Rows]) -> Parameter:
    return Parameter("unit", UNIT, words, matching(UNIT), narrow)


def choice(name: str, choices: Any, words: Any, lookup: str) -> Parameter:
    schema = one_of(choices)
    return Parameter(name, schema, words, matching(schema), by(lookup))


def month(words: Any, lookup: str) -> Parameter:
    return Parameter("month", MONTH, words, month_of, in_month(lookup))


CHANGED = Parameter(
    "changed_since",
    MOMENT,
    _("Only what was entered or changed at this moment or later."),
    moment_of,
    changed_since,
)
POSTED = Parameter(
    "changed_since",
    MOMENT,
    _("Only what was posted at this moment or later; an entry never changes."),
    moment_of,
    by("posted_at__gte"),
)


# --- records --------------------------------------------------------------------------------------


def _counties(user: User) -> QuerySet[County]:
    return counties_of(user)


def _units(user: User) -> QuerySet[Unit]:
    return units_of(user).select_related("county", "successor")


def _projects(user: User) -> QuerySet[Project]:
    shares = CreditShare.objects.select_related("unit").order_by("order", "id")
    reached = Project.objects.filter(pk__in=projects_of(user).order_by().values("pk"))
    return reached.select_related("county", "lead_unit", "investor", "industry").prefetch_related(
        Prefetch("shares", queryset=shares)
    )


def _receipts(user: User) -> QuerySet[Receipt]:
    return receipts_of(user).select_related("county", "unit")


def _entries(user: User) -> QuerySet[Entry]:
    return entries_of(user).select_related("county", "unit", "industry")


COUNTIES = Resource(
    name="counties",
    words=_("Counties"),
    right=Right.RANKING_VIEW,
    rows=_counties,
    key="code",
    key_schema=COUNTY,
    fields={
        "code": Field(COUNTY, _("Code by GB/T 2260"), lambda row: row.code),
        "name": Field(TEXT, _("name"), lambda row: row.name),
        "is_sample": Field(
            BOOLEAN, _("Whether its figures are sample data"), lambda r: r.is_sample
        ),
        "groups": Field(
            several(record({"code": GROUP, "name": TEXT, "name_en": TEXT})),
            _("Groups within which its units are ranked"),
            lambda row: row.groups,
        ),
    },
    parameters=(),
)

UNITS = Resource(
    name="units",
    words=_("Units"),
    right=Right.UNIT_VIEW,
    rows=_units,
    key="code",
    key_schema=UNIT,
    fields={
        "code": Field(UNIT, _("Code, the same for ever"), lambda row: row.code),
        "county": Field(COUNTY, _("Code of its county"), lambda row: row.county.code),
        "name": Field(TEXT, _("name"), lambda row: row.name),
        "kind": Field(GROUP, _("Code of its group"), lambda row: row.kind),
        "order": Field(COUNT, _("Official order within its kind"), lambda row: row.order),
        "active_from": Field(maybe(DAY), _("First day"), lambda row: iso(row.active_from)),
        "ended_on": Field(maybe(DAY), _("Last day"), lambda row: iso(row.ended_on)),
        "successor": Field(
            maybe(UNIT),
            _("Unit into which later tables sum it"),
            lambda row: row.successor.code if row.successor else None,
        ),
    },
    parameters=(
        county("county__code"),
        Parameter("kind", GROUP, _("Only of this group."), matching(GROUP), by("kind")),
        CHANGED,
    ),
)

SHARE = record({"unit": UNIT, "basis_points": {"type": "integer", "minimum": 1, "maximum": 10_000}})

PROJECTS = Resource(
    name="projects",
    words=_("Projects"),
    right=Right.PROJECT_VIEW,
    rows=_projects,
    key="pk",
    key_schema=ID,
    fields={
        "id": Field(ID, _("Number of the project"), lambda row: row.pk),
        "version": Field(COUNT, _("Grows with each change"), lambda row: row.version),
        "county": Field(COUNTY, _("Code of its county"), lambda row: row.county.code),
        "name": Field(TEXT, _("project name"), lambda row: row.name),
        "stage": Field(one_of(Stage), _("How far it has come"), lambda row: row.stage),
        "lead_unit": Field(UNIT, _("Code of the lead unit"), lambda row: row.lead_unit.code),
        "shares": Field(
            several(SHARE),
            _("Credit by unit; the basis points make 10,000"),
            lambda row: [
                {"unit": share.unit.code, "basis_points": share.basis_points}
                for share in row.shares.all()
            ],
        ),
        "investor": Field(
            maybe(TEXT), _("investor"), lambda row: row.investor.name if row.investor else None
        ),
        "origin": Field(
            maybe(one_of(Investor.Origin)),
            _("Where the investor comes from"),
            lambda row: row.investor.origin if row.investor else None,
        ),
        "industry": Field(TEXT, _("Code of the industry"), lambda row: row.industry.code),
        "signed_on": Field(
            maybe(DAY), _("Day of the first signature"), lambda row: iso(row.signed_on)
        ),
        "contract_on": Field(
            maybe(DAY), _("Day of the contract"), lambda row: iso(row.contract_on)
        ),
        "started_on": Field(
            maybe(DAY), _("Day on which works started"), lambda row: iso(row.started_on)
        ),
        "production_on": Field(
            maybe(DAY), _("Day on which production started"), lambda row: iso(row.production_on)
        ),
        "total_investment": Field(
            YUAN, _("Total investment in yuan"), lambda row: yuan(row.total_investment)
        ),
        "introduced": Field(
            YUAN, _("Introduced amount in yuan"), lambda row: yuan(row.introduced_amount)
        ),
    },
    parameters=(
        county("county__code"),
        unit(_("Only projects of whose credit this unit has a part."), of_sharer),
        choice("stage", Stage, _("Only projects at this stage."), "stage"),
        month(_("Only projects first signed in this month."), "signed_on"),
        CHANGED,
    ),
)

RECEIPTS = Resource(
    name="receipts",
    words=_("Receipts"),
    right=Right.RECEIPT_VIEW,
    rows=_receipts,
    key="pk",
    key_schema=ID,
    fields={
        "id": Field(ID, _("Number of the receipt"), lambda row: row.pk),
        "version": Field(COUNT, _("Grows with each change"), lambda row: row.version),
        "county": Field(COUNTY, _("Code of its county"), lambda row: row.county.code),
        "project": Field(ID, _("Number of the project"), lambda row: row.project_id),
        "unit": Field(UNIT, _("Code of the unit that entered it"), lambda row: row.unit.code),
        "state": Field(
            one_of(Receipt.State), _("Only verified money counts"), lambda row: row.state
        ),
        "kind": Field(one_of(Receipt.Kind), _("Kind of money"), lambda row: row.kind),
        "amount": Field(YUAN, _("Yuan"), lambda row: yuan(row.amount)),
        "voucher_no": Field(TEXT, _("voucher number"), lambda row: row.voucher_no),
        "received_on": Field(DAY, _("Day of the money"), lambda row: iso(row.received_on)),
        "counted_on": Field(
            maybe(DAY),
            _("Day on which it counts, known from the verification on"),
            lambda row: iso(row.counted_on),
        ),
        "submitted_at": Field(
            maybe(MOMENT), _("Moment of the submission"), lambda row: local(row.submitted_at)
        ),
        "verified_at": Field(
            maybe(MOMENT), _("Moment of the verification"), lambda row: local(row.verified_at)
        ),
    },
    parameters=(
        county("county__code"),
        unit(_("Only receipts that this unit entered."), by("unit__code")),
        choice("state", Receipt.State, _("Only receipts in this state."), "state"),
        choice("kind", Receipt.Kind, _("Only this kind of money."), "kind"),
        month(_("Only money received in this month."), "received_on"),
        CHANGED,
    ),
)

ENTRIES = Resource(
    name="entries",
    words=_("Entries"),
    right=Right.RECEIPT_VIEW,
    rows=_entries,
    key="pk",
    key_schema=ID,
    fields={
        "id": Field(ID, _("Number of the entry"), lambda row: row.pk),
        "county": Field(COUNTY, _("Code of its county"), lambda row: row.county.code),
        "unit": Field(UNIT, _("Code of the credited unit"), lambda row: row.unit.code),
        "project": Field(ID, _("Number of the project"), lambda row: row.project_id),
        "receipt": Field(ID, _("Number of the receipt"), lambda row: row.receipt_id),
        "kind": Field(one_of(Entry.Kind), _("Credit, or its reversal"), lambda row: row.kind),
        "amount": Field(YUAN, _("Yuan; a reversal is negative"), lambda row: yuan(row.amount)),
        "received_on": Field(DAY, _("Day of the money"), lambda row: iso(row.received_on)),
        "counted_on": Field(DAY, _("Day on which it counts"), lambda row: iso(row.counted_on)),
        "is_new": Field(BOOLEAN, _("Whether the project is of the same year"), lambda r: r.is_new),
        "is_adjustment": Field(
            BOOLEAN,
            _("Whether it corrects an earlier year, outside every standing"),
            lambda row: row.is_adjustment,
        ),
        "origin": Field(
            one_of(Investor.Origin), _("Where the investor comes from"), lambda row: row.origin
        ),
        "industry": Field(TEXT, _("Code of the industry"), lambda row: row.industry.code),
        "reverses": Field(
            maybe(ID), _("Number of the entry that it takes back"), lambda row: row.reverses_id
        ),
        "posted_at": Field(MOMENT, _("Moment of the posting"), lambda row: local(row.posted_at)),
        "content_hash": Field(
            {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            _("Its link in the quarter's chain"),
            lambda row: row.content_hash,
        ),
    },
    parameters=(
        county("county__code"),
        unit(_("Only entries credited to this unit."), by("unit__code")),
        choice("kind", Entry.Kind, _("Only this kind of entry."), "kind"),
        month(_("Only entries counted in this month."), "counted_on"),
        POSTED,
    ),
)

RESOURCES = (COUNTIES, UNITS, PROJECTS, RECEIPTS, ENTRIES)
