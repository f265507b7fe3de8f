"""What a database holds, in a few lines: enough to say that a restored one is the same.

Owns: counting and digesting every row, and the heads of the chains. Must never: change anything, or
depend on the server's version or settings: the lines of two servers are compared.
"""

from typing import Any, Final

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from ledger.quarter.proof import Scope, heads

# A row as text must not depend on how the server was set up.
PLAIN: Final = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'"
# Sixty-four bits of each row's MD5, added up: the order of rows does not matter, and nobody is to be
# deceived here; the chain and the seal are against deceit.
ROWS: Final = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint), 0)::text FROM {} t"


def tables() -> dict[str, list[Any]]:
    """Number of rows and digest of each table. Inside a transaction."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(sql.SQL(ROWS).format(sql.Identifier(name)))
            found[name] = list(cursor.fetchone() or ())
    return found


def chains() -> list[list[Any]]:
    """County, quarter, head and length of each chain."""
    return [[*place, *end] for place, end in sorted(heads(Scope()).items())]


def migrations() -> list[list[str]]:
    """What has been applied, in the order of names."""
    return [list(key) for key in sorted(MigrationRecorder(connection).applied_migrations())]
