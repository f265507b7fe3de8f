"""The county's pages are no longer cached, so nothing needs the marks of its changes."""

import pgtrigger.migrations
from django.db import migrations

MODELS = ("creditshare", "investor", "project")
KINDS = ("added", "edited", "removed")


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_county_marks")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model, f"mark_{kind}")
        for model in MODELS
        for kind in KINDS
    ]
