"""Indicators (指标): what a county measures its units by, beside the money received."""

from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from units.models.counties import County

MAIN = "received"  # the code of the main indicator, the money received, which has no row


class Indicator(models.Model):
    """An indicator of a county; ``scope`` says which entries, projects or filings it counts.

    Values are in 元, 美元 or whole numbers; ``scale`` is what one unit of the measure is of these.
    The main indicator has no row: targets without an indicator are its.
    """

    class Source(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("source", "money received")
        PROJECTS = "projects", pgettext_lazy("source", "projects")
        RATIO = "ratio", pgettext_lazy("source", "ratio of two indicators")
        FILED = "filed", pgettext_lazy("source", "figures that units file")

    class Measure(models.TextChoices):
        WAN = "wan", "万元"
        WAN_USD = "wan_usd", "万美元"
        COUNT = "count", pgettext_lazy("measure", "items")
        TIMES = "times", pgettext_lazy("measure", "times")
        PERCENT = "percent", "%"

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="indicators")
    code = models.CharField(
        _("code"),
        max_length=20,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Write small letters and digits."))],
    )
    name = models.CharField(_("name"), max_length=50)
    name_en = models.CharField(_("English name"), max_length=50, blank=True)
    measure = models.CharField(_("measure"), max_length=10, choices=Measure)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    scope = models.JSONField(_("scope"), default=dict)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("indicator")
        ordering = ("order", "id")
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="indicator_code_once"),
            models.CheckConstraint(condition=~Q(code=MAIN), name="indicator_not_the_main_one"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        is_chinese = (get_language() or "zh").startswith("zh")
        return self.name if is_chinese or not self.name_en else self.name_en

    @property
    def scale(self) -> Decimal:
        return Decimal(10_000 if self.measure in (self.Measure.WAN, self.Measure.WAN_USD) else 1)

    @property
    def measure_word(self) -> Any:
        return self.Measure(self.measure).label
