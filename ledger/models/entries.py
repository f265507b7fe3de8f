"""Entries (分录): verified money, in a chain. Written by ``entries/posting.py`` only."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.periods import Period
from ledger.models.receipts import Receipt
from projects.models import Industry, Investor, Project
from units.models import County, Unit, User, amount_field
from units.triggers import Chain, Chained, FirmTrigger, append_only

# Money from outside the province, shown separately in every table.
OUTSIDE = (Investor.Origin.FOREIGN, Investor.Origin.OTHER_PROVINCE)


class Entry(models.Model):
    """One posting to one unit (分录). Yuan; negative for a reversal. Never changed, never deleted.

    ``is_new``, ``origin`` and ``industry`` are the project's at posting: an announced split into
    new and carry-over must not move when somebody edits a project. ``is_adjustment``: it corrects
    money that counted in an earlier year, and no table ranks or divides it. Hash-chained within county and
    quarter: ``content_hash`` covers the entry's canonical bytes and ``prev_hash`` (``chain.py``),
    ``position`` counts from 1.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", pgettext_lazy("entry", "credit")
        REVERSAL = "reversal", pgettext_lazy("entry", "reversal")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # No separate index for a key that leads an index below, or that entries are never searched by.
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    position = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entries", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="entries")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = amount_field(_("amount"))
    received_on = models.DateField(_("received on"))
    counted_on = models.DateField(_("counted on"))
    is_new = models.BooleanField(_("new project"))
    is_adjustment = models.BooleanField(
        _("adjustment of an earlier year"), default=False, db_default=False
    )
    origin = models.CharField(_("origin"), max_length=20, choices=Investor.Origin)
    industry = models.ForeignKey(
        Industry, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    posted_at = models.DateTimeField(_("posted at"))
    hash_name = models.CharField(max_length=10, default="sha256")
    prev_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("entry")
        ordering = ("id",)
        indexes = [
            models.Index(
                fields=["county", "counted_on"],
                # One, eight, then any number of bytes: index rows of equal width, so that
                # PostgreSQL leaves full pages behind rather than half-empty ones as a county grows.
                include=[
                    "is_new",
                    "is_adjustment",
                    "unit",
                    "industry",
                    "posted_at",
                    "amount",
                    "origin",
                ],
                name="entry_league",
            ),
            models.Index(fields=["unit", "counted_on"], name="entry_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "position"], name="entry_one_chain"),
            models.CheckConstraint(
                condition=Q(kind="credit", amount__gt=0, reverses__isnull=True)
                | Q(kind="reversal", amount__lt=0, reverses__isnull=False),
                name="entry_sign_by_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reversal") | ~Q(reason=""),
                name="entry_reversal_has_reason",
            ),
        ]
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "entry",
                    (
                        "county_id",
                        "period_id",
                        "position",
                        "key",
                        "unit_id",
                        "project_id",
                        "receipt_id",
                        "kind",
                        "amount",
                        "received_on",
                        "counted_on",
                        "is_new",
                        "origin",
                        "industry_id",
                        "reverses_id",
                        "reason",
                        "posted_by_id",
                        "prev_hash",
                        "content_hash",
                    ),
                    moments=("posted_at",),
                )
            ),
            FirmTrigger(
                name="open_period",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("quarter", "ledger_period")],
                func="""
                    SELECT * INTO quarter FROM ledger_period WHERE id = NEW.period_id FOR SHARE;
                    IF quarter.state = 'closed' THEN
                        RAISE EXCEPTION 'period % is closed', NEW.period_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF quarter.county_id <> NEW.county_id
                        OR quarter.year <> extract(year FROM NEW.counted_on)
                        OR quarter.quarter <> extract(quarter FROM NEW.counted_on) THEN
                        RAISE EXCEPTION 'entry of % is not of period %',
                            NEW.counted_on, NEW.period_id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id}/{self.position}"
