"""Which records of the ledger a person may open.

Owns: the querysets of receipts, entries and evidence by reach; what is not in them answers 404. Must
never: hold a rule about what may be done (``access.py`` and the verbs do).
"""

from django.db.models import Q, QuerySet

from ledger.models import CreditClaim, Entry, Evidence, Receipt
from projects.reach import projects_of
from units.access import REACH, Reach, within
from units.models import User


def receipts_of(user: User) -> QuerySet[Receipt]:
    """A unit's own receipts; for the county's offices those that a unit has ever submitted.

    A draft is its unit's affair until then.
    """
    return submitted_for(within(user, Receipt.objects.all()), reader_key(user))


def reader_key(user: User) -> int | None:
    """The key of a reader to whom the drafts of units are not open; None for the people of a unit."""
    return None if REACH.get(user.role) is Reach.UNIT else user.pk


def submitted_for(rows: QuerySet[Receipt], reader_key: int | None) -> QuerySet[Receipt]:
    """Those of a unit's receipts that are open to such a reader."""
    return rows if reader_key is None else rows.filter(_is_told(reader_key))


def drafts_of_others(rows: QuerySet[Receipt], reader_key: int | None) -> QuerySet[Receipt]:
    """The others."""
    return rows.none() if reader_key is None else rows.exclude(_is_told(reader_key))


def _is_told(reader_key: int) -> Q:
    return Q(submitted_at__isnull=False) | Q(entered_by=reader_key)


def entries_of(user: User) -> QuerySet[Entry]:
    """Credited to the own unit, or of its receipts; all for the county's offices."""
    rows = Entry.objects.all()
    if REACH.get(user.role) is not Reach.UNIT:
        return within(user, rows)
    return rows.filter(Q(unit=user.unit_id) | Q(receipt__unit=user.unit_id))


def entries_of_receipts(user: User) -> QuerySet[Entry]:
    """The entries of the receipts that the person may open."""
    return Entry.objects.filter(receipt__in=receipts_of(user))


def evidence_of_receipts(user: User) -> QuerySet[Evidence]:
    """The files of the receipts that the person may open; removed ones stay readable."""
    return Evidence.objects.filter(receipt__in=receipts_of(user))


def claims_of(user: User) -> QuerySet[CreditClaim]:
    """The own unit's claims and those to projects that it shares; all for the county's offices."""
    rows = CreditClaim.objects.all()
    if REACH.get(user.role) is not Reach.UNIT:
        return within(user, rows)
    return rows.filter(Q(unit=user.unit_id) | Q(project__in=projects_of(user)))


def evidence_of(user: User) -> QuerySet[Evidence]:
    """The files of the receipts and claims that the person may open."""
    return Evidence.objects.filter(Q(receipt__in=receipts_of(user)) | Q(claim__in=claims_of(user)))
