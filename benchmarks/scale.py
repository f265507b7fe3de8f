"""The cost of database size: the same county among one and among thousands.

    SMALL=var/S LARGE=var/L python benchmarks/scale.py

Both folders hold databases of ``generate.py``. One process for each does the same, alternating call
by call: the league table's page and the league query with its buffers. On the large one also the
sums of a province and of the nation over two whole years, and the table of a region of 91 counties
with each unit's tier.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import date

import pages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rounds import Action, machine

from ledger.ranking.figures import unit_figures
from ledger.ranking.query import TableQuery
from ledger.regions.ranking import region_table
from ledger.regions.rollup import rollup
from ledger.rules.months import Month
from units.models import County

ROUNDS, TIMES = 5, 10
JUNE, DECEMBER = date(2012, 6, 30), date(2012, 12, 31)
PROVINCE, COUNTIES = (
    "1000",
    91,
)  # the first hundred codes of generate.py, and the number per province


class Folder:
    """A process that runs commands on the database of a folder and reports their times."""

    def __init__(self, folder: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--obey"],
            env=os.environ | {"VAR_DIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.buffers, self.actions = json.loads(self._answer())

    def ms(self, action: str) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{action}\n")
        self.process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith("> "):
            assert line, "the process has ended"
        return line.removeprefix("> ")

    def end(self) -> None:
        self.process.communicate()


def main() -> None:
    small, large = Folder(os.environ["SMALL"]), Folder(os.environ["LARGE"])
    print(machine())
    print(f"league query: {large.buffers} buffers in L, {small.buffers} in S")
    for action in large.actions:
        folders = [large, small] if action in small.actions else [large]
        found = [_round(folders, action) for _round_ in range(ROUNDS)]
        told = f"{action:32} L {_spread(row[0] for row in found)} ms"
        if small in folders:
            ratios = _spread(row[0] / row[1] for row in found)
            told += f"   S {_spread(row[1] for row in found)} ms   L/S {ratios}"
        print(told)
    for folder in (small, large):
        folder.end()


def _round(folders: list[Folder], action: str) -> list[float]:
    took = [[folder.ms(action) for folder in folders] for _time in range(TIMES)]
    return [statistics.median(column) for column in zip(*took, strict=True)]


def _spread(values: Iterable[float]) -> str:
    found = list(values)
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


# In the process of one folder


def obey() -> None:
    actions = _actions()
    for action in actions.values():
        action()
    counties = list(County.objects.order_by("code"))
    _tell(json.dumps([buffers(counties[len(counties) // 2]), list(actions)]))
    for line in sys.stdin:
        begun = time.perf_counter()
        actions[line.strip()]()
        _tell(str((time.perf_counter() - begun) * 1000))


def _tell(words: str) -> None:
    print(f"> {words}", flush=True)


def _actions() -> dict[str, Action]:
    pages.prepare(projects=False)
    client = pages.reader()
    counties = list(County.objects.order_by("code"))
    county = counties[len(counties) // 2]

    def page() -> None:
        pages.get(client, pages.LEAGUE)

    actions: dict[str, Action] = {"page, built": page, "league query": lambda: read(county)}
    if len(counties) > 1:
        region, table_query = counties[:COUNTIES], TableQuery(Month(2012, 6))
        actions |= {
            "sums of a province": lambda: rollup(PROVINCE, DECEMBER),
            "sums of the nation": lambda: rollup("", DECEMBER),
            "table of a region": lambda: region_table(region, table_query, JUNE, prefix=PROVINCE),
        }
    return actions


def read(county: County) -> None:
    unit_figures([county], JUNE, None, ())


def buffers(county: County) -> int:
    """Pages that the league query reads, from the plan of the second run."""
    with CaptureQueriesContext(connection) as queries:
        read(county)
    statement = queries[-1]["sql"]
    with connection.cursor() as cursor:
        for _run in range(2):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
            [(plan,)] = cursor.fetchall()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    top = plan[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


if __name__ == "__main__":
    obey() if "--obey" in sys.argv else main()
