"""The settlement (交账报表): a league table stored as it was announced, read back, and compared.

The columns say which figures are stored and which must come out again when computed anew. A stored
figure never changes, and nothing announced is ranked anew (rule 17). Amounts are yuan; a benchmark
is stored to six places, since a third of a quarter need not end on a fen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from ledger.models import OUTSIDE, Entry, Period, Settlement, SettlementLine
from ledger.ranking import registered, snapshot
from ledger.ranking.columns import STORED, six_places
from ledger.ranking.counted import adjustments, entries_between
from ledger.ranking.figures import Owed, Sums
from ledger.ranking.frame import Frame
from ledger.ranking.gathering import Signed, origins_left_out
from ledger.ranking.league import (
    LeagueRow,
    LeagueTable,
    announced_sections,
    measure,
    sections,
)
from ledger.ranking.reported import reported
from ledger.rules import chain, standing
from ledger.rules.standing import Tier
from units.county import settings
from units.ground.money import ZERO
from units.models import Target, User

PROVED = [column.stored for column in STORED if column.stored and column.stored.is_proved]
READ = [column.stored.field for column in STORED if column.stored and column.stored.is_read]


def store(
    period: Period,
    table: LeagueTable,
    known_by: datetime,
    last: Entry | None,
    people: tuple[User, User],
    at: datetime,
) -> Settlement:
    """Store the table of the locked quarter as announced.

    ``last`` is the newest entry of its chain, ``people`` are who proposed and who confirmed.
    """
    projects = registered.of_table(table)
    signed = registered.signed(projects, table.as_of.year)
    settlement = Settlement.objects.create(
        period=period,
        version=period.settlements.count() + 1,
        as_of=table.as_of,
        known_by=known_by,
        projects=signed.projects,
        contracts=signed.contracts,
        total_investment=signed.total_investment,
        introduced=signed.introduced,
        chain_head=last.content_hash if last else chain.GENESIS,
        chain_length=last.position if last else 0,
        settings=settings.values(table.county),
        proposed_by=people[0],
        confirmed_by=people[1],
        closed_at=at,
        **_totals(table),
    )
    SettlementLine.objects.bulk_create(_line(settlement, row) for row in table.rows)
    lines = {row.unit_id for row in table.rows}
    snapshot.store(settlement, lines, projects, reported(table), _adjusted(table.rows))
    return settlement


def _adjusted(rows: Iterable[LeagueRow]) -> dict[int, Decimal]:
    """By unit: what corrected earlier years, where it is not zero."""
    return {row.unit_id: row.sums.adjusted for row in rows if row.sums.adjusted}


def contents(table: LeagueTable) -> dict[str, Any]:
    """All of the table that ``store`` keeps, as plain values: what a closing announces."""
    lines = [
        {"unit": row.unit_id, "order": row.order}
        | {column.stored.field: column.kept(row) for column in STORED if column.stored}
        for row in table.rows
    ]
    signed = asdict(table.signed)
    kept = settings.values(table.county)
    projects = registered.of_table(table)
    found: dict[str, Any] = {"lines": lines, "signed": signed, "settings": kept}
    found |= {"projects": projects, "adjusted": _adjusted(table.rows)}
    return found | _totals(table)


def store_missing_snapshots(today: date) -> int:
    """Store the snapshots of settlements made by earlier releases, which had none."""
    old = Settlement.objects.filter(snapshot=None).select_related("period__county")
    for settlement in old.order_by("pk"):
        table = _as_table(settlement, frame=None)
        lines = {row.unit_id for row in table.rows}
        projects = registered.of_table(table, known_by=settlement.known_by)
        snapshot.store(settlement, lines, projects, reported(table), {}, exact_since=today)
    return len(old)


def _totals(table: LeagueTable) -> dict[str, Decimal]:
    total = table.total
    return {
        "target": total.target,
        "received": total.received,
        "benchmark": six_places(total.benchmark),
    }


def _line(settlement: Settlement, row: LeagueRow) -> SettlementLine:
    return SettlementLine(
        settlement=settlement,
        unit_id=row.unit_id,
        order=row.order,
        **{column.stored.field: column.kept(row) for column in STORED if column.stored},
    )


def announced_table(settlement: Settlement) -> LeagueTable:
    """The table of a closed quarter as it was announced, from what was stored alone."""
    return _as_table(settlement, snapshot.frame_of(settlement))


def _as_table(settlement: Settlement, frame: Frame | None) -> LeagueTable:
    county = settings.as_kept(settlement.period.county, settlement.settings)
    rows = [_announced_row(line, frame) for line in settlement.lines.select_related("settlement")]
    earlier = Settlement.objects.select_related("period")
    compared = earlier.get(pk=frame.compared) if frame and frame.compared else None
    return LeagueTable(
        county=county,
        as_of=settlement.as_of,
        known_by=settlement.known_by,
        sections=announced_sections(rows, county),
        signed=Signed(
            settlement.projects,
            settlement.contracts,
            settlement.total_investment,
            settlement.introduced,
        ),
        settlement=settlement,
        compared_with=compared,
        frame=frame,
    )


def _announced_row(line: SettlementLine, frame: Frame | None) -> LeagueRow:
    due = tuple(Decimal(part) for part in line.due)
    benchmark = standing.benchmark(due, line.settlement.as_of) if line.target else None
    adjusted = frame.adjusted.get(line.unit_id, ZERO) if frame else ZERO
    return LeagueRow(
        unit_id=line.unit_id,
        code=frame.units[line.unit_id].code if frame else "",
        order=line.order,
        due=due,
        benchmark=benchmark,
        sums=Sums(line.received, line.received_new, line.received_outside, adjusted),
        tier=Tier(line.tier),
        completion=standing.completion(line.received, line.target),
        rank=line.rank,
        previous_rank=(frame.ranks or {}).get(line.unit_id) if frame else None,
        **{field: getattr(line, field) for field in READ},
    )


# --- the same entries, counted again ---------------------------------------------------------------


def partial(settlement: Settlement, without: Iterable[str]) -> LeagueTable:
    """The announced table without some of its money: ranked anew, and never announced as such.

    Units, targets and the flags of industries are those of the closing.
    """
    table = announced_table(settlement)
    assert table.frame is not None
    left_out = frozenset(without)
    rows = _counted_again(table, table.frame, left_out)
    ranks = table.frame.ranks or {}
    found = sections(rows, ranks, table.county)
    return replace(table, sections=found, without=left_out, settlement=None)


def _counted_again(table: LeagueTable, frame: Frame, without: frozenset[str]) -> list[LeagueRow]:
    without = without | table.left_out
    sums, before = _sums(table, frame, without), _before(table, frame, without)
    waiting = _waiting(frame, without)
    return [
        replace(
            row,
            sums=sums[row.unit_id],
            tier=standing.tier(sums[row.unit_id].received, row.target, row.benchmark),
            completion=standing.completion(sums[row.unit_id].received, row.target),
            pending=row.pending if waiting is None else waiting.get(row.unit_id, ZERO),
            received_before=before[row.unit_id],
        )
        for row in table.rows
    ]


def _sums(table: LeagueTable, frame: Frame, without: frozenset[str]) -> dict[int | None, Sums]:
    """By the unit of the line; None for money of a unit that the closing did not know."""
    start = table.as_of.replace(month=1, day=1)
    credited = entries_between(table, start, table.as_of, without)
    rows = credited.values_list("unit").annotate(
        received=Sum("amount"),
        new=Sum("amount", filter=Q(is_new=True), default=ZERO),
        outside=Sum("amount", filter=Q(origin__in=OUTSIDE), default=ZERO),
    )
    found: dict[int | None, Sums] = defaultdict(Sums)
    for unit, *amounts in rows:
        owner = frame.units[unit].line if unit in frame.units else None
        found[owner] += Sums(*amounts)
    corrected = adjustments(table, without).order_by().values_list("unit")
    for unit, adjusted in corrected.annotate(Sum("amount")):
        owner = frame.units[unit].line if unit in frame.units else None
        found[owner] += Sums(adjusted=adjusted)
    return found


def _before(table: LeagueTable, frame: Frame, without: frozenset[str]) -> dict[int | None, Decimal]:
    end = standing.year_before(table.as_of)
    start = end.replace(month=1, day=1)
    found: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    rows = entries_between(table, start, end, without).values_list("unit").annotate(Sum("amount"))
    for unit, amount in rows:
        found[frame.units[unit].line if unit in frame.units else None] += amount
    return found


def _waiting(frame: Frame, without: frozenset[str]) -> dict[int | None, Decimal] | None:
    """Yuan that awaited verification at the closing; None where that was not stored."""
    if frame.waiting is None:
        return None
    out, found = frame.without(without), defaultdict[int | None, Decimal](lambda: ZERO)
    origins = origins_left_out(without)
    for each in frame.waiting:
        if each.industry in out or each.origin in origins:
            continue
        if not ("carry_over" in without and each.is_carry_over):
            found[frame.units[each.unit].line] += each.parts
    return {line: (parts / 10_000).quantize(ZERO) for line, parts in found.items()}


def differing(settlement: Settlement) -> str | None:
    """The first unit, or else the county, whose stored figures differ from recomputed ones.

    Recomputed from the chain up to the stored position, the versions of targets that were in
    force, and the units as they were: a later lawful edit of any of them is no difference.
    """
    table = announced_table(settlement)
    assert table.frame is not None
    rows = _proved_rows(settlement, table, table.frame)
    stored = {line.unit_id: line for line in settlement.lines.all()}
    for row in rows:
        adjusted = table.frame.adjusted.get(row.unit_id, ZERO)
        if not _same(stored[row.unit_id], _line(settlement, row)) or adjusted != row.sums.adjusted:
            return row.name
    again = replace(table, sections=announced_sections(rows, table.county))
    same = all(getattr(settlement, name) == value for name, value in _totals(again).items())
    counted_sums = sum(_sums(table, table.frame, table.left_out).values(), Sums())
    same = same and counted_sums.received == settlement.received
    return None if same else table.county.name


def _proved_rows(settlement: Settlement, table: LeagueTable, frame: Frame) -> list[LeagueRow]:
    """The rows computed again; tiers and ranks only if they were made by the rules of today."""
    owed = _owed(frame)
    rows = [
        _measured(row, owed.get(row.unit_id), table)
        for row in _counted_again(table, frame, frozenset())
    ]
    if settlement.snapshot.rules == standing.VERSION:
        return [row for part in sections(rows, {}, table.county) for row in part.rows]
    announced = {row.unit_id: row.tier for row in table.rows}
    return [replace(row, tier=announced[row.unit_id]) for row in rows]


def _measured(row: LeagueRow, owed: Owed | None, table: LeagueTable) -> LeagueRow:
    target, due, benchmark = measure(owed, table.as_of)
    return replace(
        row,
        target=target,
        due=tuple(due),
        benchmark=benchmark,
        tier=standing.tier(row.received, target, benchmark),
        completion=standing.completion(row.received, target),
    )


def _owed(frame: Frame) -> Mapping[int, Owed]:
    """By unit: the target in the version that was in force."""
    versions = Target.objects.in_bulk((frame.targets or {}).values())
    return {
        unit: (version.amount, version.due)
        for unit, pk in (frame.targets or {}).items()
        if (version := versions.get(pk)) is not None and version.unit_id == unit
    }


def _same(stored: SettlementLine, computed: SettlementLine) -> bool:
    return all(
        (held := getattr(stored, each.field)) == getattr(computed, each.field)
        or (held is None and each.is_newer)
        for each in PROVED
    )
