"""``manage.py migrate``: all migrations of an upgrade in one transaction.

Django commits each migration by itself, and often records it a moment later
(``MigrationExecutor.apply_migration``). A crash in that moment leaves tables that the next upgrade
refuses to create again; a crash between two migrations leaves half a release.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction

LOCK = 0x4A5A_0001  # any number that nothing else in this database locks


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        with transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                # Pending constraint checks would stop the next migration from altering their table.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                # Two first starts at once: the second waits, and then finds nothing left to do.
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            super().handle(*args, **options)
