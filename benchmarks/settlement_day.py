"""Settlement day: clerks, leaders, exports and sign-ins against the started program.

    python benchmarks/settlement_day.py                           one minute (quality 45)
    python benchmarks/settlement_day.py --minutes 30              soak: prints how the memory grew
    python benchmarks/settlement_day.py --slow 500                with 500 slow sockets on it (quality 46)
    python benchmarks/settlement_day.py --cost                    CPU of each request, one at a time

``--cost`` gives the share of two cores that the day needs, valid also on a busy machine.

200 clerks read their account, enter a receipt and read it again, each about every thirty
seconds; 30 leaders refresh the league table every ten; 5 settlement workbooks are downloaded a
minute; 100 people sign in a minute. The county has 98 units, three years and 10,200 entries.
Clients and server share the machine.
"""

import argparse
import contextlib
import json
import os
import random
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from servers import slow_sockets  # noqa: E402

from ledger.database import embedded  # noqa: E402
from tests.drills.site import PASSWORD, Lost, Person, Site  # noqa: E402

CLERKS, LEADERS, EXPORTS, SIGN_INS = 200, 30, 5, 100
ACCOUNTS = 40  # of clerks; five share the session of each
GOALS = {"table": 0.3, "sign-in": 1.0}
GOAL, GOAL_99 = 0.5, 1.5


