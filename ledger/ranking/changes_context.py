"""What changed since a meeting, as text for the pages."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

from ledger.entries.reach import receipts_of
from ledger.models import Entry, Settlement
from ledger.ranking import changes_since, phrases
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


class VersionLink(NamedTuple):
    """A version of a quarter; ``compare`` holds it against the one before."""

    version: int
    is_here: bool
    url: str
    compare: str


def version_context(table: LeagueTable, *, is_asked: bool = False) -> dict[str, Any]:
    """What pages say about a quarter that was announced more than once, or is open again.

    ``is_asked``: somebody asked for this version, so it may be an old one.
    """
    versions = _versions(table, is_asked)
    newest = versions[-1] if versions else None
    is_old = table.settlement is not None and newest is not None and not newest.is_here
    return {
        "correcting": phrases.correcting(table),
        "corrected": changes_since.corrected(table),
        "versions": versions if len(versions) > 1 or table.corrects else [],
        "replaced_by": newest if is_old else None,
    }


def _versions(table: LeagueTable, is_asked: bool) -> list[VersionLink]:
    settlement, month = table.settlement, Month.of(table.as_of)
    is_first = settlement is None or settlement.version == 1
    if table.corrects is None and is_first and not is_asked:
        return []
    of_quarter = Settlement.objects.filter(
        period__county=table.county, period__year=month.year, period__quarter=month.quarter
    )
    found: list[VersionLink] = []
    before = ""
    address, compare = reverse("ranking", args=[month]), reverse("ranking-compare")
    for each in of_quarter.order_by("version"):
        query: dict[str, str] = {"version": str(each.version), "county": table.county.code}
        here = f"{each.as_of}@{each.known_by.isoformat()}"
        sides: dict[str, str] = {"left": before, "right": here, "county": table.county.code}
        found.append(
            VersionLink(
                each.version,
                settlement is not None and each.version == settlement.version,
                f"{address}?{urlencode(query)}",
                f"{compare}?{urlencode(sides)}" if before else "",
            )
        )
        before = here
    return found


def change_total(lines: list[ChangeLine]) -> str:
    return gap_text(sum((line.entry.amount for line in lines), ZERO))
