"""Takes the database away under traffic, in four ways, and gives it back (quality 42).

    python -m tests.drills restart                two rounds
    python -m tests.drills restart --rounds 20
    python -m tests.drills restart --break hold   keeps all connections taken; the drill must notice

The server is restarted; idle and working connections are cut; a foreign client takes every
connection; and all database processes are suspended. Errors may appear from the start of an outage
to five seconds after it, each as the page that says so. ``/live`` must answer all the time;
``/ready`` must fail while connections were taken and while the database was suspended.
"""

import argparse
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg

from ledger.database import embedded
from tests.drills.journal import Journal, missing
from tests.drills.site import Lost, Person, Site, running
from tests.drills.traffic import at_work

GRACE = 5.0  # seconds after an outage in which errors may still appear
LIVE_WITHIN = 30.0  # only a busy machine takes long; the longest is printed
BREAKS = ("hold",)


@dataclass
class Findings:
    """What the drill saw."""

    journal: Journal
    wrong: list[str] = field(default_factory=list)
    outages: list[tuple[str, float, float]] = field(default_factory=list)
    live: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"42: {len(self.outages)} outages, {len(self.journal.away)} requests refused in them; "
            f"{self.journal}; /live answered {len(self.live)} times, at most after "
            f"{max(self.live, default=0):.2f} s; {len(self.wrong)} wrong (goal 0)"
        )


def run(
    site: Site,
    rounds: int = 2,
    *,
    seed: int = 42,
    broken: str = "",
    actions: int = 8,
    tell: Callable[[str], Any] = lambda line: None,
) -> Findings:
    with at_work(site, seed) as traffic:
        findings = Findings(traffic.journal)
        with _asking_live(site, findings):
            for _round in range(rounds):
                for outage in (restarted, cut, taken, frozen):
                    if not traffic.gets_on(actions):
                        findings.wrong.append(f"before {outage.__name__}: nobody could work")
                    _suffer(site, findings, outage, broken)
                tell(str(findings))
            traffic.gets_on(actions, patience=20)
    findings.wrong += [*_late_errors(findings), *traffic.journal.odd]
    findings.wrong += missing(site, traffic.journal)
    return findings


def _suffer(site: Site, findings: Findings, outage: Any, broken: str) -> None:
    begun = time.monotonic()
    with outage(site) as ends:
        said_no = ends and _says_no(site)
        if broken == "hold" and outage is taken:
            findings.outages.append(("held", begun, time.monotonic()))
            time.sleep(GRACE + 3)
    site.wait_until_ready()
    findings.outages.append((outage.__name__, begun, time.monotonic()))
    if ends and not said_no:
        findings.wrong.append(f"{outage.__name__}: /ready did not say no")


def _says_no(site: Site) -> bool:
    """Whether ``/ready`` fails within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(Lost):
            if Person(site.port).ask("GET", "/ready", timeout=10).status == 503:
                return True
    return False


def _late_errors(findings: Findings) -> Iterator[str]:
    outages = [(begun, ended + GRACE) for _kind, begun, ended in findings.outages]
    late = [
        begun
        for begun, ended in findings.journal.away
        if not any(begun <= over and ended >= since for since, over in outages)
    ]
    if late:
        yield f"{len(late)} errors outside of every outage and its {GRACE:.0f} s"


@contextmanager
def _asking_live(site: Site, findings: Findings) -> Iterator[None]:
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            try:
                answer = Person(site.port).ask("GET", "/live", timeout=LIVE_WITHIN)
                findings.live.append(answer.seconds)
                if answer.status != 200:
                    findings.wrong.append(f"/live said {answer.status}")
            except Lost as lost:
                findings.wrong.append(f"/live did not answer: {lost}")

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# --- the outages; each yields whether /ready must notice it -----------------------------------------


@contextmanager
def restarted(site: Site) -> Iterator[bool]:
    """An orderly stop; the program starts the embedded server again by itself."""
    for process in _processes(site):
        if embedded._is_postmaster(process):
            process.send_signal(signal.SIGINT)
            psutil.wait_procs([process], 30)
    yield False


@contextmanager
def cut(site: Site) -> Iterator[bool]:
    with site.database() as connection:
        for _turn in range(5):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            time.sleep(0.2)
    yield False


@contextmanager
def taken(site: Site) -> Iterator[bool]:
    """A foreign client takes every connection, also those of the program."""
    held: list[psycopg.Connection[Any]] = []
    try:
        [(most,)] = site.rows("SELECT current_setting('max_connections')::int")
        while len(held) < most:
            try:
                held.append(_connection(site))
            except psycopg.OperationalError:
                held[0].execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
                    [[each.info.backend_pid for each in held]],
                )
        yield True
    finally:
        for each in held:
            each.close()


@contextmanager
def frozen(site: Site) -> Iterator[bool]:
    stopped = _processes(site)
    for process in stopped:
        process.suspend()
    try:
        yield True
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _connection(site: Site) -> "psycopg.Connection[Any]":
    host = str(embedded.socket_folder(site.var_dir))
    return psycopg.connect(
        host=host, user=embedded.ROLE, dbname=embedded.DATABASE, autocommit=True, connect_timeout=5
    )


def _processes(site: Site) -> list[psutil.Process]:
    return embedded._server_processes(site.var_dir.resolve() / "pgdata")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="restart", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, running(Path(folder)) as site:
        findings = run(
            site,
            given.rounds,
            seed=given.seed,
            broken=given.broken,
            tell=lambda line: print(line, flush=True),
        )
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong else 0
