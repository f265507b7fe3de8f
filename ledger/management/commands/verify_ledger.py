"""``manage.py verify_ledger``: prove the ledger, name the first bad record, exit 1 if there is one.

Changes nothing.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Entry
from ledger.quarter import proof
from ledger.server import last_done
from units.models import County

SHOWN = 20


class Command(BaseCommand):
    help = "Recompute chains, settlements, sums, shares and evidence; name what does not agree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", help="six digits; all counties without it")
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="HEAD",
            help="a head printed on a report; it must still be in the chain (may be repeated)",
        )
        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="a file that daily_heads wrote: every head in it must still be in its chain",
        )
        parser.add_argument("--heads", action="store_true", help="print the head of every chain")

    def handle(
        self,
        *args: Any,
        county: str | None,
        anchor: list[str],
        anchors: str | None,
        heads: bool,
        **options: Any,
    ) -> None:
        anchor = [*anchor, *_filed(anchors)]
        scope = proof.Scope(self.county(county))
        begun = time.monotonic()
        found = list(proof.findings(scope, anchor))
        for finding in found[:SHOWN]:
            self.stdout.write(f"{finding.check} {finding.record}: {finding.sentence}")
        if heads:
            self.print_heads(scope)
        count = Entry.objects.filter(**({"county": scope.county} if scope.county else {})).count()
        if found:
            raise CommandError(
                _("%(count)s records do not agree; the first is %(record)s.")
                % {"count": len(found), "record": found[0].record}
            )
        if scope.county is None:
            remember(count)
        self.stdout.write(
            _("All agrees: %(count)s entries, %(seconds)s s.")
            % {"count": count, "seconds": f"{time.monotonic() - begun:.1f}"}
        )

    def print_heads(self, scope: proof.Scope) -> None:
        for (code, period), (head, length) in sorted(proof.heads(scope).items()):
            self.stdout.write(f"{code} {period} {length:>8} {head}")

    def county(self, code: str | None) -> County | None:
        if code is None:
            return None
        try:
            return County.objects.get(code=code)
        except County.DoesNotExist as error:
            raise CommandError(_("No county has the code %(code)s.") % {"code": code}) from error


def remember(entries: int) -> None:
    """The age of the last whole proof is a metric. It may be run by a login that cannot write here."""
    with suppress(OSError):
        last_done.remember(last_done.PROOF, timezone.now(), entries=entries)


def _filed(path: str | None) -> list[str]:
    """The heads in a file of ``daily_heads``, the last word of each line."""
    if path is None:
        return []
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("%(path)s cannot be read.") % {"path": path}) from error
    return [line.split()[-1] for line in lines if line.strip()]