class Day:
    """Everybody at once until the end; the time of each request by kind."""

    def __init__(self, site: Site, minutes: float) -> None:
        self.site, self.minutes = site, minutes
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.memory: list[int] = []
        self.end = 0.0

    def run(self) -> None:
        clerks = [self.person(f"clerk{number}").sign_in() for number in range(ACCOUNTS)]
        leaders = [self.person(f"leader{number}").sign_in() for number in range(3)]
        self.end = time.monotonic() + 60 * self.minutes
        crowd = [
            self.every(30, number, self.clerk(clerks[number % ACCOUNTS], number))
            for number in range(CLERKS)
        ]
        crowd += [
            self.every(10, 1_000 + number, self.leader(leaders[number % 3]))
            for number in range(LEADERS)
        ]
        crowd += [
            self.every(60, 2_000 + number, self.export(leaders[number % 3]))
            for number in range(EXPORTS)
        ]
        crowd += [
            self.every(60, 3_000 + number, self.sign_in(number)) for number in range(SIGN_INS)
        ]
        crowd.append(threading.Thread(target=self.watch))
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()

    def person(self, name: str) -> Person:
        return Person(self.site.port, name)

    def every(self, seconds: float, number: int, action: Callable[[], None]) -> threading.Thread:
        """A thread that starts at its own moment and then repeats at its own pace."""
        chance = random.Random(number)

        def work() -> None:
            time.sleep(chance.uniform(0, seconds))
            while time.monotonic() < self.end:
                begun = time.monotonic()
                action()
                time.sleep(max(0, begun + seconds * chance.uniform(0.7, 1.3) - time.monotonic()))

        return threading.Thread(target=work)

    def query(self, kind: str, person: Person, method: str, path: str, *given: object) -> str:
        """One timed request; anything but a page, a file or a redirect is an error."""
        begun = time.monotonic()
        try:
            answer = person.ask(method, path, *given)
        except Lost as lost:
            self.errors.append(f"{kind}: {lost}")
            return ""
        self.times[kind].append(time.monotonic() - begun)
        if answer.status not in (200, 302):
            self.errors.append(f"{kind}: {answer.status}")
        return answer.location

    def clerk(self, person: Person, number: int) -> Callable[[], None]:
        project = self.site.county["projects"][number % ACCOUNTS]
        turns = iter(range(10**9))

        def action() -> None:
            turn = next(turns) % 3
            if turn == 0:
                self.query("page", person, "GET", f"/projects/{project}/")
            elif turn == 1:
                key = str(uuid.uuid4())
                typed = {"key": key, "received_on": "2012-05-15", "amount": "1.5", "note": ""}
                typed |= {"kind": "construction", "voucher_no": key, "action": "submit"}
                address = f"/projects/{project}/receipts/new/"
                where = self.query("submit", person, "POST", address, typed)
                if where:
                    self.query("page", person, "GET", where)
            else:
                self.query("page", person, "GET", "/receipts/")

        return action

    def leader(self, person: Person) -> Callable[[], None]:
        return lambda: [self.query("table", person, "GET", "/ranking/2012-06/"), None][1]

    def export(self, person: Person) -> Callable[[], None]:
        return lambda: [self.query("export", person, "GET", "/ranking/2012-06.xlsx"), None][1]

    def sign_in(self, number: int) -> Callable[[], None]:
        def action() -> None:
            person = self.person(f"clerk{number % ACCOUNTS}")
            self.query("page", person, "GET", "/accounts/login/")
            typed = {"username": person.name, "password": PASSWORD}
            self.query("sign-in", person, "POST", "/accounts/login/", typed)

        return action

    def watch(self) -> None:
        while time.monotonic() < self.end:
            self.memory.append(self.site.memory())
            time.sleep(1)

    def cost(self, turns: int = 10) -> Iterator[str]:
        """Each request alone: its CPU time in the server and in the database."""
        clerk, leader = self.person("clerk0").sign_in(), self.person("leader0").sign_in()
        visit = self.clerk(clerk, 0)
        actions: dict[str, tuple[float, Callable[[], None]]] = {
            "clerk's turn": (CLERKS / 30, visit),
            "table": (LEADERS / 10, self.leader(leader)),
            "export": (EXPORTS / 60, self.export(leader)),
            "sign-in": (SIGN_INS / 60, self.sign_in(0)),
        }
        needed = 0.0
        for name, (per_second, action) in actions.items():
            action()
            before = self.processors()
            for _turn in range(turns):
                action()
            each = (self.processors() - before) / turns
            needed += each * per_second
            yield f"{name}: {each * 1000:.0f} ms of CPU, {per_second:.2f} a second"
        yield f"the day needs {needed:.2f} of 2 cores; {len(self.errors)} errors"

    def processors(self) -> float:
        """CPU seconds so far, of the server and its database."""
        found = embedded._server_processes(self.site.var_dir.resolve() / "pgdata")
        busy = sum(sum(process.cpu_times()[:2]) for process in found)
        return busy + self.site.processor_time()

    # --- the report

    def lines(self) -> Iterator[str]:
        yield "| request | count | p50 ms | p95 ms | p99 ms | goal p95 | kept |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for kind, times in sorted(self.times.items()):
            goal = GOALS.get(kind, GOAL)
            p50, p95, p99 = (percentile(times, part) for part in (0.5, 0.95, 0.99))
            kept = kind == "export" or p95 < goal
            wanted = "-" if kind == "export" else f"{goal * 1000:.0f}"
            cells = [kind, len(times), *(f"{x * 1000:.0f}" for x in (p50, p95, p99)), wanted]
            yield "| " + " | ".join(map(str, [*cells, "yes" if kept else "NO"])) + " |"
        yield f"errors: {len(self.errors)}"
        yield from (f"  {count} x {error}" for error, count in Counter(self.errors).items())
        # Compare moments without a password hash, which takes 19 MiB.
        fifth = max(1, len(self.memory) // 5)
        first, last = min(self.memory[fifth : 2 * fifth] or self.memory), min(self.memory[-fifth:])
        grown = 100 * (last - first) / first
        yield (
            f"memory of the server: {first / 1e6:.0f} MB in the second fifth of the time, "
            f"{last / 1e6:.0f} MB in the last ({grown:+.1f} %), at most {max(self.memory) / 1e6:.0f} MB"
        )


def percentile(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--cost", action="store_true", help="CPU of each request, one at a time")
    parser.add_argument("--slow", type=int, default=0, help="slow sockets that hang on the server")
    given = parser.parse_args()
    with TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        site = Site(Path(name), LOG_LEVEL="WARNING")
        stack.callback(site.stop)
        site.start()
        site.wait_until_ready()
        site.county = json.loads(
            site.run(str(ROOT / "benchmarks" / "settlement_county.py")).stdout.splitlines()[-1]
        )
        day = Day(site, given.minutes)
        if given.cost:
            print("\n".join(day.cost()))
            return 0
        if given.slow:
            stack.enter_context(slow_sockets(site.port, given.slow))
        day.run()
    print(
        f"{time.strftime('%Y-%m-%d %H:%M')}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
    )
    print("\n".join(day.lines()))
    return 1 if day.errors else 0


if __name__ == "__main__":
    sys.exit(main())
