import django.contrib.postgres.fields
import units.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0009_drop_county_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="county",
            name="addressees",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="addressees of the bulletin"
            ),
        ),
        migrations.AddField(
            model_name="county",
            name="groups",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("town", "town"),
                        ("department", "department"),
                        ("enterprise", "enterprise"),
                    ],
                    max_length=10,
                ),
                default=units.models.default_groups,
                size=None,
                verbose_name="order of the groups",
            ),
        ),
        migrations.AddField(
            model_name="county",
            name="issuing_office",
            field=models.CharField(
                blank=True, default="", max_length=50, verbose_name="issuing office"
            ),
        ),
        migrations.AddField(
            model_name="county",
            name="reports_from",
            field=models.DateField(
                blank=True, null=True, verbose_name="monthly reports asked for from"
            ),
        ),
        migrations.AddField(
            model_name="county",
            name="title_name",
            field=models.CharField(
                blank=True, default="", max_length=50, verbose_name="county in titles"
            ),
        ),
        migrations.AddConstraint(
            model_name="county",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("large_from__gt", 0),
                    ("major_from__gt", models.F("large_from")),
                    ("mega_from__gt", models.F("major_from")),
                ),
                name="county_sizes_rise",
            ),
        ),
        migrations.AddConstraint(
            model_name="county",
            constraint=models.CheckConstraint(
                condition=models.Q(("report_day__range", (1, 28))),
                name="county_report_day_of_every_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="county",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("groups__contains", ["town", "department", "enterprise"]), ("groups__len", 3)
                ),
                name="county_groups_each_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="county",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reports_from__isnull", True), ("reports_from__day", 1), _connector="OR"
                ),
                name="county_reports_from_a_month",
            ),
        ),
    ]
