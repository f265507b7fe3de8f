"""Units (单位): the towns, departments and enterprises that are measured."""

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from units.models.counties import County
from units.triggers import append_only, group_of_county


def stands(active_from: date | None, ended_on: date | None, day: date) -> bool:
    """Whether a unit with these dates exists on the day."""
    has_begun = active_from is None or active_from <= day
    return has_begun and (ended_on is None or ended_on >= day)


class Unit(models.Model):
    """A town, department or enterprise (镇、部门、企业) with a target.

    ``kind`` is the code of its group in the county's list, the newest one; ``GroupChange`` says
    from which day.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(
        _("unit code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Z]+\Z", _("Write digits and capital letters only."))],
    )
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=400, editable=False)  # folding lengthens some names
    kind = models.CharField(_("kind"), max_length=10)
    order = models.PositiveSmallIntegerField(_("official order"), default=0)
    active_from = models.DateField(_("active from"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
    )

    class Meta:
        verbose_name = _("unit")
        ordering = ("kind", "order", "code")
        constraints = [
            models.UniqueConstraint(fields=["county", "name_key"], name="unit_name_once"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(ended_on__isnull=False),
                name="unit_successor_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(successor=F("id")), name="unit_not_its_own_successor"
            ),
        ]
        triggers = [group_of_county()]

    def __str__(self) -> str:
        return self.name

    def stands_on(self, day: date) -> bool:
        """Whether the unit has its own row on the day and owes reports (rule 15)."""
        return stands(self.active_from, self.ended_on, day)


class GroupChange(models.Model):
    """A unit's move to another group, from a day on. Append-only.

    ``before`` is the group until then. Of the changes that begin after a table's day, or that it
    does not know yet, the oldest one says which group the unit was in.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="group_changes")
    before = models.CharField(max_length=10)
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of group")
        ordering = ("id",)
        triggers = append_only()
