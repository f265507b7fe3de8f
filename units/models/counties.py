"""Counties and regions, with their settings and schedules."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from units.ground import groups
from units.ground.groups import Group
from units.triggers import keeps_groups_in_use


def amount_field(verbose_name: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """元 with two places, ``numeric(18,2)``: the one definition of a money column."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=2, **options)


def default_groups() -> list[str]:
    """The default of an early migration, which names it here."""
    return [group.code for group in groups.FIRST]


class Placed(Protocol):
    """A unit, or a table row that stands for one."""

    @property
    def kind(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def code(self) -> str: ...


class County(models.Model):
    """A county (县), named by its GB/T 2260 code, with its settings.

    ``not_counted`` is the scope (口径) of the main indicator: the kinds of money that its league
    table, closing and papers leave out; nothing to begin with.

    Every field but the code and ``is_sample`` is a setting: ``units/county/settings.py`` changes
    them, and a settlement stores them as they were.
    """

    class Money(models.TextChoices):
        """Kinds of money that a county may leave out of its main indicator."""

        RESOURCE = "resource", _("resource extraction")
        PROPERTY = "property", _("property")
        CARRY_OVER = "carry_over", _("carry-over projects")
        SAME_CITY = "same_city", _("money from other counties of the city")
        SAME_PROVINCE = "same_province", _("money from within the province")

    code = models.CharField(
        _("county code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{6}\Z", _("Write the six digits of GB/T 2260."))],
    )
    name = models.CharField(_("name"), max_length=50)
    is_sample = models.BooleanField(_("sample figures"), default=False)
    large_from = amount_field(_("large project from"), default=Decimal(100000000))
    major_from = amount_field(_("major project from"), default=Decimal(500000000))
    mega_from = amount_field(_("mega project from"), default=Decimal(1000000000))
    report_day = models.PositiveSmallIntegerField(
        _("monthly report due by day"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Day of the following month."),
    )
    evidence_required = models.BooleanField(
        _("counts only when the required evidence is complete"), default=False
    )
    groups = models.JSONField(_("groups"), default=groups.first_groups)
    not_counted = models.JSONField(_("money that does not count"), default=list)
    # Thresholds of the lights of projects (``ledger/conversion/health.py``); zero: not used.
    health_start_months = models.PositiveSmallIntegerField(
        _("months from signing to start"), default=12, db_default=12
    )
    health_money_months = models.PositiveSmallIntegerField(
        _("months without money"), default=3, db_default=3
    )
    health_percent = models.PositiveSmallIntegerField(
        _("percent received by half the year"), default=15, db_default=15
    )
    reports_from = models.DateField(_("monthly reports asked for from"), null=True, blank=True)
    issuing_office = models.CharField(_("issuing office"), max_length=50, blank=True, default="")
    title_name = models.CharField(_("county in titles"), max_length=50, blank=True, default="")
    addressees = models.CharField(
        _("addressees of the bulletin"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("county")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}$"), name="county_code_digits"),
            models.CheckConstraint(
                condition=Q(large_from__gt=0)
                & Q(major_from__gt=F("large_from"))
                & Q(mega_from__gt=F("major_from")),
                name="county_sizes_rise",
            ),
            models.CheckConstraint(
                condition=Q(
                    not_counted__contained_by=[
                        "resource",
                        "property",
                        "carry_over",
                        "same_city",
                        "same_province",
                    ]
                ),
                name="county_not_counted_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    health_start_months__lte=120,
                    health_money_months__lte=120,
                    health_percent__lte=100,
                ),
                name="county_health_sensible",
            ),
            models.CheckConstraint(
                condition=Q(report_day__range=(1, 28)), name="county_report_day_of_every_month"
            ),
            models.CheckConstraint(
                condition=Q(reports_from__isnull=True) | Q(reports_from__day=1),
                name="county_reports_from_a_month",
            ),
        ]
        triggers = [keeps_groups_in_use()]

    def __str__(self) -> str:
        return self.name

    @property
    def kinds(self) -> tuple[Group, ...]:
        """The groups in the county's order."""
        return groups.read(self.groups)

    def group(self, code: str) -> Group:
        """The group with the code, also one that is not on the list any more."""
        found = (group for group in self.kinds if group.code == code)
        return next(found, None) or groups.unlisted(code)

    def official(self, of: Placed) -> tuple[int, int, str]:
        """Sort key of units and their rows: group, official order, code."""
        codes = [group.code for group in self.kinds]
        place = codes.index(of.kind) if of.kind in codes else len(codes)
        return place, of.order, of.code

    def report_due_on(self, month: date) -> date:
        """The day by which the report of the month of the day must be filed."""
        after = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
        return after + timedelta(days=self.report_day - 1)

    def asks_for_report(self, month: date) -> bool:
        """Whether monthly reports are due in the month of the day (rules 13 and 19)."""
        return self.reports_from is None or month >= self.reports_from


class Region(models.Model):
    """A city or province (市、省) above counties: the digits their codes begin with, and its name."""

    code = models.CharField(
        _("region code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{2}(\d{2})?\Z", _("Write the first two or four digits."))],
    )
    name = models.CharField(_("name"), max_length=50)

    class Meta:
        verbose_name = _("region")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{2}|[0-9]{4})$"), name="region_code_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A county's schedule of a year: basis points of the annual target due by each quarter's end.

    The fourth quarter is the whole year by definition and is not stored.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="schedules")
    year = models.PositiveSmallIntegerField(_("year"))
    first = models.PositiveSmallIntegerField(_("first quarter"), default=2_500)
    second = models.PositiveSmallIntegerField(_("second quarter"), default=5_000)
    third = models.PositiveSmallIntegerField(_("third quarter"), default=7_500)

    class Meta:
        verbose_name = _("schedule")
        constraints = [
            models.UniqueConstraint(fields=["county", "year"], name="schedule_once_a_year"),
            models.CheckConstraint(
                condition=Q(first__lte=F("second"))
                & Q(second__lte=F("third"))
                & Q(third__lte=10_000),
                name="schedule_never_falls",
            ),
        ]

    @property
    def parts(self) -> tuple[int, int, int, int]:
        return self.first, self.second, self.third, 10_000
