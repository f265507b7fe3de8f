"""How the papers name periods, units and the county, in either language.

Never reads the clock or decides which units are named.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger import words
from ledger.ranking.league import LeagueTable
from units.ground.money import Exact, gap_text, percent_text, yi_short
from units.models import County

# Endings that a list of towns drops: 城关、清油河等2个镇.
_TOWN_ENDINGS = ("镇", "乡", "街道办事处", "街道办", "街道")


def period(as_of: date) -> str:
    """The part of the year that ends on the day, as in a title: 2012年上半年."""
    if (as_of + timedelta(days=1)).day != 1:
        return _("1 January to %(day)s") % {"day": day(as_of)}
    return _month_period(as_of.month) % {"year": as_of.year, "month": as_of.month}


def _month_period(month: int) -> str:
    named = {
        1: _("January %(year)s"),
        3: _("the first quarter of %(year)s"),
        6: _("the first half of %(year)s"),
        9: _("the first three quarters of %(year)s"),
        12: _("the whole of %(year)s"),
    }
    return named.get(month) or _("the first %(month)s months of %(year)s")


def day(value: date) -> str:
    """2012年6月30日."""
    return date_format(value, "DATE_FORMAT")


def and_so(names: Sequence[str]) -> str:
    """Names in a row: 城关、清油河."""
    return pgettext("between names", ", ").join(names)


def is_town(name: str) -> bool:
    """Whether the name is that of a town, whatever group it is in."""
    return name.endswith(_TOWN_ENDINGS)


def short_town(name: str) -> str:
    """城关 for 城关镇; a name of one character keeps its ending."""
    for ending in _TOWN_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def known(table: LeagueTable) -> str:
    """The moment up to which postings count, if the table names one."""
    if table.known_by is None or table.settlement is not None:
        return ""
    moment = timezone.localtime(table.known_by)
    return _("posted up to %(moment)s") % {"moment": f"{day(moment.date())} {moment:%H:%M}"}


def left_out(table: LeagueTable) -> str:
    """The money that the table leaves out, or empty."""
    if not table.without:
        return ""
    named = and_so([str(words.EXCLUSIONS[name]) for name in sorted(table.without)])
    return _("without %(words)s") % {"words": named}


def scope(table: LeagueTable) -> str:
    return scope_of(table.county)


def scope_of(county: County) -> str:
    """The money that the county never counts, or empty: 不计入房地产."""
    held = [str(each.label) for each in County.Money if each in county.not_counted]
    return _("not counted: %(money)s") % {"money": and_so(held)} if held else ""


def measured(as_of: date, due: Exact, target: Exact | None) -> str:
    """What completion and gap are measured against, or empty without a task. Amounts in yuan."""
    if not target:
        return ""
    return _(
        "Completion is measured against the annual task; the gap against what was due by "
        "%(day)s, %(percent)s of the annual task."
    ) % {"day": day(as_of), "percent": percent_text(due, target, claims=())}


def bureau(table: LeagueTable) -> str:
    """Who fills in the papers, unless the county has set another: 商南县招商局."""
    return table.county.issuing_office or _("%(county)s Investment Bureau") % {
        "county": table.county.name
    }


def county_title(table: LeagueTable) -> str:
    """The county in a title: 商南县, or as it has set."""
    return table.county.title_name or table.county.name


def adjusted(table: LeagueTable) -> str:
    """What corrects money of earlier years (调整以前年度), by unit; empty where the year corrects none."""
    rows = [row for row in table.rows if row.sums.adjusted]
    if not rows:
        return ""
    units = [
        pgettext("unit and its adjustment", "%(unit)s %(amount)s万元")
        % {"unit": row.name, "amount": gap_text(row.sums.adjusted)}
        for row in rows
    ]
    return _(
        "Adjustments of earlier years: %(amount)s万元 (%(units)s). They correct money that counted in"
        " an earlier year, and are outside completion, tier, rank, shares and structure."
    ) % {"amount": gap_text(table.total.sums.adjusted), "units": and_so(units)}


def correcting(table: LeagueTable) -> str:
    """What was announced of a quarter that is open again; empty for every other table."""
    if table.corrects is None:
        return ""
    said = _(
        "Version %(version)d was announced on %(day)s (%(received)s亿元). It is being corrected. "
        "Reason: %(reason)s"
    )
    return said % {
        "version": table.corrects.version,
        "day": day(table.corrects.announced_on),
        "received": yi_short(table.corrects.received),
        "reason": table.corrects.reason,
    }
