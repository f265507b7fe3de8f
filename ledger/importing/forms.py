"""The forms of an import: the workbook with its options, and the buttons of the preview."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from units.access import Right, may
from units.forms import CleanCharField, RefusableForm
from units.models import User

LONGEST_DOCUMENT = 200
LONGEST_PASTE = 1_000_000


class UploadForm(RefusableForm):
    """The workbook; whoever may import history as verified chooses it here, with the document."""

    file = forms.FileField(
        label=_("Workbook"),
        required=False,
        allow_empty_file=True,  # its job says so; no list of endings, since phones hide .et and .csv
        help_text=_("Excel or WPS (.xlsx, .xls, .et, .ods) or .csv, at most 20 MB."),
    )
    pasted = forms.CharField(
        label=_("Or paste a block that was copied from Excel or WPS"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("With its row of headings."),
    )
    is_verified = forms.BooleanField(
        label=_("History: let the receipts arrive verified, once a second person has confirmed it"),
        required=False,
    )
    document = CleanCharField(
        label=_("Document that allows it"),
        max_length=LONGEST_DOCUMENT,
        required=False,
        help_text=_(
            "Its number, for example 商招发〔2012〕3号. It stands as evidence of each receipt."
        ),
    )

    def __init__(self, *args: Any, user: User) -> None:
        super().__init__(*args)
        self.takes_history = may(user, Right.IMPORT_VERIFIED)
        if not self.takes_history:
            del self.fields["is_verified"], self.fields["document"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if "file" in given and given["file"] is None and not given.get("pasted", "").strip():
            self.add_error("file", _("Choose a workbook, or paste a block."))
        given.setdefault("is_verified", False)
        given.setdefault("document", "")
        if given["is_verified"] and not given["document"] and "document" not in self.errors:
            self.add_error("document", _("Name the document that allows it."))
        return given


class DecisionForm(RefusableForm):
    """The buttons under a preview: ``actions`` that are open to the person now."""

    action = forms.CharField(required=False)
    skips_refused = forms.BooleanField(
        label=_("Import everything but the refused rows"), required=False
    )

    def __init__(self, actions: Sequence[str], refused: int, *args: Any) -> None:
        super().__init__(*args)
        self.actions, self.refused = actions, refused

    @property
    def is_open(self) -> bool:
        return self.data.get("action") in self.actions

    @property
    def takes(self) -> bool:
        """Whether it offers to import the workbook, not only to drop it."""
        return bool({"import", "hand_over"} & set(self.actions))

    def clean(self) -> dict[str, Any]:
        super().clean()
        takes = self.cleaned_data.get("action") in ("import", "hand_over")
        if takes and self.refused and not self.cleaned_data.get("skips_refused"):
            sentence = _(
                "Some rows are refused, so nothing was imported. Correct them, or tick that everything"
                " else comes in without them."
            )
            self.add_error("skips_refused", sentence)
        return self.cleaned_data
