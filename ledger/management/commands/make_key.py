"""``manage.py make_key 上级平台 --reads-as shangluo --until 2027-06-30``: create an access key.

For leaders of a city or province: they have no county whose bureau could make one.
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from units.ground.refusal import Refusal
from units.models import AccessKey, User
from units.people import keys


class Command(BaseCommand):
    help = "Make a key of the data interface and print its secret once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the system or office that will hold the key")
        parser.add_argument("--reads-as", required=True, metavar="NAME", help="a sign-in name")
        parser.add_argument("--until", required=True, type=date.fromisoformat, metavar="DAY")

    def handle(self, *args: Any, **options: Any) -> None:
        name, sign_in, until = options["name"], options["reads_as"], options["until"]
        reader = User.objects.filter(username=sign_in, is_active=True).first()
        if reader is None:
            raise CommandError(_("There is no active account with this sign-in name."))
        try:
            purpose = AccessKey.Purpose.API
            _key, secret = keys.make(purpose, name, reader, until, by=None, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(secret)
