"""``manage.py create_region 6110 商洛市 --leader NAME``: a city or province above its counties."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from units.ground.refusal import Refusal
from units.people import regions


class Command(BaseCommand):
    help = "Name a city or province by the first digits of its counties' codes, and add its leader."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the first two or four digits of GB/T 2260")
        parser.add_argument("name")
        parser.add_argument("--leader", metavar="NAME", help="sign-in name of a leader to add")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            region = regions.name_region(options["code"], options["name"], by=None, at=at)
            self.stdout.write(f"{region.code} {region.name}")
            if options["leader"]:
                leader, password = regions.add_leader(region, options["leader"], by=None, at=at)
                words = {"name": leader.username, "password": password}
                self.stdout.write(_("%(name)s, first password %(password)s") % words)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
