"""The lines of an account, as text: receipts of a project, entries, the projects of a unit.

Owns: running sums and the tables of the account pages. Must never: run a query per line, or show a
receipt that the reader may not open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import Sum
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry, Receipt
from projects.models import Project, Stage
from projects.shares import percent_text as share_text
from units.ground.choices import word
from units.ground.markup import addresses, escaped, linked, marked, shown_day
from units.ground.money import NOTHING, percent_text, wan_text
from units.tables import NUMBER, Column


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A receipt of a project; ``running`` is what the project has been credited so far."""

    receipt: Receipt
    url: str
    posted: Decimal
    running: Decimal
    introduced: Decimal


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


def receipt_lines(
    receipts: Iterable[Receipt], project: Project, openable: set[int]
) -> list[ReceiptLine]:
    """In the order of the days received; money that was taken back again does not run on."""
    entries = Entry.objects.filter(project=project).order_by().values_list("receipt")
    posted = dict(entries.annotate(Sum("amount")))
    lines, running, address = [], NOTHING, addresses("receipt-detail")
    for receipt in receipts:
        credited = posted.get(receipt.pk, NOTHING)
        running += credited
        url = address(receipt.pk) if receipt.pk in openable else ""
        lines.append(ReceiptLine(receipt, url, credited, running, project.introduced_amount))
    return lines


def entry_lines(entries: Iterable[Entry], openable: set[int]) -> list[EntryLine]:
    """Entries in the order given, each with the sum up to it."""
    lines, balance, address = [], NOTHING, addresses("receipt-detail")
    for entry in entries:
        balance += entry.amount
        url = address(entry.receipt_id) if entry.receipt_id in openable else ""
        lines.append(EntryLine(entry, url, balance))
    return lines


def state_mark(receipt: Receipt, *, with_reason: bool = True) -> SafeString:
    """The state in words and tone; with the reason where the unit has to do something."""
    is_told = with_reason and receipt.state == Receipt.State.RETURNED
    reason = receipt.returned_reason if is_told else ""
    under = f'<span class="under">{escaped(reason)}</span>' if reason else ""
    state = escaped(word(Receipt.State, receipt.state))
    return marked(f'<span class="state state--{escaped(receipt.state)}">{state}</span>{under}')


class ReceiptLineTable(tables.Table):
    """The receipts of one project."""

    received_on = Column(_("Received on"), accessor="receipt__received_on")
    voucher_no = Column(_("Voucher number"), accessor="receipt__voucher_no")
    kind = Column(_("Kind of money"), accessor="receipt__kind")
    amount = Column(_("Amount (万元)"), accessor="receipt__amount", attrs=NUMBER)
    running = Column(_("Credited so far (万元)"), attrs=NUMBER)
    share = Column(_("of the introduced amount"), empty_values=(), attrs=NUMBER)
    state = Column(_("State"), accessor="receipt", orderable=False)

    class Meta:
        attrs = {"class": "stack lines", "label": _("Receipts of the project")}
        orderable = False

    def render_received_on(self, value: Any) -> SafeString:
        return shown_day(value)

    def render_kind(self, value: str) -> str:
        return word(Receipt.Kind, value)

    def render_voucher_no(self, value: str, record: ReceiptLine) -> SafeString:
        return linked(value, record.url)

    def render_amount(self, value: Decimal) -> str:
        return wan_text(value)

    def render_running(self, record: ReceiptLine) -> str:
        return wan_text(record.running) if record.posted else ""

    def render_share(self, record: ReceiptLine) -> str:
        if not record.posted or not record.introduced:
            return ""
        return percent_text(record.running, record.introduced)

    def render_state(self, value: Receipt) -> SafeString:
        return state_mark(value)


class EntryTable(tables.Table):
    """Entries as they were posted; what takes back names what it takes back."""

    counted_on = Column(_("Counted on"), accessor="entry__counted_on")
    unit = Column(_("Unit"), accessor="entry__unit__name")
    project = Column(_("Project"), accessor="entry__project__name")
    kind = Column(_("Entry"), accessor="entry")
    amount = Column(_("Amount (万元)"), accessor="entry__amount", attrs=NUMBER)
    balance = Column(_("Balance (万元)"), attrs=NUMBER)

    class Meta:
        attrs = {"class": "stack lines", "label": _("Entries")}
        orderable = False

    def render_counted_on(self, value: Any) -> SafeString:
        return shown_day(value)

    def render_kind(self, value: Entry, record: EntryLine) -> SafeString:
        kind = linked(word(Entry.Kind, value.kind), record.url)
        return marked(f'{kind}<span class="under">{escaped(value.reason)}</span>')

    def render_amount(self, value: Decimal) -> str:
        return wan_text(value)

    def render_balance(self, value: Decimal) -> str:
        return wan_text(value)


class ProjectLineTable(tables.Table):
    """The projects whose credit a unit has or shares."""

    name = Column(_("Project"), accessor="project")
    share = Column(_("Share"), accessor="basis_points", attrs=NUMBER)
    stage = Column(_("Stage"), accessor="project__stage")
    signed_on = Column(_("Signed on"), accessor="project__signed_on", default="—")
    introduced = Column(
        _("Introduced amount (万元)"), accessor="project__introduced_amount", attrs=NUMBER
    )
    credited = Column(_("Credited to the unit this year (万元)"), attrs=NUMBER)
    deed = Column("", accessor="project", attrs={"td": {"class": "screen-only"}})

    class Meta:
        attrs = {"class": "stack lines", "label": _("Projects of the unit")}
        orderable = False

    def __init__(self, lines: Iterable[ProjectLine], **options: Any) -> None:
        self.address = addresses("project-detail")
        super().__init__(lines, **options)

    def render_name(self, value: Project) -> SafeString:
        return linked(value.name, self.address(value.pk))

    def render_stage(self, value: str) -> str:
        return word(Stage, value)

    def render_share(self, value: int) -> str:
        return share_text(value)

    def render_signed_on(self, value: Any) -> SafeString:
        return shown_day(value)

    def render_introduced(self, value: Decimal) -> str:
        return wan_text(value)

    def render_credited(self, value: Decimal) -> str:
        return wan_text(value)

    def render_deed(self, value: Project, record: ProjectLine) -> SafeString | str:
        if not record.enters or value.signed_on is None:
            return ""
        return linked(_("Enter a receipt"), reverse("receipt-new", args=[value.pk]))


def credited_to(unit_id: int, year: int) -> Mapping[int, Decimal]:
    """Yuan that a unit was credited in the year, by project."""
    days = date(year, 1, 1), date(year, 12, 31)
    entries = Entry.objects.filter(unit=unit_id, counted_on__range=days).order_by()
    return dict(entries.values_list("project").annotate(Sum("amount")))
