"""Who is measured, and who may act. Knows nothing of projects or money received."""

from units.models.counties import (
    County,
    Placed,
    Region,
    Schedule,
    amount_field,
    default_groups,
)
from units.models.indicators import MAIN, Indicator
from units.models.links import Link
from units.models.outbox import NoticeChoice, OutboxMessage, Robot, Sending
from units.models.people import (
    ADMIN_ROLES,
    BUREAU_ROLES,
    BUSINESS_ROLES,
    OLD_PASSWORDS,
    UNIT_ROLES,
    AccessKey,
    People,
    Role,
    U,
    User,
)
from units.models.resets import BARRED, Reset, ResetRows
from units.models.sign_in import FAILURES_KEPT, Allowance, FailedSignIn, KeptForm, UserSession
from units.models.targets import CountyTarget, Target
from units.models.trail import Trail
from units.models.units import GroupChange, Unit, stands

__all__ = [
    "ADMIN_ROLES",
    "BARRED",
    "BUREAU_ROLES",
    "BUSINESS_ROLES",
    "FAILURES_KEPT",
    "MAIN",
    "OLD_PASSWORDS",
    "UNIT_ROLES",
    "AccessKey",
    "Allowance",
    "County",
    "CountyTarget",
    "FailedSignIn",
    "GroupChange",
    "Indicator",
    "KeptForm",
    "Link",
    "NoticeChoice",
    "OutboxMessage",
    "People",
    "Placed",
    "Region",
    "Reset",
    "ResetRows",
    "Robot",
    "Role",
    "Schedule",
    "Sending",
    "Target",
    "Trail",
    "U",
    "Unit",
    "User",
    "UserSession",
    "amount_field",
    "default_groups",
    "stands",
]
