"""`manage.py serve` from an empty folder to an answered request, and its refusals."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ledger.management.commands import serve


def start(var_dir: Path, port: int) -> "subprocess.Popen[str]":
    environment = {**os.environ, "VAR_DIR": str(var_dir), "DATABASE_URL": "", "PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env={**environment, "HOST": "127.0.0.1", "ALLOWED_HOSTS": "localhost"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answer(port: int, path: str, host: str = "localhost") -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    found = response.status, response.headers.get("Cache-Control", ""), response.read()
    assert response.headers.get("Server") is None
    connection.close()
    return found


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_two_first_starts_at_once_in_an_empty_folder_serve_and_end_when_told(tmp_path):
    """One of them makes the tables, the other waits for it."""
    ports = [free_port(), free_port()]
    processes = [start(tmp_path, port) for port in ports]
    try:
        for process, port in zip(processes, ports, strict=True):
            wait_for_listening(process, port)
            status, caching, page = answer(port, "/start/")
            assert (status, "no-store" in caching) == (200, True)
        name = next(part for part in page.decode().split('"') if "/static/jiaozhang." in part)

        assert answer(port, name)[:2] == (200, "max-age=315360000, public, immutable")
        assert answer(port, "/accounts/login/", host="evil.example")[0] == 400
        assert announced(port, "200000000").startswith(b"HTTP/1.1 413")
        assert announced(port, "-5").startswith(b"HTTP/1.1 400")
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    for port, text in zip(ports, said, strict=True):
        assert "Traceback" not in text.partition("evil.example")[0]
        assert f"http://127.0.0.1:{port}/start/" in text
        assert re.search(r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}$", text, re.MULTILINE)


def test_a_folder_that_cannot_be_written_ends_the_start_with_a_sentence(tmp_path):
    (tmp_path / "a file").write_text("")

    process = start(tmp_path / "a file" / "var", free_port())
    said, _nothing = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "VAR_DIR" in said
    assert "Traceback" not in said


@pytest.mark.django_db
def test_tables_of_a_newer_release_end_the_start_with_a_sentence():
    MigrationRecorder(connection).record_applied("units", "0999_of_tomorrow")

    with pytest.raises(CommandError, match="更高版本"):
        serve.Command(stdout=io.StringIO()).migrate()


def announced(port: int, length: str) -> bytes:
    """quality 15: what is answered to the head of a request alone, before any of its body is sent."""
    head = f"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
        visitor.sendall(head.encode())
        return visitor.recv(200)


def wait_for_listening(process: "subprocess.Popen[str]", port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(process.communicate()[0])


def test_a_taken_port_is_told_with_what_to_do(taken):
    with pytest.raises(CommandError, match=rf"127\.0\.0\.1:{taken}.*PORT=8001 make run"):
        serve.listen("127.0.0.1", taken)


def test_https_without_a_named_proxy_is_refused(settings):
    settings.HTTPS, settings.TRUSTED_PROXY = True, ""

    with pytest.raises(CommandError, match="TRUSTED_PROXY"):
        serve.demand_named_proxy()


@pytest.mark.django_db
def test_a_login_that_may_not_change_tables_ends_the_start_with_a_sentence():
    graph = MigrationLoader(connection).graph
    [newest] = graph.leaf_nodes("ledger")
    [before] = [node.key for node in graph.node_map[newest].parents if node.key[0] == "ledger"]
    call_command("migrate", *before, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stranger")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO stranger")
        cursor.execute("SET LOCAL ROLE stranger")

    with pytest.raises(CommandError, match="create_logins --grants-only"):
        serve.Command(stdout=io.StringIO()).migrate()
