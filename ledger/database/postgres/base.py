"""Connects to the embedded server, bringing it up when it is needed and not before.

So commands without a query cost nothing, and a server that was killed comes back with the next
connection. Looking after it takes a lock and a connection of its own; once a process has done so, it
connects first and looks only where that fails, so sixty threads do not queue for a server that runs.
Must never: be used when DATABASE_URL names a server.
"""

import contextlib
from pathlib import Path
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base

from ledger.database import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose server is ours to start."""

    def get_connection_params(self) -> dict[str, Any]:
        server = {"host": str(embedded.socket_folder(self._var_dir)), "user": embedded.ROLE}
        return (
            super().get_connection_params() | server | {"connect_timeout": embedded.CONNECT_SECONDS}
        )

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        if embedded.is_held(self._var_dir):
            with contextlib.suppress(psycopg.OperationalError):
                return self._connect(conn_params)
        try:
            embedded.database_url(self._var_dir)
        except embedded.EmbeddedServerError as error:
            raise OperationalError(str(error)) from error
        return self._connect(conn_params)

    def _connect(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        return connection

    @property
    def _var_dir(self) -> Path:
        return Path(self.settings_dict["VAR_DIR"])
