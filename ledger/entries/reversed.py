"""Receipts whose money was taken back: they stay verified, and read 已冲销 wherever they are shown."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ledger.models import Entry, Receipt

REVERSED = pgettext_lazy("receipt", "reversed")


def with_reversed(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """With ``is_reversed``: verified, and no credit of it stands any more."""
    live = Entry.objects.filter(
        receipt=OuterRef("pk"), kind=Entry.Kind.CREDIT, reversed_by__isnull=True
    )
    reversed_ = Q(state=Receipt.State.VERIFIED) & ~Exists(live)
    return rows.annotate(is_reversed=ExpressionWrapper(reversed_, BooleanField()))


def state_word(receipt: Receipt) -> str | Promise:
    """The state in words, of a receipt read by ``with_reversed``."""
    return REVERSED if getattr(receipt, "is_reversed", False) else receipt.get_state_display()
