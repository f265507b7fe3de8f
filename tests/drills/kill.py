"""Kills program, database or machine at seeded moments while people work (quality 39, 40).

    python -m tests.drills kill                          20 moments
    python -m tests.drills kill --moments 200 --seed 7   long
    python -m tests.drills kill --break lazy             commits are acknowledged before they are on disk
    python -m tests.drills kill --break half             imports are committed piece by piece
    python -m tests.drills kill --power                  the machine loses power, as root only
    python -m tests.drills kill --power --break lazy

At each moment either the program or every process of the database is killed with SIGKILL; every
eighth is a kill of ``migrate`` on a database of its own. With ``--power`` everything is on an
ext4 of its own that is shut down without a flush (as xfstests does), so what was not synced is
lost. Prints what was acknowledged and is missing, half-done imports, and the seconds until
``/ready``. Both breaks must make the drill fail.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.drills.journal import Journal, missing
from tests.drills.site import ROOT, SERVE, Site, running
from tests.drills.traffic import at_work
from tests.drills.volumes import PowerDisk

LONGEST = {"program": 15.0, "database": 60.0, "power": 60.0}
BREAKS = ("lazy", "half")
MIGRATING = "migrating"


@dataclass
class Findings:
    """What the drill saw."""

    journal: Journal
    wrong: list[str] = field(default_factory=list)
    ready: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in LONGEST})
    migrations: int = 0

    @property
    def late(self) -> list[str]:
        return [kind for kind, limit in LONGEST.items() if max(self.ready[kind], default=0) > limit]

    def __str__(self) -> str:
        ready = "; ".join(
            f"{kind} killed {len(times)} times, ready again in at most {max(times, default=0):.1f} s"
            f" (goal {LONGEST[kind]:.0f})"
            for kind, times in self.ready.items()
            if times
        )
        number = "40" if self.ready["power"] else "39"
        return (
            f"{number}: {self.journal}; {len(self.wrong)} wrong (goal 0), "
            f"{len(self.journal.odd)} odd answers (goal 0, counted as wrong at the end); {ready}; "
            f"migrations killed {self.migrations}"
        )


def run(
    site: Site,
    moments: int = 20,
    *,
    seed: int = 39,
    broken: str = "",
    actions: int = 12,
    kinds: tuple[str, ...] = ("program", "database"),
    migrations: bool = True,
    tell: Callable[[str], Any] = lambda line: None,
) -> Findings:
    """Run the drill on a started site; ``actions`` are acknowledged between two moments."""
    chance = random.Random(seed)
    site.program = ("-m", "tests.drills.broken", "half") if broken == "half" else SERVE
    if broken == "half":
        site.kill_program()
        site.start()
        site.wait_until_ready()
    with at_work(site, seed) as traffic:
        findings = Findings(traffic.journal)
        make_lazy(site, broken == "lazy")
        for moment in range(moments):
            if not traffic.gets_on(actions):
                findings.wrong.append(f"before moment {moment}: nobody could work")
            if broken == "half":
                traffic.importing.wait(300)
            time.sleep(chance.uniform(0.5, 1))
            kind = kinds[moment % len(kinds)] if moment < len(kinds) else chance.choice(kinds)
            findings.ready[kind].append(_killed(site, kind))
            findings.wrong += missing(site, traffic.journal.so_far())
            if migrations and moment % 8 == 7:
                findings.wrong += kill_migration(site, chance)
                findings.migrations += 1
            tell(str(findings))
            if broken and findings.wrong:
                break
        if not broken:
            traffic.gets_on(actions)
            findings.wrong += traffic.idle()
    findings.wrong += traffic.journal.odd + missing(site, traffic.journal)
    make_lazy(site, False)
    if not broken:
        findings.wrong += [*_unswept(site), *filter(None, [site.proof()])]
    return findings


def _killed(site: Site, kind: str) -> float:
    if kind == "database":
        site.kill_database()
    else:
        {"program": site.kill_program, "power": site.cut_power}[kind]()
        site.start()
    return site.wait_until_ready()


def _unswept(site: Site) -> list[str]:
    """Temporary uploads that a later start leaves behind, and final files that it deletes."""
    two_days_ago = time.time() - 2 * 24 * 3600
    for file in _files(site):
        os.utime(file, (two_days_ago, two_days_ago))
    site.kill_program()
    site.start()
    site.wait_until_ready()
    named = {sha256 for (sha256,) in site.rows("SELECT sha256 FROM ledger_evidence")}
    stored = {file.name for file in _files(site)}
    return [f"unlike its rows: evidence {name}" for name in sorted(stored ^ named)]


def _files(site: Site) -> list[Path]:
    return [file for file in (site.var_dir / "evidence").rglob("*") if file.is_file()]


def kill_migration(site: Site, chance: random.Random) -> list[str]:
    """Kill ``migrate`` on an empty database, run it again, and compare with the expected result."""
    with site.database("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {MIGRATING} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {MIGRATING}")
    host = site.var_dir.resolve() / "pgdata"
    url = {"DATABASE_URL": f"postgresql://jiaozhang@/{MIGRATING}?host={host}"}
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    process = subprocess.Popen(command, cwd=ROOT, env=site.environment | url)
    time.sleep(chance.uniform(1.0, 5.0))
    process.kill()
    process.wait()
    site.run("manage.py", "migrate", "-v0", **url)
    question = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    with site.database(MIGRATING) as connection:
        made = connection.execute(question).fetchall()
    return [] if made == site.rows(question) else ["the interrupted migration left another schema"]


def make_lazy(site: Site, is_lazy: bool) -> None:
    with site.database() as connection:
        for line in (
            f"ALTER SYSTEM SET synchronous_commit = {'off' if is_lazy else 'on'}",
            f"ALTER SYSTEM SET wal_writer_delay = '{10 if is_lazy else 0.2}s'",
            "SELECT pg_reload_conf()",
        ):
            connection.execute(line)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kill", description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=39)
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="")
    parser.add_argument("--power", action="store_true", help="cut the power of the machine")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder, disk = Path(name), None
        if given.power:
            disk = PowerDisk(folder / "disk.image", folder / "var", 1_000)
            stack.callback(disk.remove)
        quarters = max(40, 4 * (given.moments // 2))  # more than are closed before the last moment
        site = stack.enter_context(running(folder, disk, quarters))
        findings = run(
            site,
            given.moments,
            seed=given.seed,
            broken=given.broken,
            kinds=("power",) if given.power else ("program", "database"),
            tell=lambda line: print(line, flush=True),
        )
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong or findings.late else 0
