"""Money and its announcements: periods, receipts, entries, evidence, settlements.

The tables of the ledger, and what the database itself refuses. Figures are computed in
``ranking/league.py``. Each table is written by one module only: entries by ``posting.py``, receipts
by ``submission.py``, quarters and settlements by ``quarter/closing.py`` with ``announced.py``, the
others by the module of their name.
"""

import calendar
import uuid
from datetime import date

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models import Industry, Investor, Project
from units.models import County, Unit, User, amount_field
from units.triggers import FirmTrigger, append_only

QUARTERS = (1, 2, 3, 4)
# Money from outside the province, shown separately in every table.
OUTSIDE = (Investor.Origin.FOREIGN, Investor.Origin.OTHER_PROVINCE)


def quarter_of(day: date) -> int:
    """The quarter of the day, 1 to 4."""
    return (day.month - 1) // 3 + 1


class Period(models.Model):
    """A quarter of a county's accounts (账期).

    Its row is the lock of the quarter: posting takes ``FOR NO KEY UPDATE`` (one chain, one writer),
    submitting ``FOR KEY SHARE``, closing ``FOR UPDATE`` (waits for all). The database reads it
    ``FOR SHARE`` before it accepts an entry.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("period", "open")
        REVIEW = "review", pgettext_lazy("period", "in review")
        PROPOSED = "proposed", pgettext_lazy("period", "awaiting confirmation")
        CLOSED = "closed", pgettext_lazy("period", "closed")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="periods")
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"), null=True)
    reopen_reason = models.CharField(_("reason for reopening"), max_length=500, blank=True)
    reopen_proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("period")
        ordering = ("-year", "-quarter")
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "quarter"], name="period_once"),
            models.CheckConstraint(condition=Q(quarter__in=QUARTERS), name="period_quarter"),
        ]

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.quarter - 2, 1)

    @property
    def ends_on(self) -> date:
        month = 3 * self.quarter
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def is_in_review(self) -> bool:
        return self.state in (self.State.REVIEW, self.State.PROPOSED)


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

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.received_on}"


class Entry(models.Model):
    """One posting to one unit (分录). Yuan; negative for a reversal. Never changed, never deleted.

    ``is_new``, ``origin`` and ``industry`` are the project's at posting: an announced split into
    new and carry-over must not move when somebody edits a project. Hash-chained within county and
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
                include=["is_new", "unit", "industry", "posted_at", "amount", "origin"],
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


class Settlement(models.Model):
    """The league table of a quarter as it was announced (交账报表). Append-only, versioned.

    Yuan; ``chain_head`` is the last content hash of the quarter's chain, printed on the report.
    ``settings`` are the county's at the closing; None where that release did not record them.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="settlements")
    version = models.PositiveSmallIntegerField(default=1)
    as_of = models.DateField(_("as of"))
    known_by = models.DateTimeField(_("known by"))
    target = amount_field(_("annual target"))
    received = amount_field(_("received"))
    benchmark = models.DecimalField(_("benchmark"), max_digits=22, decimal_places=6)
    projects = models.PositiveIntegerField(_("new projects"))
    contracts = models.PositiveIntegerField(_("contracts"))
    total_investment = amount_field(_("total investment"))
    introduced = amount_field(_("introduced amount"))
    chain_head = models.CharField(max_length=64)
    chain_length = models.PositiveIntegerField()
    settings = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("settlement")
        ordering = ("period", "version")
        constraints = [
            models.UniqueConstraint(fields=["period", "version"], name="settlement_version"),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("confirmed_by")),
                name="settlement_by_two_people",
            ),
        ]
        triggers = append_only()


class SettlementLine(models.Model):
    """One unit's line of a settlement, in yuan, as announced."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    target = amount_field(null=True)
    due = models.JSONField(default=list)
    benchmark = models.DecimalField(max_digits=22, decimal_places=6, null=True)
    received = amount_field()
    received_new = amount_field()
    received_outside = amount_field()
    pending = amount_field()
    rank = models.PositiveSmallIntegerField(null=True)
    tier = models.CharField(max_length=12)
    reported = models.BooleanField(default=True, null=True)
    received_before = amount_field(null=True)

    class Meta:
        ordering = ("kind", "order")
        constraints = [
            models.UniqueConstraint(fields=["settlement", "unit"], name="line_once_per_unit"),
        ]
        triggers = append_only()


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


class MonthlyReport(models.Model):
    """A unit's report of a month (月报), filed also when it is zero (rule 13).

    ``filed_at`` is the moment of the first filing; later corrections do not change it.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"))
    reserve_projects = models.PositiveSmallIntegerField(_("reserve projects compiled"), default=0)
    trips = models.PositiveSmallIntegerField(_("investment trips"), default=0)
    problems = models.TextField(_("problems"), max_length=2000, blank=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(_("filed at"))
    changed_at = models.DateTimeField(_("corrected at"), null=True)

    class Meta:
        verbose_name = _("monthly report")
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "month"], name="report_once_a_month"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="report_month_idx"),
        ]
        indexes = [
            models.Index(fields=["county", "year", "month"], name="report_month_idx"),
        ]


class Notice(models.Model):
    """A notice to a unit inside the app, shown until somebody acts on it."""

    class Kind(models.TextChoices):
        REPORT_MISSING = "report_missing", _("monthly report missing")
        RECEIPT_RETURNED = "receipt_returned", _("receipt returned")
        CLAIM_MADE = "claim_made", _("credit claimed")
        CLAIM_DECIDED = "claim_decided", _("claim decided")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="notices")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    record = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField(null=True)
    month = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(_("words"), max_length=500, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"))
    acted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    acted_at = models.DateTimeField(_("acted on at"), null=True)

    class Meta:
        verbose_name = _("notice")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["unit", "acted_at"], name="notice_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "record"],
                condition=Q(acted_at__isnull=True),
                name="notice_waits_once",
            ),
        ]


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


class Pledge(models.Model):
    """What a unit promised at the meeting on a quarter (表态承诺). Append-only, in yuan.

    ``promised_amount`` is what the unit will have received from 1 January to ``due_on``. Whether
    the pledge was kept is read from the league table of that day and never stored. The newest row
    of a unit and quarter holds; one with ``is_withdrawn`` takes the pledge back.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="pledges")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pledges")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="pledges")
    words = models.CharField(_("words"), max_length=500)
    promised_amount = amount_field(_("promised amount"))
    due_on = models.DateField(_("due on"))
    is_withdrawn = models.BooleanField(_("taken back"), default=False)
    made_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("pledge")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(promised_amount__gt=0), name="pledge_of_money"),
        ]
        indexes = [
            models.Index(fields=["period", "unit", "-id"], name="pledge_newest"),
        ]
        triggers = append_only()
