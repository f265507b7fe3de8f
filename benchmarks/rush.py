"""The last hour before the close: 200 clerks enter receipts and 5 verifiers verify them.

    python benchmarks/rush.py                  each clerk enters one receipt: 200 and 200 actions
    python benchmarks/rush.py --each 10        ten each: 2,000 and 2,000 actions

Against the started program, through its forms. Nobody waits between two actions, so the load is
higher than on any real day. An action that is not confirmed is an error; at the end every
receipt must be verified and posted once, and the whole ledger must verify.
"""

import argparse
import contextlib
import json
import queue
import re
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from rounds import machine  # noqa: E402
from settlement_day import ACCOUNTS, CLERKS, percentile  # noqa: E402

from tests.drills.site import Answer, Lost, Person, Site  # noqa: E402

VERIFIERS = 5
DONE = "SELECT count(*) FROM ledger_receipt WHERE state = 'verified' AND voucher_no LIKE 'rush-%%'"
POSTED = """
    SELECT count(*) FROM ledger_entry entry JOIN ledger_receipt receipt ON receipt.id = receipt_id
    WHERE voucher_no LIKE 'rush-%%'
"""


class Rush:
    """Both groups of people, and the time of each action."""

    def __init__(self, site: Site, each: int) -> None:
        self.site, self.each = site, each
        self.waiting: queue.Queue[str | None] = queue.Queue()
        self.times: dict[str, list[float]] = {"entered": [], "verified": []}
        self.errors: list[str] = []

    def run(self) -> None:
        clerks = [self.person(f"clerk{number}") for number in range(ACCOUNTS)]
        verifiers = [self.person(f"verifier{number}") for number in range(VERIFIERS)]
        gate = threading.Barrier(CLERKS)
        entering = [
            threading.Thread(target=self.enter, args=(gate, clerks[n % ACCOUNTS], n))
            for n in range(CLERKS)
        ]
        verifying = [threading.Thread(target=self.verify, args=[person]) for person in verifiers]
        for thread in (*entering, *verifying):
            thread.start()
        for thread in entering:
            thread.join()
        for _verifier in verifiers:
            self.waiting.put(None)
        for thread in verifying:
            thread.join()

    def person(self, name: str) -> Person:
        return Person(self.site.port, name).sign_in()

    def enter(self, gate: threading.Barrier, clerk: Person, number: int) -> None:
        project = self.site.county["projects"][number % ACCOUNTS]
        gate.wait()
        for turn in range(self.each):
            typed = {"key": str(uuid.uuid4()), "received_on": "2012-05-15", "note": ""}
            typed |= {"amount": f"{number + 1}.{turn:02}", "kind": "construction"}
            typed |= {"voucher_no": f"rush-{number}-{turn}", "action": "submit"}
            answer = self.query("entered", clerk, f"/projects/{project}/receipts/new/", typed)
            if answer is not None:
                [receipt] = re.findall(r"/receipts/(\d+)/", answer.location)
                self.waiting.put(receipt)

    def verify(self, verifier: Person) -> None:
        while (receipt := self.waiting.get()) is not None:
            typed = {"version": "1", "word": "已核对"}
            self.query("verified", verifier, f"/receipts/{receipt}/verify/", typed)

    def query(self, kind: str, person: Person, path: str, typed: dict[str, str]) -> Answer | None:
        """Send one form; returns the answer if the action was done, else notes an error."""
        begun = time.monotonic()
        try:
            answer = person.ask("POST", path, typed, timeout=300)
        except Lost as lost:
            self.errors.append(f"{kind}: {lost}")
            return None
        self.times[kind].append(time.monotonic() - begun)
        if answer.status != 302:
            self.errors.append(f"{kind}: {answer.status}")
            return None
        return answer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=1, help="receipts of each clerk")
    each = parser.parse_args().each
    with TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        site = Site(Path(name), LOG_LEVEL="WARNING")
        stack.callback(site.stop)
        site.start()
        site.wait_until_ready()
        filled = site.run(str(ROOT / "benchmarks" / "settlement_county.py"))
        site.county = json.loads(filled.stdout.splitlines()[-1])
        print(machine())
        rush, begun = Rush(site, each), time.monotonic()
        rush.run()
        seconds = time.monotonic() - begun
        [(done,)], [(posted,)] = site.rows(DONE), site.rows(POSTED)
        proof = site.proof()
    print(f"{CLERKS} clerks and {VERIFIERS} verifiers of one county at once: {seconds:.1f} s")
    for kind, times in rush.times.items():
        p50, p95 = (percentile(times, part) * 1000 for part in (0.5, 0.95))
        print(f"  {kind}: {len(times)} in {seconds:.1f} s, p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    print(f"  {done} verified receipts, {posted} entries; {len(rush.errors)} errors")
    for error, count in Counter(rush.errors).items():
        print(f"  {count} x {error}")
    print(proof or "  verify_ledger: all agrees")
    wanted = CLERKS * each
    return 0 if (done, posted, rush.errors, proof) == (wanted, wanted, [], "") else 1


if __name__ == "__main__":
    sys.exit(main())
