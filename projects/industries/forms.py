"""The form of a county's word for an industry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.industries.record import WordDraft, offered, words_seen
from projects.models import Industry
from units.forms import NOTHING_CHOSEN, CleanCharField, SeenForm
from units.models import County

OWN, WITHDRAWN = "own", "withdrawn"


class WordForm(SeenForm):
    """A word, and the industry that it means or that it is."""

    word = CleanCharField(label=_("Word"), max_length=50, help_text=_("As workbooks write it."))
    meaning = forms.ChoiceField(
        label=_("Means"), error_messages={"required": _("Choose what the word means.")}
    )
    sector = forms.TypedChoiceField(
        label=_("Sector"),
        choices=Industry.Sector.choices,
        coerce=int,
        initial=Industry.Sector.SECONDARY,
        help_text=_("Sector and marks are only for an industry of the county's own."),
    )
    is_resource = forms.BooleanField(label=_("Resource extraction"), required=False)
    is_property = forms.BooleanField(label=_("Property"), required=False)

    def __init__(self, data: Any = None, *, county: County) -> None:
        super().__init__(data, initial={"seen": words_seen(county)})
        self.industries = {str(each.pk): each for each in offered(county)}
        named = [(pk, each.label) for pk, each in self.industries.items()]
        field: Any = self.fields["meaning"]
        field.choices = [
            NOTHING_CHOSEN,
            (OWN, _("An industry of the county's own")),
            *named,
            (WITHDRAWN, _("No longer used")),
        ]

    def draft(self) -> WordDraft:
        given = self.cleaned_data
        flags = {name: given[name] for name in ("sector", "is_resource", "is_property")}
        return WordDraft(
            given["word"],
            self.industries.get(given["meaning"]),
            is_withdrawn=given["meaning"] == WITHDRAWN,
            **flags,
        )
