"""Entries that correct money of an earlier year are marked; older ones count as they did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_filings_and_schemes")]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_league"),
        migrations.AddField(
            model_name="entry",
            name="is_adjustment",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="adjustment of an earlier year"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["county", "counted_on"],
                include=(
                    "is_new",
                    "is_adjustment",
                    "unit",
                    "industry",
                    "posted_at",
                    "amount",
                    "origin",
                ),
                name="entry_league",
            ),
        ),
    ]
