"""Whom the ledger tells outside the program, and of what: causes, words and pages of its notices.

Each is called inside the transaction of its deed. No words name an amount.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import words
from ledger.models import Notice, Proposal, Settlement
from ledger.rules.months import Month
from units.access import RIGHTS, Right, may
from units.models import UNIT_ROLES, Role, Unit, User
from units.outbox.tell import tell

OF_RECEIPT = (Notice.Kind.RECEIPT_RETURNED, Notice.Kind.RECEIPT_REVERSED)
PAGES = {"period": "period-detail", "receipt": "receipt-detail", "creditclaim": "claim-detail"}


def with_right(county_id: int, right: Right) -> QuerySet[User]:
    """The people of a county's offices who have the right."""
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    return User.objects.filter(county=county_id, role__in=roles, unit=None, is_active=True)


def of_notice(
    units: Iterable[Unit],
    kind: Notice.Kind,
    record: str,
    said: str,
    month: date | None,
    at: datetime,
) -> None:
    """The people of units to which a notice goes, once a day for the same record."""
    cause = f"{kind}:{record}:{timezone.localdate(at)}"
    for county, told in _by_county(units).items():
        people = User.objects.filter(unit__in=told, role__in=UNIT_ROLES, is_active=True)
        tell(
            people,
            cause,
            lambda: words_of(kind, said, month),
            path_of(kind, record, month),
            county=county,
            at=at,
        )


def words_of(kind: str, said: str, month: date | None) -> str:
    """A notice in words."""
    if kind == Notice.Kind.REPORT_MISSING and month is not None:
        named = {"year": month.year, "month": month.month}
        return _("The report of month %(month)d of %(year)d is missing. File it today.") % named
    return said or str(Notice.Kind(kind).label)


def path_of(kind: str, record: str, month: date | None) -> str:
    """The page where the unit does what a notice asks for."""
    if kind == Notice.Kind.REPORT_MISSING and month is not None:
        return reverse("report-month", args=[Month.of(month)])
    name = "receipt-detail" if kind in OF_RECEIPT else "claim-detail"
    return reverse(name, args=[record.partition(":")[2]])


def of_proposal(proposal: Proposal, confirming: Right, *, one_heads: bool) -> None:
    """Those who may confirm a proposal as the second person."""
    people = with_right(proposal.county_id, confirming).exclude(pk=proposal.proposed_by_id)
    if one_heads and not may(proposal.proposed_by, Right.PERIOD_CONFIRM):
        people = people.filter(role=Role.BUREAU_HEAD)
    noun, _colon, key = proposal.record.partition(":")

    def said() -> str:
        named = {"who": proposal.proposed_by, "what": proposal.get_kind_display()}
        return _("%(who)s proposes: %(what)s. A second person must confirm it.") % named

    tell(
        people,
        f"propose:{proposal.pk}",
        said,
        reverse(PAGES[noun], args=[key]),
        county=proposal.county_id,
        at=proposal.proposed_at,
    )


def of_submission(county_id: int, at: datetime) -> None:
    """The bureau, once a day, when receipts wait."""
    said = gettext_lazy("There are receipts to verify.")
    cause = f"unverified:{county_id}:{timezone.localdate(at)}"
    people = with_right(county_id, Right.RECEIPT_VERIFY)
    path = reverse("receipt-list")
    tell(people, cause, said, path, county=county_id, at=at, group_words=said)


def of_settlement(settlement: Settlement) -> None:
    """Leaders and groups, when a quarter is announced."""
    period = settlement.period

    def said() -> str:
        quarter = {"quarter": words.quarter(period.year, period.quarter)}
        return _("The league table of the %(quarter)s is announced.") % quarter

    tell(
        with_right(period.county_id, Right.RANKING_VIEW),
        f"announce:{settlement.pk}",
        said,
        reverse("ranking", args=[Month.of(settlement.as_of)]),
        county=period.county_id,
        at=settlement.closed_at,
        group_words=said,
    )


def _by_county(units: Iterable[Unit]) -> dict[int, list[Unit]]:
    found: dict[int, list[Unit]] = {}
    for unit in units:
        found.setdefault(unit.county_id, []).append(unit)
    return found
