"""The trail has actions, and a sign-in is a session of a user: the words that every Django developer knows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("units", "0010_county_settings")]

    operations = [
        migrations.RenameModel("Sitting", "UserSession"),
        migrations.RenameField("trail", "deed", "action"),
        migrations.AlterField(
            model_name="trail",
            name="action",
            field=models.CharField(max_length=40, verbose_name="action"),
        ),
        migrations.AlterField(
            model_name="usersession",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="user_sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
