"""Workbooks that wait for a decision: columns to be chosen, rows to be imported, a second person."""

from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import ngettext_lazy

from ledger.inbox.line import Line, Reader, page, with_right
from ledger.models import Upload
from units.access import Right, may

Step = Upload.Step


def _to_decide(reader: Reader) -> QuerySet[Any]:
    """The reader's own, and those that another asks somebody who verifies to confirm."""
    waits = Q(owner=reader.user, step__in=(Step.MAPPING, Step.READY), is_empty=False)
    if may(reader.user, Right.RECEIPT_VERIFY):
        waits |= Q(step=Step.WAITING) & ~Q(owner=reader.user)
    found = Upload.objects.filter(waits, county=reader.user.county_id)
    # Its key is no number, so the line leads to the list.
    return found.annotate(since=TruncDate("made_at"), key=Cast(Value(None), BigIntegerField()))


WORKBOOKS = (
    Line(
        "workbook",
        with_right(Right.IMPORT),
        _to_decide,
        ngettext_lazy(
            "%(count)d workbook to decide on", "%(count)d workbooks to decide on", "count"
        ),
        page("book-import"),
        key="key",
    ),
)
