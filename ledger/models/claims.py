"""Claims of units for a share in a project (份额申请). Written by ``entries/claims.py`` only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models import Project
from units.models import County, Unit, User


class CreditClaim(models.Model):
    """A unit's claim to a share of a project (引资份额申请): made, answered, decided, never deleted."""

    class State(models.TextChoices):
        CLAIMED = "claimed", pgettext_lazy("claim", "claimed")
        AGREED = "agreed", pgettext_lazy("claim", "lead unit agrees")
        OBJECTED = "objected", pgettext_lazy("claim", "lead unit objects")
        GRANTED = "granted", pgettext_lazy("claim", "granted")
        REFUSED = "refused", pgettext_lazy("claim", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("claim", "withdrawn")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="claims")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="claims")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="claims")
    basis_points = models.PositiveSmallIntegerField(_("claimed share"))
    reason = models.TextField(_("reason"), max_length=2000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLAIMED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("claimed at"))
    answer = models.TextField(_("answer of the lead unit"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    decision = models.TextField(_("decision"), max_length=2000, blank=True)
    granted_points = models.PositiveSmallIntegerField(_("granted share"), null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("credit claim")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points__range=(1, 10_000)), name="claim_in_range"
            ),
            models.UniqueConstraint(
                fields=["project", "unit"],
                condition=Q(state__in=["claimed", "agreed", "objected"]),
                name="claim_one_open",
            ),
        ]
