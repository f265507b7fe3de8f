"""What units report, promise and are reminded of. Each table is written by the module of its name."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import Period
from units.models import County, Unit, User, amount_field
from units.triggers import append_only


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
        RECEIPT_REVERSED = "receipt_reversed", _("receipt reversed")
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
