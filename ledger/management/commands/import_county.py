"""``manage.py import_county FOLDER``: an exported county into an empty installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.upkeep import county_import
from units.ground.refusal import Refusal


class Command(BaseCommand):
    help = (
        "Read the folder of export_county into an empty installation, as the owner of the database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            county = county_import.read(folder, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        sentence = _(
            "%(name)s is read and proved. Nobody has a password yet: manage.py create_administrators "
            "--county %(code)s --replace system_admin (and security_admin) begins."
        )
        self.stdout.write(sentence % {"name": county.name, "code": county.code})
