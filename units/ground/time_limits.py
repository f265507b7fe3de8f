"""How long the database may work or wait for one kind of request, in seconds.

``PAGE`` belongs to the login of the program (``set_for_login``): it holds for every statement that
asks for no other. The other kinds are set inside their transaction and end with it (``allow``), so
nothing sticks to a connection that a pooler hands to somebody else. Commands have none (manage.py).
"""

from typing import Final, NamedTuple

from django.db import connection
from psycopg import sql

MILLISECONDS: Final = 1_000


class Limits(NamedTuple):
    """Of one statement, of one wait for a lock, and of a transaction between two statements."""

    statement: int
    lock: int
    idle: int

    @property
    def settings(self) -> dict[str, str]:
        return {
            "statement_timeout": str(self.statement * MILLISECONDS),
            "lock_timeout": str(self.lock * MILLISECONDS),
            "idle_in_transaction_session_timeout": str(self.idle * MILLISECONDS),
        }


PAGE: Final = Limits(statement=20, lock=4, idle=60)
DEED: Final = Limits(statement=30, lock=15, idle=60)
# Its file is laid out between two statements, also by a slow processor.
FILE: Final = Limits(statement=300, lock=4, idle=600)
# The checks, what is announced, and the chain of a county.
PROOF: Final = Limits(statement=600, lock=15, idle=300)
IMPORT: Final = Limits(statement=600, lock=60, idle=600)


def allow(limits: Limits) -> None:
    """Until the end of the open transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("limits are of one transaction, and none is open")
    given = [part for pair in limits.settings.items() for part in pair]
    calls = ", ".join(["set_config(%s, %s, true)"] * len(limits.settings))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", given)


def set_for_login() -> None:
    """``PAGE`` for every new connection of the current login to this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        login, database = map(sql.Identifier, cursor.fetchone())
        for name, value in PAGE.settings.items():
            cursor.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} TO {}").format(
                    login, database, sql.Identifier(name), sql.Literal(value)
                )
            )
