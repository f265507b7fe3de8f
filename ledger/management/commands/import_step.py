"""``manage.py import_step TOKEN``: one step of an upload; started by the server, not by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.importing import uploads, work
from ledger.models import Upload


class Command(BaseCommand):
    requires_system_checks = []  # done by the server
    help = "Continue an import that a page has begun (started by the program itself)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token")

    def handle(self, *args: Any, **options: Any) -> None:
        upload = Upload.objects.filter(pk=options["token"], step__in=Upload.AT_WORK).first()
        if upload is None:
            raise CommandError("There is no import of this name at work.")
        with uploads.progress(upload) as progress:
            work.run(upload, progress)
