"""Restores a backup into an empty place and proves that it is the same.

Refuses a place that holds anything. If the proof fails, the place is emptied again; if the process
is killed, the place stays marked, is never served, and the next restore begins it anew.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyrage
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.database import logins, release, unfinished
from ledger.entries import evidence
from ledger.models import Evidence
from ledger.quarter import proof
from ledger.upkeep import archive, dump, fingerprint
from ledger.upkeep.backup import DATABASE, EVIDENCE, FORMAT, MANIFEST, SNAPSHOT
from units import trail
from units.ground.refusal import Refusal
from units.models import County, OutboxMessage, UserSession

MARK: Final = ".restoring"  # in the folder of evidence, until the restore is proved
# Drops what a dump brings, and nothing else: extensions and the rights on the schema stay.
EMPTY: Final = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT oid::regclass AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE 'DROP TABLE ' || found.name || ' CASCADE';
  END LOOP;
  FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole LOOP
    EXECUTE 'DROP FUNCTION ' || found.name || ' CASCADE';
  END LOOP;
END $$"""


@dataclass(slots=True)
class Read:
    """What has been read of the file so far."""

    about: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    dump: Any = field(default_factory=hashlib.sha256)
    files: int = 0


class Place:
    """Where members go. This one discards them, for checking a file."""

    def database(self, part: bytes) -> None: ...

    def database_ends(self) -> None: ...

    def evidence(self, sha256: str, content: bytes) -> None: ...


def check(path: Path, key: pyrage.x25519.Identity | None) -> Read:
    """Read the whole file and refuse it unless everything in it is as it was written."""
    archive.verify_seal(path, key)
    return _walk(path, key, Place())


@dataclass(frozen=True, slots=True)
class Restored:
    """What has been restored, and what already disagreed when the backup was made."""

    entries: int
    files: int
    missing: list[str]
    findings: list[proof.Finding]


def restore(
    path: Path, key: pyrage.x25519.Identity | None, *, at: datetime, despite: bool = False
) -> Restored:
    """Fill the empty place. ``despite`` also accepts a ledger that already disagreed."""
    _empty_unfinished()
    demand_empty()
    archive.verify_seal(path, key)
    _mark()
    with _empty_again_on_failure():
        with dump.Loading() as loading:
            read = _walk(path, key, Filling(loading))
        _demand_same(read.about)
        _bring_up_to_date()
        findings = _findings(read.manifest["evidence"]["missing"])
        if findings and not despite:
            raise _does_not_agree(findings[0])
        _record(path, read, at)
        _unmark()
    entries = read.about["tables"]["ledger_entry"][0]
    return Restored(entries, read.files, read.manifest["evidence"]["missing"], findings)


# --- reading the file --------------------------------------------------------------------------------


def _walk(path: Path, key: pyrage.x25519.Identity | None, place: Place) -> Read:
    read = Read()
    try:
        with archive.reading(path, key) as source:
            for name, content in archive.members(source):
                _take(read, place, name, content)
    except (ValueError, KeyError, TypeError) as error:
        raise archive.damaged() from error
    if not read.manifest:
        raise archive.damaged()
    return read


def _take(read: Read, place: Place, name: str, content: bytes) -> None:
    if name == SNAPSHOT:
        read.about = json.loads(content)
        _demand_known(read.about)
    elif name.startswith(DATABASE):
        read.dump.update(content)
        place.database(content)
    elif name.startswith(EVIDENCE):
        sha256 = name.removeprefix(EVIDENCE)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise archive.damaged()
        read.files += 1
        place.evidence(sha256, content)
    elif name == MANIFEST:
        read.manifest = _true_manifest(read, json.loads(content))
        place.database_ends()
    else:
        raise archive.damaged()


def _true_manifest(read: Read, manifest: dict[str, Any]) -> dict[str, Any]:
    if manifest["database"]["sha256"] != read.dump.hexdigest():
        raise archive.damaged()
    if manifest["evidence"]["files"] != read.files:
        raise archive.damaged()
    return manifest


def _demand_known(about: dict[str, Any]) -> None:
    """Refuse a backup of a newer release: it may hold what this one does not know."""
    if not {"tables", "chains", "made_at"} <= about.keys():
        raise archive.damaged()
    theirs = [(app, name) for app, name in about["migrations"]]
    if about["format"] > FORMAT or release.unknown(theirs):
        sentence = _(
            "The backup was made by a newer release. Install that release, then restore with it."
        )
        raise Refusal(sentence)


