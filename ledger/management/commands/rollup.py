"""``manage.py rollup 2012-06 [--region 61] [--json]``: received money by province, city or county.

The figures come from ``ledger/regions/rollup.py``.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.regions.rollup import FINER, Line, RollUp, rollup
from ledger.rules.months import Month
from units.ground.money import percent_text, wan_text


class Command(BaseCommand):
    help = "Add up what the places of a region have received in the year, by the end of a month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2012-06")
        parser.add_argument(
            "--region",
            default="",
            help="two digits of a province or four of a city; else the nation",
        )
        parser.add_argument("--json", action="store_true", help="amounts as strings in yuan")

    def handle(self, *args: Any, month: str, region: str, **options: Any) -> None:
        if len(region) not in FINER or not (region + "0").isdecimal():
            raise CommandError(_("Write the first two or four digits of the county codes."))
        found = rollup(region, min(_month(month).last_day, timezone.localdate()))
        if options["json"]:
            self.stdout.write(json.dumps(plain(found), ensure_ascii=False))
        else:
            self.stdout.writelines(f"{line}\n" for line in _texts(found))


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise CommandError(_("Write the month as 2012-06.")) from error


def plain(found: RollUp) -> dict[str, Any]:
    return {
        "region": found.prefix,
        "as_of": found.as_of.isoformat(),
        "places": [_plain_line(line) for line in found.lines],
        "total": _plain_line(found.total),
    }


def _plain_line(line: Line) -> dict[str, Any]:
    return {
        "code": line.place,
        "name": line.name,
        "counties": line.counties,
        "received": str(line.sums.received),
        "new": str(line.sums.new),
        "outside": str(line.sums.outside),
        "same_time_last_year": str(line.last_year),
        "counties_without_last_year": line.without_last_year,
    }


def _texts(found: RollUp) -> Iterator[str]:
    """The column titles, one line per place, then the total, and whose growth is not counted."""
    yield _(
        "As of %(day)s, in 万元. Columns: code, counties, received, of it new, of it from outside the"
        " province, the same time last year, growth, name."
    ) % {"day": found.as_of.isoformat()}
    for line in (*found.lines, found.total):
        growth = "-" if line.growth is None else percent_text(line.growth, 1, claims=())
        amounts = (line.sums.received, line.sums.new, line.sums.outside, line.last_year)
        words = "".join(f"{wan_text(amount):>18}" for amount in amounts)
        yield f"{line.place:6} {line.counties:5}{words}{growth:>10}  {line.name}".rstrip()
    if found.total.without_last_year:
        yield _("Growth counts only counties with funds last year; %(count)d have none.") % {
            "count": found.total.without_last_year
        }
