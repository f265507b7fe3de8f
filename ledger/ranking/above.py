"""The county against what its city or province asks of it (上级下达任务), as the papers say it.

The targets in force on the table's day, known by its moment: an announced table keeps its own.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from ledger.ranking.league import LeagueTable
from units.ground.money import YI, percent_text, wan_short, yi_short
from units.models import CountyTarget
from units.targets import county_targets


def clauses(table: LeagueTable) -> tuple[str, ...]:
    """One for each issuer, beginning with a comma: ，完成市下达任务30亿元的47.3%. One query.

    Empty for a table that leaves money out: the target from above is for all of it.
    """
    if table.without:
        return ()
    held = county_targets.in_force([table.county], table.as_of, table.known_by)
    asked = [(issuer, held.get((table.county.pk, issuer.value))) for issuer in CountyTarget.Issuer]
    return tuple(
        _clause(issuer, target.amount, table.total.received)
        for issuer, target in asked
        if target is not None and target.amount > 0
    )


def _clause(issuer: CountyTarget.Issuer, amount: Decimal, received: Decimal) -> str:
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
