"""Database backend that starts the embedded server on the first connection.

Commands without a query never start it, and a killed server comes back with the next connection.
Starting takes a lock and a connection of its own, so a process that has done it once connects first
and checks only when that fails: sixty threads do not queue for a running server. Never used when
DATABASE_URL names a server.
"""

import contextlib
from pathlib import Path
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base

from ledger.database import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL on a server that this program starts."""

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
