"""An hour of a county office in which everything fails at times (quality 38).

    python -m tests.drills chaos                           two minutes
    python -m tests.drills chaos --minutes 60 --seed 5     long
    python -m tests.drills chaos --break lazy              must find lost commits

A hundred clerks work while a schedule drawn from the seed kills the program or the database, cuts
connections, suspends the database, and moves the program's clock by a day. The same seed gives the
same people, amounts, faults and pauses. Acknowledged actions are recorded outside of the site and
compared at the end.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.drills import restart
from tests.drills.journal import Journal, missing
from tests.drills.kill import make_lazy
from tests.drills.site import SERVE, Site, running
from tests.drills.traffic import at_work

CLERKS = 100
BREAKS = ("lazy",)
DAY = 24 * 3600


@dataclass
class Findings:
    """What the drill saw."""

    journal: Journal
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return (
            f"38: faults: {faults}; {self.journal}; {len(self.journal.away)} requests without an "
            f"answer or refused for the time being; {len(self.wrong)} wrong (goal 0)"
        )


def schedule(seed: int) -> Iterator[tuple[float, str, float]]:
    """Endless: a pause in seconds, a fault, and its strength."""
    chance = random.Random(f"chaos {seed}")
    while True:
        kind = chance.choices(list(FAULTS), weights=[3, 3, 4, 4, 2])[0]
        yield chance.uniform(2, 12), kind, chance.uniform(-1, 1)


def run(
    site: Site,
    minutes: float = 2,
    *,
    seed: int = 38,
    broken: str = "",
    clerks: int = CLERKS,
    tell: Callable[[str], Any] = lambda line: None,
) -> Findings:
    site.program = SERVE
    make_lazy(site, broken == "lazy")
    with at_work(site, seed, clerks=clerks) as traffic:
        findings, end = Findings(traffic.journal), time.monotonic() + 60 * minutes
        for pause, kind, measure in schedule(seed):
            if not traffic.gets_on(1):
                findings.wrong.append(f"before a fault ({kind}): nobody could work")
            time.sleep(pause)
            if time.monotonic() > end:
                break
            FAULTS[kind](site, measure)
            site.wait_until_ready()
            findings.faults[kind] += 1
            tell(str(findings))
    make_lazy(site, False)
    findings.wrong += traffic.journal.odd + missing(site, traffic.journal)
    if not broken and (said := site.proof()):
        findings.wrong.append(said)
    return findings


# --- the faults -----------------------------------------------------------------------------------


def kill_program(site: Site, measure: float) -> None:
    site.kill_program()
    site.start()


def kill_database(site: Site, measure: float) -> None:
    site.kill_database()


def cut_connections(site: Site, measure: float) -> None:
    with restart.cut(site):
        pass


def delay(site: Site, measure: float) -> None:
    with restart.frozen(site):
        time.sleep(abs(measure) * 4)


def move_clock(site: Site, measure: float) -> None:
    """Restart the program with its clock up to a day off."""
    site.kill_program()
    site.program = ("-m", "tests.drills.broken", "clock", str(round(measure * DAY)))
    site.start()


FAULTS: dict[str, Callable[[Site, float], None]] = {
    "program killed": kill_program,
    "database killed": kill_database,
    "connections cut": cut_connections,
    "database still": delay,
    "clock moved": move_clock,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=38)
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, running(Path(folder)) as site:
        findings = run(
            site,
            given.minutes,
            seed=given.seed,
            broken=given.broken,
            tell=lambda line: print(line, flush=True),
        )
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong else 0
