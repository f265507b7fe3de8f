"""``manage.py restore FILE``: restore and prove a backup in an empty place, or refuse it."""

import time
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.upkeep import archive, restore
from units.ground.refusal import Refusal


class Command(BaseCommand):
    help = "Restore a backup into an empty database and an empty folder of evidence."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, help="the file of the secret key")
        parser.add_argument(
            "--passphrase-file", type=Path, help="opens a locked key (else it is asked for)"
        )
        parser.add_argument("--check", action="store_true", help="only prove the file")
        parser.add_argument(
            "--despite-findings",
            action="store_true",
            help="keep it though the ledger did not agree when the backup was made",
        )

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        begun = time.monotonic()
        try:
            key = read_key(options["key"], options["passphrase_file"])
            if check:
                self.tell_checked(restore.check(file, key))
                return
            despite = options["despite_findings"]
            restored = restore.restore(file, key, at=timezone.now(), despite=despite)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.tell(restored, time.monotonic() - begun)

    def tell_checked(self, read: restore.Read) -> None:
        sentence = _(
            "The file is whole: made %(at)s, %(entries)s entries, %(files)s files of evidence."
        )
        entries = read.about["tables"]["ledger_entry"][0]
        made_at = timezone.localtime(datetime.fromisoformat(read.about["made_at"]))
        at = date_format(made_at, "DATETIME_FORMAT")
        self.stdout.write(sentence % {"at": at, "entries": entries, "files": read.files})

    def tell(self, restored: restore.Restored, seconds: float) -> None:
        for finding in restored.findings:
            self.stdout.write(f"{finding.check} {finding.record}: {finding.sentence}")
        for sha256 in restored.missing:
            self.stdout.write(
                _("Lost before the backup was made: evidence %(hash)s") % {"hash": sha256}
            )
        sentence = _(
            "Restored and proved: %(entries)s entries, %(files)s files of evidence, every row and "
            "chain as in the backup, %(seconds)s s. Everybody signs in anew."
        )
        self.stdout.write(
            sentence
            % {"entries": restored.entries, "files": restored.files, "seconds": f"{seconds:.1f}"}
        )


def read_key(path: Path | None, passphrase_file: Path | None) -> pyrage.x25519.Identity | None:
    if path is None:
        return None
    if not archive.is_locked(path):
        return archive.read_key(path, None)
    if passphrase_file is None:
        return archive.read_key(path, getpass(_("Passphrase of the key: ")))
    return archive.read_key(path, archive.read_passphrase(passphrase_file))
