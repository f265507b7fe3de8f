"""Quarters (账期). Written by ``quarter/closing.py`` only."""

import calendar
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models import County

QUARTERS = (1, 2, 3, 4)


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
        CLOSED = "closed", pgettext_lazy("period", "closed")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="periods")
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)

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
        return self.state == self.State.REVIEW
