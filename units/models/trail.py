"""The trail: who did what and when. The database refuses to change or delete a line."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from units.models.counties import County
from units.models.people import User
from units.models.units import Unit
from units.triggers import Chain, Chained, append_only


class Trail(models.Model):
    """One action: who did what to which record, when and from where. Append-only.

    ``record`` is a kind and a key such as ``receipt:17``; ``before`` and ``after`` hold the changed
    fields only. A refused attempt is a line with ``refused`` set.
    """

    at = models.DateTimeField(_("when"))
    county = models.ForeignKey(County, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("who"), max_length=150)
    address = models.GenericIPAddressField(_("from where"), null=True)
    action = models.CharField(_("action"), max_length=40)
    record = models.CharField(_("record"), max_length=80, blank=True)
    label = models.CharField(_("record"), max_length=200, blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    refused = models.BooleanField(_("refused"), default=False)

    class Meta:
        verbose_name = _("trail")
        indexes = [
            models.Index(fields=["county", "-at"], name="trail_county"),
            models.Index(fields=["record", "-id"], name="trail_record"),
        ]
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "trail",
                    (
                        "county_id",
                        "unit_id",
                        "actor_id",
                        "actor_name",
                        "address",
                        "action",
                        "record",
                        "label",
                        "before",
                        "after",
                        "refused",
                    ),
                    moments=("at",),
                )
            ),
        ]
