"""What the size of the database costs: the same county among one and among thousands.

    SMALL=var/S LARGE=var/L python benchmarks/scale.py

Both folders hold databases of ``generate.py``. In turn, each in a process of its own, it measures the
league query (buffers and time), the league table's page, and on the large one the roll-up of a
province (its table as the page shows it) and of the nation (the sums of every county).
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

from ledger import asked, kept
from ledger.league import credited_in
from ledger.months import Month
from ledger.regions import region_table
from units.models import County

ROUNDS, TIMES = 5, 10
NATION = """
    SELECT county_id, sum(amount) FROM ledger_entry
    WHERE counted_on BETWEEN '2012-01-01' AND '2012-06-30' GROUP BY county_id
"""


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

    def page() -> None:
        kept.pages.clear()
        pages.get(client, pages.LEAGUE)

    found = {"league query, buffers": buffers(counties[len(counties) // 2])}
    took = rounds({"page, ms": page}, 1, TIMES)
    if len(counties) > 1:
        province = counties[: len(counties) // 31]
        wishes, today = asked.Asked(Month(2012, 6)), Month(2012, 6).last_day

        def nation() -> None:
            with connection.cursor() as cursor:
                cursor.execute(NATION)
                assert len(cursor.fetchall()) == len(counties)

        took |= rounds(
            {
                "province's table, ms": lambda: region_table(province, wishes, today, prefix="10"),
                "sums of the nation, ms": nation,
            },
            1,
            3,
        )
    print(json.dumps(found | {name: seconds[0] * 1000 for name, seconds in took.items()}))


def buffers(county: County) -> float:
    """Pages that the league query reads, from the plan of the second run."""
    with CaptureQueriesContext(connection) as queries:
        credited_in([county], date(2012, 6, 30), None, frozenset())
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
