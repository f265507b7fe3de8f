"""The lines of an account as text: receipts of a project, entries, the projects of a unit.

Adds running sums, without a query per line. Links no receipt that the reader may not open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry, Receipt
from projects.models import Project, Stage
from projects.shares import percent_text as share_text
from units.ground.money import ZERO, percent_text
from units.tables import NUMBER, Column, Table


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A receipt of a project; ``running`` is what the project has been credited so far."""

    receipt: Receipt
    url: str
    posted: Decimal
    running: Decimal

    @property
    def share(self) -> str:
        """``running`` as a part of the introduced amount."""
        introduced = self.receipt.project.introduced_amount
        return percent_text(self.running, introduced) if self.posted and introduced else ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry with the balance after it."""

    entry: Entry
    url: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project as one of its units sees it."""

    project: Project
    basis_points: int
    credited: Decimal
    enters: bool

    @property
    def share(self) -> str:
        return share_text(self.basis_points)


def receipt_lines(
    receipts: Iterable[Receipt], project: Project, openable: set[int]
) -> list[ReceiptLine]:
    """In order of the days received; reversed money is not in the running sum."""
    entries = Entry.objects.filter(project=project).order_by().values_list("receipt")
    posted = dict(entries.annotate(Sum("amount")))
    lines, running = [], ZERO
    for receipt in receipts:
        credited = posted.get(receipt.pk, ZERO)
        is_reversed = receipt.state == Receipt.State.VERIFIED and not credited
        receipt.is_reversed = is_reversed  # type: ignore[attr-defined]  # as with_reversed does
        running += credited
        url = _receipt_url(receipt.pk) if receipt.pk in openable else ""
        lines.append(ReceiptLine(receipt, url, credited, running))
    return lines


def entry_lines(entries: Iterable[Entry], openable: set[int]) -> list[EntryLine]:
    """Entries in the order given, each with the sum up to it."""
    lines, balance = [], ZERO
    for entry in entries:
        balance += entry.amount
        url = _receipt_url(entry.receipt_id) if entry.receipt_id in openable else ""
        lines.append(EntryLine(entry, url, balance))
    return lines


def _receipt_url(pk: int) -> str:
    return reverse("receipt-detail", args=[pk])


class ReceiptLineTable(Table):
    """The receipts of one project."""

    cells = "ledger/accounts/receipt_line_cells.jinja"
    received_on = Column(_("Received on"))
    voucher_no = Column(_("Voucher number"))
    kind = Column(_("Kind of money"))
    amount = Column(_("Amount (万元)"), attrs=NUMBER)
    running = Column(_("Credited so far (万元)"), attrs=NUMBER)
    share = Column(_("of the introduced amount"), attrs=NUMBER)
    state = Column(_("State"))

    class Meta:
        attrs = {"class": "stack lines", "label": _("Receipts of the project")}
        orderable = False


class EntryTable(Table):
    """Entries as posted; a reversal names what it reverses."""

    cells = "ledger/accounts/entry_cells.jinja"
    counted_on = Column(_("Counted on"))
    unit = Column(_("Unit"))
    project = Column(_("Project"))
    kind = Column(_("Entry"))
    amount = Column(_("Amount (万元)"), attrs=NUMBER)
    balance = Column(_("Balance (万元)"), attrs=NUMBER)

    class Meta:
        attrs = {"class": "stack lines", "label": _("Entries")}
        orderable = False


class ProjectLineTable(Table):
    """The projects whose credit a unit has or shares."""

    cells = "ledger/accounts/project_line_cells.jinja"
    stages = dict(Stage.choices)
    name = Column(_("Project"))
    share = Column(_("Share"), attrs=NUMBER)
    stage = Column(_("Stage"))
    signed_on = Column(_("Signed on"))
    introduced = Column(_("Introduced amount (万元)"), attrs=NUMBER)
    credited = Column(_("Credited to the unit this year (万元)"), attrs=NUMBER)
    action = Column("", attrs={"td": {"class": "screen-only"}})

    class Meta:
        attrs = {"class": "stack lines", "label": _("Projects of the unit")}
        orderable = False


def credited_to(unit_id: int, year: int) -> Mapping[int, Decimal]:
    """Yuan credited to a unit in the year, by project."""
    days = date(year, 1, 1), date(year, 12, 31)
    entries = Entry.objects.filter(unit=unit_id, counted_on__range=days, is_adjustment=False)
    return dict(entries.order_by().values_list("project").annotate(Sum("amount")))
