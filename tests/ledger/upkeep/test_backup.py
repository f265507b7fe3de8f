"""Backups taken while people write, restored into an empty place, equal to the last row or refused."""

import gzip
import hashlib
import io
import json
import os
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings as ours
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from psycopg import sql

from ledger.database import release, unfinished
from ledger.entries import evidence, submission
from ledger.entries.evidence import Attachment
from ledger.management.commands import serve
from ledger.models import Entry, Evidence, Settlement
from ledger.quarter import proof
from ledger.server import health, last_done
from ledger.upkeep import archive, backup, dump, fingerprint, restore
from tests.builders import (
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    set_target,
)
from tests.pdfs import PDF
from units.ground.refusal import Refusal
from units.models import County, Trail, UserSession

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
RELEASE_1_0 = Path(__file__).with_name("release-1.0.tar.gz")


@pytest.fixture(autouse=True)
def folders(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "evidence"


@pytest.fixture
def project():
    """A county with money that counts and a file that proves it."""
    unit = make_unit(make_county())
    set_target(unit, 400)
    project = make_project(unit)
    for _number in range(3):
        make_verified(project)
    receipt = make_receipt(project)
    stored = evidence.store(SimpleUploadedFile("回单.pdf", PDF))
    attachment = Attachment(Evidence.Kind.BANK_SLIP, stored)
    submission.add_evidence(receipt.pk, 1, [attachment], by=receipt.entered_by, at=AT)
    return project


@pytest.fixture
def place(tmp_path, settings):
    """``enter()`` an empty database and folder; the test's own ones come back at the end."""
    own, other = connection.settings_dict["NAME"], f"restored_{os.getpid()}"

    def run(statement):
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(other)))

    def enter():
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        use(other)

    def use(name):
        connection.close()
        connection.settings_dict["NAME"] = name

    run("DROP DATABASE IF EXISTS {}")
    run("CREATE DATABASE {}")
    try:
        yield enter
    finally:
        use(own)
        run("DROP DATABASE {} WITH (FORCE)")


def nothing_there():
    return connection.introspection.table_names() == [] and not Path(ours.MEDIA_ROOT).exists()


def taken(tmp_path, recipient=None):
    return backup.write(tmp_path / "a.tar", recipient, at=AT).path


