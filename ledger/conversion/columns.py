"""The columns of the 履约情况表, each declared once for page and workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.conversion.table import Counts
from units.ground.money import percent_text, wan_text


@dataclass(frozen=True, slots=True)
class CountColumn:
    name: str
    words: str | Promise
    text: Callable[[Counts], str]


def _share(rate: Fraction | None) -> str:
    return "—" if rate is None else percent_text(rate.numerator, rate.denominator)


COLUMNS = (
    CountColumn("signed", pgettext_lazy("conversion", "Signed"), lambda c: str(c.signed)),
    CountColumn("contracts", pgettext_lazy("conversion", "Contracts"), lambda c: str(c.contracts)),
    CountColumn("performed", pgettext_lazy("conversion", "Performed"), lambda c: str(c.performed)),
    CountColumn("performed_rate", _("Rate performed"), lambda c: _share(c.performed_rate)),
    CountColumn("started", pgettext_lazy("conversion", "Started"), lambda c: str(c.started)),
    CountColumn("started_rate", _("Rate started"), lambda c: _share(c.started_rate)),
    CountColumn("producing", _("In production"), lambda c: str(c.producing)),
    CountColumn("producing_rate", _("Rate in production"), lambda c: _share(c.producing_rate)),
    CountColumn("introduced", _("Introduced (万元)"), lambda c: wan_text(c.introduced)),
    CountColumn("received", _("Received (万元)"), lambda c: wan_text(c.received)),
    CountColumn("funded_rate", _("Rate of funds received"), lambda c: _share(c.funded_rate)),
)


def texts(counts: Counts) -> list[str]:
    return [column.text(counts) for column in COLUMNS]
