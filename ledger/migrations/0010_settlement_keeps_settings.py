import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0009_received_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="settlement",
            name="settings",
            field=models.JSONField(
                encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="reported",
            field=models.BooleanField(default=True, null=True),
        ),
    ]
