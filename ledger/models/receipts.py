"""Receipts (到位资金) and their evidence. Written by ``entries/submission.py`` and ``evidence.py`` only."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models import Project
from units.models import County, Unit, User, amount_field
from units.triggers import Chain, Chained, changes_only

# What stays of a verified receipt.
RECORDED = (
    "county_id",
    "project_id",
    "unit_id",
    "key",
    "received_on",
    "amount",
    "kind",
    "voucher_no",
    "note",
    "state",
    "entered_by_id",
    "verified_by_id",
    "verified_word",
    "counted_on",
)
RECORDED_MOMENTS = ("entered_at", "submitted_at", "verified_at")
# What stays of a file of evidence; its removal is added once.
FILED = (
    "receipt_id",
    "claim_id",
    "kind",
    "sha256",
    "size",
    "media_type",
    "original_name",
    "added_by_id",
)
OF_RECORD = (
    "coalesce((SELECT county_id FROM ledger_receipt WHERE id = {row}.receipt_id), "
    "(SELECT county_id FROM ledger_creditclaim WHERE id = {row}.claim_id))"
)


class Receipt(models.Model):
    """Funds received (到位资金) for a project, as a unit enters them. Yuan.

    ``key`` is made with the form: pressing twice makes one receipt. ``version`` grows with each
    change, evidence included; verification names the version that was seen. ``entered_by`` last
    changed the content and may not verify it. ``counted_on`` is set at verification (rule 7).
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("receipt", "draft")
        SUBMITTED = "submitted", pgettext_lazy("receipt", "submitted")
        RETURNED = "returned", pgettext_lazy("receipt", "returned")
        VERIFIED = "verified", pgettext_lazy("receipt", "verified")
        WITHDRAWN = "withdrawn", pgettext_lazy("receipt", "withdrawn")

    class Kind(models.TextChoices):
        LAND = "land", _("land payment")
        CONSTRUCTION = "construction", _("construction and installation")
        EQUIPMENT = "equipment", _("equipment")
        CAPITAL = "capital", _("registered capital")
        WORKING = "working", _("working capital")
        OTHER = "other", _("other funds")

    # No separate index for a key that leads an index below, or that receipts are never searched by.
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="receipts",
        verbose_name=_("project"),
        db_index=False,
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="receipts")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    received_on = models.DateField(_("received on"))
    amount = amount_field(_("amount"))
    kind = models.CharField(_("kind of money"), max_length=12, choices=Kind)
    voucher_no = models.CharField(_("voucher number"), max_length=100)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(_("entered at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    returned_reason = models.CharField(_("reason"), max_length=500, blank=True)
    verified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    verified_at = models.DateTimeField(_("verified at"), null=True)
    verified_word = models.CharField(_("word of the verifier"), max_length=500, blank=True)
    counted_on = models.DateField(_("counted on"), null=True)
    # The verified receipt that this one is proposed to take the place of, or has replaced.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )

    class Meta:
        verbose_name = _("receipt")
        ordering = ("-received_on", "-id")
        indexes = [
            models.Index(fields=["county", "state", "submitted_at"], name="receipt_queue"),
            models.Index(fields=["project", "received_on"], name="receipt_project"),
            models.Index(fields=["county", "amount"], name="receipt_alike"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="verified")
                | Q(
                    verified_by__isnull=False,
                    verified_at__isnull=False,
                    counted_on__isnull=False,
                ),
                name="receipt_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("entered_by")),
                name="receipt_verified_by_another",
            ),
        ]
        triggers = [
            *changes_only(
                "ledger_receipt", (*RECORDED, *RECORDED_MOMENTS), "OLD.state = 'verified'"
            ),
            Chained(
                Chain("receipt", RECORDED, RECORDED_MOMENTS, condition="held.state = 'verified'"),
                changes=True,
                condition=pgtrigger.Q(new__state="verified"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.received_on}"


class Evidence(models.Model):
    """A file that proves a receipt or a claim (凭证). Stored under its SHA-256, never overwritten."""

    class Kind(models.TextChoices):
        BANK_SLIP = "bank_slip", _("bank slip")
        CAPITAL_REPORT = "capital_report", _("capital verification report")
        INVOICE = "invoice", _("invoice")
        LAND_PAYMENT = "land_payment", _("land payment receipt")
        CONTRACT = "contract", pgettext_lazy("evidence", "contract")
        SPLIT_CERTIFICATE = "split_certificate", _("credit-split certificate")

    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, null=True, related_name="evidence"
    )
    claim = models.ForeignKey(
        "CreditClaim", on_delete=models.PROTECT, null=True, related_name="evidence"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size"))
    media_type = models.CharField(max_length=50)
    original_name = models.CharField(_("file name"), max_length=200)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"))
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta:
        verbose_name = _("evidence")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, claim__isnull=True)
                | Q(receipt__isnull=True, claim__isnull=False),
                name="evidence_of_one_record",
            ),
        ]
        triggers = [
            *changes_only(
                "ledger_evidence",
                (*FILED, "added_at"),
                "true",
                once=("removed_at", "removed_by_id"),
            ),
            Chained(
                Chain(
                    "evidence",
                    (*FILED, "removed_by_id"),
                    ("added_at", "removed_at"),
                    county=OF_RECORD,
                ),
                changes=True,
            ),
        ]

    def __str__(self) -> str:
        return self.original_name


class EvidenceRule(models.Model):
    """Evidence that a county requires for a kind of money before it counts."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="evidence_rules")
    money = models.CharField(_("kind of money"), max_length=12, choices=Receipt.Kind)
    evidence = models.CharField(_("evidence"), max_length=20, choices=Evidence.Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "money", "evidence"], name="evidence_rule_once"
            ),
        ]
