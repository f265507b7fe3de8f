"""Files to take away: the same whether the worker or a job writes them, and what a job is limited to."""

import errno
import io
import json
import threading
from contextlib import closing
from contextvars import copy_context
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import Http404
from django.urls import resolve
from openpyxl import load_workbook
from psycopg.conninfo import conninfo_to_dict

from ledger.database import pg_programs
from ledger.jobs import runner
from ledger.jobs.runner import MEGABYTE, Limits
from ledger.server import faults, files
from ledger.settings import read_database
from tests.builders import make_clerk, make_county, make_project, make_unit

in_a_job = pytest.mark.django_db(transaction=True)
SMALL = Limits(seconds=20, cpu=5, memory=128 * MEGABYTE)


@pytest.fixture
def clerk(client):
    """With a project of their own and one of another unit, in a county that has no long lists."""
    county = make_county()
    units = [make_unit(county, name) for name in ("水沟镇", "城关镇")]
    for unit in units:
        make_project(unit, f"{unit.name}项目")
    client.raise_request_exception = False
    client.force_login(found := make_clerk(units[0]))
    return found


@pytest.fixture
def all_are_long(monkeypatch):
    monkeypatch.setattr(files, "SHORT", -1)


def texts(response):
    with closing(response):
        book = load_workbook(io.BytesIO(b"".join(response)))
    return [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value]


@in_a_job
def test_a_job_writes_the_same_file_with_the_rows_of_its_person(client, clerk, monkeypatch):
    here = client.get("/projects.xlsx", headers={"accept-language": "en"})
    with monkeypatch.context() as patched, patch.object(runner, "run", wraps=runner.run) as run:
        patched.setattr(files, "SHORT", -1)
        there = client.get("/projects.xlsx", headers={"accept-language": "en"})

    assert run.call_count == 1
    read = texts(there)
    assert read == texts(here)
    assert "水沟镇项目" in read
    assert "城关镇项目" not in read
    names = ("Content-Type", "Content-Disposition", "Content-Length", "Cache-Control")
    assert [there[name] for name in names[:2]] == [here[name] for name in names[:2]]
    assert there["Cache-Control"] == here["Cache-Control"]


@in_a_job
def test_a_job_that_fails_or_is_ended_is_told_with_a_sentence(
    client, clerk, all_are_long, monkeypatch
):
    monkeypatch.setattr(files, "LIMITS", Limits(seconds=60, cpu=60, memory=MEGABYTE))

    response = client.get("/projects.xlsx")

    assert response.status_code == 503
    assert "文件未能生成" in response.content.decode()


@pytest.mark.django_db
def test_two_threads_of_a_worker_are_left_for_pages(client, clerk, all_are_long, monkeypatch):
    assert (runner.at_once(6), runner.at_once(2), runner.at_once(1)) == (4, 1, 1)
    turns = threading.BoundedSemaphore(1)
    monkeypatch.setattr(runner, "_turns", turns)
    with runner.turn():
        response = client.get("/projects.xlsx")

    assert response.status_code == 503
    assert "正在处理其他大文件" in response.content.decode()
    assert turns.acquire(blocking=False)


ERRORS = [
    (Http404("no such month"), None),
    (OSError(errno.ENOSPC, "No space left on device"), faults.FULL),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "sentence"), ERRORS)
def test_an_error_that_will_pass_is_told_by_the_job(clerk, monkeypatch, error, sentence):
    """The disk of the temporary folder, the database; others are for the log."""
    given = {"path": "/projects.xlsx", "query": "", "language": "zh-hans", "number": "1"}
    given["site"] = "http://testserver/"
    output = io.BytesIO()

    def fail(request):
        raise error

    monkeypatch.setattr(resolve("/projects.xlsx").func, "write", fail)
    given["person"] = clerk.pk
    try:
        copy_context().run(files.write, given, output, faults.sentence_for)
    except Http404:
        assert sentence is None
    else:
        assert json.loads(output.getvalue()) == {"sentence": str(sentence)}


def run(program, tmp_path, limits=SMALL, given=b""):
    path = tmp_path / "program.py"
    path.write_text(program)
    return runner.run(path, limits=limits, output=runner.subprocess.PIPE, given=given)


def test_a_job_has_its_input_its_limits_and_a_lower_priority(tmp_path):
    program = (
        "import os, resource, signal, sys\n"
        "print(sys.stdin.read(), os.nice(0), resource.getrlimit(resource.RLIMIT_CPU)[0],"
        " signal.getsignal(signal.SIGTERM).name)"
    )

    said = run(program, tmp_path, given=b"asked").decode().split()

    assert said == ["asked", str(min(19, runner.os.nice(0) + 10)), "5", "SIG_IGN"]


@pytest.mark.parametrize(
    ("program", "limits"),
    [
        ("x = bytearray(256 * 1024 * 1024)", SMALL),
        ("while True: pass", Limits(seconds=20, cpu=1, memory=128 * MEGABYTE)),
        (
            "with open('x', 'wb') as file: file.write(b'x' * 100)",
            Limits(20, 5, 128 * MEGABYTE, write=10),
        ),
        ("raise SystemExit(3)", SMALL),
    ],
)
def test_a_job_that_wants_too_much_is_ended(tmp_path, program, limits):
    with pytest.raises(runner.Broken):
        run(f"import os; os.chdir({str(tmp_path)!r})\n{program}", tmp_path, limits)


def test_a_job_that_waits_too_long_is_ended(tmp_path):
    with pytest.raises(runner.TimedOut):
        run("import time; time.sleep(60)", tmp_path, Limits(1, 5, 128 * MEGABYTE))


def test_a_job_connects_as_strictly_as_its_worker(monkeypatch):
    """quality 34: sslmode and the root certificate reach jobs, and pg_dump and psql."""
    strict = {"sslmode": "verify-full", "sslrootcert": "/etc/jiaozhang/ca.crt"}
    known = connection.get_connection_params() | strict
    monkeypatch.setattr(connection, "get_connection_params", lambda: dict(known))

    url = runner._surroundings()["DATABASE_URL"]
    programs = pg_programs.environment()

    assert conninfo_to_dict(url).items() >= strict.items()
    monkeypatch.setenv("DATABASE_URL", url)
    options = read_database("DATABASE_URL", Path("/"))["OPTIONS"]
    assert options.items() >= strict.items()
    assert programs["PGSSLMODE"] == "verify-full"
    assert programs["PGSSLROOTCERT"] == "/etc/jiaozhang/ca.crt"
