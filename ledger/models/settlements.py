"""What a closing announced. Written by ``quarter/closing.py`` with ``announced.py`` only."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import Period
from units.models import Unit, User, amount_field
from units.triggers import Chain, Chained, append_only

# The county of a row, for its chain.
OF_PERIOD = "SELECT county_id FROM ledger_period WHERE id = {row}.period_id"
OF_SETTLEMENT = (
    "SELECT period.county_id FROM ledger_settlement settlement JOIN ledger_period period "
    "ON period.id = settlement.period_id WHERE settlement.id = {row}.settlement_id"
)


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
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "settlement",
                    (
                        "period_id",
                        "version",
                        "as_of",
                        "target",
                        "received",
                        "benchmark",
                        "projects",
                        "contracts",
                        "total_investment",
                        "introduced",
                        "chain_head",
                        "chain_length",
                        "settings",
                        "proposed_by_id",
                        "confirmed_by_id",
                    ),
                    moments=(
                        "known_by",
                        "closed_at",
                    ),
                    county=OF_PERIOD,
                )
            ),
        ]


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
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "settlementline",
                    (
                        "settlement_id",
                        "unit_id",
                        "name",
                        "kind",
                        "order",
                        "target",
                        "due",
                        "benchmark",
                        "received",
                        "received_new",
                        "received_outside",
                        "pending",
                        "rank",
                        "tier",
                        "reported",
                        "received_before",
                    ),
                    county=OF_SETTLEMENT,
                )
            ),
        ]


class Snapshot(models.Model):
    """All else that the papers of a settlement say, as it was at the closing (rule 17). Append-only.

    ``frame`` is what the table itself needs: units, industries, ranks of the settlement before.
    ``details`` are the projects and the reports. ``exact_since`` is the day on which an upgrade
    stored them for an older settlement; None for those stored at their closing. ``rules`` is the
    version of the rules (``standing.VERSION``).
    """

    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="snapshot")
    rules = models.PositiveSmallIntegerField()
    exact_since = models.DateField(null=True)
    frame = models.JSONField(encoder=DjangoJSONEncoder)
    details = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("snapshot of a settlement")
        triggers = [
            *append_only(),
            Chained(
                Chain(
                    "snapshot",
                    (
                        "settlement_id",
                        "rules",
                        "exact_since",
                        "frame",
                        "details",
                    ),
                    county=OF_SETTLEMENT,
                )
            ),
        ]
