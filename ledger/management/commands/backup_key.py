"""``manage.py backup_key FILE``: a new key pair for encrypted backups.

Never overwrites a key or prints the secret one.
"""

from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ledger.upkeep import archive
from units.ground.refusal import Refusal


class Command(BaseCommand):
    help = (
        "Make the key pair of encrypted backups: the secret key into FILE, the public one printed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--passphrase", action="store_true", help="lock the key; asked for twice"
        )
        parser.add_argument(
            "--passphrase-file", type=Path, help="lock the key; read from this file"
        )

    def handle(
        self, *args: Any, file: Path, passphrase: bool, passphrase_file: Path | None, **options: Any
    ) -> None:
        try:
            words = archive.read_passphrase(passphrase_file) if passphrase_file else ""
            public = archive.make_key(file, words or (asked_twice() if passphrase else ""))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _(
                "The secret key is in %(path)s. Keep it off this machine and twice: without it no "
                "encrypted backup can be read. For the server:"
            )
            % {"path": file}
        )
        self.stdout.write(f"BACKUP_RECIPIENT={public}")


def asked_twice() -> str:
    first = getpass(_("Passphrase of the key: "))
    if not first or first != getpass(_("Once more: ")):
        raise Refusal(_("The two passphrases differ, or are empty. No key was made."))
    return first
