"""``manage.py import_step TOKEN``: one step of an upload; started by the server, not by hand."""

import time
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from ledger.importing import uploads, work
from ledger.models import Upload

PATIENCE_SECONDS: Final = 90  # a database that is started again is back by then


class Command(BaseCommand):
    requires_system_checks = []  # done by the server
    help = "Continue an import that a page has begun (started by the program itself)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token")

    def handle(self, *args: Any, **options: Any) -> None:
        _wait_for_the_database()
        upload = Upload.objects.filter(pk=options["token"], step__in=Upload.AT_WORK).first()
        if upload is None:
            raise CommandError("There is no import of this name at work.")
        with uploads.progress(upload) as progress:
            work.run(upload, progress)


def _wait_for_the_database() -> None:
    """The job may begin while the database is away, and nobody would start it again."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
