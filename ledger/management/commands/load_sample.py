"""``manage.py load_sample``: fill an empty database with the sample county, print the sign-ins."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ledger.sample import loading
from units.ground.refusal import Refusal

SIGN_INS = (
    ("leader", gettext_noop("leader: reads the league table")),
    ("head", gettext_noop("bureau head: targets, closing")),
    ("verifier", gettext_noop("bureau verifier: verifies receipts")),
    ("t13", gettext_noop("clerk of the town 水沟镇: enters projects and receipts")),
)


class Command(BaseCommand):
    help = "Fill an empty database with the sample county 商南县 (611023) at 30 June 2012."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Loading the sample county 商南县 ..."))
        try:
            loading.load()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("Sample sign-ins (password %(password)s):") % {"password": loading.PASSWORD}
        )
        for name, role in SIGN_INS:
            self.stdout.write(f"  {name:<10} {_(role)}")
