"""The mark of a database whose restoring has not ended: it is never served.

A schema of its own, so that no table of the backup and no fingerprint knows of it.
"""

from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

SCHEMA: Final = "unfinished_restore"
SENTENCE: Final = _(
    "A restore into this database was cut off, so nothing in it is proved. Run the same restore again."
)


def mark() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")


def is_marked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCHEMA])
        return bool(cursor.fetchone()[0])


def unmark() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA}")
