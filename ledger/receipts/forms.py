"""What people type about money: receipts, evidence, verification, reversal.

Turns it into a ``Draft`` or the fields of an action, and a receipt into what is shown for editing.
What a receipt may be is decided in ``draft.py`` and the actions; the form shows their refusals
beside the fields.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.entries import evidence
from ledger.entries.draft import Draft
from ledger.entries.evidence import Attachment
from ledger.models import Evidence, Receipt
from projects.models import Project
from units.forms import (
    NOTHING_CHOSEN,
    AmountField,
    CleanCharField,
    CleanTextField,
    DayField,
    RefusableForm,
    SeenForm,
    value_words,
)
from units.models import User
from units.sign_in import rate_limited

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif"
CONTENTS = ("received_on", "amount", "kind", "voucher_no", "note")


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> "list[File[bytes]]":
        files = data if isinstance(data, list) else [data]
        if not any(files) and self.required:
            raise forms.ValidationError(_("Choose a file."), code="required")
        return [file for file in files if file is not None]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ACCEPTED, **super().widget_attrs(widget)}


class FilesForm(RefusableForm):
    """A form with files, which are stored only when all else is right."""

    evidence_kind = forms.ChoiceField(
        label=pgettext_lazy("evidence", "Kind of evidence"),
        choices=[NOTHING_CHOSEN, *Evidence.Kind.choices],
        required=False,
    )
    evidence = FilesField(
        label=_("Evidence"),
        required=False,
        help_text=_(
            "PDF, JPG, PNG or a photo of the phone, at most 20 MB each. Several at once are possible."
        ),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("evidence") and not self.cleaned_data.get("evidence_kind"):
            self.add_error("evidence_kind", _("Choose what the files are."))
        if len(self.cleaned_data.get("evidence") or ()) > evidence.MAX_FILES:
            self.add_error("evidence", evidence.TOO_MANY)
        return self.cleaned_data

    def stored(self, by: User) -> list[Attachment]:
        """The files, stored. Raises Refusal for one that cannot be, and for too many of a person."""
        kind, found = self.cleaned_data["evidence_kind"], []
        for file in self.cleaned_data["evidence"]:
            rate_limited.demand(by, rate_limited.UPLOADS, "evidence")
            found.append(Attachment(kind, evidence.store(file)))
        return found


class ReceiptForm(FilesForm):
    """A receipt as its unit enters it.

    ``key`` is made with the form, ``version`` when it is opened.
    """

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    received_on = DayField(
        label=_("Received on"),
        error_messages={"required": _("Write the day on which the funds arrived.")},
    )
    amount = AmountField(label=_("Amount (万元)"))
    confirmed = forms.BooleanField(
        label=_("The amount is above the introduced amount of the project, and it is right."),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind of money"),
        choices=[NOTHING_CHOSEN, *Receipt.Kind.choices],
        error_messages={"required": _("Choose the kind of money.")},
    )
    voucher_no = CleanCharField(
        label=_("Voucher number"),
        max_length=100,
        error_messages={"required": _("Write the number of the voucher.")},
        help_text=_("As it stands on the bank slip, the invoice or the receipt."),
    )
    note = CleanCharField(label=_("Note"), max_length=500, required=False)

    field_order = [
        "key",
        "version",
        *("received_on", "amount", "confirmed", "kind", "voucher_no", "note"),
        *("evidence_kind", "evidence"),
    ]

    project: Project

    def __init__(self, *args: Any, project: Project | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if project is not None:
            self.project = project

    @property
    def asks_confirmation(self) -> bool:
        """Shown only where it is needed, so that nobody ticks it out of habit."""
        return "confirmed" in self.errors or bool(self["confirmed"].value())

    def again(self, **values: object) -> "ReceiptForm":
        """The form as typed, with other hidden values."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        typed |= {name: str(value) for name, value in values.items()}
        return ReceiptForm(typed, project=self.project)

    def draft(self) -> Draft:
        given = {name: self.cleaned_data[name] for name in (*CONTENTS, "confirmed")}
        # A form whose hidden field was lost makes a new receipt.
        return Draft(project=self.project, key=self.cleaned_data["key"] or uuid.uuid4(), **given)


