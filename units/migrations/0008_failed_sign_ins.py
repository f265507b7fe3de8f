"""A record of failed sign-ins of our own, in place of django-axes, which leaves nothing behind."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import units.triggers
from django.conf import settings
from django.db import migrations, models


AXES = "axes_accessattemptexpiration, axes_accessattempt, axes_accessfailurelog, axes_accesslog"
WITHOUT_AXES = f"""
    DROP TABLE IF EXISTS {AXES};
    DELETE FROM auth_permission USING django_content_type
        WHERE content_type_id = django_content_type.id AND app_label = 'axes';
    DELETE FROM django_content_type WHERE app_label = 'axes';
    DELETE FROM django_migrations WHERE app = 'axes';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0007_hash_recovery_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="when")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="from where")),
                ("browser", models.CharField(blank=True, max_length=60, verbose_name="browser")),
                ("is_known", models.BooleanField(verbose_name="known browser")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "failed sign-in",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="failedsignin",
            trigger=pgtrigger.compiler.Trigger(
                name="kept_unchanged",
                sql=units.triggers.FirmTriggerSql(
                    func="\n                IF TG_OP = 'DELETE' AND OLD.at < now() - interval '184 days' THEN\n                    RETURN OLD;\n                END IF;\n                RAISE EXCEPTION '% is not changed, and kept', TG_TABLE_NAME USING ERRCODE = '42501';\n            ",
                    hash="913fde5ef9231e9dbcdf688697e4cc0cac273539",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_kept_unchanged_47557",
                    table="units_failedsignin",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="failedsignin",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION '% is not changed, and kept', TG_TABLE_NAME USING ERRCODE = '42501';",
                    hash="8b7a6ebf4860c296869214745413631e90c20e89",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_1fac7",
                    table="units_failedsignin",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(WITHOUT_AXES, migrations.RunSQL.noop),
    ]
