"""Annual targets (年度任务) of units and counties, in versions. The database refuses to delete one."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models.counties import County, amount_field
from units.models.indicators import Indicator
from units.models.units import Unit
from units.triggers import Chain, Chained, append_only


class OfMoney(models.Manager["Target"]):
    """The targets of the main indicator, the money received: all that most of the program asks for."""

    def get_queryset(self) -> models.QuerySet["Target"]:
        return super().get_queryset().filter(indicator=None)


class Target(models.Model):
    """One version of a unit's annual target with its quarter targets, in 元.

    Without ``indicator`` it is the main one's, money received, which ``objects`` finds; ``of_all``
    finds those of other indicators too, in whose measure their amounts are.

    Append-only: a change is a new row with its effective day and document (rule 10). The quarter
    targets are cumulative and stored with their version, so that an earlier table finds everything
    in one row; the fourth quarter is ``amount`` by definition.
    """

    class Issuer(models.TextChoices):
        COUNTY = "county", pgettext_lazy("issuer", "county")
        CITY = "city", pgettext_lazy("issuer", "city")
        PROVINCE = "province", pgettext_lazy("issuer", "province")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="targets")
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="targets"
    )
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="targets")
    year = models.PositiveSmallIntegerField(_("year"))
    issuer = models.CharField(_("issuer"), max_length=10, choices=Issuer, default=Issuer.COUNTY)
    amount = amount_field(_("annual target"))
    due_first = amount_field(_("due by the first quarter"))
    due_second = amount_field(_("due by the second quarter"))
    due_third = amount_field(_("due by the third quarter"))
    effective_on = models.DateField(_("effective on"))
    document_no = models.CharField(_("document number"), max_length=100, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")

    objects = OfMoney()
    of_all = models.Manager()

    class Meta:
        verbose_name = _("annual target")
        indexes = [
            models.Index(
                fields=["county", "year", "issuer", "unit", "-effective_on", "-id"],
                name="target_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_first__gte=0)
                & Q(due_first__lte=F("due_second"))
                & Q(due_second__lte=F("due_third"))
                & Q(due_third__lte=F("amount")),
                name="target_quarters_never_fall",
            ),
        ]
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "target_indicator", ("indicator_id",), condition="held.indicator_id IS NOT NULL"
                ),
                condition=pgtrigger.Q(new__indicator__isnull=False),
            ),
            Chained(
                Chain(
                    "target",
                    (
                        "unit_id",
                        "county_id",
                        "year",
                        "issuer",
                        "amount",
                        "due_first",
                        "due_second",
                        "due_third",
                        "effective_on",
                        "document_no",
                        "recorded_by_id",
                    ),
                    moments=("recorded_at",),
                )
            ),
        ]

    @property
    def due(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Cumulative 元 due by the end of each quarter."""
        return self.due_first, self.due_second, self.due_third, self.amount


class CountyTarget(models.Model):
    """One version of a county's annual target set by a city or province, in 元. Append-only.

    A county's own target is not stored: it is the sum of its units' targets.
    """

    class Issuer(models.TextChoices):
        CITY = "city", pgettext_lazy("issuer", "city")
        PROVINCE = "province", pgettext_lazy("issuer", "province")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="county_targets")
    year = models.PositiveSmallIntegerField(_("year"))
    issuer = models.CharField(_("issuer"), max_length=10, choices=Issuer)
    amount = amount_field(_("annual target"))
    due_first = amount_field(_("due by the first quarter"))
    due_second = amount_field(_("due by the second quarter"))
    due_third = amount_field(_("due by the third quarter"))
    effective_on = models.DateField(_("effective on"))
    document_no = models.CharField(_("document number"), max_length=100)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("county target")
        indexes = [
            models.Index(
                fields=["county", "year", "issuer", "-effective_on", "-id"],
                name="county_target_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(issuer__in=["city", "province"]), name="county_target_from_above"
            ),
            models.CheckConstraint(
                condition=Q(due_first__gte=0)
                & Q(due_first__lte=F("due_second"))
                & Q(due_second__lte=F("due_third"))
                & Q(due_third__lte=F("amount")),
                name="county_target_never_falls",
            ),
        ]
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "countytarget",
                    (
                        "county_id",
                        "year",
                        "issuer",
                        "amount",
                        "due_first",
                        "due_second",
                        "due_third",
                        "effective_on",
                        "document_no",
                        "recorded_by_id",
                    ),
                    moments=("recorded_at",),
                )
            ),
        ]

    @property
    def due(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Cumulative 元 due by the end of each quarter."""
        return self.due_first, self.due_second, self.due_third, self.amount
