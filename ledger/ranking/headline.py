"""The sentence and the figures at the head of the league table, as text.

Spells the county's totals for the leader who will say them; ``LeagueTable`` decides what may be
claimed.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ledger.ranking.charts import Bullet, bullet
from ledger.ranking.league import LeagueTable
from ledger.ranking.phrases import measured
from ledger.ranking.series import Series
from units.ground.money import (
    YI,
    gap_text,
    percent_text,
    points_text,
    rounded,
    wan_short,
    wan_text,
    yi_short,
    yi_text,
)
from units.models import CountyTarget
from units.targets import county_targets


@dataclass(frozen=True, slots=True)
class Headline:
    """Texts; those that need a target are empty without one. ``side``: ahead, short, level."""

    received: str
    new_wan: str
    carried_wan: str
    pending_wan: str
    target: str
    completion: str
    benchmark_percent: str
    gap_wan: str
    points: str
    points_plain: str
    side: str
    measured: str
    above: str
    growth: str
    over_half: bool
    projects: int
    contracts: int
    total_investment: str
    introduced: str
    bullet: Bullet | None


def headline(table: LeagueTable, series: Series) -> Headline:
    total, signed = table.total, table.signed
    gap, points = total.gap, total.gap_points
    return Headline(
        received=yi_text(total.received),
        new_wan=wan_text(total.sums.new),
        carried_wan=wan_text(total.received - total.sums.new),
        pending_wan=wan_text(total.pending) if total.pending else "",
        target=yi_text(total.target) if total.target else "",
        completion=percent_text(total.received, total.target) if total.target else "",
        benchmark_percent=_benchmark_percent(table),
        gap_wan=gap_text(rounded(gap, 2)) if gap is not None else "",
        points=points_text(points) if points is not None else "",
        points_plain=points_text(abs(points)).lstrip("+") if points is not None else "",
        side=_side(table),
        measured=measured(table.as_of, total.benchmark, total.target),
        above="".join(above(table)),
        growth=_growth(table, series),
        over_half=table.over_half,
        projects=signed.projects,
        contracts=signed.contracts,
        total_investment=yi_text(signed.total_investment),
        introduced=yi_text(signed.introduced),
        bullet=_bullet(table),
    )


def _benchmark_percent(table: LeagueTable) -> str:
    total = table.total
    return percent_text(total.benchmark, total.target, claims=()) if total.target else ""


def _side(table: LeagueTable) -> str:
    gap = table.total.gap
    if gap is None:
        return ""
    return "ahead" if gap > 0 else "short" if gap < 0 else "level"


def _growth(table: LeagueTable, series: Series) -> str:
    """Growth on the same month end of last year (同比); empty within a month."""
    before = series.same_time_last_year
    if not before or before <= 0:
        return ""
    grown = percent_text(table.total.received - before, before, claims=())
    return f"+{grown}" if table.total.received > before else grown


def _bullet(table: LeagueTable) -> Bullet | None:
    total = table.total
    if not total.target:
        return None
    side = "behind" if total.gap is not None and total.gap < 0 else "on_schedule"
    return bullet(side, total.target, total.received, total.pending, total.benchmark)


def above(table: LeagueTable) -> tuple[str, ...]:
    """The county against what city or province ask of it (上级下达任务), by the targets of the table's day and moment.

    One clause for each issuer, beginning with a comma: ，完成市下达任务30亿元的47.3%. One query.

    Empty for a table that leaves money out: the target from above is for all of it.
    """
    if table.without:
        return ()
    held = county_targets.in_force([table.county], table.as_of, table.known_by)
    asked = [(issuer, held.get((table.county.pk, issuer.value))) for issuer in CountyTarget.Issuer]
    return tuple(
        _asked(issuer, target.amount, table.total.received)
        for issuer, target in asked
        if target is not None and target.amount > 0
    )


def _asked(issuer: CountyTarget.Issuer, amount: Decimal, received: Decimal) -> str:
    said = {
        "issuer": issuer.label,
        "target": _money(amount),
        "completion": percent_text(received, amount),
    }
    return _(", %(completion)s of the task of %(target)s set by the %(issuer)s") % said


def _money(yuan: Decimal) -> str:
    """30亿元; below a hundred million in 万元."""
    if abs(yuan) >= YI:
        return _("%(amount)s亿元") % {"amount": yi_short(yuan)}
    return _("%(amount)s万元") % {"amount": wan_short(yuan)}
