"""The three database logins (owner, app, reader) and their rights.

The app login may not change or delete recorded rows, and owns no table: triggers stop accidents,
missing rights stop people.

- owner: owns the tables, runs migrations, backups and restores; used by the administrator only.
- app: the program's login; reads and writes, but only inserts into the append-only tables.
- reader: read-only; for checks, replicas and reports.
"""

from collections.abc import Iterator
from itertools import chain

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from psycopg import sql

from units.models import (
    Allowance,
    FailedSignIn,
    KeptForm,
    Robot,
    Sending,
    User,
    UserSession,
)

APP, READER = "jiaozhang_app", "jiaozhang_reader"
# Reports need no passwords, sessions or secrets of other services.
HIDDEN_FROM_READER = (
    *(Session, UserSession, KeptForm, Allowance, FailedSignIn),
    *(Sending, Robot),
)
HIDDEN_COLUMNS = ("password", "old_passwords")


def create(app_password: str, reader_password: str) -> None:
    """Create both logins, or set their passwords, and grant exactly their rights."""
    _execute(_login(APP, app_password), _login(READER, reader_password), _grants())


def renew_grants() -> None:
    """Grant the rights again: an upgrade may have added tables."""
    _execute(_grants())


def exist() -> bool:
    """Whether both logins exist on this server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s)", [APP, READER])
        [count] = cursor.fetchone()
    return int(count) == 2


def append_only() -> list[type[models.Model]]:
    """The models whose triggers declare them append-only."""
    return [
        model
        for model in apps.get_models()
        if any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", ()))
    ]


def _execute(*statements: Iterator[sql.Composable]) -> None:
    with connection.cursor() as cursor:
        for statement in chain.from_iterable(statements):
            cursor.execute(statement)


def _login(role: str, password: str) -> Iterator[sql.Composable]:
    name = sql.Identifier(role)
    yield sql.SQL(
        "DO $do$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {literal}) "
        "THEN CREATE ROLE {name} LOGIN; END IF; END $do$"
    ).format(literal=sql.Literal(role), name=name)
    yield sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password))


def _grants() -> Iterator[sql.Composable]:
    app, reader = sql.Identifier(APP), sql.Identifier(READER)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(app, reader)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}, {}").format(app, reader)
    yield sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}, {}").format(app, reader)
    yield sql.SQL("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(app)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(app)
    for model in append_only():
        yield sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(_table(model), app)
    hidden: list[type[models.Model]] = [*HIDDEN_FROM_READER, *_second_factors()]
    for model in hidden:
        yield sql.SQL("REVOKE SELECT ON {} FROM {}").format(_table(model), reader)
    shown = [f.column for f in User._meta.local_fields if f.name not in HIDDEN_COLUMNS]
    columns = [sql.Identifier(column) for column in shown if column]
    yield sql.SQL("REVOKE SELECT ON {} FROM {}").format(_table(User), reader)
    yield sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(
        sql.SQL(", ").join(columns), _table(User), reader
    )


def _second_factors() -> Iterator[type[models.Model]]:
    """The tables that hold secrets of the second factor."""
    for label in ("otp_totp", "otp_static"):
        yield from apps.get_app_config(label).get_models()


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
