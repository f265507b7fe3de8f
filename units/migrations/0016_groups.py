import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import units.ground.groups
import units.triggers
from django.conf import settings
from django.db import migrations, models


FIRST = {
    "town": ("镇", "Towns"),
    "department": ("部门", "Departments"),
    "enterprise": ("企业", "Enterprises"),
}


def with_names(apps, schema_editor):
    """The order that the county has set, with the names that the groups have had."""
    for county in apps.get_model("units", "County").objects.all():
        county.named_groups = [
            {"code": code, "name": FIRST[code][0], "name_en": FIRST[code][1]}
            for code in county.groups
        ]
        county.save(update_fields=["named_groups"])


def only_codes(apps, schema_editor):
    """Units of further groups become departments, which is all that an earlier release knows."""
    apps.get_model("units", "Unit").objects.exclude(kind__in=FIRST).update(kind="department")
    for county in apps.get_model("units", "County").objects.all():
        held = [group["code"] for group in county.named_groups if group["code"] in FIRST]
        county.groups = held + [code for code in FIRST if code not in held]
        county.save(update_fields=["groups"])


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0015_keys_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.CharField(max_length=10)),
                ("effective_on", models.DateField(verbose_name="effective on")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
            ],
            options={
                "verbose_name": "change of group",
                "ordering": ("id",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="county",
            name="county_groups_each_once",
        ),
        migrations.AddField(
            model_name="county",
            name="named_groups",
            field=models.JSONField(default=units.ground.groups.first_groups, verbose_name="groups"),
        ),
        migrations.RunPython(with_names, only_codes),
        migrations.RemoveField(model_name="county", name="groups"),
        migrations.RenameField(model_name="county", old_name="named_groups", new_name="groups"),
        migrations.AlterField(
            model_name="unit",
            name="kind",
            field=models.CharField(max_length=10, verbose_name="kind"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="county",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_groups_in_use",
                sql=units.triggers.FirmTriggerSql(
                    func="\n            IF (SELECT count(DISTINCT held->>'code') FROM jsonb_array_elements(NEW.groups) held)\n                <> greatest(jsonb_array_length(NEW.groups), 1) THEN\n                RAISE EXCEPTION 'the groups are not each once' USING ERRCODE = '23514';\n            END IF;\n            IF EXISTS (\n                SELECT 1 FROM units_unit unit\n                LEFT JOIN units_groupchange change ON change.unit_id = unit.id\n                WHERE unit.county_id = NEW.id AND (\n                    NOT NEW.groups @> jsonb_build_array(jsonb_build_object('code', unit.kind))\n                    OR (change.before IS NOT NULL AND NOT NEW.groups\n                        @> jsonb_build_array(jsonb_build_object('code', change.before)))\n                )\n            ) THEN\n                RAISE EXCEPTION 'a group in use leaves the list' USING ERRCODE = '23514';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="35394417e5a240f4f34c4c1cc0d2bdeb0a071190",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_keeps_groups_in_use_c5f39",
                    table="units_county",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="unit",
            trigger=pgtrigger.compiler.Trigger(
                name="group_of_county",
                sql=units.triggers.FirmTriggerSql(
                    func="\n            IF NOT EXISTS (\n                SELECT 1 FROM units_county WHERE id = NEW.county_id\n                    AND groups @> jsonb_build_array(jsonb_build_object('code', NEW.kind))\n            ) THEN\n                RAISE EXCEPTION 'the county has no group %', NEW.kind USING ERRCODE = '23514';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="dd7274eaaf4d0c87568d4d3c87a078aa94a39a61",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_group_of_county_c66f2",
                    table="units_unit",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="groupchange",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="groupchange",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="group_changes",
                to="units.unit",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="groupchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';",
                    hash="de53d847a7fb026dcb2ad6b665a808f4d6b4b3ac",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5a5d1",
                    table="units_groupchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="groupchange",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';",
                    hash="862b483ddf1a25a979c20553d26228383d760725",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_8e1fa",
                    table="units_groupchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
