"""What the size of the database costs: the same county among one and among thousands.

    SMALL=var/S LARGE=var/L python benchmarks/scale.py

Both folders hold databases of ``generate.py``. In turn, each in a process of its own, it measures the
league query (buffers and time) and the league table's page; on the large one also the sums of a province
and of the nation with those of the year before, at a month's end and within a month, and the table of a
region of 91 counties, which has each unit's tier.
"""

import json
import os
import subprocess
import sys
from datetime import date

import pages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rounds import machine, rounds

from ledger import kept
from ledger.asked import Asked
from ledger.league import credited_in
from ledger.months import Month
from ledger.regions import region_table
from ledger.rollup import rollup
from units.models import County

ROUNDS, TIMES = 5, 10
JUNE, WITHIN = date(2012, 6, 30), date(2012, 6, 14)
PROVINCE, COUNTIES = (
    "1000",
    91,
)  # the first hundred codes of generate.py, and how many a province has


def main() -> None:
    folders = {"S": os.environ["SMALL"], "L": os.environ["LARGE"]}
    print(machine())
    found: dict[str, list[dict[str, float]]] = {name: [] for name in folders}
    for _round in range(ROUNDS):
        for name, folder in folders.items():
            command = [sys.executable, __file__, "--one"]
            environment = os.environ | {"VAR_DIR": folder}
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            )
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    for what in found["L"][0]:
        large = [one[what] for one in found["L"]]
        small = [one.get(what) for one in found["S"]]
        told = f"{what:28} L {median(large):9.2f} ({min(large):.2f} to {max(large):.2f})"
        if None not in small:
            ratios = [mine / base for mine, base in zip(large, small, strict=True)]
            told += f"  S {median(small):9.2f}  L/S {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(told)


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def measure_one() -> None:
    """In the process of one folder: figures as a line of JSON."""
    pages.prepare(projects=False)
    client = pages.reader()
    counties = list(County.objects.order_by("code"))
    county = counties[len(counties) // 2]

    def page() -> None:
        kept.pages.clear()
        pages.get(client, pages.LEAGUE)

    found = {"league query, buffers": buffers(county)}
    deeds = {"page, ms": page, "league query, ms": lambda: read(county)}
    took = rounds(deeds, 1, TIMES)
    if len(counties) > 1:
        region = counties[:COUNTIES]
        took |= rounds(
            {
                "sums of a province, ms": lambda: rollup(PROVINCE, JUNE),
                "  within a month, ms": lambda: rollup(PROVINCE, WITHIN),
                "sums of the nation, ms": lambda: rollup("", JUNE),
                "  of it within a month, ms": lambda: rollup("", WITHIN),
                "table of a region, ms": lambda: region_table(
                    region, Asked(Month(2012, 6)), JUNE, prefix=PROVINCE
                ),
            },
            1,
            5,
        )
    print(json.dumps(found | {name: seconds[0] * 1000 for name, seconds in took.items()}))


def read(county: County) -> None:
    credited_in([county], JUNE, None, frozenset())


def buffers(county: County) -> float:
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
    return float(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


if __name__ == "__main__":
    measure_one() if "--one" in sys.argv else main()
