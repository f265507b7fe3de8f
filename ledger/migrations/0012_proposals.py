import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import units.triggers
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def settle(schema_editor):
    """Check the foreign keys now: a table with checks waiting cannot be altered."""
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def move_to_proposals(apps, schema_editor):
    """Nobody recorded what was seen: these keep who, when and why, and are proposed anew."""
    Period = apps.get_model("ledger", "Period")
    Proposal = apps.get_model("ledger", "Proposal")
    for period in Period.objects.all():
        common = {"county_id": period.county_id, "record": f"period:{period.pk}"}
        if period.state == "proposed" and period.proposed_by_id:
            at = period.proposed_at
            common |= {"kind": "close", "proposed_by_id": period.proposed_by_id}
            Proposal.objects.create(**common, proposed_at=at, valid_until=at)
        elif period.reopen_proposed_by_id:
            at = timezone.now()
            common |= {"kind": "reopen", "reason": period.reopen_reason}
            common |= {"proposed_by_id": period.reopen_proposed_by_id}
            Proposal.objects.create(**common, proposed_at=at, valid_until=at)
    Period.objects.filter(state="proposed").update(state="review")
    settle(schema_editor)


def move_to_periods(apps, schema_editor):
    Period = apps.get_model("ledger", "Period")
    Proposal = apps.get_model("ledger", "Proposal")
    for proposal in Proposal.objects.filter(outcome="", kind__in=["close", "reopen"]):
        period = Period.objects.get(pk=proposal.record.partition(":")[2])
        if proposal.kind == "close":
            period.state = "proposed"
            period.proposed_by_id = proposal.proposed_by_id
            period.proposed_at = proposal.proposed_at
        else:
            period.reopen_reason = proposal.reason
            period.reopen_proposed_by_id = proposal.proposed_by_id
        period.save()
    settle(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_uploads"),
        ("units", "0011_plain_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("close", "close the quarter"),
                            ("reopen", "reopen the quarter"),
                            ("reverse", "reverse the posting"),
                            ("repost", "post again by the present shares"),
                            ("correct", "correct verified money"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("record", models.CharField(max_length=80)),
                (
                    "payload",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("valid_until", models.DateTimeField(verbose_name="valid until")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "open"),
                            ("confirmed", "confirmed"),
                            ("withdrawn", "withdrawn"),
                            ("replaced", "replaced by a newer one"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="units.county",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "ordering": ("id",),
                "indexes": [models.Index(fields=["county", "outcome"], name="proposal_open")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("record",),
                        name="proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "confirmed"), _negated=True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_somebody",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposal",
            trigger=pgtrigger.compiler.Trigger(
                name="decided_once",
                sql=units.triggers.FirmTriggerSql(
                    func="\n                    IF TG_OP = 'UPDATE' AND OLD.outcome = '' AND (OLD.id, OLD.county_id, OLD.kind, OLD.record, OLD.payload, OLD.fingerprint, OLD.reason, OLD.proposed_by_id, OLD.proposed_at, OLD.valid_until) IS NOT DISTINCT FROM (NEW.id, NEW.county_id, NEW.kind, NEW.record, NEW.payload, NEW.fingerprint, NEW.reason, NEW.proposed_by_id, NEW.proposed_at, NEW.valid_until) THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'a proposal is decided once' USING ERRCODE = '42501';\n                ",
                    hash="b4673737ab31c7b59b325c4ebe1a5fa77e9a9747",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_decided_once_77253",
                    table="ledger_proposal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposal",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION 'proposals are kept' USING ERRCODE = '42501';",
                    hash="bc250b5824353fcef706d8cee047dd10c8fd15cd",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_900f3",
                    table="ledger_proposal",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(move_to_proposals, move_to_periods),
        migrations.RemoveField(
            model_name="period",
            name="proposed_at",
        ),
        migrations.RemoveField(
            model_name="period",
            name="proposed_by",
        ),
        migrations.RemoveField(
            model_name="period",
            name="reopen_proposed_by",
        ),
        migrations.RemoveField(
            model_name="period",
            name="reopen_reason",
        ),
        migrations.AlterField(
            model_name="period",
            name="state",
            field=models.CharField(
                choices=[("open", "open"), ("review", "in review"), ("closed", "closed")],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
