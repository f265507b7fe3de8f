"""Who keeps others waiting: the sessions that hold locks in transactions open for a while.

For the log, when a statement gave up. Tells no query: it may hold what somebody typed.
"""

from collections.abc import Iterator
from typing import Final

from django.db import connection

# A statement that gave up no longer waits, so pg_blocking_pids knows nothing of it. Who waits for a
# lock themselves are kept waiting, too: they would only hide the one whom all wait for.
_HOLDERS: Final = """
    SELECT a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local'),
        coalesce(a.state, ''), extract(epoch FROM now() - a.xact_start)::int,
        string_agg(DISTINCT c.relname || ' (' || l.mode || ')', ', ')
    FROM pg_stat_activity a
    JOIN pg_locks l ON l.pid = a.pid AND l.granted AND l.locktype = 'relation'
        AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
    JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND a.xact_start < now() - interval '1 second'
        AND a.wait_event_type IS DISTINCT FROM 'Lock'
    GROUP BY a.pid, a.usename, a.application_name, a.client_addr, a.state, a.xact_start
    ORDER BY a.xact_start LIMIT 5
"""


def told() -> Iterator[str]:
    """A line for each, the longest first."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS)
        for pid, login, program, address, state, seconds, locks in cursor.fetchall():
            name = f"{login} {program}".strip()
            yield f"session {pid} ({name}, {address}, {state}) holds {locks} for {seconds} s"
