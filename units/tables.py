"""The register of units and the history of a unit's targets as tables.

Owns: the columns and their texts, and what the tables of all apps share: how a cell of nothing, of a
number or of minor weight looks. Must never: run a query per row.
"""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from units.ground.money import wan_text
from units.models import Target, Unit

DASH = "—"
# Left out on a phone.
MINOR = {"td": {"class": "minor"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class Column(tables.Column):
    """A column that no table changes after its declaration, so that tables may share its parts.

    django-tables2 copies every declaration deeply for each table; that costs more than a row does.
    """

    def __deepcopy__(self, memo: object) -> "Column":
        return copy(self)


def _amount(verbose_name: Any, term: str = "") -> Column:
    return Column(verbose_name, attrs={**NUMBER, "term": term})


class UnitTable(tables.Table):
    """``place`` renders the box in which the place of a unit is typed; None shows it as text."""

    order = Column(_("Official order"), attrs={"td": {"class": "place"}})
    name = Column(_("Unit"))
    kind = Column(_("Kind"), attrs=MINOR)
    code = Column(_("Code"), attrs=MINOR)
    active_from = Column(_("Active from"), default=DASH, attrs=MINOR)
    ended_on = Column(_("Ended on"), default=DASH, attrs=MINOR)
    deeds = Column(_("Deeds"), empty_values=())

    class Meta:
        attrs = {"class": "stack units", "label": _("Units")}
        orderable = False

    def __init__(
        self, rows: Iterable[Unit], *, place: Callable[[Unit], SafeString] | None, **options: Any
    ) -> None:
        self.place = place
        super().__init__(rows, **options)

    def render_order(self, record: Unit) -> SafeString | str:
        return self.place(record) if self.place else str(record.order)

    def render_name(self, record: Unit) -> SafeString:
        address = reverse("unit-account", args=[record.code])
        return format_html('<a href="{}">{}</a>', address, record.name)

    def render_active_from(self, value: date) -> str:
        return date_format(value)

    def render_ended_on(self, value: date, record: Unit) -> SafeString | str:
        if record.successor is None:
            return date_format(value)
        words = _("into %(unit)s") % {"unit": record.successor.name}
        return format_html('{}<span class="under">{}</span>', date_format(value), words)

    def render_deeds(self, record: Unit) -> SafeString:
        links = [(reverse("unit-targets", args=[record.code]), _("Targets"))]
        if self.place:
            links.append((reverse("unit-edit", args=[record.code]), _("Change")))
        return format_html(
            " ".join(['<a href="{}">{}</a>'] * len(links)),
            *(part for link in links for part in link),
        )


class TargetTable(tables.Table):
    """All versions of a unit's targets, the newest first."""

    year = Column(_("Year"))
    effective_on = Column(_("Effective on"))
    document_no = Column(_("Document number"), default=DASH)
    issuer = Column(_("Issuer"), attrs={"term": "issuer"})
    amount = _amount(_("Annual target (万元)"), "target")
    due_first = _amount(_("First quarter"), "quarter-target")
    due_second = _amount(_("Second quarter"))
    due_third = _amount(_("Third quarter"))
    recorded_at = Column(_("Recorded"))

    class Meta:
        attrs = {"class": "stack", "label": _("Targets")}
        orderable = False

    def render_effective_on(self, value: date) -> str:
        return date_format(value)

    def render_amount(self, value: Decimal) -> Any:
        return wan_text(value) if value else _("no task")

    def render_due_first(self, value: Decimal) -> str:
        return wan_text(value)

    render_due_second = render_due_third = render_due_first

    def render_recorded_at(self, record: Target) -> SafeString:
        day = date_format(timezone.localtime(record.recorded_at), "DATETIME_FORMAT")
        return format_html('{}<span class="under">{}</span>', day, record.recorded_by)
