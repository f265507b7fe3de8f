"""The embedded server under concurrent starts, ends and kills; every test uses real processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from django.db import ConnectionHandler

from ledger.database import embedded

ROOT = Path(embedded.__file__).resolve().parents[2]
USER_PROGRAM = """
import signal
import sys
from pathlib import Path
from ledger.database import embedded
import psycopg
# A shell lets what it starts in the background ignore Ctrl+C, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
url = embedded.database_url(Path(sys.argv[1]))
with psycopg.connect(url) as connection:
    connection.execute("select 1")
print(url, flush=True)
sys.stdin.read()
"""

Use = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("embedded")
    yield folder
    embedded.stop(folder)


@pytest.fixture
def use(var_dir: Path) -> Iterator[Use]:
    """`use()` starts one more process that uses the server until its input is closed."""
    started = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", USER_PROGRAM, str(var_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start

    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    assert gone(var_dir)


@pytest.fixture
def handled(tmp_path: Path, django_db_blocker: Any) -> Iterator[ConnectionHandler]:
    """Django's connections to a server of the test's own."""
    name = embedded.DATABASE
    handler = ConnectionHandler(
        {"default": {"ENGINE": "ledger.database.postgres", "NAME": name, "VAR_DIR": tmp_path}}
    )
    with django_db_blocker.unblock():
        yield handler
        handler.close_all()
    embedded.stop(tmp_path)


def one(handled: ConnectionHandler) -> int:
    """Asked of a new connection."""
    with closing(handled.create_connection("default")) as fresh, fresh.cursor() as cursor:
        cursor.execute("select 1")
        return int(cursor.fetchone()[0])


def url_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line.startswith("postgresql://"), f"ended with {process.poll()}"
    return line


def leave(process: "subprocess.Popen[str]") -> None:
    process.communicate()


def postmasters(var_dir: Path) -> list[psutil.Process]:
    pgdata = var_dir.resolve() / "pgdata"
    return [p for p in embedded._server_processes(pgdata) if embedded._is_postmaster(p)]


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def gone(var_dir: Path) -> bool:
    """The server ended, and so did its guard."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not postmasters(var_dir):
            return True
        time.sleep(0.05)
    return False


def kill_server(var_dir: Path) -> None:
    for postmaster in postmasters(var_dir):
        postmaster.kill()


def test_eight_processes_at_once_start_one_server(var_dir: Path, use: Use) -> None:
    processes = [use() for _ in range(8)]

    urls = {url_of(process) for process in processes}

    assert len(urls) == 1
    assert len(postmasters(var_dir)) == 1


def test_server_stays_until_its_last_user_leaves(var_dir: Path, use: Use) -> None:
    first, second = use(), use()
    url = url_of(first)
    url_of(second)

    leave(first)
    time.sleep(0.5)

    assert answers(url)
    leave(second)
    assert gone(var_dir)
    assert not (var_dir / "pgdata" / "postmaster.pid").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_server_ends_with_a_user_that_was_killed(
    var_dir: Path, use: Use, number: signal.Signals
) -> None:
    process = use()
    url_of(process)

    process.send_signal(number)

    assert gone(var_dir)


def test_answers_again_after_the_server_was_killed(var_dir: Path, use: Use) -> None:
    """quality 39"""
    url = url_of(use())
    kill_server(var_dir)

    again = url_of(use())

    assert again == url
    assert answers(url)


def test_committed_rows_survive_the_kill_of_everything(var_dir: Path, use: Use) -> None:
    """quality 39"""
    process = use()
    with psycopg.connect(url_of(process), autocommit=True) as connection:
        connection.execute("create table kept (id int)")
        connection.execute("insert into kept values (1), (2)")
        process.kill()
        kill_server(var_dir)

    with psycopg.connect(url_of(use())) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (2,)


@pytest.mark.parametrize(
    "content", ["", "12", "999999999\n/nowhere\n", "{own}\n{folder}\n1\n5432\n"]
)
def test_a_false_pid_file_is_not_believed(var_dir: Path, use: Use, content: str) -> None:
    """Empty, cut short, of a dead process, and of another program that was given the number."""
    leave(use())
    assert gone(var_dir)
    text = content.format(own=os.getpid(), folder=var_dir / "pgdata")
    (var_dir / "pgdata" / "postmaster.pid").write_text(text)

    assert answers(url_of(use()))
    assert psutil.pid_exists(os.getpid())


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    half = tmp_path / "pgdata.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    process = subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    assert answers(url_of(process))
    leave(process)
    assert gone(tmp_path)


def test_a_long_path_gets_a_short_socket_that_only_its_owner_can_reach(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["一个很长的文件夹"] * 5)

    process = subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, str(deep)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    assert answers(url_of(process))
    folder = embedded.socket_folder(deep)
    assert folder != deep / "pgdata"
    assert folder.stat().st_mode & 0o077 == 0
    leave(process)
    assert gone(deep)


def test_server_is_durable_and_speaks_our_time_and_collation(var_dir: Path, use: Use) -> None:
    questions = {
        "fsync": "on",
        "data_checksums": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_connections": "300",
        "TimeZone": "Asia/Shanghai",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }

    with psycopg.connect(url_of(use())) as connection:
        found = {name: connection.execute(f"show {name}").fetchone()[0] for name in questions}
        locale = connection.execute(
            "select datlocale from pg_database where datname = current_database()"
        ).fetchone()

    assert found == questions
    assert locale == ("C.UTF-8",)


def test_a_folder_deleted_under_its_user_is_made_anew_and_kept(tmp_path: Path) -> None:
    embedded.database_url(tmp_path / "var")
    embedded.stop(tmp_path / "var")
    shutil.rmtree(tmp_path / "var")

    url = embedded.database_url(tmp_path / "var")
    time.sleep(0.5)

    assert answers(url)
    embedded.stop(tmp_path / "var")


def test_connections_to_a_server_that_runs_do_not_queue_to_look_after_it(
    handled: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty-four threads on a slow machine did, and were told after ten seconds to come later."""
    handled["default"].ensure_connection()
    monkeypatch.setattr(embedded, "PATIENCE_SECONDS", 0.1)

    with embedded._one_thread():
        assert one(handled) == 1


def test_a_connection_after_a_kill_brings_the_server_back(
    handled: ConnectionHandler, tmp_path: Path
) -> None:
    """quality 39"""
    handled["default"].ensure_connection()
    kill_server(tmp_path)
    assert gone(tmp_path)

    assert one(handled) == 1
