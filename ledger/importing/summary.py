"""What a preview says of each sheet: how many rows of each kind, its unit of money, its sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ledger.importing import document
from ledger.importing.lines import Line
from ledger.importing.plan_types import Plan, Tally
from ledger.models import RememberedMapping
from ledger.reading.columns import COLUMNS
from units.ground.money import gap_text, wan_short


def sheets(
    plan: Plan, found: Iterable[Line], used: Mapping[str, RememberedMapping]
) -> list[dict[str, Any]]:
    """By sheet, as it can be stored. ``counts``: rows by kind; "" has all of them."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in found:
        counts[line.sheet].update(["", line.outcome, *(["look"] if line.needs_look else [])])
    reads = {read.name: read for read in plan.reading}
    return [
        {
            "name": tally.sheet,
            "part": str(tally.part),
            "counts": dict(counts[tally.sheet]) or {"": 0},
            "money_unit": reads[tally.sheet].money_unit,
            "money_from": reads[tally.sheet].money_from,
            "sums": list(_sums(tally, document.stated(reads[tally.sheet]))),
            "remembered": _remembered(used.get(tally.sheet)),
        }
        for tally in plan.tallies
    ]


def _sums(tally: Tally, stated: Mapping[str, Decimal]) -> Iterator[dict[str, str | bool]]:
    headings = {column.field: column.heading for column in COLUMNS[tally.part]}
    for name, taken in tally.sums.items():
        own = stated.get(name)
        yield {
            "heading": headings[name],
            "taken": wan_short(taken, 6),
            "stated": "" if own is None else wan_short(own, 6),
            "differs": own not in (None, taken),
            "gap": "" if own is None else gap_text(taken - own, 6),
        }


def _remembered(used: RememberedMapping | None) -> str:
    if used is None:
        return ""
    sentence = _("The columns are taken as %(person)s chose them on %(day)s.")
    day = date_format(localtime(used.chosen_at), "DATE_FORMAT")
    return sentence % {"person": used.chosen_by, "day": day}
