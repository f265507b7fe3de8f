"""Sums of months are not kept any more: a roll-up adds up the entries (``rollup.py``)."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_drop_county_marks"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="entry", name="adds_to_months"),
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS pgtrigger_adds_to_months_80222()", migrations.RunSQL.noop
        ),
        migrations.DeleteModel(name="MonthSum"),
    ]
