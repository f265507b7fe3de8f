"""A unit is told when its money was taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0018_score_remarks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report_missing", "monthly report missing"),
                    ("receipt_returned", "receipt returned"),
                    ("receipt_reversed", "receipt reversed"),
                    ("claim_made", "credit claimed"),
                    ("claim_decided", "claim decided"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
