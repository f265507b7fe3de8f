"""Forms of claims to a share: the claim, the answer, the decision."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.receipts.forms import FilesForm
from units.forms import CleanCharField, CleanTextField, PercentField, SeenForm


class ClaimForm(FilesForm):
    """A claim to a share. ``project`` is left out where the page is about one."""

    project = CleanCharField(
        label=_("Project name"),
        max_length=200,
        help_text=_("The whole name, as it is registered."),
    )
    basis_points = PercentField(label=_("Claimed share in percent"))
    reason = CleanTextField(
        label=pgettext_lazy("claim", "Reason"),
        max_length=2000,
        help_text=_("Who found the investor, who negotiated, where the project landed."),
    )

    field_order = ["project", "basis_points", "reason", "evidence_kind", "evidence"]


class ClaimAnswerForm(SeenForm):
    """The lead unit's answer."""

    answer = CleanTextField(label=_("Answer of the lead unit"), max_length=2000, required=False)


class DecisionForm(SeenForm):
    """The bureau's decision; the share is needed only where it grants."""

    basis_points = PercentField(label=_("Granted share in percent"), required=False)
    decision = CleanTextField(label=_("Decision"), max_length=2000)
