"""``manage.py import_step TOKEN``: one step of a large upload; started by the server, not by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.importing import work
from ledger.importing.uploads import AT_WORK, Upload


class Command(BaseCommand):
    requires_system_checks = []  # done by the server
    help = "Continue a large import that a page has begun (started by the program itself)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token")

    def handle(self, *args: Any, **options: Any) -> None:
        upload = Upload.find(options["token"])
        if upload is None or upload.state.step not in AT_WORK:
            raise CommandError("There is no import of this name at work.")
        work.run(upload)
