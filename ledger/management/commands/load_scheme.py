"""``manage.py load_scheme FILE.toml --county CODE``: record a scheme of the year's score."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.assessment import record
from units.ground.refusal import Refusal
from units.models import County


class Command(BaseCommand):
    help = "Record a scheme of the year's score from a TOML file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--county", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        county = County.objects.filter(code=options["county"]).first()
        if county is None:
            raise CommandError(_("There is no county %(code)s.") % {"code": options["county"]})
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        try:
            stored = record.record(text, county, by=None, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        said = {"name": stored.name, "year": stored.year}
        self.stdout.write(self.style.SUCCESS(_("%(name)s of %(year)d is recorded.") % said))
