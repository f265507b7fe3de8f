"""Connects to the embedded server, bringing it up when it is needed and not before.

So commands without a query cost nothing, and a server that was killed comes back with the next connection.
"""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection

from ledger import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        embedded.database_url(Path(self.settings_dict["VAR_DIR"]))
        return super().get_new_connection(conn_params)
