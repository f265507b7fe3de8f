"""/metrics counts what was answered, tells what waits, and exists for the given addresses only."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.conf import settings as ours
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from ledger.server import last_done
from tests.builders import make_county, make_project, make_receipt, make_unit, make_verified
from tests.ledger.server.test_serve import free_port, wait_for_listening

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prometheus(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.METRICS_FROM = ["127.0.0.1", "10.0.0.9"]
    with override_settings(MIDDLEWARE=["ledger.server.metrics.measured", *settings.MIDDLEWARE]):
        yield Client()


def value(text, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else None


def asked(client):
    return client.get("/metrics").content.decode()


def test_answers_are_counted_by_view_and_status(prometheus):
    name = 'jiaozhang_requests_total{status="302",view="login"}'
    before = value(asked(prometheus), name) or 0

    prometheus.get("/accounts/login/")
    text = asked(prometheus)

    assert value(text, name) == before + 1
    assert value(text, 'jiaozhang_request_seconds_count{view="login"}') >= 1
    assert value(text, 'jiaozhang_database_seconds_total{view="login"}') is not None
    assert value(text, "jiaozhang_requests_under_way") == 0


def test_receipts_that_wait_and_ages_are_told(prometheus):
    project = make_project(make_unit(make_county()))
    make_verified(project)
    make_receipt(project)
    make_receipt(project)
    assert value(asked(prometheus), "jiaozhang_backup_age_seconds") is None, "never made: no value"

    last_done.remember(last_done.BACKUP, timezone.now() - timedelta(hours=2))
    call_command("verify_ledger")
    text = asked(prometheus)

    assert value(text, "jiaozhang_receipts_waiting") == 2
    assert 7200 <= value(text, "jiaozhang_backup_age_seconds") < 7300
    assert 0 <= value(text, "jiaozhang_proof_age_seconds") < 60


def test_a_proof_that_fails_is_not_remembered(prometheus):
    make_verified(make_project(make_unit(make_county())))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET amount = amount + 0.01")
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")

    with pytest.raises(CommandError):
        call_command("verify_ledger")

    assert last_done.last(last_done.PROOF) is None


def test_nobody_else_sees_it(prometheus):
    assert prometheus.get("/metrics", REMOTE_ADDR="10.0.0.8").status_code == 404
    assert prometheus.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_without_the_setting_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404


def test_two_workers_count_together(tmp_path):
    port = free_port()
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": "", "PORT": str(port)}
    environment |= {"METRICS_FROM": "127.0.0.1", "WORKERS": "2", "HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ours.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_for_listening(process, port)
        for _number in range(12):
            urlopen(f"http://127.0.0.1:{port}/start/", timeout=60).close()
        until = time.monotonic() + 60
        while True:
            text = urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60).read().decode()
            if value(text, "jiaozhang_workers") == 2 or time.monotonic() > until:
                break
        counted = re.findall(r"^jiaozhang_requests_total{.*} (\S+)$", text, re.MULTILINE)
        assert sum(map(float, counted)) == 12
        assert value(text, "jiaozhang_workers") == 2
        assert value(text, "jiaozhang_requests_queued") <= 2, "this request itself, at most"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
