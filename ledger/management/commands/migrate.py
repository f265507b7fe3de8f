"""``manage.py migrate``: all of an upgrade, or nothing.

Owns: that one transaction. Must never: change what Django's command does inside of it.

Django commits each migration for itself, and the note that it was made often a moment after it
(``MigrationExecutor.apply_migration``). A machine that stops in that moment leaves tables that the next
upgrade refuses to make again; one that stops between two migrations leaves half a release.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        with transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                # Rows whose keys are still to be checked would forbid the next migration to alter their table.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            super().handle(*args, **options)
