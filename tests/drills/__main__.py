"""Runs one drill on an empty database of its own: ``python -m tests.drills close_race --help``.

Without DATABASE_URL and VAR_DIR the database is an embedded one in a temporary folder.
"""

import importlib
import os
import sys
import tempfile

import django
from django.conf import settings
from django.db import connection


def main() -> int:
    name, arguments = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("VAR_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        django.setup()
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            return importlib.import_module(f"tests.drills.{name}").main(arguments)
        finally:
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
