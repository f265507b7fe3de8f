"""Many receipts on one page: rows of a grid, read and checked as single receipts are.

An empty row counts as nothing. All rows are entered in one transaction: a refused row keeps the
others unsaved and as they were typed.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ledger.entries import submission
from ledger.entries.draft import sound
from ledger.models import Receipt
from ledger.receipts.forms import ReceiptForm
from projects.models import Project
from projects.reach import projects_of
from units.access import REACH, Reach
from units.ground.money import ZERO
from units.ground.refusal import Refusal
from units.ground.text import key
from units.models import User

FIRST_ROWS: Final = 10
MOST_ROWS: Final = 50
TYPED: Final = ("amount", "voucher_no", "note", "kind")

Projects = Mapping[str, Project]


class ProjectField(forms.CharField):
    """A project by its name, as it is pasted from a workbook; the page lists the names."""

    projects: Projects

    def to_python(self, value: Any) -> Any:
        name = str(value or "").strip()
        if not name:
            return None
        project = self.projects.get(key(name))
        if project is None:
            sentence = _("No signed project of yours has this name. Choose one of the list.")
            raise ValidationError(sentence, code="project")
        return project


class RowForm(ReceiptForm):
    """One row. Project and day may be filled without it being one."""

    project_name = ProjectField(
        label=_("Project"), error_messages={"required": _("Choose the project.")}
    )

    def __init__(self, *args: Any, projects: Projects, **options: Any) -> None:
        super().__init__(*args, project=None, **options)
        chosen = self.fields["project_name"]
        assert isinstance(chosen, ProjectField)
        chosen.projects = projects
        chosen.widget.attrs["list"] = "projects"
        for name, field in self.fields.items():
            if name not in ("key", "version", "confirmed"):
                field.widget.attrs["aria-label"] = str(field.label)

    @property
    def is_empty(self) -> bool:
        typed = any(str(self[name].data or "").strip() for name in TYPED)
        return not typed and not any(self.files.getlist(self.add_prefix("evidence")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if project := cleaned.get("project_name"):
            self.project = project
        return cleaned

    def check(self, by: User, today: date) -> None:
        """What ``submission.submit`` would refuse about the row itself, beside its fields."""
        if self.is_valid():
            try:
                sound(self.draft(), by, today)
            except Refusal as refusal:
                self.refuse(refusal)


class Grid:
    """The rows of the page; ``count`` comes with the form, so that a script may add some."""

    def __init__(self, request: HttpRequest, by: User, today: date, first_day: date) -> None:
        self.by, self.today = by, today
        self.is_bound = request.method == "POST"
        self.projects = enterable(by)
        count = request.POST.get("rows", "")
        is_count = count.isascii() and count.isdigit() and len(count) < 4
        self.count = min(int(count), MOST_ROWS) if is_count else FIRST_ROWS
        sent = (request.POST, request.FILES) if self.is_bound else (None, None)
        self.rows = [self.row(number, sent, first_day) for number in range(self.count)]

    def row(self, number: int | str, sent: tuple[Any, Any], day: date) -> RowForm:
        initial = {"key": uuid.uuid4(), "received_on": day}
        prefix = f"row-{number}"
        return RowForm(*sent, prefix=prefix, initial=initial, projects=self.projects)

    @property
    def filled(self) -> list[RowForm]:
        return [row for row in self.rows if self.is_bound and not row.is_empty]

    @property
    def total(self) -> Decimal:
        """元 of the rows whose amount is understood."""
        amounts = (row.cleaned_data.get("amount") for row in self.filled if row.errors is not None)
        return sum((amount for amount in amounts if amount), ZERO)

    def is_valid(self) -> bool:
        """All faults of all rows at once; a grid without a row is none."""
        for row in self.filled:
            row.check(self.by, self.today)
        return bool(self.filled) and not any(row.errors for row in self.filled)

    def enter(self, *, submitting: bool, at: datetime) -> list[Receipt]:
        """Enter every filled row; empty if one is refused, which then says so itself."""
        try:
            with transaction.atomic():
                return [self._entered(row, submitting, at) for row in self.filled]
        except _Refused:
            return []

    def _entered(self, row: RowForm, submitting: bool, at: datetime) -> Receipt:
        verb = submission.submit if submitting else submission.keep
        try:
            return verb(
                row.draft(), by=self.by, at=at, today=self.today, evidence=row.stored(self.by)
            )
        except Refusal as refusal:
            row.refuse(refusal)
            raise _Refused from refusal


class _Refused(Exception):
    """A row was refused: take back the rows before it."""


def enterable(by: User) -> Projects:
    """The signed projects for which the person may enter money; a name is of one project only."""
    rows = projects_of(by).filter(signed_on__isnull=False, county=by.county_id)
    if REACH.get(by.role) is Reach.UNIT:
        rows = rows.filter(lead_unit=by.unit_id)
    rows = rows.select_related("lead_unit", "county").order_by("name_key").distinct()
    return {project.name_key: project for project in rows}
