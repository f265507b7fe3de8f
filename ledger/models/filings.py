"""Figures that units file for an indicator (填报数据). Written by ``indicators/filed.py`` only."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models import County, Indicator, Unit, User, amount_field
from units.triggers import append_only


class Filing(models.Model):
    """A unit's figure of a month, until somebody of the bureau has verified it.

    ``key`` is made with the form: pressing twice files once. ``version`` grows with each change;
    verification names the version that was seen. A verified figure stands in ``FiledFigure``.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("filing", "submitted")
        RETURNED = "returned", pgettext_lazy("filing", "returned")
        VERIFIED = "verified", pgettext_lazy("filing", "verified")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="filings")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="filings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="filings")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    month = models.DateField(_("month"))
    value = amount_field(_("figure"))
    voucher = models.CharField(_("evidence"), max_length=200)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(_("filed at"))
    returned_reason = models.CharField(_("reason"), max_length=500, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(_("verified at"), null=True)

    class Meta:
        verbose_name = _("filed figure")
        ordering = ("-month", "-id")
        indexes = [models.Index(fields=["county", "state", "filed_at"], name="filing_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="filing_of_a_month"),
            models.CheckConstraint(condition=Q(value__gt=0), name="filing_positive"),
            models.CheckConstraint(
                condition=~Q(state="verified")
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="filing_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("filed_by")),
                name="filing_verified_by_another",
            ),
        ]


class FiledFigure(models.Model):
    """A verified figure, or the reversal of one. Never changed; a chain of its own by county and year.

    ``content_hash`` covers the figure and ``prev_hash``, as for entries (``rules/chain.py``).
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="filed_figures")
    year = models.PositiveSmallIntegerField(_("year"))
    position = models.PositiveIntegerField()
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="figures")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"))
    value = amount_field(_("figure"))
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(_("posted at"))
    hash_name = models.CharField(max_length=10, default="sha256")
    prev_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("verified figure")
        ordering = ("id",)
        indexes = [models.Index(fields=["county", "indicator", "month"], name="filed_figure_sums")]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "year", "position"], name="filed_figure_one_chain"
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0, reverses__isnull=True)
                | (Q(value__lt=0, reverses__isnull=False) & ~Q(reason="")),
                name="filed_figure_sign",
            ),
        ]
        triggers = append_only()
