"""/live and /ready: true, cheap, reachable by anything that asks, and silent about the rest."""

import errno
import threading
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from ledger.server import health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(health, "_readiness", health.Readiness())


def answer(client, path, **more):
    response = client.get(path, **more)
    return response.status_code, response.content.decode().strip()


def test_a_sound_program_lives_and_is_ready(client):
    """quality 42"""
    assert answer(client, "/live") == (200, "ok")
    assert answer(client, "/ready") == (200, "ok")


def test_a_probe_needs_no_host_name_no_https_and_gets_no_session(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/ready", headers={"host": "10.1.2.3:8000"})

    assert response.status_code == 200
    assert not response.cookies
    assert client.get("/accounts/login/").status_code == 301


def test_without_a_database_the_program_lives_and_is_not_ready(client):
    """quality 42"""
    with patch("django.db.backends.base.base.BaseDatabaseWrapper.connect") as connect:
        connect.side_effect = OperationalError("secret host name")

        assert answer(client, "/live") == (200, "ok")
        assert answer(client, "/ready") == (503, "数据库没有响应。")

    assert answer(client, "/ready") == (200, "ok")


def test_a_database_that_is_silent_does_not_keep_the_probe(client, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    released = threading.Event()
    with patch.object(health.Readiness, "_found", lambda self: released.wait(20) and ""):
        assert answer(client, "/ready") == (503, "数据库 3 秒内没有响应。")
        released.set()


def test_open_migrations_are_told(client, monkeypatch):
    monkeypatch.setattr(health.release, "is_older", lambda: True)

    assert answer(client, "/ready") == (503, "数据库结构不是最新，请运行 migrate。")


def test_tables_of_a_newer_release_are_told(client):
    recorder = MigrationRecorder(connection)
    recorder.record_applied("ledger", "0999_of_tomorrow")
    try:
        status, sentence = answer(client, "/ready")
    finally:
        recorder.record_unapplied("ledger", "0999_of_tomorrow")

    assert (status, "更高版本" in sentence) == (503, True)


def test_storage_that_cannot_be_written_is_told_without_its_place(client, settings, tmp_path):
    """quality 41"""
    settings.MEDIA_ROOT = tmp_path / "evidence"
    settings.MEDIA_ROOT.write_text("a file where the folder should be")

    assert answer(client, "/ready") == (503, "存储目录无法写入。")


def test_a_disk_that_fills_is_warned_of_once_at_each_level(client, monkeypatch, caplog):
    """quality 41"""
    for free in (50, 19, 18, 9, 4, 3):
        usage = type("Usage", (), {"total": 100, "used": 100 - free, "free": free})
        monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder, usage=usage: usage)
        assert answer(client, "/ready")[0] == 200

    told = [record.getMessage() for record in caplog.records if "full" in record.getMessage()]
    assert [line.rpartition("is ")[2] for line in told] == ["81 % full", "91 % full", "96 % full"]


def test_a_full_temporary_folder_is_told(client, monkeypatch):
    """quality 41"""

    def full(folder):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(health, "_write_once", full)

    assert answer(client, "/ready") == (503, "存储目录无法写入。")
