"""The words of the ledger's fixed values in the reader's language.

One word per tier and exclusion, the same on screen, in the workbook and in the bulletin. No
rules.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ledger.rules.standing import Tier
from units.ground.groups import DEPARTMENT, ENTERPRISE, TOWN, Group

TIERS: dict[str, str | Promise] = {
    Tier.COMPLETED: pgettext_lazy("tier", "completed"),
    Tier.ON_SCHEDULE: pgettext_lazy("tier", "on schedule"),
    Tier.BEHIND: pgettext_lazy("tier", "behind"),
    Tier.NO_FUNDS: pgettext_lazy("tier", "no funds yet"),
    Tier.NO_TARGET: pgettext_lazy("tier", "no target set"),
}
QUARTERS: dict[int, str | Promise] = {
    1: pgettext_lazy("of a year", "first quarter"),
    2: pgettext_lazy("of a year", "second quarter"),
    3: pgettext_lazy("of a year", "third quarter"),
    4: pgettext_lazy("of a year", "fourth quarter"),
}
EXCLUSIONS: dict[str, str | Promise] = {
    "resource": _("resource extraction"),
    "property": _("property"),
    "carry_over": _("carry-over projects"),
}


def quarter(year: int, number: int) -> str:
    """As in 2012年第二季度."""
    return gettext("%(quarter)s of %(year)d") % {"quarter": QUARTERS[number], "year": year}


def counted(group: Group, count: int) -> str:
    """As in 7个镇."""
    words = {
        TOWN: ngettext("%(count)d town", "%(count)d towns", count),
        DEPARTMENT: ngettext("%(count)d department", "%(count)d departments", count),
        ENTERPRISE: ngettext("%(count)d enterprise", "%(count)d enterprises", count),
    }
    of_its_own = gettext("%(count)d of %(group)s")
    return words.get(group, of_its_own) % {"count": count, "group": group.title}


def did_well(group: Group) -> str:
    """What stands above the best of a group in the bulletin."""
    words = {
        TOWN: gettext("The towns that worked well and did comparatively well are:"),
        DEPARTMENT: gettext("The departments that worked well and did comparatively well are:"),
        ENTERPRISE: gettext("The enterprises that worked well and did comparatively well are:"),
    }
    of_its_own = gettext("%(group)s that worked well and did comparatively well:")
    return words.get(group, of_its_own) % {"group": group.title}


def numeral(place: int) -> str:
    """The number of a heading, counted from zero: 一, 二 …; figures after the fifth."""
    numerals = pgettext("numerals", "ABCDE")
    return numerals[place] if place < len(numerals) else str(place + 1)
