"""``manage.py rebuild_sums``: make the sums of the months anew from the entries.

Owns: the words printed. Must never: be needed in daily work; ``verify_ledger`` names wrong sums, and
whoever runs this has found out why they were wrong.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ledger.ranking import month_sums


class Command(BaseCommand):
    help = "Make the sums of the months anew from the entries, after verify_ledger named some."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = len(month_sums.differing())
        made = month_sums.rebuild()
        sentence = _("%(made)s sums made anew; %(wrong)s were wrong.")
        self.stdout.write(sentence % {"made": made, "wrong": wrong})
