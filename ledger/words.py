"""The words of the ledger's fixed values, in the reader's language.

Owns: one word per tier, kind and exclusion, the same on screen, in the workbook and in the bulletin.
Must never: hold a rule.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.standing import Tier
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
EXCLUSIONS: dict[str, str | Promise] = {
    "resource": _("resource extraction"),
    "property": _("property"),
    "carry_over": _("carry-over projects"),
}
