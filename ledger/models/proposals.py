"""Proposals of two people (两人办理). Written by ``entries/proposals.py`` only."""

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models import County, User
from units.triggers import FirmTrigger

# What never changes once it is proposed; the rest is its decision.
PROPOSED = (
    *("id", "county_id", "kind", "record", "payload", "fingerprint", "reason"),
    *("proposed_by_id", "proposed_at", "valid_until"),
)


def _same(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS NOT DISTINCT FROM ({new})"


class Proposal(models.Model):
    """What one person proposes and a second decides; only its decision is written later, once.

    ``record`` is what it is about (``trail.name_of``), ``payload`` what the deed needs beside it,
    as JSON. ``fingerprint`` covers all that the proposer saw and that decides the outcome (rule
    18); one without a fingerprint is from an earlier release and cannot be confirmed. A record has
    at most one open proposal.
    """

    class Kind(models.TextChoices):
        CLOSE = "close", pgettext_lazy("proposal", "close the quarter")
        REOPEN = "reopen", pgettext_lazy("proposal", "reopen the quarter")
        REVERSE = "reverse", pgettext_lazy("proposal", "reverse the posting")
        REPOST = "repost", pgettext_lazy("proposal", "post again by the present shares")
        CORRECT = "correct", pgettext_lazy("proposal", "correct verified money")

    class Outcome(models.TextChoices):
        OPEN = "", pgettext_lazy("proposal", "open")
        CONFIRMED = "confirmed", pgettext_lazy("proposal", "confirmed")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")
        REPLACED = "replaced", pgettext_lazy("proposal", "replaced by a newer one")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    record = models.CharField(max_length=80)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    fingerprint = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"))
    valid_until = models.DateTimeField(_("valid until"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN, blank=True
    )

    class Meta:
        verbose_name = _("proposal")
        ordering = ("id",)
        indexes = [models.Index(fields=["county", "outcome"], name="proposal_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(outcome=""), name="proposal_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed") | ~Q(decided_by=F("proposed_by")),
                name="proposal_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | (~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposal_decided_by_somebody",
            ),
        ]
        triggers = [
            FirmTrigger(
                name="decided_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP = 'UPDATE' AND OLD.outcome = '' AND {_same(PROPOSED)} THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a proposal is decided once' USING ERRCODE = '42501';
                """,
            ),
            FirmTrigger(
                name="never_emptied",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'proposals are kept' USING ERRCODE = '42501';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.record}"
