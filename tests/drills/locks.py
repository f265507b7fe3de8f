"""Holds a lock on one table after the other while people work, as a forgotten session does (17.7).

    python -m tests.drills locks                  four tables, ten seconds each
    python -m tests.drills locks --all --hold 20  every table of the program
    python -m tests.drills locks --break wait     without limits of time; the drill must notice

While a table is locked, every request must be answered: with its page if it does not need the table,
else as busy (503) within its limit. ``/live`` always answers; the log must name the session that
holds the lock; and all goes on when it lets go.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from ledger.database import embedded
from tests.drills.journal import missing
from tests.drills.site import Answer, Lost, Person, Site, running
from tests.drills.traffic import at_work
from units.ground.time_limits import PAGE

TABLES = ("projects_project", "ledger_receipt", "ledger_monthlyreport", "units_allowance")
NEEDS_NO_TABLE = ("/live", "/static/no-such-file.css", "/api/v1/openapi.json")
PAGES = ("/ranking/", "/projects/", "/receipts/", "/reports/", "/periods/", "/glossary/")
# Several statements of one page may each wait, and the machine may be busy.
SLOWEST = 3.0 * PAGE.lock + 5
BUSY = "等候已超时"
BREAKS = ("wait",)


@dataclass
class Findings:
    """What the drill saw: answers by table, and what was wrong."""

    wrong: list[str] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"17.7: {len(self.answers)} tables locked; {len(self.wrong)} wrong (goal 0)"]
        for table, seen in self.answers.items():
            busy = sum(answer.status == 503 for answer in seen)
            slowest = max((answer.seconds for answer in seen), default=0.0)
            lines.append(
                f"  {table}: {len(seen)} answers, {busy} busy, the slowest {slowest:.1f} s"
            )
        return "\n".join(lines)


def run(
    site: Site,
    tables: tuple[str, ...] = TABLES,
    *,
    hold: float = 8.0,
    broken: str = "",
    tell: Callable[[str], Any] = lambda line: None,
) -> Findings:
    findings = Findings()
    if broken == "wait":
        _without_limits(site)
    with at_work(site, 17) as traffic:
        if not traffic.gets_on(4):
            findings.wrong.append("nobody could work before")
        reader = Person(site.port, site.county["head"]).sign_in()
        for table in tables:
            findings.answers[table] = seen = []
            with locked(site, table) as pid:
                _ask_meanwhile(site, reader, seen, findings, hold)
            findings.wrong += _not_named(site, table, pid, seen)
            site.wait_until_ready()
            if not traffic.gets_on(4, patience=30):
                findings.wrong.append(f"after {table}: nobody could work again")
            tell(f"{table}: {len(seen)} answers")
    findings.wrong += missing(site, traffic.journal)
    return findings


@contextmanager
def locked(site: Site, table: str) -> Iterator[int]:
    """As ``BEGIN; LOCK TABLE ...`` in a terminal that somebody has left."""
    host = str(embedded.socket_folder(site.var_dir))
    options = "-c lock_timeout=60s -c idle_in_transaction_session_timeout=0 -c statement_timeout=0"
    with psycopg.connect(
        host=host, user=embedded.ROLE, dbname=embedded.DATABASE, options=options
    ) as session:
        session.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield session.info.backend_pid
        session.rollback()


def _ask_meanwhile(
    site: Site, reader: Person, seen: list[Answer], findings: Findings, hold: float
) -> None:
    """Two rounds at a time, so that threads stay free for what needs no table."""
    over = time.monotonic() + hold

    def ask(person: Person, paths: tuple[str, ...], is_free: bool) -> None:
        while time.monotonic() < over:
            for path in paths:
                try:
                    answer = person.ask("GET", path, timeout=SLOWEST)
                except Lost as lost:
                    findings.wrong.append(f"{path} was not answered: {lost}")
                    continue
                seen.append(answer)
                if answer.status >= 500 and (answer.status != 503 or is_free):
                    findings.wrong.append(f"{path} said {answer.status}")
            time.sleep(0.1)

    threads = [
        threading.Thread(target=ask, args=(reader, PAGES, False)),
        threading.Thread(target=ask, args=(Person(site.port), NEEDS_NO_TABLE, True)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _not_named(site: Site, table: str, pid: int, seen: list[Answer]) -> Iterator[str]:
    """The log names the session if anybody was told busy."""
    is_told = any(answer.status == 503 and BUSY in answer.body.decode() for answer in seen)
    if is_told and f"session {pid} " not in _log(site):
        said = [
            line[:200] for line in _log(site).splitlines() if " 503: " in line or "busy: " in line
        ]
        yield f"{table}: the log does not name session {pid}: {said[-5:]}"


def _log(site: Site) -> str:
    return site.log.read_text(errors="replace")


def _without_limits(site: Site) -> None:
    """As before there were limits: for new connections of the program."""
    with site.database() as connection:
        for name in PAGE.settings:
            connection.execute(
                f"ALTER ROLE {embedded.ROLE} IN DATABASE {embedded.DATABASE} SET {name} TO 0"
            )
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def tables_of(site: Site) -> tuple[str, ...]:
    found = site.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname ~ '^(units|projects|ledger)_' ORDER BY relname"
    )
    return tuple(str(name) for (name,) in found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="locks", description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="every table of the program")
    parser.add_argument("--hold", type=float, default=10.0, help="seconds")
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, running(Path(folder)) as site:
        findings = run(
            site,
            tables_of(site) if given.all else TABLES,
            hold=given.hold,
            broken=given.broken,
            tell=lambda line: print(line, flush=True),
        )
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong else 0
