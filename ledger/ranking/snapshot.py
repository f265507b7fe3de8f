"""The snapshot of a settlement: all that its papers say beside the lines, stored once (rule 17).

Entries are not copied: the chain up to the stored position gives them again. Settlements of
earlier releases get theirs at the upgrade, with the day since when their papers are exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Max, QuerySet, Sum

from ledger.models import Entry, Receipt, Settlement, Snapshot
from ledger.ranking import frame, registered
from ledger.ranking.frame import Frame, Waiting
from ledger.ranking.gathering import last_settlements, ranks_of
from ledger.ranking.registered import ProjectFacts
from ledger.ranking.reported import Reported
from ledger.rules import short_code, standing
from projects.models import CreditShare
from units import links
from units.models import County, Target

DIGESTS = """
SELECT settled.id, encode(sha256(convert_to(concat_ws('|', 'settlement-1', county.code, period.year,
    period.quarter, settled.version, {settlement}, {snapshot}, {score},
    (SELECT string_agg({settlementline}, '|' ORDER BY line.unit_id)
        FROM ledger_settlementline line WHERE line.settlement_id = settled.id)), 'UTF8')), 'hex')
FROM ledger_settlement settled
JOIN ledger_period period ON period.id = settled.period_id
JOIN units_county county ON county.id = period.county_id
JOIN ledger_snapshot kept ON kept.settlement_id = settled.id
LEFT JOIN ledger_score score ON score.settlement_id = settled.id
WHERE (%(settlement)s::bigint IS NULL OR settled.id = %(settlement)s)
    AND (%(county)s::bigint IS NULL OR period.county_id = %(county)s)"""
DIGESTED = {
    "settlement": "settled",
    "snapshot": "kept",
    "score": "score",
    "settlementline": "line",
}
BEFORE_VERSIONS = 1  # the rules of settlements that did not store their version


def store(
    settlement: Settlement,
    lines: set[int],
    projects: list[ProjectFacts],
    reports: Reported,
    adjusted: Mapping[int, Decimal],
    *,
    exact_since: date | None = None,
) -> Snapshot:
    """Store what stands around the lines; ``lines`` are the units that have one.

    ``adjusted`` is yuan by unit: what corrected earlier years.
    """
    rules = standing.VERSION if exact_since is None else BEFORE_VERSIONS
    details = {
        "projects": projects,
        "missing": reports.missing,
        "planned": sorted(reports.planned),
    }
    around = _frame(settlement, lines, is_now=exact_since is None)
    kept = replace(around, adjusted=adjusted).plain()
    return Snapshot.objects.create(
        settlement=settlement, rules=rules, exact_since=exact_since, frame=kept, details=details
    )


def frame_of(settlement: Settlement) -> Frame:
    """The stored frame."""
    kept = Snapshot.objects.only("frame", "exact_since").get(settlement=settlement)
    return frame.read(settlement.pk, kept.frame, kept.exact_since)


def details_of(settlement: int) -> tuple[list[ProjectFacts], Reported]:
    """The projects and reports stored with the settlement of this key."""
    plain: dict[str, Any] = Snapshot.objects.values_list("details", flat=True).get(
        settlement=settlement
    )
    missing = {int(unit): tuple(months) for unit, months in plain["missing"].items()}
    reports = Reported(missing, frozenset(plain["planned"]))
    return registered.read(plain["projects"]), reports


def digest_of(settlement: Settlement) -> str:
    """SHA-256 over the whole stored settlement: its lines, snapshot, score and chain head.

    Computed from what is stored now, so a check code that is found again proves all of it. Its
    parts are the digests of recorded rows (``units.links``), whose columns never change.
    """
    return digests(settlement=settlement.pk)[settlement.pk]


def check_code(settlement: Settlement | None) -> str:
    """As papers print it; empty where nothing is announced, so that figures may still change."""
    return short_code.short(digest_of(settlement)) if settlement is not None else ""


def digests(settlement: int | None = None, county: int | None = None) -> dict[int, str]:
    """By settlement: of one, of a county, or of all."""
    chains = {found.subject: found for _model, found in links.chained_models()}
    parts = {subject: chains[subject].digest(row) for subject, row in DIGESTED.items()}
    # A settlement without score adds nothing; the digest of a row of NULLs would.
    parts["score"] = f"CASE WHEN score.id IS NOT NULL THEN {parts['score']} END"
    with connection.cursor() as cursor:
        cursor.execute(DIGESTS.format(**parts), {"settlement": settlement, "county": county})
        return dict(cursor.fetchall())


def _frame(settlement: Settlement, lines: set[int], *, is_now: bool) -> Frame:
    county, as_of = settlement.period.county, settlement.as_of
    found = last_settlements([county], as_of, at=settlement.closed_at).get(county.pk)
    own = settlement.period_id, settlement.chain_length
    return replace(
        frame.present(county, lines),
        compared=found.pk if found else None,
        ranks=ranks_of(found, as_of) if found else {},
        targets=_targets(county, as_of, settlement.known_by),
        lengths=_lengths(_counted(county, settlement.known_by, own)),
        # What awaited verification on an earlier day is not known any more.
        waiting=tuple(_waiting(county, as_of)) if is_now else None,
    )


def _counted(county: County, known_by: datetime, own: tuple[int, int]) -> QuerySet[Entry]:
    """The entries known at the closing; in its own quarter the position decides, not a clock."""
    period, length = own
    entries = Entry.objects.filter(county=county, posted_at__lte=known_by)
    return entries.exclude(period=period, position__gt=length)


def _lengths(entries: QuerySet[Entry]) -> dict[int, int]:
    return dict(entries.order_by().values_list("period").annotate(Max("position")))


def _targets(county: County, as_of: date, known_by: datetime) -> dict[int, int]:
    """By unit: the version of its target that was in force (rule 10)."""
    return dict(in_force(county, as_of).filter(recorded_at__lte=known_by).values_list("unit", "pk"))


def in_force(county: County, as_of: date) -> QuerySet[Target]:
    """The newest version of each unit's target on the day."""
    found = Target.objects.filter(
        county=county, year=as_of.year, issuer=Target.Issuer.COUNTY, effective_on__lte=as_of
    )
    return found.order_by("unit_id", "-effective_on", "-id").distinct("unit_id")


def _waiting(county: County, as_of: date) -> Iterable[Waiting]:
    start = as_of.replace(month=1, day=1)
    shares = CreditShare.objects.filter(
        project__receipts__county=county,
        project__receipts__state=Receipt.State.SUBMITTED,
        project__receipts__received_on__range=(start, as_of),
    ).order_by()
    rows = shares.values_list(
        "unit", "project__industry", "project__signed_on", "project__investor__origin"
    ).annotate(parts=Sum(F("project__receipts__amount") * F("basis_points")))
    for unit, industry, signed_on, origin, parts in rows:
        is_carry_over = signed_on is not None and signed_on < start
        yield Waiting(unit, industry, is_carry_over, Decimal(parts), origin or "")
