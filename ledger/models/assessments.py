"""Schemes of the year's score (考核办法) and what is given under them. Written by ``assessment/``."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.settlements import Settlement
from units.models import County, Unit, User
from units.triggers import Chain, Chained, append_only

# SQL of the county of a score.
COUNTY = """SELECT period.county_id FROM ledger_settlement settled
    JOIN ledger_period period ON period.id = settled.period_id
    WHERE settled.id = {row}.settlement_id"""


class AssessmentScheme(models.Model):
    """One version of a county's scheme of a year: the text of its file. Append-only.

    The newest version that is effective on a day holds.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="schemes")
    year = models.PositiveSmallIntegerField(_("year"))
    text = models.TextField(_("scheme"))
    name = models.CharField(_("name"), max_length=100)
    document_no = models.CharField(_("document number"), max_length=100, blank=True)
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("scheme")
        ordering = ("id",)
        triggers = [
            *append_only(),
            Chained(Chain("scheme", ("county_id", "year", "text", "effective_on"))),
        ]


class GivenPoints(models.Model):
    """What a unit claims for an item, or what the bureau gives. Append-only; the newest holds."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="given_points")
    year = models.PositiveSmallIntegerField(_("year"))
    item = models.CharField(_("item"), max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="given_points")
    is_claim = models.BooleanField(_("self-assessment"))
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("points given")
        ordering = ("id",)
        indexes = [models.Index(fields=["county", "year", "unit", "item"], name="given_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=0), name="given_points_positive"),
        ]
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "given",
                    ("county_id", "year", "item", "unit_id", "is_claim", "points", "reason"),
                )
            ),
        ]


class ScoreRemark(models.Model):
    """A unit's objection to its points for an item, or the bureau's answer to it. Append-only."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="score_remarks")
    year = models.PositiveSmallIntegerField(_("year"))
    item = models.CharField(_("item"), max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="score_remarks")
    is_answer = models.BooleanField(_("answer"))
    text = models.CharField(_("reason"), max_length=500)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("objection")
        ordering = ("id",)
        indexes = [models.Index(fields=["county", "year", "unit", "item"], name="score_remarks_of")]
        triggers = [
            *append_only(),
            Chained(
                Chain("score_remark", ("county_id", "year", "item", "unit_id", "is_answer", "text"))
            ),
        ]


class Score(models.Model):
    """The score table of a quarter as it was announced with its settlement. Append-only.

    ``inputs`` are the figures and given points that it was made of, ``document`` the table as
    ``manage.py score --json`` prints it.
    """

    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="score")
    scheme = models.ForeignKey(AssessmentScheme, on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField()
    document = models.JSONField()

    class Meta:
        verbose_name = _("score")
        triggers = [
            *append_only(),
            Chained(
                Chain("score", ("settlement_id", "scheme_id", "inputs", "document"), county=COUNTY)
            ),
        ]
