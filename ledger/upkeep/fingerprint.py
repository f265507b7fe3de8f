"""A short fingerprint of a database, to compare a restored one with its original.

Counts and digests every row and lists the heads of the chains. It must not depend on the server's
version or settings, because the fingerprints of two servers are compared.
"""

from typing import Any, Final

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from ledger.quarter.proof import Scope, heads

# Makes a row's text independent of the server's settings.
PLAIN: Final = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'"
# 64 bits of each row's MD5, summed: independent of the order of rows. This need not withstand
# fraud; the chain and the seal do.
ROWS: Final = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint), 0)::text FROM {} t"


def tables() -> dict[str, list[Any]]:
    """Row count and digest of each table. Call inside a transaction."""
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
    """Applied migrations, by name."""
    return [list(key) for key in sorted(MigrationRecorder(connection).applied_migrations())]
