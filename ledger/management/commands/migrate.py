"""``manage.py migrate``: all migrations of an upgrade in one transaction.

Django commits each migration by itself, and often records it a moment later
(``MigrationExecutor.apply_migration``). A crash in that moment leaves tables that the next upgrade
refuses to create again; a crash between two migrations leaves half a release.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        with transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                # Pending constraint checks would stop the next migration from altering their table.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            super().handle(*args, **options)
