"""Industries by the sectors' own names, two usual ones, and a county's own words for them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import units.triggers
from django.conf import settings
from django.db import migrations, models


# code, name, English name, sector
INDUSTRIES = (
    ("chemicals", "化工", "Chemicals", 2),
    ("electronics", "电子信息", "Electronics and information", 2),
    ("agriculture", "农业", "Agriculture", 1),
    ("industry", "工业", "Industry", 2),
    ("services", "服务业", "Services", 3),
)
LAST = 99


def add_industries(apps, schema_editor):
    industry = apps.get_model("projects", "Industry")
    industry.objects.filter(code="other").update(order=LAST)
    industry.objects.bulk_create(
        industry(code=code, name=name, name_en=name_en, sector=sector, order=order)
        for order, (code, name, name_en, sector) in enumerate(INDUSTRIES, start=20)
    )


def take_away(apps, schema_editor):
    industry = apps.get_model("projects", "Industry")
    industry.objects.filter(code__in=[row[0] for row in INDUSTRIES]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_drop_county_marks"),
        ("units", "0012_visited_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="industry",
            name="is_shared",
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name="IndustryWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=50, verbose_name="word")),
                ("word_key", models.CharField(editable=False, max_length=200)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="industry_words",
                        to="units.county",
                    ),
                ),
                (
                    "industry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.industry",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "word for an industry",
                "indexes": [
                    models.Index(fields=["county", "word_key", "-id"], name="industry_word_newest")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="industryword",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';",
                    hash="a047ebd1a8e9f8f8af3197f79cf71d8c1d83252d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_47a7a",
                    table="projects_industryword",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="industryword",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=units.triggers.FirmTriggerSql(
                    func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';",
                    hash="5409c5d3c5fe022fcfe0055da7d8d35ee0852f72",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_b6588",
                    table="projects_industryword",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(add_industries, take_away),
    ]
