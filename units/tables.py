"""The tables of units and of a unit's targets, and what the tables of all apps share.

Shared are the layout of cells and the style of numbers, empty and minor cells. No table runs a
query per row.
"""

from collections.abc import Iterable
from copy import copy
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.utils.translation import gettext_lazy as _

from units.models import Unit

DASH = "—"
# Hidden on a phone.
MINOR = {"td": {"class": "minor"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class Column(tables.Column):
    """A column that never changes after its declaration, so that tables may share it.

    django-tables2 deep-copies every declaration for each table; that costs more than a row does.
    """

    def __deepcopy__(self, memo: object) -> "Column":
        return copy(self)


class Table(tables.Table):
    """``cells`` names the template with a macro for each column that is not plain text."""

    cells: ClassVar[str]


def _amount(verbose_name: Any, term: str = "") -> Column:
    return Column(verbose_name, attrs={**NUMBER, "term": term})


class UnitTable(Table):
    """With ``form`` the places of the units are inputs; without it they are text."""

    cells = "units/unit_cells.jinja"
    order = Column(_("Official order"), attrs={"td": {"class": "place"}})
    name = Column(_("Unit"))
    kind = Column(_("Kind"), attrs=MINOR)
    code = Column(_("Code"), attrs=MINOR)
    active_from = Column(_("Active from"), attrs=MINOR)
    ended_on = Column(_("Ended on"), attrs=MINOR)
    actions = Column(_("Actions"))

    class Meta:
        attrs = {"class": "stack units", "label": _("Units")}
        orderable = False

    def __init__(self, rows: Iterable[Unit], *, form: forms.Form | None, **options: Any) -> None:
        self.form = form
        super().__init__(rows, **options)


class TargetTable(Table):
    """All versions of a unit's targets, newest first."""

    cells = "units/targets/target_cells.jinja"
    year = Column(_("Year"))
    effective_on = Column(_("Effective on"))
    document_no = Column(_("Document number"))
    issuer = Column(_("Issuer"), attrs={"term": "issuer"})
    amount = _amount(_("Annual target (万元)"), "target")
    due_first = _amount(_("First quarter"), "quarter-target")
    due_second = _amount(_("Second quarter"))
    due_third = _amount(_("Third quarter"))
    recorded_at = Column(_("Recorded"))

    class Meta:
        attrs = {"class": "stack", "label": _("Targets")}
        orderable = False
