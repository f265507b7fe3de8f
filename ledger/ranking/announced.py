"""The settlement (交账报表): a league table stored as it was announced, read back, and compared.

The columns say which figures are stored and which must come out again when computed anew. A stored
figure never changes. Amounts are yuan; a benchmark is stored to six places, since a third of a
quarter need not end on a fen.
"""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from ledger.models import Entry, Period, Settlement, SettlementLine
from ledger.ranking.columns import STORED, six_places
from ledger.ranking.figures import Sums
from ledger.ranking.gathering import Signed, last_settlements, ranks_of
from ledger.ranking.league import LeagueRow, LeagueTable, league_table, sections
from ledger.rules import chain, standing
from ledger.rules.standing import Tier
from units.county import settings
from units.models import User

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
    settlement = Settlement.objects.create(
        period=period,
        version=period.settlements.count() + 1,
        as_of=table.as_of,
        known_by=known_by,
        projects=table.signed.projects,
        contracts=table.signed.contracts,
        total_investment=table.signed.total_investment,
        introduced=table.signed.introduced,
        chain_head=last.content_hash if last else chain.GENESIS,
        chain_length=last.position if last else 0,
        settings=settings.values(table.county),
        proposed_by=people[0],
        confirmed_by=people[1],
        closed_at=at,
        **_totals(table),
    )
    SettlementLine.objects.bulk_create(_line(settlement, row) for row in table.rows)
    return settlement


def contents(table: LeagueTable) -> dict[str, Any]:
    """All of the table that ``store`` keeps, as plain values: what a closing announces."""
    lines = [
        {"unit": row.unit_id, "order": row.order}
        | {column.stored.field: column.kept(row) for column in STORED if column.stored}
        for row in table.rows
    ]
    signed = asdict(table.signed)
    kept = settings.values(table.county)
    return {"lines": lines, "signed": signed, "settings": kept} | _totals(table)


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
    """The table of a closed quarter as it was announced, from the stored lines alone."""
    county = settings.as_kept(settlement.period.county, settlement.settings)
    lines = settlement.lines.select_related("unit", "settlement")
    compared_with = last_settlements([county], settlement.as_of).get(county.pk)
    previous = ranks_of(compared_with) if compared_with else {}
    return LeagueTable(
        county=county,
        as_of=settlement.as_of,
        known_by=settlement.known_by,
        sections=sections([_announced_row(line) for line in lines], previous, county.kinds),
        signed=Signed(
            settlement.projects,
            settlement.contracts,
            settlement.total_investment,
            settlement.introduced,
        ),
        settlement=settlement,
        compared_with=compared_with,
    )


def differing(settlement: Settlement) -> str | None:
    """The first unit, or else the county, whose stored figures differ from recomputed ones."""
    table = league_table(settlement.period.county, settlement.as_of, settlement.known_by)
    stored = {line.unit_id: line for line in settlement.lines.all()}
    for row in table.rows:
        if not _same(stored.pop(row.unit_id, None), _line(settlement, row)):
            return row.name
    if stored:
        return next(iter(stored.values())).name
    same = all(getattr(settlement, name) == value for name, value in _totals(table).items())
    return None if same else table.county.name


def _same(stored: SettlementLine | None, computed: SettlementLine) -> bool:
    return stored is not None and all(
        (held := getattr(stored, each.field)) == getattr(computed, each.field)
        or (held is None and each.is_newer)
        for each in PROVED
    )


def _announced_row(line: SettlementLine) -> LeagueRow:
    due = tuple(Decimal(part) for part in line.due)
    benchmark = standing.benchmark(due, line.settlement.as_of) if line.target else None
    return LeagueRow(
        unit_id=line.unit_id,
        code=line.unit.code,
        order=line.order,
        due=due,
        benchmark=benchmark,
        sums=Sums(line.received, line.received_new, line.received_outside),
        tier=Tier(line.tier),
        completion=standing.completion(line.received, line.target),
        **{field: getattr(line, field) for field in READ},
    )
