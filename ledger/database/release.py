"""Which release the tables are of: this one, an older one (migrate), or a newer one (refuse)."""

from collections.abc import Iterable
from typing import Final

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

# Apps of earlier releases, whose migrations are not unknown.
RETIRED_APPS: Final = {"axes"}


def unknown(migrations: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that this release has not heard of: they come from a newer one."""
    ours = MigrationLoader(None)
    known = {*ours.disk_migrations, *_replaced(ours)}
    return [key for key in migrations if key[0] not in RETIRED_APPS and key not in known]


def _replaced(loader: MigrationLoader) -> Iterable[tuple[str, str]]:
    """Migrations that a squashed one stands for."""
    for migration in loader.disk_migrations.values():
        yield from migration.replaces


def is_newer() -> bool:
    return bool(unknown(MigrationRecorder(connection).applied_migrations()))


def is_older() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def trouble() -> str:
    """Why this program must not work on these tables, as a sentence; empty when they fit."""
    if is_newer():
        return _(
            "The database belongs to a newer release. Start that release, or restore a backup of this one."
        )
    return _("The database is not up to date; run migrate.") if is_older() else ""
