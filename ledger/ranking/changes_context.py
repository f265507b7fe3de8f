"""What changed since a meeting, as text for the pages."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from ledger.entries.reach import receipts_of
from ledger.models import Entry, Settlement
from ledger.ranking import changes_since
from ledger.ranking.league import LeagueTable
from ledger.rules.months import Month
from units.access import within
from units.ground.money import ZERO, gap_text
from units.models import User


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One entry posted after the meeting."""

    entry: Entry
    amount: str
    url: str


def change_lines(settlement: Settlement, user: User) -> list[ChangeLine]:
    """Entries posted since about the announced money, as far as the reader may see them."""
    entries = within(user, changes_since.since(settlement)).select_related(
        "unit", "project", "receipt"
    )
    lines = list(entries)
    shown = receipts_of(user).filter(pk__in={entry.receipt_id for entry in lines})
    open_to = set(shown.values_list("pk", flat=True)) if lines else set()
    return [
        ChangeLine(
            entry=entry,
            amount=gap_text(entry.amount),
            url=reverse("receipt-detail", args=[entry.receipt_id])
            if entry.receipt_id in open_to
            else "",
        )
        for entry in lines
    ]


def compare_address(settlement: Settlement) -> str:
    """The address that compares what was announced with what is known now."""
    day = settlement.as_of
    sides = {"left": f"{day}@{settlement.known_by.isoformat()}", "right": f"{day}@"}
    return f"{reverse('ranking-compare')}?{urlencode(sides)}"


def growth_address(table: LeagueTable) -> str:
    """The address that compares with the year before; empty if the table leaves out money.

    The comparison cannot leave out money.
    """
    if table.without:
        return ""
    before = Month(table.as_of.year - 1, table.as_of.month).last_day
    known = table.known_by.isoformat() if table.known_by else ""
    sides = {"left": f"{before}@{known}", "right": f"{table.as_of}@{known}"}
    county = {"county": table.county.code}
    return f"{reverse('ranking-compare')}?{urlencode(sides | county)}"


def change_total(lines: list[ChangeLine]) -> str:
    return gap_text(sum((line.entry.amount for line in lines), ZERO))
