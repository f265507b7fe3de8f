"""Backups: the database, the evidence and their proof in one file, while people work.

One transaction sees the county at one moment, ``pg_dump`` joins it by its exported snapshot, and
evidence never changes under its hash; so the file is consistent although receipts are entered
meanwhile. Writes nothing to the database. Whatever could not be read is reported.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyrage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.database import pg_programs
from ledger.entries import evidence
from ledger.models import Evidence
from ledger.server import last_done
from ledger.upkeep import archive, dump, fingerprint
from units.ground.refusal import Refusal

FORMAT: Final = 1
SNAPSHOT, MANIFEST = "snapshot.json", "manifest.json"
DATABASE, EVIDENCE = "database/", "evidence/"
SUFFIXES: Final = {False: ".tar", True: ".tar.age"}


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup, and the evidence that was already lost or altered."""

    path: Path
    size: int
    entries: int
    files: int
    missing: list[str]


def write(path: Path, recipient: pyrage.x25519.Recipient | None, *, at: datetime) -> Made:
    """Write the backup to ``path``, which must not exist."""
    if path.exists():
        raise Refusal(
            _("%(path)s exists. A backup never replaces a file; choose another name.")
            % {"path": path}
        )
    try:
        with _one_moment() as snapshot, archive.writing(path, recipient) as writer:
            about = _about(at)
            writer.add(SNAPSHOT, _json(about), at.timestamp())
            database = _add_database(writer, snapshot, at)
            files = _add_evidence(writer, at)
            writer.add(MANIFEST, _json({"database": database, "evidence": files}), at.timestamp())
    except OSError as error:
        sentence = _(
            "The backup cannot be written: %(reason)s. Nothing is left behind; free space or name another folder."
        )
        raise Refusal(sentence % {"reason": error.strerror or error}) from error
    made = Made(
        path,
        path.stat().st_size,
        about["tables"]["ledger_entry"][0],
        files["files"],
        files["missing"],
    )
    _remember(made, at)
    return made


def name_at(at: datetime, *, encrypted: bool) -> str:
    return f"jiaozhang-{timezone.localtime(at):%Y%m%d-%H%M%S}{SUFFIXES[encrypted]}"


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Delete all but the newest backups that have our file names; returns the deleted ones."""
    found = sorted(
        (
            path
            for path in folder.glob("jiaozhang-*-*.tar*")
            if path.name.endswith((".tar", ".age"))
        ),
        key=lambda path: path.name,
    )
    old = found[: max(0, len(found) - count)]
    for path in old:
        path.unlink()
    return old


def _remember(made: Made, at: datetime) -> None:
    last_done.remember(last_done.BACKUP, at, path=str(made.path.resolve()), size=made.size)


@contextmanager
def _one_moment() -> Iterator[str]:
    """A repeatable-read transaction, and the name of its exported snapshot."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone() or [""]
        yield snapshot


def _about(at: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "server": pg_programs.server_version(),
        "migrations": fingerprint.migrations(),
        "tables": fingerprint.tables(),
        "chains": fingerprint.chains(),
    }


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _add_database(writer: archive.Writer, snapshot: str, at: datetime) -> dict[str, Any]:
    """Add the dump in parts, so that none of it is on the disk unencrypted."""
    digest, size = hashlib.sha256(), 0
    for number, part in enumerate(dump.read(snapshot), start=1):
        digest.update(part)
        size += len(part)
        writer.add(f"{DATABASE}{number:08}", part, at.timestamp())
    return {"bytes": size, "sha256": digest.hexdigest()}


def _add_evidence(writer: archive.Writer, at: datetime) -> dict[str, Any]:
    """Add every file that a row names, also excluded evidence: it stays readable."""
    count, size, missing = 0, 0, []
    rows = Evidence.objects.order_by("sha256").values_list("sha256", flat=True).distinct()
    for sha256 in rows.iterator(2_000):
        content = _intact(sha256)
        if content is None:
            missing.append(sha256)
            continue
        writer.add(EVIDENCE + sha256, content, at.timestamp())
        count, size = count + 1, size + len(content)
    return {"files": count, "bytes": size, "missing": missing}


def _intact(sha256: str) -> bytes | None:
    """The content, or None if lost or altered. Evidence files are small enough for memory."""
    try:
        path = evidence.path_of(sha256)
        content = path.read_bytes() if path.stat().st_size <= evidence.MAX_BYTES else b""
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None
