"""The program as really started, for drills that break parts of it.

One folder, one port, the server's process and its embedded database. It kills only processes that
it started, leaves none behind, and sends requests as a browser would.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg

from ledger.database import embedded
from tests.drills.volumes import PowerDisk

ROOT = Path(__file__).resolve().parent.parent.parent
SERVE = ("manage.py", "serve")
PATIENCE = 300.0
PASSWORD = "Drill-2012-county"


class Lost(Exception):
    """No response: the outcome of the request is unknown."""


class Failed(Exception):
    """A command of the program ended with an error."""


class Site:
    """One copy of the program. ``county`` has the people and records that it was filled with."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.var_dir, self.log = folder / "var", folder / "serve.log"
        self.var_dir.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.program: Sequence[str] = SERVE
        named = {"VAR_DIR": str(self.var_dir), "PORT": str(self.port), "HOST": "127.0.0.1"}
        unset = {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "ledger.settings", "HTTPS": "0"}
        given = {**named, **unset, **environment}
        self.environment = {**os.environ, **given}
        self.process: subprocess.Popen[bytes] | None = None
        self.county: dict[str, Any] = {}
        self.disk: PowerDisk | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def fill(self, quarters: int) -> None:
        """Create the drills' county, with so many quarters to close."""
        done = self.run("-m", "tests.drills.county", str(quarters))
        self.county = json.loads(done.stdout)

    def wait_until_ready(self, patience: float = PATIENCE) -> float:
        """Seconds until ``/ready`` succeeds."""
        begun = time.monotonic()
        while time.monotonic() < begun + patience:
            with suppress(Lost):
                if Person(self.port).ask("GET", "/ready", timeout=5).status == 200:
                    return time.monotonic() - begun
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.1)
        raise AssertionError(f"not ready after {patience} s: {self.log.read_text()[-2000:]}")

    def processes(self) -> list[psutil.Process]:
        """The supervisor and its workers."""
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children()]

    def kill_program(self) -> None:
        assert self.process is not None
        found = self.processes()
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs(found, 10)

    def kill_database(self) -> None:
        """Kill every database process at once, as in a power failure of its machine."""
        found = embedded._server_processes(self.var_dir.resolve() / "pgdata")
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, 10)

    def cut_power(self) -> None:
        """Power failure of the machine: disk and processes at once. Then the disk is mounted again."""
        assert self.disk is not None
        self.disk.cut()
        self.kill_program()
        self.kill_database()
        self.disk.unmount()
        self.disk.mount()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        embedded.stop(self.var_dir)

    def memory(self) -> int:
        """Bytes of memory of supervisor and workers."""
        return sum(process.memory_info().rss for process in self.processes())

    def processor_time(self) -> float:
        """CPU seconds so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes())

    def run(self, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise Failed(f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done

    @contextmanager
    def database(self, name: str = embedded.DATABASE) -> Iterator["psycopg.Connection[Any]"]:
        host = str(embedded.socket_folder(self.var_dir))
        with psycopg.connect(host=host, user=embedded.ROLE, dbname=name, autocommit=True) as found:
            yield found

    def rows(self, question: str, *given: object) -> list[tuple[Any, ...]]:
        with self.database() as connection:
            return connection.execute(question, given).fetchall()

    def unlock(self) -> None:
        """As an administrator would: a sign-in cut off by a fault counts as a failed one."""
        with suppress(psycopg.Error), self.database() as connection:
            connection.execute("DELETE FROM units_allowance")

    def proof(self) -> str:
        """What ``verify_ledger`` finds wrong; empty if all agrees."""
        try:
            self.run("manage.py", "verify_ledger")
        except Failed as failed:
            return str(failed)
        return ""


@contextmanager
def running(
    folder: Path, disk: PowerDisk | None = None, quarters: int = 40, **environment: str
) -> Iterator[Site]:
    """A started site with its county, stopped at the end; optionally on a disk of its own."""
    site = Site(folder, **environment)
    site.disk = disk
    try:
        site.start()
        site.wait_until_ready()
        site.fill(quarters)
        yield site
    finally:
        site.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# --- a client like a browser -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes
    seconds: float = 0.0

    @property
    def is_away(self) -> bool:
        return self.status >= 500


@dataclass(slots=True)
class Person:
    """A person at a browser: stores cookies, sends forms."""

    port: int
    name: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> "Person":
        self.ask("GET", "/accounts/login/")
        self.cookies.pop("session", None)
        given = {"username": self.name, "password": PASSWORD}
        answer = self.ask("POST", "/accounts/login/", given)
        assert answer.status == 302, (self.name, answer.status, answer.body.decode()[:3000])
        return self

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any] | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        timeout: float = 60,
    ) -> Answer:
        """One request on its own connection. ``files`` are (field, name, content)."""
        headers = {"Host": "127.0.0.1", "Connection": "close", "Cookie": self._cookie()}
        body = None
        if fields is not None:
            headers["Content-Type"], body = encoded(self._with_token(fields), files)
        connection, begun = (
            HTTPConnection("127.0.0.1", self.port, timeout=timeout),
            time.monotonic(),
        )
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            raise Lost(str(error)) from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        location = response.headers.get("Location", "")
        return Answer(response.status, location, content, time.monotonic() - begun)

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _with_token(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"csrfmiddlewaretoken": self.cookies.get("csrf", ""), **fields}


def encoded(
    fields: Mapping[str, Any], files: Sequence[tuple[str, str, bytes]]
) -> tuple[str, bytes]:
    """Content type and body of a form."""
    if not files:
        return "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()
    parts = [
        f'--drill\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, file_name, content in files:
        head = f'--drill\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"'
        parts += [f"{head}\r\n\r\n".encode(), content, b"\r\n"]
    return "multipart/form-data; boundary=drill", b"".join([*parts, b"--drill--\r\n"])
