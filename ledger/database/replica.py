"""Routes page requests of leaders to a streaming replica (``REPLICA_URL``).

A request reads from the replica if it is a leader's GET, and the replica has replayed the
primary's log up to that person's last write and is no more than ``MAX_BEHIND`` bytes behind. So
nobody sees a state from before their own write. The person is read from the primary beforehand.
A failing replica is not used for ``REST_SECONDS``; a page that it fails in the middle of is
rendered again from the primary. Nothing is written to the replica.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, InterfaceError, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from units.models import Role, User

PRIMARY, REPLICA = "default", "replica"
MAX_BEHIND = 1024 * 1024
REST_SECONDS = 5.0
LAST_ACTION = "last_deed"  # session key: where the primary's log ended after the last write
reading: ContextVar[bool] = ContextVar("reading", default=False)


class Router:
    """Django's database router."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return REPLICA if reading.get() else PRIMARY

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRIMARY


class LeadersReadReplica:
    """Middleware; must come after those that authenticate the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.resting_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not (isinstance(user, User) and user.role == Role.LEADER):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = self.get_response(request)
            if request.user.is_authenticated:
                request.session[LAST_ACTION] = _end_of_log()
            return response
        token = reading.set(self.is_fit(request.session.get(LAST_ACTION)))
        try:
            return self.get_response(request)
        finally:
            reading.reset(token)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """If the replica failed during rendering, render again from the primary."""
        match = request.resolver_match
        if not (reading.get() and isinstance(error, DatabaseError | InterfaceError)) or not match:
            return None
        self.leave_alone()
        reading.set(False)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    def is_fit(self, last_action: str | None) -> bool:
        """Whether the replica answers, has the person's last write and is not far behind."""
        if time.monotonic() < self.resting_until:
            return False
        end = _end_of_log()
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_wal_lsn_diff(%s, replayed) <= %s AND replayed >= %s::pg_lsn "
                    "FROM pg_last_wal_replay_lsn() AS replayed",
                    [end, MAX_BEHIND, last_action or "0/0"],
                )
                return bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError):
            self.leave_alone()
            return False

    def leave_alone(self) -> None:
        connections[REPLICA].close()
        self.resting_until = time.monotonic() + REST_SECONDS


@contextmanager
def left_alone() -> Iterator[None]:
    """Reads inside go to the primary, because they belong to a transaction there."""
    token = reading.set(False)
    try:
        yield
    finally:
        reading.reset(token)


def _end_of_log() -> str:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(cursor.fetchone()[0])
