"""Connects to the embedded server, bringing it up when it is needed and not before.

So commands without a query cost nothing, and a server that was killed comes back with the next
connection.
Must never: be used when DATABASE_URL names a server.
"""

from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg import Connection

from ledger import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose server is ours to start."""

    def get_connection_params(self) -> dict[str, Any]:
        folder = embedded.socket_folder(Path(self.settings_dict["VAR_DIR"]))
        return super().get_connection_params() | {"host": str(folder), "user": embedded.ROLE}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        try:
            embedded.database_url(Path(self.settings_dict["VAR_DIR"]))
        except embedded.EmbeddedServerError as error:
            raise OperationalError(str(error)) from error
        connection: Connection[Any] = super().get_new_connection(conn_params)
        return connection
