"""Calendar keys end too: a year after they were made, as all keys."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import TruncDate


def end_calendar_keys(apps, schema_editor):
    keys = apps.get_model("units", "AccessKey").objects.filter(expires_on__isnull=True)
    keys.update(expires_on=TruncDate(F("made_at") + timedelta(days=366)))


class Migration(migrations.Migration):
    dependencies = [("units", "0014_outbox")]

    operations = [
        migrations.RunPython(end_calendar_keys, migrations.RunPython.noop),
        # Pending trigger events of the update would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="accesskey", name="access_key_of_programs_ends"),
        migrations.AlterField(
            model_name="accesskey",
            name="expires_on",
            field=models.DateField(verbose_name="last day"),
        ),
    ]
