"""What a unit had received by the same day of the year before; settlements made earlier keep none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_without_month_sums")]

    operations = [
        migrations.AddField(
            model_name="settlementline",
            name="received_before",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True),
        ),
    ]
