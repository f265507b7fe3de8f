"""Nothing hangs for ever: limits by kind of request, told as busy, with the blocker in the log."""

import threading
import time

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

import manage
from ledger.server import faults, health
from ledger.server.web import Dispatcher
from tests.builders import make_clerk, make_county, make_head, make_project, make_unit
from units.ground import time_limits
from units.ground.time_limits import Limits, allow

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = Limits(statement=3, lock=1, idle=1)


@pytest.fixture
def limited(monkeypatch):
    """The program's login with short limits; new connections have them."""
    monkeypatch.setattr(time_limits, "PAGE", SHORT)
    time_limits.set_for_login()
    connection.close()
    try:
        yield
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            login, database = cursor.fetchone()
            cursor.execute(f'ALTER ROLE "{login}" IN DATABASE "{database}" RESET ALL')
        connection.close()


@pytest.fixture
def forgotten():
    """``hold(table)``: another session locks it and does not come back."""
    known = connection.get_connection_params()
    names = ("dbname", "user", "host", "port", "password")
    other = psycopg.connect(
        **{name: known[name] for name in names if known.get(name)},
        options="-c lock_timeout=0 -c idle_in_transaction_session_timeout=0",
    )

    def hold(table):
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        time.sleep(1.1)
        return other.info.backend_pid

    yield hold
    other.close()


@pytest.fixture
def head():
    return make_head(make_county())


@pytest.fixture
def client(head):
    client = Client(raise_request_exception=False)
    client.force_login(head)
    return client


def shown(names):
    with connection.cursor() as cursor:
        found = []
        for name in names:
            cursor.execute(f"SHOW {name}")
            found.append(cursor.fetchone()[0])
    return found


def test_a_forgotten_lock_is_told_as_busy_and_other_pages_answer(
    client, head, limited, forgotten, caplog
):
    pid = forgotten("projects_project")

    begun = time.monotonic()
    needs, other = client.get("/projects/"), client.get("/glossary/")
    took = time.monotonic() - begun

    assert (needs.status_code, other.status_code) == (503, 200)
    assert str(faults.BUSY) in needs.content.decode()
    assert needs["Retry-After"]
    assert took < 4
    [line] = [record.getMessage() for record in caplog.records if "busy:" in record.getMessage()]
    assert f"session {pid} " in line
    assert "projects_project (AccessExclusiveLock)" in line


def test_the_sign_in_is_told_too(limited, forgotten):
    forgotten("units_user")

    answer = Client(raise_request_exception=False).get("/accounts/login/")

    assert answer.status_code == 503
    assert str(faults.BUSY) in answer.content.decode()


def test_what_was_typed_is_kept(client, head, limited, forgotten):
    unit = make_unit(head.county)
    project = make_project(unit)
    clerk = Client(raise_request_exception=False)
    clerk.force_login(make_clerk(unit))
    forgotten("ledger_receipt")

    answer = clerk.post(f"/projects/{project.pk}/receipts/new/", {"voucher_no": "凭证0417"})

    assert answer.status_code == 503
    assert "凭证0417" in answer.content.decode()


def test_a_statement_and_a_silent_transaction_end_too(limited):
    with pytest.raises(DatabaseError) as slow, connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    with (
        pytest.raises(DatabaseError) as silent,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
        time.sleep(2)
        cursor.execute("SELECT 1")
    connection.close()

    assert faults.sentence_for(slow.value) == faults.BUSY
    assert faults.sentence_for(silent.value) in (faults.BUSY, faults.AWAY)


def test_other_limits_end_with_their_transaction(limited):
    """Nothing sticks to a connection that a pooler gives to somebody else."""
    names = list(SHORT.settings)
    usual = shown(names)

    with transaction.atomic():
        allow(time_limits.IMPORT)
        within = shown(names)

    assert usual == ["3s", "1s", "1s"]
    assert within == ["10min", "1min", "10min"]
    assert shown(names) == usual


def test_limits_without_a_transaction_are_refused():
    with pytest.raises(RuntimeError):
        allow(time_limits.DEED)


@pytest.mark.parametrize("command", ["migrate", "restore", "verify_ledger", "serve"])
def test_commands_by_hand_have_no_limits(command, monkeypatch):
    monkeypatch.delenv("PGOPTIONS", raising=False)

    manage.set_time_limits(command)

    assert "statement_timeout=0" in manage.os.environ["PGOPTIONS"]
    manage.set_time_limits("serve_worker")  # which inherits the environment
    assert "PGOPTIONS" not in manage.os.environ


# /ready


@pytest.fixture
def ready():
    return health.Readiness().trouble


def test_a_database_that_cannot_be_written_is_not_ready(ready, monkeypatch):
    full = "DO $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$"
    assert ready() == ""
    monkeypatch.setattr(health, "_SORT", full)

    assert "cannot be written" in ready() or "不能写入" in ready()


def test_a_lock_on_what_every_request_writes_is_not_ready(ready, forgotten):
    forgotten("units_allowance")

    assert ready() != ""


def test_a_queue_that_stands_still_is_not_ready(ready):
    health.watch(lambda: 12.0)
    try:
        assert "12" in ready()
    finally:
        health.watch(lambda: 0.0)


def test_the_probe_does_use_the_disk_of_the_database():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {health._SORT}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Disk:" in plan


def test_the_queue_tells_how_long_its_oldest_request_waits():
    class Request:
        path = "/projects/"

    class Channel:
        requests = (Request(),)

        def service(self):
            released.wait(10)

        def cancel(self):
            """Not reached by a thread before the end."""

    released, dispatcher = threading.Event(), Dispatcher(1)
    try:
        assert dispatcher.waiting_seconds() < 0.1
        for _number in range(2):
            dispatcher.add_task(Channel())
        time.sleep(0.5)
        assert dispatcher.waiting_seconds() >= 0.4
    finally:
        released.set()
        dispatcher.shutdown()
        dispatcher.probes.shutdown()
