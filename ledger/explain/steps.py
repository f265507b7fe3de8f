"""The steps by which a figure comes about, in words and numbers, from benchmark to rank.

Computes no figure of its own, and runs no query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger import words
from ledger.ranking.league import LeagueRow, LeagueTable, Total
from ledger.rules import standing
from ledger.rules.shortfall import Node, needed, per_month
from units.ground.money import (
    exact,
    gap_text,
    percent_text,
    points_text,
    rounded,
    wan_short,
    wan_text,
)

Exact = Decimal | Fraction
SHOWN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation; ``holds`` is the answer if it is a question."""

    words: str | Promise
    holds: bool | None = None


def wan(yuan: Exact) -> str:
    """万元 to the fen without trailing zeros: for calculations, not as in a table."""
    return wan_short(rounded(yuan, 2), 6)


def _digits(number: str) -> str:
    """An exact decimal, cut off if it is long."""
    whole, _point, fine = number.partition(".")
    return f"{whole}.{fine[:SHOWN_DIGITS]}…" if len(fine) > SHOWN_DIGITS else number


def benchmark_steps(due: Sequence[Decimal], benchmark: Exact | None, as_of: date) -> Iterable[Step]:
    """What is due by the day, from the cumulative quarter targets."""
    if benchmark is None:
        yield Step(_("There is no target, so nothing is due."))
        return
    months = standing.completed_months(as_of)
    quarters, over = divmod(months, 3)
    given = {"day": date_format(as_of), "months": months}
    yield Step(_("On %(day)s, %(months)d months of the year are over.") % given)
    reached = due[quarters - 1] if quarters else Decimal(0)
    if quarters:
        named = {"quarter": words.QUARTERS[quarters], "due": wan(reached)}
        yield Step(_("By the end of the %(quarter)s, %(due)s 万元 are due.") % named)
    if over:
        step: dict[str, object] = {
            "quarter": words.QUARTERS[quarters + 1],
            "due": wan(due[quarters]),
            "reached": wan(reached),
            "months": over,
            "result": wan(benchmark),
        }
        yield Step(
            _(
                "By the end of the %(quarter)s, %(due)s 万元 will be due; %(months)d of its 3 months are over."
            )
            % step
        )
        yield Step(
            _("%(reached)s + (%(due)s − %(reached)s) × %(months)d/3 = %(result)s 万元") % step
        )
    elif not quarters:
        yield Step(_("No month is over, so nothing is due yet."))


def completion_steps(of: LeagueRow | Total) -> Iterable[Step]:
    if not of.target or of.completion is None:
        yield Step(_("There is no target, so there is no percent."))
        return
    named = {
        "received": wan(of.received),
        "target": wan(of.target),
        "exact": _digits(exact(of.completion * 100)),
        "shown": percent_text(of.received, of.target),
    }
    yield Step(_("%(received)s ÷ %(target)s = %(exact)s %%, shown as %(shown)s.") % named)


def gap_steps(of: LeagueRow | Total) -> Iterable[Step]:
    """The gap in 万元 and in percentage points, from unrounded figures."""
    if not of.target or of.gap is None or of.benchmark is None or of.gap_points is None:
        yield Step(_("There is no target, so there is no gap."))
        return
    named = {
        "received": wan(of.received),
        "benchmark": wan(of.benchmark),
        "gap": gap_text(rounded(of.gap, 2)),
        "target": wan(of.target),
        "points": points_text(of.gap_points),
    }
    yield Step(_("%(received)s − %(benchmark)s = %(gap)s 万元") % named)
    yield Step(_("%(gap)s ÷ %(target)s × 100 = %(points)s percentage points") % named)


def needed_steps(row: LeagueRow, node: Node) -> Iterable[Step]:
    """What is still needed by the next quarter end, in total and for each month until then."""
    missing = needed(row.received, row.due, node)
    named = {
        "quarter": words.QUARTERS[node.quarter],
        "due": wan(row.due[node.quarter - 1]),
        "received": wan(row.received),
        "needed": wan_text(missing),
        "months": node.months,
        "monthly": wan_text(rounded(per_month(missing, node), 2)),
    }
    yield Step(_("By the end of the %(quarter)s, %(due)s 万元 are due.") % named)
    if not missing:
        yield Step(_("%(received)s ≥ %(due)s: nothing more is needed until then.") % named)
        return
    yield Step(_("%(due)s − %(received)s = %(needed)s 万元") % named)
    yield Step(_("%(needed)s ÷ %(months)d months = %(monthly)s 万元 a month") % named)


def tier_steps(row: LeagueRow) -> Iterable[Step]:
    """The questions of rule 3 in order, up to the one that decides."""
    tier = standing.tier(row.received, row.target, row.benchmark)
    has_target = row.target is not None
    yield Step(_("Is there a target?"), has_target)
    if has_target:
        named = {
            "received": wan(row.received),
            "target": wan(row.target or Decimal(0)),
            "due": wan(row.benchmark or Decimal(0)),
        }
        # Each question with the answer that decides.
        query = [
            (_("Is anything received? %(received)s 万元"), row.received > 0, False),
            (_("Is the task reached? %(received)s ≥ %(target)s"), _reaches(row, row.target), True),
            (
                _("Is the benchmark reached? %(received)s ≥ %(due)s"),
                _reaches(row, row.benchmark),
                True,
            ),
        ]
        for question, holds, decisive in query:
            yield Step(question % named, holds)
            if holds is decisive:
                break
    yield Step(_("So: %(tier)s.") % {"tier": words.TIERS[tier]})


def _reaches(row: LeagueRow, amount: Exact | None) -> bool:
    return amount is not None and Fraction(row.received) >= Fraction(amount)


def rank_steps(table: LeagueTable, row: LeagueRow) -> Iterable[Step]:
    """Among whom the unit is ranked, with whom it shares the rank, and how it moved."""
    section = table.section(row.kind)
    ranked = [other for other in section.rows if other.rank is not None]
    if row.rank is None:
        yield Step(_("Units without a target or without funds are listed, not ranked."))
        return
    ahead = sum(1 for other in ranked if (other.rank or 0) < row.rank)
    named = {
        "kind": section.title,
        "count": len(ranked),
        "ahead": ahead,
        "rank": row.rank,
    }
    yield Step(
        _("%(kind)s: %(count)d with a target and funds are ranked by completion, exact.") % named
    )
    yield Step(_("%(ahead)d of them have a higher completion, so the rank is %(rank)d.") % named)
    sharing = [other.name for other in ranked if other.rank == row.rank and other is not row]
    if sharing:
        yield Step(
            _("Equal completion shares the rank with %(names)s.") % {"names": "、".join(sharing)}
        )
    if row.previous_rank is not None and table.compared_with is not None:
        period = table.compared_with.period
        named = {
            "quarter": words.quarter(period.year, period.quarter),
            "rank": row.previous_rank,
        }
        yield Step(_("In the %(quarter)s, closed last, the rank was %(rank)d.") % named)


def over_half_steps(table: LeagueTable) -> Iterable[Step]:
    """The two questions of 双过半 (rule 5)."""
    months = standing.completed_months(table.as_of)
    named = {
        "months": months,
        "twice": wan(2 * table.total.received),
        "target": wan(table.total.target),
    }
    yield Step(_("Is half the year over? %(months)d of 12 months") % named, months >= 6)
    yield Step(
        _("Is half the task done? 2 × received = %(twice)s ≥ %(target)s 万元") % named,
        2 * table.total.received >= table.total.target > 0,
    )
