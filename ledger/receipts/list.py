"""The list of receipts, the bureau's queue and a unit's own: filter, columns and sorting.

The queryset comes already narrowed to what the person may see. Runs no query per row; unknown
parameters are ignored.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters as filters
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ledger.entries.doubts import Doubt
from ledger.entries.reversed import with_reversed
from ledger.models import Evidence, Receipt
from projects.filters import WordsFilter
from units.forms import DayField
from units.ground.text import key
from units.models import Unit, User
from units.tables import NUMBER, Column, Table

ALL = "all"


def listed(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """With all that a row shows."""
    return with_files(rows).select_related(
        "project__investor", "project__lead_unit", "unit", "entered_by"
    )


def with_files(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """With the number of files, counted in a subquery, and whether the money was taken back.

    In a join PostgreSQL groups by every column of five tables, and planning that takes longer than
    the search.
    """
    left = Evidence.objects.filter(receipt=OuterRef("pk"), removed_at=None).order_by()
    counted = Subquery(left.values("receipt").annotate(count=Count("pk")).values("count"))
    return with_reversed(rows).annotate(files=Coalesce(counted, 0))


class DayFilter(filters.Filter):
    field_class = DayField


class ReceiptFilter(filters.FilterSet):
    q = WordsFilter(label=_("Search"), method="search", max_length=100)
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[(ALL, _("all")), *Receipt.State.choices],
        empty_label=None,
        method="in_state",
    )
    unit = filters.ChoiceFilter(
        label=_("Unit"), field_name="unit__code", choices=(), empty_label=_("all")
    )
    kind = filters.ChoiceFilter(
        label=_("Kind of money"), choices=Receipt.Kind.choices, empty_label=_("all")
    )
    since = DayFilter(label=_("Received from"), field_name="received_on", lookup_expr="gte")
    until = DayFilter(label=_("Received until"), field_name="received_on", lookup_expr="lte")

    class Meta:
        model = Receipt
        fields: list[str] = []

    def __init__(self, data: QueryDict, rows: QuerySet[Receipt], reader: User, state: str) -> None:
        filled = data.copy()
        filled.setdefault("state", state)
        super().__init__(filled, rows)
        if reader.unit_id is not None:
            del self.filters["unit"]  # there is only one to choose
            return
        units = Unit.objects.filter(county=reader.county_id).order_by("kind", "order", "code")
        self.filters["unit"].extra["choices"] = list(units.values_list("code", "name"))

    def search(self, rows: QuerySet[Receipt], _name: str, words: str) -> QuerySet[Receipt]:
        """Each word must occur in project, investor, unit or voucher."""
        for word in words.split():
            folded = key(word)
            rows = rows.filter(
                Q(project__name_key__contains=folded)
                | Q(project__investor__name_key__contains=folded)
                | Q(unit__name_key__contains=folded)
                | Q(voucher_no__icontains=word)
            )
        return rows

    def in_state(self, rows: QuerySet[Receipt], _name: str, state: str) -> QuerySet[Receipt]:
        return rows if state == ALL else rows.filter(state=state)


class ReceiptTable(Table):
    """``found`` and ``seen`` are set after paging, for the rows of the page only.

    They are the doubts and the fingerprints (``approvals.seen_of``) by receipt id.
    """

    cells = "ledger/receipts/receipt_cells.jinja"
    pick = Column("", orderable=False)
    submitted_at = Column(_("Submitted"), order_by=("submitted_at", "pk"))
    unit = Column(_("Unit"), order_by=("unit__kind", "unit__order", "pk"))
    project = Column(_("Project"), order_by=("project__name_key", "pk"))
    received_on = Column(_("Received on"), order_by=("received_on", "pk"))
    amount = Column(_("Amount (万元)"), order_by=("amount", "pk"), attrs=NUMBER)
    kind = Column(_("Kind of money"), orderable=False)
    voucher_no = Column(_("Voucher number"), orderable=False)
    files = Column(_("Files"), order_by=("files", "pk"), attrs=NUMBER)
    doubts = Column(_("Doubts"), orderable=False)
    state = Column(_("State"), orderable=False)

    class Meta:
        attrs = {"class": "stack receipts", "label": _("Receipts")}

    def __init__(self, rows: Iterable[Receipt], *, reader: User, **options: Any) -> None:
        self.reader = reader
        self.found: Mapping[int, Sequence[Doubt]] = {}
        self.seen: Mapping[int, str] = {}
        super().__init__(rows, **options)

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        """A class by the column, by which a phone lays out the row."""
        names: set[str] = super().get_column_class_names(classes_set, bound_column)
        return names | {f"cell-{bound_column.name}"}

    def records(self) -> list[Receipt]:
        """The receipts on this page."""
        return [row.record for row in self.paginated_rows]

    def may_pick(self, record: Receipt) -> bool:
        waits = record.state == Receipt.State.SUBMITTED
        return waits and record.entered_by_id != self.reader.pk

    def seen_of(self, record: Receipt) -> str:
        return self.seen.get(record.pk, "")

    def doubts_of(self, record: Receipt) -> int:
        return len(self.found.get(record.pk, ()))
