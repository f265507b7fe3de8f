"""The words of the ledger's fixed values in the reader's language.

One word per tier, kind and exclusion, the same on screen, in the workbook and in the bulletin. No
rules.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ledger.rules.standing import Tier
from units.models import Unit

TIERS: dict[str, str | Promise] = {
    Tier.COMPLETED: pgettext_lazy("tier", "completed"),
    Tier.ON_SCHEDULE: pgettext_lazy("tier", "on schedule"),
    Tier.BEHIND: pgettext_lazy("tier", "behind"),
    Tier.NO_FUNDS: pgettext_lazy("tier", "no funds yet"),
    Tier.NO_TARGET: pgettext_lazy("tier", "no target set"),
}
SECTIONS: dict[str, str | Promise] = {
    Unit.Kind.TOWN: _("Towns"),
    Unit.Kind.DEPARTMENT: _("Departments"),
    Unit.Kind.ENTERPRISE: _("Enterprises"),
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
