"""The lines of an account, as text: receipts of a project, entries, the projects of a unit.

Owns: running sums and the tables of the account pages. Must never: run a query per line, or show a
receipt that the reader may not open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry, Receipt
from projects.models import Project
from projects.shares import percent_text as share_text
from units.money import NOTHING, percent_text, wan_text
from units.tables import NUMBER


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
    lines, running = [], NOTHING
    for receipt in receipts:
        credited = posted.get(receipt.pk, NOTHING)
        running += credited
        url = reverse("receipt-detail", args=[receipt.pk]) if receipt.pk in openable else ""
        lines.append(ReceiptLine(receipt, url, credited, running, project.introduced_amount))
    return lines


def entry_lines(entries: Iterable[Entry], openable: set[int]) -> list[EntryLine]:
    """Entries in the order given, each with the sum up to it."""
    lines, balance = [], NOTHING
    for entry in entries:
        balance += entry.amount
        url = (
            reverse("receipt-detail", args=[entry.receipt_id])
            if entry.receipt_id in openable
            else ""
        )
        lines.append(EntryLine(entry, url, balance))
    return lines


def _linked(words: object, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, words) if url else format_html("{}", words)


def _day(value: Any) -> SafeString:
    return format_html('<span class="num">{}</span>', date_format(value))


def state_mark(receipt: Receipt, *, with_reason: bool = True) -> SafeString:
    """The state in words and tone; with the reason where the unit has to do something."""
    is_told = with_reason and receipt.state == Receipt.State.RETURNED
    reason = receipt.returned_reason if is_told else ""
    return format_html(
        '<span class="state state--{}">{}</span>{}',
        receipt.state,
        receipt.get_state_display(),
        format_html('<span class="under">{}</span>', reason) if reason else "",
    )


class ReceiptLineTable(tables.Table):
    """The receipts of one project."""

    received_on = tables.Column(_("Received on"), accessor="receipt__received_on")
    voucher_no = tables.Column(_("Voucher number"), accessor="receipt__voucher_no")
    kind = tables.Column(_("Kind of money"), accessor="receipt__get_kind_display")
    amount = tables.Column(_("Amount (万元)"), accessor="receipt__amount", attrs=NUMBER)
    running = tables.Column(_("Credited so far (万元)"), attrs=NUMBER)
    share = tables.Column(_("of the introduced amount"), empty_values=(), attrs=NUMBER)
    state = tables.Column(_("State"), accessor="receipt", orderable=False)

    class Meta:
        attrs = {"class": "stack lines", "label": _("Receipts of the project")}
        orderable = False

    def render_received_on(self, value: Any) -> SafeString:
        return _day(value)

    def render_voucher_no(self, value: str, record: ReceiptLine) -> SafeString:
        return _linked(value, record.url)

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

    counted_on = tables.Column(_("Counted on"), accessor="entry__counted_on")
    unit = tables.Column(_("Unit"), accessor="entry__unit__name")
    project = tables.Column(_("Project"), accessor="entry__project__name")
    kind = tables.Column(_("Entry"), accessor="entry")
    amount = tables.Column(_("Amount (万元)"), accessor="entry__amount", attrs=NUMBER)
    balance = tables.Column(_("Balance (万元)"), attrs=NUMBER)

    class Meta:
        attrs = {"class": "stack lines", "label": _("Entries")}
        orderable = False

    def render_counted_on(self, value: Any) -> SafeString:
        return _day(value)

    def render_kind(self, value: Entry, record: EntryLine) -> SafeString:
        word = _linked(value.get_kind_display(), record.url)
        return format_html('{}<span class="under">{}</span>', word, value.reason)

    def render_amount(self, value: Decimal) -> str:
        return wan_text(value)

    def render_balance(self, value: Decimal) -> str:
        return wan_text(value)


class ProjectLineTable(tables.Table):
    """The projects whose credit a unit has or shares."""

    name = tables.Column(_("Project"), accessor="project")
    share = tables.Column(_("Share"), accessor="basis_points", attrs=NUMBER)
    stage = tables.Column(_("Stage"), accessor="project__get_stage_display")
    signed_on = tables.Column(_("Signed on"), accessor="project__signed_on", default="—")
    introduced = tables.Column(
        _("Introduced amount (万元)"), accessor="project__introduced_amount", attrs=NUMBER
    )
    credited = tables.Column(_("Credited to the unit this year (万元)"), attrs=NUMBER)
    deed = tables.Column("", accessor="project", attrs={"td": {"class": "screen-only"}})

    class Meta:
        attrs = {"class": "stack lines", "label": _("Projects of the unit")}
        orderable = False

    def render_name(self, value: Project) -> SafeString:
        return _linked(value.name, reverse("project-detail", args=[value.pk]))

    def render_share(self, value: int) -> str:
        return share_text(value)

    def render_signed_on(self, value: Any) -> SafeString:
        return _day(value)

    def render_introduced(self, value: Decimal) -> str:
        return wan_text(value)

    def render_credited(self, value: Decimal) -> str:
        return wan_text(value)

    def render_deed(self, value: Project, record: ProjectLine) -> SafeString | str:
        if not record.enters or value.signed_on is None:
            return ""
        return _linked(_("Enter a receipt"), reverse("receipt-new", args=[value.pk]))


def credited_to(unit_id: int, year: int, projects: Iterable[int]) -> Mapping[int, Decimal]:
    """Yuan that a unit was credited in the year, by project."""
    entries = Entry.objects.filter(
        unit=unit_id, counted_on__year=year, project__in=list(projects)
    ).order_by()
    return dict(entries.values_list("project").annotate(Sum("amount")))
