"""``manage.py export_county CODE FOLDER``: everything of a county in open formats."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ledger.upkeep import county_export
from units.ground.refusal import Refusal
from units.models import County


class Command(BaseCommand):
    help = "Write everything of a county into a new folder: CSV files, evidence, README, checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, code: str, folder: Path, **options: Any) -> None:
        county = County.objects.filter(code=code).first()
        if county is None:
            raise CommandError(_("No county has the code %(code)s.") % {"code": code})
        try:
            counts = county_export.export(county, folder)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        sentence = _("%(path)s: %(tables)d tables, %(rows)d rows.")
        known = {"path": folder, "tables": len(counts), "rows": sum(counts.values())}
        self.stdout.write(sentence % known)
