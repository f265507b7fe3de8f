from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0019_receipt_reversed"),
    ]

    operations = [
        migrations.CreateModel(
            name="FoundingState",
            fields=[
                ("name", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("content", models.TextField()),
            ],
            options={
                "verbose_name": "founding of a county",
            },
        ),
    ]
