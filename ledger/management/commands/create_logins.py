"""``manage.py create_logins``: create the database logins app and reader, print how to use them.

Only the owner's login can run it.
"""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, transaction
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

    def handle(self, *args: Any, grants_only: bool, **options: Any) -> None:
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
        self.stdout.write(_("Logins of the database; the passwords are shown once:"))
        self.stdout.write(f"  {logins.APP:<18} {app_password}")
        self.stdout.write(f"  {logins.READER:<18} {reader_password}")
