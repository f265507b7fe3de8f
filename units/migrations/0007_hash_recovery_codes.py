"""Of recovery codes only a hash is kept from now on; the papers that people hold stay valid."""

import secrets
from typing import Any

from django.db import migrations

from units.sign_in.second_factor import hashed


def hash_codes(apps: Any, _editor: Any) -> None:
    for paper in apps.get_model("otp_static", "StaticDevice").objects.all():
        paper.name = secrets.token_hex(16)
        paper.save(update_fields=["name"])
        for kept in paper.token_set.all():
            kept.token = hashed(kept.token, paper.name)
            kept.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [("units", "0006_identity"), ("otp_static", "0003_add_timestamps")]

    operations = [migrations.RunPython(hash_codes)]
