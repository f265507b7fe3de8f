"""Which receipts, entries, claims and files a person may open, as querysets.

What is not in them answers 404. What may be done with a record is decided elsewhere (``access.py``
and the actions).
"""

from django.db.models import Q, QuerySet

from ledger.models import CreditClaim, Entry, Evidence, Receipt
from projects.reach import projects_of
from units.access import REACH, Reach, within
from units.models import User


def receipts_of(user: User) -> QuerySet[Receipt]:
    """A unit's own receipts; for the county's offices those that a unit has ever submitted.

    Until then only its unit sees a draft.
    """
    return submitted_for(within(user, Receipt.objects.all()), reader_key(user))


def reader_key(user: User) -> int | None:
    """The key of a reader who may not see the drafts of units; None for the people of a unit."""
    return None if REACH.get(user.role) is Reach.UNIT else user.pk


def submitted_for(rows: QuerySet[Receipt], reader_key: int | None) -> QuerySet[Receipt]:
    """The receipts that such a reader may see."""
    return rows if reader_key is None else rows.filter(_is_told(reader_key))


def drafts_of_others(rows: QuerySet[Receipt], reader_key: int | None) -> QuerySet[Receipt]:
    """Drafts this reader may not see."""
    return rows.none() if reader_key is None else rows.exclude(_is_told(reader_key))


def _is_told(reader_key: int) -> Q:
    return Q(submitted_at__isnull=False) | Q(entered_by=reader_key)


def entries_of(user: User) -> QuerySet[Entry]:
    """Entries credited to the person's unit or of its receipts; for the county's offices all."""
    rows = Entry.objects.all()
    if REACH.get(user.role) is not Reach.UNIT:
        return within(user, rows)
    return rows.filter(Q(unit=user.unit_id) | Q(receipt__unit=user.unit_id))


def entries_of_receipts(user: User) -> QuerySet[Entry]:
    """The entries of the receipts that the person may open."""
    return Entry.objects.filter(receipt__in=receipts_of(user))


def evidence_of_receipts(user: User) -> QuerySet[Evidence]:
    """The files of the receipts that the person may open, removed ones included."""
    return Evidence.objects.filter(receipt__in=receipts_of(user))


def claims_of(user: User) -> QuerySet[CreditClaim]:
    """The unit's claims and those on projects it shares; for the county's offices all."""
    rows = CreditClaim.objects.all()
    if REACH.get(user.role) is not Reach.UNIT:
        return within(user, rows)
    return rows.filter(Q(unit=user.unit_id) | Q(project__in=projects_of(user)))


def evidence_of(user: User) -> QuerySet[Evidence]:
    """The files of the receipts and claims that the person may open."""
    return Evidence.objects.filter(Q(receipt__in=receipts_of(user)) | Q(claim__in=claims_of(user)))
