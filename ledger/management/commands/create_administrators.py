"""``manage.py create_administrators``: the three administrators, each with a one-time password.

There is no default account.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from units.models import ADMIN_ROLES, County, Role, User
from units.people import actions as people


class Command(BaseCommand):
    help = "Appoint the system, security and audit administrator; prints their passwords once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--county",
            metavar="CODE",
            help="for this county; without it for the whole installation",
        )
        parser.add_argument(
            "--replace",
            choices=[str(role) for role in ADMIN_ROLES],
            help="switch the present one off and appoint another",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        county = self._county(options["county"])
        wanted = [Role(options["replace"])] if options["replace"] else list(ADMIN_ROLES)
        if not options["replace"]:
            standing = User.objects.filter(role__in=ADMIN_ROLES, county=county, is_active=True)
            held = set(standing.values_list("role", flat=True))
            wanted = [role for role in wanted if role not in held]
        if not wanted:
            raise CommandError(
                _("The three administrators stand already. Use --replace for a new one.")
            )
        self.stdout.write(_("One-time passwords, shown once; give each person only their own:"))
        for role in wanted:
            user, password = people.appoint(role, county, at=timezone.now())
            self.stdout.write(f"  {user.username:<22} {password}  {role.label}")

    def _county(self, code: str | None) -> County | None:
        if code is None:
            return None
        try:
            return County.objects.get(code=code)
        except County.DoesNotExist as error:
            raise CommandError(_("No county has the code %(code)s.") % {"code": code}) from error
