"""The county's pages are no longer cached, so nothing needs the marks of its changes."""

import pgtrigger.migrations
from django.db import migrations

MODELS = ("county", "target", "unit")
KINDS = ("added", "edited", "removed")


class Migration(migrations.Migration):
    dependencies = [("units", "0008_failed_sign_ins")]

    operations = [
        *(
            pgtrigger.migrations.RemoveTrigger(model, f"mark_{kind}")
            for model in MODELS
            for kind in KINDS
        ),
        pgtrigger.migrations.RemoveTrigger("user", "mark_renamed"),
        # The triggers of the other apps still write to the table: the last of them drops it (ledger 0007).
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("CountyMark")]
        ),
    ]