def new_initial(today: date) -> dict[str, Any]:
    return {"key": uuid.uuid4(), "received_on": today}


def initial_of(receipt: Receipt) -> dict[str, Any]:
    """The stored receipt as initial values for editing."""
    return {name: getattr(receipt, name) for name in (*CONTENTS, "key", "version")} | {
        "confirmed": receipt.amount > receipt.project.introduced_amount
    }


class VersionForm(RefusableForm):
    """An action on the version of a receipt that the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class VerifyForm(SeenForm):
    word = CleanCharField(
        label=_("What you found out about the doubts"), max_length=500, required=False
    )


class TogetherForm(RefusableForm):
    """Many receipts at once; ``word`` answers for those that lack a file and nothing else."""

    word = CleanCharField(
        label=_("What you checked instead of a file"),
        max_length=500,
        required=False,
        help_text=_("Receipts without a file are left out if you write nothing."),
    )


class ReturnForm(VersionForm):
    reason = CleanCharField(
        label=_("What the unit must correct"),
        max_length=500,
        error_messages={"required": _("Say what the unit must correct.")},
    )


class EvidenceForm(FilesForm, VersionForm):
    """More files for a receipt."""

    field_order = ("version", "evidence_kind", "evidence")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["evidence_kind"].required = True
        self.fields["evidence"].required = True


class ReasonForm(SeenForm):
    """The reason of a reversal or of posting again; it stays readable for ever."""

    reason = CleanTextField(
        label=_("Reason"),
        max_length=500,
        error_messages={"required": _("Give the reason of the reversal.")},
    )

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())


class EvidenceRulesForm(SeenForm):
    """What a county requires: the switch, and one box per kind of money and of evidence."""

    required = forms.BooleanField(
        label=_("A receipt counts only when the required evidence is complete"), required=False
    )
    rules = forms.MultipleChoiceField(
        label=_("Required evidence"),
        required=False,
        choices=[(f"{m}:{e}", "") for m in Receipt.Kind.values for e in Evidence.Kind.values],
        widget=forms.CheckboxSelectMultiple,
    )

    def pairs(self) -> list[tuple[str, str]]:
        return [_pair(rule) for rule in self.cleaned_data["rules"]]

    def grid(self) -> list[tuple[Any, list[tuple[str, str, bool]]]]:
        """A row per kind of money: its word, then (value, label, ticked) per kind of evidence."""
        ticked = set(self["rules"].value() or ())
        return [
            (money.label, [_box(money, kind, ticked) for kind in Evidence.Kind])
            for money in Receipt.Kind
        ]


def _pair(rule: str) -> tuple[str, str]:
    money, _colon, kind = rule.partition(":")
    return money, kind


def _box(money: Receipt.Kind, kind: Evidence.Kind, ticked: set[str]) -> tuple[str, str, bool]:
    value = f"{money.value}:{kind.value}"
    return value, f"{money.label}: {kind.label}", value in ticked


def differences(form: ReceiptForm, receipt: Receipt) -> list[tuple[Any, str, str, bool]]:
    """Label, stored value, typed value, whether they differ: for two versions side by side."""
    stored = initial_of(receipt)
    rows = []
    for name in CONTENTS:
        field = form[name]
        before = value_words(field, field.field.prepare_value(stored[name]))
        after = value_words(field, field.value())
        rows.append((field.label, before, after, _differs(field, stored[name])))
    return rows


def _differs(field: forms.BoundField, stored: Any) -> bool:
    return bool(field.form.cleaned_data.get(field.name) != stored)


def chosen(values: Sequence[str]) -> list[tuple[int, str]]:
    """(receipt id, fingerprint) pairs of ticked boxes such as ``17.9f3a…``; others are left out."""
    pairs = (value.partition(".") for value in values)
    return [(int(pk), seen) for pk, _dot, seen in pairs if pk.isascii() and pk.isdigit()]
