"""``manage.py migrate``: all migrations of an upgrade in one transaction.

Django commits each migration by itself, and often records it a moment later
(``MigrationExecutor.apply_migration``). A crash in that moment leaves tables that the next upgrade
refuses to create again; a crash between two migrations leaves half a release.

Afterwards it chains what earlier releases recorded, and stores for their settlements what the
papers say (rule 17).
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ledger.ranking.announced import store_missing_snapshots
from units import links

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
            if _is_up_to_date(using):
                links.link_existing()
                store_missing_snapshots(timezone.localdate())
                links.place_all()


def _is_up_to_date(using: str) -> bool:
    """Whether every migration is applied, so that the models fit the tables."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
