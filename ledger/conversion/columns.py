"""The columns of the 履约情况表, each declared once for page and workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.conversion.table import Counts
from units.ground.money import percent_text, wan_text


class Shape(StrEnum):
    """What a column holds: a number of projects, yuan shown in 万元, or a rate that may be unknown."""

    COUNT = "count"
    AMOUNT = "amount"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class CountColumn:
    """``name`` is the property of ``Counts`` that it shows."""

    name: str
    words: str | Promise
    shape: Shape = Shape.COUNT

    def value(self, counts: Counts) -> Any:
        return getattr(counts, self.name)

    def text(self, counts: Counts) -> str:
        value = self.value(counts)
        return "—" if value is None else TEXTS[self.shape](value)


TEXTS: Final[dict[Shape, Callable[[Any], str]]] = {
    Shape.COUNT: str,
    Shape.AMOUNT: wan_text,
    Shape.RATE: lambda rate: percent_text(rate.numerator, rate.denominator),
}
COLUMNS = (
    CountColumn("signed", pgettext_lazy("conversion", "Signed")),
    CountColumn("contracts", pgettext_lazy("conversion", "Contracts")),
    CountColumn("performed", pgettext_lazy("conversion", "Performed")),
    CountColumn("performed_rate", _("Rate performed"), Shape.RATE),
    CountColumn("started", pgettext_lazy("conversion", "Started")),
    CountColumn("started_rate", _("Rate started"), Shape.RATE),
    CountColumn("producing", _("In production")),
    CountColumn("producing_rate", _("Rate in production"), Shape.RATE),
    CountColumn("introduced", _("Introduced (万元)"), Shape.AMOUNT),
    CountColumn("received", _("Received (万元)"), Shape.AMOUNT),
    CountColumn("funded_rate", _("Rate of funds received"), Shape.RATE),
)


def texts(counts: Counts) -> list[str]:
    return [column.text(counts) for column in COLUMNS]
