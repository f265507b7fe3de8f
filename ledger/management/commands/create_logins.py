"""``manage.py create_logins``: create the database logins app and reader, print how to use them.

Only the owner's login can run it.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from ledger.database import logins


class Command(BaseCommand):
    help = "Create the database logins of the program (no change of money) and of the reader."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grants-only",
            action="store_true",
            help="after an upgrade: keep the passwords, grant the rights on new tables",
        )
        parser.add_argument(
            "--into",
            type=Path,
            metavar="FOLDER",
            help="write the addresses into FOLDER/app-url and reader-url instead of printing the passwords",
        )

    def handle(self, *args: Any, grants_only: bool, into: Path | None, **options: Any) -> None:
        app_password, reader_password = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        try:
            with transaction.atomic():
                if grants_only:
                    logins.renew_grants()
                    return
                logins.create(app_password, reader_password)
        except ProgrammingError as error:
            raise CommandError(
                _(
                    "Sign in as the owner of the database, with the right to create roles: %(reason)s"
                )
                % {"reason": error}
            ) from error
        if into:
            write_address(into / "app-url", logins.APP, app_password)
            write_address(into / "reader-url", logins.READER, reader_password)
            return
        self.stdout.write(_("Logins of the database; the passwords are shown once:"))
        self.stdout.write(f"  {logins.APP:<18} {app_password}")
        self.stdout.write(f"  {logins.READER:<18} {reader_password}")


def write_address(path: Path, login: str, password: str) -> None:
    """The owner's address with another login, readable by nobody else."""
    given = connection.settings_dict
    server = f"{given['HOST']}:{given['PORT']}" if given["PORT"] else given["HOST"]
    options = "&".join(f"{key}={quote(str(value))}" for key, value in _tls(given).items())
    url = f"postgresql://{login}:{password}@{server}/{given['NAME']}"
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{url}?{options}\n" if options else f"{url}\n")


def _tls(given: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in given.get("OPTIONS", {}).items() if k.startswith("ssl")}