# --- filling the place -------------------------------------------------------------------------------


def demand_empty() -> None:
    """Refuse a place where existing rows or files would be mixed with the backup or lost."""
    if connection.introspection.table_names():
        sentence = _(
            "The database %(name)s is not empty. A backup is restored into an empty place only: name "
            "another VAR_DIR, or an empty database in DATABASE_URL."
        )
        raise Refusal(sentence % {"name": connection.settings_dict["NAME"]})
    if any(Path(settings.MEDIA_ROOT).rglob("*")):
        sentence = _("The folder of evidence %(path)s is not empty. Name another VAR_DIR.")
        raise Refusal(sentence % {"path": settings.MEDIA_ROOT})


def _mark() -> None:
    """Before the first row and file."""
    unfinished.mark()
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / MARK).touch(mode=0o600)


def _unmark() -> None:
    """Everything is proved; the database's mark goes last."""
    (Path(settings.MEDIA_ROOT) / MARK).unlink(missing_ok=True)
    unfinished.unmark()


def _empty_unfinished() -> None:
    """What an interrupted restore has left; a folder without its mark is none of its."""
    if unfinished.is_marked():
        _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
    if (Path(settings.MEDIA_ROOT) / MARK).exists():
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    unfinished.unmark()


class Filling(Place):
    """Restores the database in one transaction, and evidence under its hash."""

    def __init__(self, loading: dump.Loading) -> None:
        self._loading = loading

    def database(self, part: bytes) -> None:
        self._loading.part(part)

    def database_ends(self) -> None:
        self._loading.finish()

    def evidence(self, sha256: str, content: bytes) -> None:
        evidence.put_back(sha256, content)


@contextmanager
def _empty_again_on_failure() -> Iterator[None]:
    """The place was empty before; on any failure it is emptied again."""
    try:
        yield
    except BaseException:
        connection.close()
        _empty()
        raise


# --- proving it --------------------------------------------------------------------------------------


def _demand_same(about: dict[str, Any]) -> None:
    """Every row of every table, and the head of every chain, are those of the backup."""
    with transaction.atomic():
        tables, chains = fingerprint.tables(), fingerprint.chains()
    differing = sorted(
        name
        for name in {*tables, *about["tables"]}
        if tables.get(name) != about["tables"].get(name)
    )
    if differing or chains != about["chains"]:
        sentence = _(
            "What was restored differs from the backup (%(tables)s). Nothing is kept of it."
        )
        raise Refusal(sentence % {"tables": ", ".join(differing) or "ledger_entry"})


def _bring_up_to_date() -> None:
    """Migrate, end all sessions, send nothing again, grant the logins' rights, and analyze for the planner."""
    call_command("migrate", interactive=False, verbosity=0)
    UserSession.objects.all().delete()
    # The place that was backed up has sent them, or will.
    waiting = OutboxMessage.objects.filter(sent_at=None, given_up_at=None)
    waiting.update(given_up_at=timezone.now(), fault="restored from a backup")
    if logins.exist():
        logins.renew_grants()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _findings(missing: list[str]) -> list[proof.Finding]:
    """Findings of the proof, except for evidence that was lost before the backup."""
    lost = Evidence.objects.filter(sha256__in=missing).values_list("pk", flat=True)
    known = {f"evidence:{pk}" for pk in lost}
    return [finding for finding in proof.findings(proof.Scope()) if finding.record not in known]


def _does_not_agree(first: proof.Finding) -> Refusal:
    sentence = _(
        "The backup is whole, but the ledger in it did not agree when it was made (%(record)s): "
        "%(sentence)s Restore an earlier one, or keep this one with --despite-findings."
    )
    return Refusal(sentence % {"record": first.record, "sentence": first.sentence})


def _record(path: Path, read: Read, at: datetime) -> None:
    """One line in the trail of each county."""
    after = {"made_at": read.about["made_at"], "file": path.name}
    for county in County.objects.order_by("pk"):
        trail.record(None, "backup.restore", at=at, county=county, label=path.name, after=after)
