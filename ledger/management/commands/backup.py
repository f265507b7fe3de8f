"""``manage.py backup FILE``: database, evidence and their proof in one file, while people work.

Exits with an error if evidence could not be saved.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.upkeep import archive, backup
from units.ground.refusal import Refusal


class Command(BaseCommand):
    help = "Write the database, the evidence and what proves them into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a new file, or a folder: it is named by the clock"
        )
        parser.add_argument(
            "--recipient",
            default=settings.BACKUP_RECIPIENT,
            help="encrypt to this public key of manage.py backup_key (default: BACKUP_RECIPIENT)",
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="in a folder: remove all but the newest N"
        )

    def handle(
        self, *args: Any, file: Path, recipient: str, keep: int | None, **options: Any
    ) -> None:
        at = timezone.now()
        path = file / backup.name_at(at, encrypted=bool(recipient)) if file.is_dir() else file
        if keep is not None and (keep < 1 or not file.is_dir()):
            raise CommandError(
                _("--keep takes a number from 1, and needs a folder instead of a file.")
            )
        try:
            key = archive.read_recipient(recipient) if recipient else None
            made = backup.write(path, key, at=at)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.tell(made)
        for old in backup.keep_newest(file, keep) if keep else []:
            self.stdout.write(_("Removed: %(path)s") % {"path": old})
        if made.missing:
            sentence = _(
                "The backup is whole, but %(count)s files of evidence were lost or altered before it: %(first)s ..."
            )
            raise CommandError(sentence % {"count": len(made.missing), "first": made.missing[0]})

    def tell(self, made: backup.Made) -> None:
        sentence = _("%(path)s: %(entries)s entries, %(files)s files of evidence, %(size)s MB.")
        size = f"{made.size / 1e6:.1f}"
        self.stdout.write(
            sentence
            % {"path": made.path, "entries": made.entries, "files": made.files, "size": size}
        )
