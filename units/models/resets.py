"""What administrators did to an account that decides, and who released it."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models.counties import County
from units.models.people import User

BARRED = timedelta(hours=24)


class ResetRows(models.QuerySet["Reset"]):
    def held(self) -> Self:
        """Those that keep the person from signing in: the security administrator has not looked."""
        return self.filter(allowed_at=None)

    def barring(self, at: datetime) -> Self:
        """Those for which the person decides nothing at the moment ``at``."""
        return self.filter(released_at=None, at__gt=at - BARRED)


class Reset(models.Model):
    """An administrator replaced what proves that it is the person, or gave them a deciding role.

    ``allowed_*``: the security administrator lets the person sign in. ``released_*``: the head of
    the bureau lets them decide before ``BARRED`` is over. ``User.barred_until`` follows these rows.
    """

    class Cause(models.TextChoices):
        PASSWORD = "password", pgettext_lazy("reset", "one-time password")
        FACTOR = "factor", pgettext_lazy("reset", "second factor taken away")
        ROLE = "role", pgettext_lazy("reset", "role granted")
        ON = "on", pgettext_lazy("reset", "account switched on again")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="resets")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="resets")
    cause = models.CharField(_("what"), max_length=10, choices=Cause)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    allowed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    allowed_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    objects: ClassVar = ResetRows.as_manager()

    class Meta:
        verbose_name = _("reset")
        ordering = ("-id",)
        indexes = [models.Index(fields=["county", "at"], name="reset_of_county")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_cause_display()}"

    @property
    def until(self) -> datetime:
        return self.at + BARRED
