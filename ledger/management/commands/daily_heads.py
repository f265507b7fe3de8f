"""``manage.py daily_heads``: the heads of the chains of recorded rows, for a place of the county's choice.

Whoever owns the database can rewrite all of it, but not a line in a file on another machine, a mail
or a sheet of paper. ``verify_ledger --anchors FILE`` compares such lines with the chains.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from units import links
from units.models import County

NO_COUNTY = "000000"


class Command(BaseCommand):
    help = "Print today's head of every chain, one line each: day, county, length, head."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file", help="also append the lines to this file, best on another machine"
        )

    def handle(self, *args: Any, file: str | None, **options: Any) -> None:
        links.place_all()
        codes = dict(County.objects.values_list("pk", "code"))
        today = timezone.localdate().isoformat()
        lines = [
            f"{today} {codes.get(chain, NO_COUNTY)} {length} {head}\n"
            for chain, (length, head) in sorted(links.heads().items())
        ]
        self.stdout.write("".join(lines), ending="")
        if file is not None:
            _append(Path(file), lines)


def _append(path: Path, lines: list[str]) -> None:
    try:
        with path.open("a", encoding="utf-8") as kept:
            kept.writelines(lines)
    except OSError as error:
        raise CommandError(_("%(path)s cannot be written.") % {"path": path}) from error