def test_a_restored_place_is_the_same_row_by_row(tmp_path, project, place):
    """quality 43"""
    before = fingerprint.tables()
    path = taken(tmp_path)
    place()

    restored = restore.restore(path, None, at=AT)

    after = fingerprint.tables()
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"units_link", "units_trail"}  # which tells of the restoring
    assert Trail.objects.filter(action="backup.restore").count() == 1
    assert (restored.entries, restored.files) == (3, 1)
    assert list(proof.findings(proof.Scope())) == []
    [file] = [path for path in Path(ours.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (PDF, 0o600)


def test_a_backup_is_of_one_moment_while_people_write(tmp_path, project, place, monkeypatch):
    """quality 43"""

    def entered_meanwhile(snapshot):
        writer = threading.Thread(target=lambda: (make_verified(project), connection.close()))
        writer.start()
        writer.join()
        yield from read(snapshot)

    read = dump.read
    monkeypatch.setattr(dump, "read", entered_meanwhile)
    path = taken(tmp_path)
    assert Entry.objects.count() == 4
    place()

    restored = restore.restore(path, None, at=AT)

    assert restored.entries == Entry.objects.count() == 3
    assert list(proof.findings(proof.Scope())) == []


def test_everybody_signs_in_anew(tmp_path, project, place):
    """quality 43: a cookie of before opens nothing in the restored place."""
    client = Client()
    client.force_login(make_head(County.objects.get()))
    assert client.get("/projects/").status_code == 200
    path = taken(tmp_path)
    place()

    restore.restore(path, None, at=AT)

    assert client.get("/projects/").url.startswith("/accounts/login/")
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("before", ["_demand_same", "_findings", "_record"])
def test_a_place_whose_restore_was_killed_is_never_served_and_begun_anew(
    tmp_path, project, place, monkeypatch, before
):
    """quality 43: killed at a moment when all rows are there and nothing is proved."""
    path = taken(tmp_path)
    place()
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(restore, "_empty_again_on_failure", nullcontext)
        patched.setattr(restore, before, Mock(side_effect=KeyboardInterrupt))
        restore.restore(path, None, at=AT)
    assert Entry.objects.count() == 3

    with pytest.raises(CommandError, match=str(unfinished.SENTENCE)[:10]):
        serve.Command().prepare_database(sample=False)
    assert health.Readiness().trouble() == str(unfinished.SENTENCE)

    restored = restore.restore(path, None, at=AT)
    assert (restored.entries, restored.files) == (3, 1)
    assert health.Readiness().trouble() == ""
    assert not list(Path(ours.MEDIA_ROOT).glob(".*"))


def test_an_encrypted_backup_needs_its_key(tmp_path, project, place):
    public = archive.make_key(tmp_path / "key", "")
    path = taken(tmp_path, archive.read_recipient(public))
    place()

    with pytest.raises(Refusal, match="--key"):
        restore.restore(path, None, at=AT)
    assert nothing_there()

    assert restore.restore(path, archive.read_key(tmp_path / "key", None), at=AT).entries == 3


def test_a_place_that_is_not_empty_stays_as_it_is(tmp_path, project):
    path, before = taken(tmp_path), fingerprint.tables()

    with pytest.raises(Refusal, match=connection.settings_dict["NAME"]):
        restore.restore(path, None, at=AT)

    assert fingerprint.tables() == before
    assert evidence.is_intact(Evidence.objects.get().sha256)


def test_a_damaged_file_leaves_the_place_empty(tmp_path, project, place):
    """quality 43"""
    path = taken(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    place()

    with pytest.raises(Refusal):
        restore.restore(path, None, at=AT)

    assert nothing_there()


def rewritten(path, name, change):
    """The same backup with one member changed, under a new seal: a forgery."""
    with archive.reading(path, None) as source:
        members = list(archive.members(source))
    forged = path.with_name("forged.tar")
    with archive.writing(forged, None) as writer:
        for member, content in members:
            writer.add(member, change(content) if member == name else content, 0.0)
    return forged


def changed_json(change):
    def changed(content):
        found = json.loads(content)
        change(found)
        return json.dumps(found).encode()

    return changed


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("manifest.json", lambda found: found["database"].update(sha256="0" * 64)),
        ("manifest.json", lambda found: found["evidence"].update(files=2)),
        ("snapshot.json", lambda found: found["tables"]["ledger_entry"].__setitem__(1, "1")),
        ("snapshot.json", lambda found: found["chains"][0].__setitem__(2, "0" * 64)),
        ("snapshot.json", lambda found: found["migrations"].append(["ledger", "9999_future"])),
        ("snapshot.json", lambda found: found.pop("tables")),
    ],
)
def test_what_contradicts_itself_leaves_the_place_empty(tmp_path, project, place, member, change):
    """quality 43"""
    path = rewritten(taken(tmp_path), member, changed_json(change))
    place()

    with pytest.raises(Refusal):
        restore.restore(path, None, at=AT)

    assert nothing_there()


def test_a_dump_that_the_database_cannot_read_is_refused(tmp_path, project, place):
    path = taken(tmp_path)
    broken = rewritten(path, "database/00000001", lambda content: content[:9_000])
    manifest = changed_json(lambda found: found["database"].update(sha256=sha256_of(broken)))
    place()

    with pytest.raises(Refusal):
        restore.restore(rewritten(broken, "manifest.json", manifest), None, at=AT)

    assert nothing_there()


def sha256_of(path):
    with archive.reading(path, None) as source:
        [part] = [content for name, content in archive.members(source) if "database" in name]
    return hashlib.sha256(part).hexdigest()


def tamper():
    """As the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET amount = amount + 1 WHERE position = 2")
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")


def test_a_ledger_that_did_not_agree_is_refused_and_kept_on_demand(tmp_path, project, place):
    """quality 43, quality 44"""
    tamper()
    path, second = taken(tmp_path), Entry.objects.get(position=2).pk
    place()

    with pytest.raises(Refusal, match=f"entry:{second}"):
        restore.restore(path, None, at=AT)
    assert nothing_there()

    found = restore.restore(path, None, at=AT, despite=True).findings
    assert found[0].record == f"entry:{second}"
    assert Entry.objects.count() == 3


def test_evidence_that_was_lost_before_is_told_by_both(tmp_path, project, place):
    file = Evidence.objects.get()
    evidence.path_of(file.sha256).write_bytes(b"altered")

    with pytest.raises(CommandError, match=file.sha256):
        call_command("backup", tmp_path / "a.tar", stdout=io.StringIO())
    place()
    restored = restore.restore(tmp_path / "a.tar", None, at=AT)

    assert (restored.files, restored.missing) == (0, [file.sha256])


def test_a_backup_of_an_older_release_is_brought_up_to_date(tmp_path, place):
    """quality 43, quality 49"""
    place()
    executor = MigrationExecutor(connection)
    leaves = [key for key in executor.loader.graph.leaf_nodes() if key[0] != "ledger"]
    executor.migrate([*leaves, ("ledger", "0002_reported_and_notices")])
    make_county()
    path = taken(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(restore.EMPTY)

    restore.restore(path, None, at=AT)

    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert County.objects.get().name == "商南县"


def test_a_backup_of_release_1_0_is_restored_and_loses_only_what_is_retired(tmp_path, place):
    """quality 43, quality 49: the file was made by 1.0 itself, when django-axes was still installed"""
    path = tmp_path / "release-1.0.tar"
    path.write_bytes(gzip.decompress(RELEASE_1_0.read_bytes()))
    place()

    restored = restore.restore(path, None, at=AT)

    assert (restored.entries, restored.files, restored.findings) == (3, 1, [])
    assert Settlement.objects.get().lines.count() == 2
    assert not [name for name in connection.introspection.table_names() if "axes" in name]
    assert not [app for app, _name in fingerprint.migrations() if app in release.RETIRED_APPS]
    assert restore.check(taken(tmp_path), None).files == 1


# The commands


def test_a_folder_keeps_the_newest_and_nothing_of_ours_else(tmp_path, project):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in ("20261101", "20261102", "20261103"):
        (folder / f"jiaozhang-{day}-020000.tar").touch()
    (folder / "notes.txt").touch()

    call_command("backup", folder, keep=2, stdout=io.StringIO())

    kept = sorted(path.name for path in folder.iterdir())
    assert kept[0] == "jiaozhang-20261103-020000.tar"
    assert (len(kept), kept[-1]) == (3, "notes.txt")
    assert last_done.last(last_done.BACKUP)["path"] == str(folder / kept[1])


def test_a_backup_never_replaces_a_file(tmp_path, project):
    (tmp_path / "a.tar").write_text("mine")

    with pytest.raises(CommandError):
        call_command("backup", tmp_path / "a.tar")

    assert (tmp_path / "a.tar").read_text() == "mine"


@pytest.mark.parametrize("keep", ["0", "-1", "3"])
def test_keep_needs_a_folder_and_a_number(tmp_path, keep):
    with pytest.raises(CommandError, match="--keep"):
        call_command("backup", tmp_path / "a.tar", "--keep", keep)


def test_a_file_is_proved_without_restoring_it(tmp_path, project):
    said = io.StringIO()

    call_command("restore", taken(tmp_path), check=True, stdout=said)

    assert "2026年11月25日 20:00" in said.getvalue()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, project):
    with pytest.raises(Refusal):
        backup.write(tmp_path / "none" / "a.tar", None, at=AT)
