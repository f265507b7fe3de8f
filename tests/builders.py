"""A small county by hand, for tests: plain functions, each with only what the test must say.

Every county made here has three fixed people: the clerk of a unit, the verifier and the head of the
bureau. Amounts are in 万元, days are ISO text.
"""

import itertools
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from ledger.entries import approvals, posting
from ledger.models import Receipt
from projects.models import CreditShare, Industry, Investor, Project
from units.ground import groups, text
from units.models import County, Role, Unit, User
from units.targets import record as targets

SHANGHAI = ZoneInfo("Asia/Shanghai")
_serial = itertools.count(1)


def day(text_: str) -> date:
    return date.fromisoformat(text_)


def moment(text_: str, clock: time = time(12)) -> datetime:
    """Noon (or another time) of an ISO day in the county's time zone."""
    return datetime.combine(day(text_), clock, SHANGHAI)


def wan(amount: str | int) -> Decimal:
    return Decimal(str(amount)) * 10_000


def in_order(*codes: str) -> list[dict[str, str]]:
    """The county's groups as its column holds them; those of its own are named by their code."""
    return groups.plain(groups.unlisted(code) for code in codes)


def make_county(code: str = "611023", name: str = "商南县", **fields: object) -> County:
    """Reports are asked for from long ago on, unless a test says otherwise."""
    fields.setdefault("reports_from", date(2000, 1, 1))
    return County.objects.create(code=code, name=name, **fields)


def make_unit(county: County, name: str = "水沟镇", kind: str = "town", **fields: object) -> Unit:
    serial = next(_serial)
    fields.setdefault("code", f"{county.code}{kind[0].upper()}{serial:03}")
    fields.setdefault("order", serial % 10_000)
    return Unit.objects.create(
        county=county, name=name, name_key=text.key(name), kind=kind, **fields
    )


def make_person(county: County | None, role: str, unit: Unit | None = None) -> User:
    return User.objects.create_user(
        username=f"{role}{next(_serial)}", password="sample", county=county, unit=unit, role=role
    )


def make_leader_of(region: str) -> User:
    """A leader of a city or province, by the first digits of its counties' codes."""
    return User.objects.create_user(
        username=f"region{next(_serial)}", password="sample", role=Role.LEADER, region=region
    )


def make_clerk(unit: Unit) -> User:
    return make_person(unit.county, Role.CLERK, unit)


def make_verifier(county: County) -> User:
    return make_person(county, Role.VERIFIER)


def make_head(county: County) -> User:
    return make_person(county, Role.BUREAU_HEAD)


def set_target(
    unit: Unit,
    amount: str | int,
    year: int = 2012,
    due: tuple[str | int, ...] | None = None,
    effective_on: str | None = None,
    at: datetime | None = None,
    issuer: str = "county",
) -> None:
    """A target in 万元; ``due`` has the first three quarters, else a quarter of it each."""
    full = wan(amount)
    parts = [wan(part) for part in due] if due else [full / 4, full / 2, full * 3 / 4]
    targets.record(
        unit,
        year,
        full,
        parts,
        effective_on=day(effective_on or f"{year}-01-01"),
        document_no="商政发〔2012〕8号",
        by=User.objects.filter(county=unit.county).first() or make_head(unit.county),
        at=at or moment(f"{year}-01-01"),
        issuer=issuer,
    )


def make_project(
    unit: Unit,
    name: str | None = None,
    *,
    signed: str | None = "2012-02-01",
    shares: Mapping[Unit, int] | None = None,
    total: str | int = 10_000,
    introduced: str | int = 8_000,
    industry: str = "tourism",
    origin: str = Investor.Origin.OTHER_PROVINCE,
) -> Project:
    name = name or f"项目{next(_serial)}"
    investor, _ = Investor.objects.get_or_create(
        county=unit.county,
        name_key=text.key(f"{name}公司"),
        defaults={"name": f"{name}公司", "origin": origin},
    )
    project = Project.objects.create(
        county=unit.county,
        lead_unit=unit,
        name=name,
        name_key=text.key(name),
        investor=investor,
        industry=Industry.objects.get(code=industry),
        stage="contract" if signed else "reserve",
        contract_on=day(signed) if signed else None,
        total_investment=wan(total),
        introduced_amount=wan(introduced),
        created_at=moment(signed or "2012-01-01"),
        created_by=User.objects.filter(county=unit.county).first() or make_head(unit.county),
    )
    CreditShare.objects.bulk_create(
        CreditShare(project=project, unit=sharer, basis_points=points, order=order)
        for order, (sharer, points) in enumerate((shares or {unit: 10_000}).items())
    )
    project.refresh_from_db()
    return project


def draft(
    project: Project, amount: str | int = 100, received: str = "2012-05-10", **fields: object
) -> posting.Draft:
    fields.setdefault("kind", Receipt.Kind.CONSTRUCTION)
    fields.setdefault("voucher_no", f"凭证{next(_serial)}")
    fields.setdefault("confirmed", True)
    return posting.Draft(project=project, received_on=day(received), amount=wan(amount), **fields)


def make_receipt(
    project: Project,
    amount: str | int = 100,
    received: str = "2012-05-10",
    *,
    by: User | None = None,
    at: datetime | None = None,
    **fields: object,
) -> Receipt:
    """A submitted receipt."""
    return posting.submit(
        draft(project, amount, received, **fields),
        by=by or make_clerk(project.lead_unit),
        at=at or moment(received),
        today=day("2099-12-31"),
    )


def make_verified(
    project: Project,
    amount: str | int = 100,
    received: str = "2012-05-10",
    *,
    by: User | None = None,
    at: datetime | None = None,
) -> Receipt:
    """A receipt, verified and posted."""
    receipt = make_receipt(project, amount, received, at=at)
    stored = Receipt.objects.select_related("project__investor").get(pk=receipt.pk)
    return posting.verify(
        receipt.pk,
        approvals.seen(stored),
        by=by or make_verifier(project.county),
        at=at or moment(received),
        word="已核对",
    )


def new_key() -> uuid.UUID:
    return uuid.uuid4()
