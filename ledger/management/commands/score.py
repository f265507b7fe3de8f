"""``manage.py score 2012-12 --county CODE [--json]``: the year's score as of a month's end."""

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.assessment.frozen import table_of
from ledger.assessment.table import document
from ledger.ranking import query
from ledger.ranking.query import TableQuery
from ledger.rules.months import Month
from units.models import County


class Command(BaseCommand):
    help = "Print the year's score of a county's units."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=_month)
        parser.add_argument("--county", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        county = County.objects.filter(code=options["county"]).first()
        if county is None:
            raise CommandError(_("There is no county %(code)s.") % {"code": options["county"]})
        league = query.answer(county, TableQuery(options["month"]), timezone.localdate())
        table = table_of(league)
        if table is None:
            raise CommandError(_("The county has no scheme for this year. Load one first."))
        found = document(table)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for group in found["groups"]:
            self.stdout.write(f"\n{group['name']}")
            for row in group["rows"]:
                self.stdout.write(f"{row['rank'] or '-':>4}  {row['name']}  {row['total'] or '-'}")


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(_("Write a month, as in 2012-06.")) from error
