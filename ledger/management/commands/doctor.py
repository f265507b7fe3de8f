"""``manage.py doctor``: check this installation, one line per check; exit 1 if one fails."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ledger.upkeep import doctor

WORDS = {
    doctor.OK: pgettext_lazy("doctor", "ok"),
    doctor.WARN: pgettext_lazy("doctor", "look"),
    doctor.BAD: pgettext_lazy("doctor", "BAD"),
}


class Command(BaseCommand):
    help = (
        "Examine settings, disk, clock, file rights, backups, database and chain; say what to do."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        codes = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=codes, default=settings.LANGUAGE_CODE)

    def handle(self, *args: Any, language: str, **options: Any) -> None:
        bad = 0
        with translation.override(language):
            for line in doctor.examine():
                bad += line.level == doctor.BAD
                word = f"[{WORDS[line.level]}]"
                self.stdout.write(f"{word:<6} {line.subject}: {line.sentence}")
            if bad:
                raise CommandError(_("What is marked bad above: %(count)s.") % {"count": bad})
