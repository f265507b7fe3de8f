"""The examination: what it calls bad, and that it says what to do."""

import io
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from ledger.database import pg_programs
from ledger.models import Entry
from ledger.upkeep import backup, doctor
from ledger.upkeep.backup import Made
from tests.builders import make_county, make_head, make_project, make_unit, make_verified
from units import trail

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def folders(tmp_path, settings):
    tmp_path.chmod(0o750)
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "evidence"
    settings.MEDIA_ROOT.mkdir(mode=0o700)


def backed_up(path, ago=timedelta(hours=1)):
    path.touch()
    backup._remember(Made(path, 1, 1, 0, []), timezone.now() - ago)


def levels(look):
    return [line.level for line in look()]


@pytest.mark.django_db(transaction=True)
def test_a_sound_installation_is_called_so_and_a_changed_entry_is_named(tmp_path):
    """quality 44"""
    project = make_project(make_unit(make_county()))
    for _number in range(3):
        make_verified(project)
    backed_up(tmp_path / "a.tar")
    said = io.StringIO()
    call_command("doctor", language="en", stdout=said)
    assert "BAD" not in said.getvalue()

    second = Entry.objects.get(position=2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET amount = amount + 1 WHERE position = 2")
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match="1 "):
        call_command("doctor", stdout=said)
    assert f"entry:{second.pk}" in said.getvalue()


@pytest.mark.django_db
def test_the_examination_is_read_in_both_languages(tmp_path):
    said = {}
    for language in ("zh-hans", "en"):
        said[language] = io.StringIO()
        with pytest.raises(CommandError):  # no backup was made yet
            call_command("doctor", language=language, stdout=said[language])

    assert "manage.py backup" in said["en"].getvalue()
    assert "备份" in said["zh-hans"].getvalue()
    assert said["en"].getvalue() != said["zh-hans"].getvalue()


@pytest.mark.parametrize(
    ("used", "level"), [(79, "ok"), (80, "warn"), (89, "warn"), (90, "bad"), (95, "bad")]
)
def test_a_disk_is_called_full_in_time(monkeypatch, used, level):
    """quality 41"""
    usage = Usage(120, used, 100 - used)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _folder: usage)

    assert levels(doctor.disk) == [level]


@pytest.mark.parametrize(
    ("hours", "level"), [(1, "ok"), (25, "ok"), (27, "warn"), (73, "warn"), (75, "bad")]
)
def test_a_backup_grows_old(tmp_path, hours, level):
    """quality 43"""
    backed_up(tmp_path / "a.tar", timedelta(hours=hours))

    assert levels(doctor.backups) == [level]


def test_a_backup_that_is_gone_is_told(tmp_path):
    backed_up(tmp_path / "a.tar")
    Path(tmp_path / "a.tar").unlink()

    assert levels(doctor.backups) == ["ok", "warn"]


@pytest.mark.parametrize(
    ("name", "mode"), [("secret_key", 0o640), (".", 0o770), ("evidence", 0o750)]
)
def test_what_others_may_read_or_write_is_named(tmp_path, name, mode):
    """quality 19"""
    (tmp_path / "secret_key").touch(mode=0o600)
    assert levels(doctor.rights) == ["ok"]

    (tmp_path / name).chmod(mode)

    [line] = doctor.rights()
    assert (line.level, "chmod" in line.sentence) == ("bad", True)


def test_without_a_database_it_says_so_and_looks_no_further(monkeypatch):
    def gone():
        raise OperationalError("connection refused")

    monkeypatch.setattr(pg_programs, "server_version", gone)
    lines = list(doctor.examine())

    assert lines[-1].level == "bad"
    assert "connection refused" in lines[-1].sentence


def test_an_old_server_is_called_so(monkeypatch):
    monkeypatch.setattr(pg_programs, "server_version", lambda: 140_011)

    assert doctor.answers().level == "bad"


@pytest.mark.parametrize(
    "name", ["fsync", "full_page_writes", "data_checksums", "synchronous_commit"]
)
def test_a_server_that_may_lose_what_it_acknowledged_is_bad(monkeypatch, name):
    """quality 40"""
    monkeypatch.setattr(doctor, "_shown", lambda query: "off" if query == name else "on")

    [line] = doctor.durability()

    assert (line.level, name in line.sentence) == ("bad", True)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_is_noticed():
    assert levels(doctor.clock) == ["ok"]
    county = make_county()
    trail.record(make_head(county), "unit.add", county, at=timezone.now() + timedelta(hours=1))

    assert levels(doctor.clock) == ["bad"]


@pytest.mark.django_db
def test_the_owners_login_is_no_login_for_the_program(monkeypatch):
    monkeypatch.setattr(doctor, "_is_embedded", lambda: True)
    assert levels(doctor.login) == ["ok"]
    monkeypatch.setattr(doctor, "_is_embedded", lambda: False)

    assert levels(doctor.login) == ["warn"]


@pytest.mark.django_db
def test_the_sample_county_is_pointed_at():
    make_county(is_sample=True)

    assert levels(doctor.sample) == ["warn"]
