"""``manage.py import_book FILE.xlsx --county 611023``: the import from the command line.

Nobody verifies what they entered themselves, and the database enforces that. So each county has two
accounts for the command line that nobody can sign in with: one enters what is imported, the other
verifies it with ``--verified``. The trail names them, the file, its SHA-256 and the document, so
that such an import does not pass for the work of two colleagues. ``--by`` and ``--second`` name
real people instead.
"""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.entries import evidence
from ledger.importing import commit, document, words
from ledger.importing.commit import ImportOptions
from ledger.importing.plan_types import Plan
from ledger.importing.preview import outlook
from ledger.reading import workbook
from ledger.reading.mapping import NOTHING, Mapping, MappingError
from ledger.reading.workbook import Book
from units import trail
from units.county import settings
from units.ground.refusal import Refusal
from units.models import County, Role, User

SHOWN = 100
ENTERING, VERIFYING = "import-entry", "import-check"


class Command(BaseCommand):
    help = "Import a workbook of units, targets, projects and receipts into a county's accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the workbook (.xlsx, .xls, .et, .ods)")
        parser.add_argument("--county", required=True, help="six digits of GB/T 2260")
        parser.add_argument("--create-county", metavar="NAME", help="add the county if it is new")
        parser.add_argument(
            "--verified", action="store_true", help="let receipts arrive verified, as history"
        )
        parser.add_argument("--document", default="", help="the document that allows --verified")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--skip-refused", action="store_true", help="import everything but the refused rows"
        )
        parser.add_argument(
            "--json", action="store_true", help="print how the workbook is understood, for programs"
        )
        parser.add_argument(
            "--mapping", type=Path, help="a JSON file: what the sheets and columns are"
        )
        parser.add_argument("--by", metavar="USERNAME", help="who enters (a sign-in name)")
        parser.add_argument("--second", metavar="USERNAME", help="who verifies, with --verified")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mapping = _mapping(options["mapping"])
            book = workbook.read(_existing(options["file"]))
            with transaction.atomic():
                self._import(book, mapping, options)
                transaction.set_rollback(options["dry_run"])
        except Refusal as refusal:
            if options["json"]:
                self._print(document.of_refusal(str(refusal)))
            raise CommandError(str(refusal)) from refusal

    def _import(self, book: Book, mapping: Mapping, options: dict[str, Any]) -> None:
        county = _county(options["county"], options["create_county"])
        chosen = replace(_chosen(county, options), mapping=mapping)
        planned = commit.planned_under_lock(book, county, chosen)
        if options["json"]:
            self._answer(planned, chosen, options)
        else:
            self._carry_out(planned, chosen, options)

    def _answer(self, planned: Plan, chosen: ImportOptions, options: dict[str, Any]) -> None:
        """The document and its exit code; without --dry-run a ready workbook is imported."""
        found = document.of_plan(planned)
        is_allowed = found["outcome"] == document.READY or (
            options["skip_refused"] and found["outcome"] == document.REFUSED
        )
        if is_allowed and not options["dry_run"]:
            commit.apply(planned, chosen)
        self._print(found)
        code = document.EXIT[found["outcome"]]
        if code and not (is_allowed and not options["dry_run"]):
            raise SystemExit(code)

    def _print(self, found: document.Document) -> None:
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))

    def _carry_out(self, planned: Plan, chosen: ImportOptions, options: dict[str, Any]) -> None:
        self._tell(planned)
        if planned.remarks.refusals and not (options["skip_refused"] or options["dry_run"]):
            raise Refusal(
                _(
                    "Nothing was imported. Correct the refused rows, or import everything but them"
                    " with --skip-refused."
                )
            )
        if options["dry_run"]:
            self._lines(words.outlook_lines(outlook(planned, chosen)))
            self.stdout.write(_("Nothing was imported: this was a dry run."))
        elif planned.is_empty and planned.remarks.refusals:
            raise Refusal(_("No row can come in as it is; nothing was imported."))
        elif planned.is_empty:
            self.stdout.write(
                _("The accounts hold every row that was read already; nothing has changed.")
            )
        else:
            commit.apply(planned, chosen)
            self.stdout.write(self.style.SUCCESS(_("Imported.")))

    def _tell(self, planned: Plan) -> None:
        self._lines(words.tally_line(tally) for tally in planned.tallies)
        self._lines(words.left_out_lines(planned.reading))
        self._lines(words.grouped(planned.remarks.notices))
        refusals = planned.remarks.refusals
        for remark in refusals[:SHOWN]:
            self.stderr.write(words.refusal_line(remark))
        if len(refusals) > SHOWN:
            sentence = _("... and %(count)s more refusals.")
            self.stderr.write(sentence % {"count": len(refusals) - SHOWN})

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _mapping(path: Path | None) -> Mapping:
    if path is None:
        return NOTHING
    try:
        return Mapping.of(json.loads(_existing(path).read_text("utf-8")))
    except MappingError as error:
        raise Refusal(_(error.sentence) % error.params) from error
    except ValueError as error:
        raise Refusal(_("The mapping is no JSON: %(error)s") % {"error": error}) from error


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise Refusal(_("There is no file %(path)s.") % {"path": path})
    return path


def _county(code: str, name: str | None) -> County:
    county = County.objects.filter(code=code).first()
    if county is not None:
        if name and name != county.name:
            sentence = _("The county %(code)s is called %(name)s here. Leave --create-county out.")
            raise Refusal(sentence % {"code": code, "name": county.name})
        return county
    if not name:
        sentence = _("There is no county %(code)s. Add it with --create-county NAME.")
        raise Refusal(sentence % {"code": code})
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise Refusal(_("Write the six digits of GB/T 2260."))
    settings.demand_name(name)
    county = County.objects.create(code=code, name=name)
    at = timezone.now()
    trail.record(None, "county.add", county, at=at, county=county, label=name)
    evidence.set_rules(county, True, evidence.FIRST_RULES, by=None, at=at)
    county.refresh_from_db()
    return county


def _chosen(county: County, options: dict[str, Any]) -> ImportOptions:
    content = options["file"].read_bytes()
    by = _person(county, options["by"]) or _stand_in(county, ENTERING, Role.BUREAU_HEAD)
    second = None
    if options["verified"]:
        second = _person(county, options["second"]) or _stand_in(county, VERIFYING, Role.VERIFIER)
    name = options["file"].name
    sentence = _("Taken over from earlier books by the command line: %(file)s")
    return ImportOptions(
        by=by,
        second=second,
        at=timezone.now(),
        today=timezone.localdate(),
        document=options["document"] or (sentence % {"file": name} if second else ""),
        skips_refused=options["skip_refused"],
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _person(county: County, name: str | None) -> User | None:
    if not name:
        return None
    user = User.objects.filter(county=county, username=name, is_active=True).first()
    if user is None:
        sentence = _("The county has nobody with the sign-in name %(name)s.")
        raise Refusal(sentence % {"name": name})
    return user


def _stand_in(county: County, name: str, role: Role) -> User:
    """The county's account that acts for the command line; nobody can sign in with it."""
    label = {
        ENTERING: _("Command line (entry)"),
        VERIFYING: _("Command line (verification)"),
    }[name]
    user, is_new = User.objects.get_or_create(
        username=f"{name}-{county.code}",
        defaults={"display_name": label, "county": county, "role": role, "is_active": False},
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        trail.record(None, "person.add", user, at=timezone.now(), county=county, label=label)
    return user
