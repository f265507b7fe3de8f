"""What became known about an announced table after its meeting (会后变动), defined only here."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.models import Entry, Settlement
from ledger.ranking.announced import announced_table
from ledger.ranking.columns import AMOUNT, BY_NAME, DASH, GAP, Of
from ledger.ranking.gathering import without_some
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.ranking.phrases import day
from units.ground.money import gap_text

# What a correction names of a unit, in this order.
CORRECTED = tuple(BY_NAME[name] for name in ("target", "received", "adjusted", "rank", "tier"))


def since(settlement: Settlement) -> QuerySet[Entry]:
    """Entries about money of the year up to the quarter's end that are not in the announced table.

    Money received by then and counted later, reversals of what was announced, and, after a
    reopening, what was added to the quarter itself. For its own quarter the position in the chain
    decides, not a clock. Only money in the scope of the announced table.
    """
    period = settlement.period
    own = Q(period=period)
    earlier = Q(period__year=period.year, period__quarter__lt=period.quarter)
    up_to_then = Q(received_on__range=(date(period.year, 1, 1), period.ends_on))
    taken_back = Q(
        reverses__period__year=period.year, reverses__period__quarter__lte=period.quarter
    )
    announced = (own & Q(position__lte=settlement.chain_length)) | (
        earlier & Q(posted_at__lte=settlement.known_by)
    )
    entries = Entry.objects.filter(own | earlier | up_to_then | taken_back)
    entries = entries.filter(county=period.county_id).exclude(announced).order_by("id")
    return without_some(entries, (settlement.settings or {}).get("not_counted", ()))


class Corrected(NamedTuple):
    """What a version changed of a unit, and why, as text."""

    unit: str
    changed: str
    because: str


def corrected(table: LeagueTable) -> list[Corrected]:
    """What an announced version changed from the one before it, by unit; none for the first."""
    settlement = table.settlement
    if settlement is None or settlement.version == 1:
        return []
    rows = Settlement.objects.select_related("period__county")
    before = announced_table(rows.get(period=settlement.period_id, version=settlement.version - 1))
    was = {row.unit_id: row for row in before.rows}
    causes = _causes(before, table)
    found = []
    for row in table.rows:
        changed = _changed(was.get(row.unit_id), row)
        if changed:
            found.append(Corrected(row.name, changed, _because(was.get(row.unit_id), row, causes)))
    return found


def _changed(was: LeagueRow | None, row: LeagueRow) -> str:
    parts = [
        _("%(title)s %(before)s → %(after)s") % {"title": c.title, "before": b, "after": a}
        for c in CORRECTED
        if (b := _shown(c.name, was)) != (a := _shown(c.name, row))
    ]
    return pgettext("between clauses", "; ").join(parts)


def _shown(name: str, of: Of | None) -> str:
    column = BY_NAME[name]
    text = column.shown(of) if of is not None else ""
    if not text:
        return DASH
    return f"{text}万元" if column.shape in (AMOUNT, GAP) else text


def _because(was: LeagueRow | None, row: LeagueRow, causes: dict[int | None, list[str]]) -> str:
    found = list(causes[row.unit_id])
    if was is not None and was.target != row.target:
        found.append(_("the annual task was changed"))
    return pgettext("between clauses", "; ").join(found) or _("corrections of other units")


def _causes(before: LeagueTable, table: LeagueTable) -> dict[int | None, list[str]]:
    """By unit of a line: the entries that only the later version counts."""
    assert before.frame is not None
    assert table.frame is not None
    start = table.as_of.replace(month=1, day=1)
    entries = Entry.objects.filter(county=table.county, counted_on__range=(start, table.as_of))
    entries = entries.filter(table.frame.counted()).exclude(before.frame.counted())
    entries = without_some(entries, table.left_out)
    found: dict[int | None, list[str]] = defaultdict(list)
    for entry in entries.select_related("receipt", "project").order_by("pk"):
        unit = table.frame.units.get(entry.unit_id)
        found[unit.line if unit else None].append(_cause(entry))
    return found


def _cause(entry: Entry) -> str:
    named = {
        "amount": gap_text(entry.amount),
        "project": entry.project.name,
        "voucher": entry.receipt.voucher_no,
        "day": day(entry.received_on),
        "reason": entry.reason,
    }
    if entry.kind == Entry.Kind.REVERSAL:
        return _("%(project)s, %(voucher)s reversed, %(amount)s万元: %(reason)s") % named
    return _("%(project)s, %(voucher)s of %(day)s counted, %(amount)s万元") % named
