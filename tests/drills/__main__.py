"""Runs one drill: ``python -m tests.drills close_race --help``; see docs/records/drills.md.

The race of the close runs on a test database of its own; without DATABASE_URL and VAR_DIR, on an
embedded server in a temporary folder. The other drills start a whole copy of the program in such a
folder.
"""

import importlib
import os
import sys
import tempfile

import django
from django.conf import settings
from django.db import connection

ON_A_DATABASE = ("close_race",)


def main() -> int:
    name, arguments = sys.argv[1], sys.argv[2:]
    if name in ON_A_DATABASE:
        return _on_a_database(name, arguments)
    status: int = importlib.import_module(f"tests.drills.{name}").main(arguments)
    return status


def _on_a_database(name: str, arguments: list[str]) -> int:
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
