"""What if: the league table with other targets beside the one that holds, unit by unit.

Pairs the lines of two tables from ``league.py`` and writes their texts. Never saves anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.ranking.league import LeagueRow, LeagueTable, Section, Total, league_table
from ledger.rules.standing import Tier
from units.ground.money import percent_text, wan_text, yi_short
from units.models import County
from units.tables import DASH, NUMBER, Column, Table
from units.targets.record import TargetDraft


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as it stands and as it would stand."""

    before: LeagueRow
    after: LeagueRow

    @property
    def moved(self) -> int:
        """Places gained; zero if it is unranked in either table."""
        if self.before.rank is None or self.after.rank is None:
            return 0
        return self.before.rank - self.after.rank

    @property
    def is_changed(self) -> bool:
        return (self.before.tier, self.before.rank, self.before.target) != (
            self.after.tier,
            self.after.rank,
            self.after.target,
        )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both tables of a county as of a day."""

    before: LeagueTable
    after: LeagueTable

    def lines(self, section: Section) -> list[Line]:
        """The units of a kind in the order of the new table."""
        stood = {row.unit_id: row for row in self.before.section(section.kind).rows}
        return [Line(stood[row.unit_id], row) for row in section.rows]


def what_if(county: County, as_of: date, drafts: Iterable[TargetDraft]) -> WhatIf:
    """The current table, and the one that the drafted targets would give."""
    instead: Mapping[int, tuple[Decimal, Sequence[Decimal]]] = {
        draft.unit.pk: (draft.amount, (*draft.due, draft.amount)) for draft in drafts
    }
    return WhatIf(league_table(county, as_of), league_table(county, as_of, targets_instead=instead))


# Texts


def tier_counts(query: WhatIf, kind: str) -> list[tuple[str, object, int, int]]:
    """Tier, its word, units in it now, units that would be in it."""
    before, after = query.before.section(kind).tiers, query.after.section(kind).tiers
    return [
        (tier.value, words.TIERS[tier], before[tier], after[tier])
        for tier in Tier
        if before[tier] or after[tier]
    ]


def county_lines(query: WhatIf) -> list[tuple[str | Promise, str, str]]:
    """What the headline would say: label, now, then."""
    before, after = query.before.total, query.after.total
    return [
        (_("Annual target (亿元)"), yi_short(before.target, 4), yi_short(after.target, 4)),
        (_("Completion"), _completion(before), _completion(after)),
    ]


def _completion(of: LeagueRow | Total) -> str:
    received = of.sums.received
    return percent_text(received, of.target) if of.target else DASH


class WhatIfTable(Table):
    """One kind: the targets and where they would put each unit. Amounts in 万元."""

    cells = "ledger/explain/what_if_cells.jinja"
    name = Column(_("Unit"), accessor="after__name")
    target = Column(_("Annual target (万元)"), attrs=NUMBER)
    received = Column(_("Received (万元)"), attrs=NUMBER)
    completion = Column(_("Completion"), attrs=NUMBER)
    rank = Column(_("Rank"), attrs=NUMBER)
    tier = Column(_("Tier"))

    class Meta:
        attrs = {"class": "stack what-if"}
        orderable = False
        row_attrs = {"class": lambda record: "is-moved" if record.is_changed else ""}

    def __init__(self, rows: Iterable[Line], *, label: str, **options: Any) -> None:
        super().__init__(rows, attrs={**self.Meta.attrs, "label": label}, **options)

    def target_of(self, row: LeagueRow) -> str:
        return wan_text(row.target) if row.target else DASH

    def completion_of(self, row: LeagueRow) -> str:
        return _completion(row)

    def word(self, tier: Tier) -> object:
        return words.TIERS[tier]
