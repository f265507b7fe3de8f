"""Lists as rows of a workbook: the columns of the screen, with typed numbers and dates.

Also names a list's filters in words. The querysets arrive filtered and ordered; no query per row
runs, and never all rows are in memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from ledger.entries import doubts
from ledger.entries.doubts import Doubt
from ledger.entries.reversed import state_word
from ledger.models import Receipt
from ledger.sheets.book import Column, Value
from ledger.sheets.cell_styles import COUNT, DAY, WAN, WRAPPED
from ledger.trail import history
from ledger.trail.history import Line
from projects.forms import industry_name
from projects.models import Project, ServiceStep
from projects.service.context import standing_words
from projects.service.deadlines import standing
from projects.shares import shares_text
from projects.tables import age_word
from units.ground.money import to_wan
from units.models import Trail, User

T = TypeVar("T")
AT_ONCE = 1_000

_MOMENT = replace(DAY, form="yyyy-mm-dd hh:mm")
_NUMBER = Column(pgettext_lazy("sheet", "No."), 6, COUNT)

PROJECTS = (
    _NUMBER,
    Column(gettext_lazy("Project name"), 32, WRAPPED),
    Column(gettext_lazy("Lead unit and shares"), 26, WRAPPED),
    Column(gettext_lazy("Investor"), 28, WRAPPED),
    Column(gettext_lazy("Origin"), 13),
    Column(gettext_lazy("Stage"), 10),
    Column(gettext_lazy("Signed on"), 12, DAY),
    Column(gettext_lazy("New or carry-over"), 10),
    Column(gettext_lazy("Industry"), 14),
    Column(gettext_lazy("Total investment (万元)"), 14, WAN),
    Column(gettext_lazy("Introduced amount (万元)"), 14, WAN),
)
SERVICES = (
    _NUMBER,
    Column(gettext_lazy("Due on"), 12, DAY),
    Column(gettext_lazy("Standing"), 18),
    Column(gettext_lazy("Item"), 34, WRAPPED),
    Column(gettext_lazy("Responsible unit"), 16),
    Column(gettext_lazy("Project"), 30, WRAPPED),
    Column(gettext_lazy("Lead unit"), 16),
    Column(gettext_lazy("Sponsor"), 18),
    Column(gettext_lazy("Done on"), 12, DAY),
)
RECEIPTS = (
    _NUMBER,
    Column(gettext_lazy("Submitted"), 17, _MOMENT),
    Column(gettext_lazy("Unit"), 16),
    Column(gettext_lazy("Project"), 32, WRAPPED),
    Column(gettext_lazy("Investor"), 28, WRAPPED),
    Column(gettext_lazy("Received on"), 12, DAY),
    Column(gettext_lazy("Amount (万元)"), 15, WAN),
    Column(gettext_lazy("Kind of money"), 13),
    Column(gettext_lazy("Voucher number"), 22),
    Column(gettext_lazy("Files"), 7, COUNT),
    Column(gettext_lazy("State"), 10),
    Column(gettext_lazy("Reason of the return"), 26, WRAPPED),
)
DOUBTS = Column(gettext_lazy("Doubts"), 34, WRAPPED)
TRAIL = (
    _NUMBER,
    Column(gettext_lazy("When"), 18, replace(DAY, form="yyyy-mm-dd hh:mm:ss")),
    Column(gettext_lazy("Who"), 14),
    Column(gettext_lazy("Unit"), 14),
    Column(gettext_lazy("What was done"), 22, WRAPPED),
    Column(gettext_lazy("To which record"), 30, WRAPPED),
    Column(gettext_lazy("Number of the record"), 18),
    Column(gettext_lazy("Before and after"), 60, WRAPPED),
    Column(gettext_lazy("From where"), 15),
)


def project_rows(projects: QuerySet[Project], year: int) -> Iterator[list[Value]]:
    for number, project in _numbered(projects):
        investor = project.investor
        yield [
            number,
            project.name,
            shares_text((part.unit.name, part.basis_points) for part in project.shared),
            investor.name if investor else None,
            investor.get_origin_display() if investor else None,
            project.get_stage_display(),
            project.signed_on,
            str(age_word(project, year)),
            industry_name(project.industry),
            to_wan(project.total_investment),
            to_wan(project.introduced_amount),
        ]


def service_rows(steps: QuerySet[ServiceStep], today: date) -> Iterator[list[Value]]:
    for number, step in _numbered(steps):
        yield [
            number,
            step.due_on,
            standing_words(standing(step.due_on, step.done_on, today)),
            step.item,
            step.unit.name,
            step.project.name,
            step.project.lead_unit.name,
            step.sponsor,
            step.done_on,
        ]


def receipt_rows(receipts: QuerySet[Receipt], *, with_doubts: bool) -> Iterator[list[Value]]:
    """``with_doubts`` adds the doubts about each receipt that waits for verification."""
    number = 0
    for some in _some(receipts.iterator(AT_ONCE)):
        waiting = [receipt for receipt in some if receipt.state == Receipt.State.SUBMITTED]
        found = doubts.doubts_of(waiting) if with_doubts else {}
        for receipt in some:
            number += 1
            row = [number, *_receipt(receipt)]
            yield [*row, _doubt_words(found.get(receipt.pk, ()))] if with_doubts else row


def trail_rows(lines: QuerySet[Trail], reader: User) -> Iterator[list[Value]]:
    number = 0
    for some in _some(lines.iterator(AT_ONCE)):
        for line in history.told_to(reader, some):
            number += 1
            yield [number, *_trail_line(line)]


def filter_words(form: forms.Form, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Label and value of each active filter, as the page shows them."""
    form.is_valid()
    requested: Mapping[str, Any] = form.cleaned_data
    return [
        (str(field.label), _value_words(field, requested[name]))
        for name, field in form.fields.items()
        if name not in without and requested.get(name)
    ]


def _receipt(receipt: Receipt) -> list[Value]:
    investor = receipt.project.investor
    submitted_at = receipt.submitted_at
    return [
        timezone.localtime(submitted_at) if submitted_at else None,
        receipt.unit.name,
        receipt.project.name,
        investor.name if investor else None,
        receipt.received_on,
        to_wan(receipt.amount),
        receipt.get_kind_display(),
        receipt.voucher_no,
        receipt.files,  # type: ignore[attr-defined]  # counted by queue.listed
        str(state_word(receipt)),
        receipt.returned_reason,
    ]


def _doubt_words(found: Iterable[Doubt]) -> str:
    return "\n".join(str(doubt.sentence) for doubt in found)


def _trail_line(line: Line) -> list[Value]:
    action = str(line.action)
    if line.refused:
        action = f"{action} ({pgettext('attempt', 'refused')})"
    changes = [
        f"{each.field}: {each.before} → {each.after}"
        if each.before
        else f"{each.field}: {each.after}"
        for each in line.changes
    ]
    at = timezone.localtime(line.at)
    return [
        at,
        line.who,
        line.unit,
        action,
        line.label,
        line.record,
        "\n".join(changes),
        line.address,
    ]


def _value_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        shown: Iterable[tuple[Any, Any]] = flatten_choices(choices)
        words = {str(key): str(word) for key, word in shown}
        return words.get(str(value), str(value))
    if isinstance(value, bool):
        return _("yes")
    return date_format(value) if isinstance(value, date) else str(value)


def _numbered(rows: QuerySet[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(rows.iterator(AT_ONCE), start=1)


def _some(rows: Iterator[T]) -> Iterator[list[T]]:
    """The rows in batches."""
    while some := list(islice(rows, AT_ONCE)):
        yield some
