"""The race of entries against a close (quality 34): writers enter, correct and withdraw meanwhile.

    python -m tests.drills close_race                            1,000 closes, 16 writers
    python -m tests.drills close_race --isolation serializable
    python -m tests.drills close_race --without trigger verb     shows that the drill can fail

After each close, and once more at the end, every announced total is compared with the entries, per
unit and for the county, and the announced length of the chain with the chain. ``--without`` removes
a lock: the trigger's FOR SHARE, the posting function's FOR NO KEY UPDATE, or both. Closings are
confirmed blindly, since one that is bound to what was seen waits until nobody writes any more, and
so tests no lock; ``--bound`` confirms as people do.
"""

import argparse
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from django.db import IntegrityError, OperationalError, connection
from django.db.models import Sum
from django.utils import timezone
from psycopg import IsolationLevel

from ledger.entries import locks, posting, proposals, submission
from ledger.models import Entry, Period, Receipt, Settlement
from ledger.quarter.checks import ADVISORY
from tests import acting
from tests.builders import (
    draft,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
)
from units.ground.refusal import Conflict, Refusal

FIRST_YEAR = 1990
QUARTERS_OF_A_COUNTY = 40
PATIENCE = 5.0  # seconds that a writer may wait
TRIES = 40
FAULTS = ("trigger", "verb")


@dataclass
class Findings:
    """What the drill saw."""

    closes: int = 0
    wrong: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    retries: int = 0

    def __str__(self) -> str:
        seen = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        return (
            f"34: {self.closes} closes, {len(self.wrong)} wrong totals (goal 0), "
            f"longest wait {self.longest:.2f} s (goal {PATIENCE:.0f}), {self.retries} retries; "
            f"writers: {seen}"
        )


class Office:
    """A county whose quarters are closed one after the other."""

    def __init__(self, serial: int) -> None:
        self.county = make_county(f"{600_000 + serial}", f"演练县{serial}")
        self.head, self.verifier = make_head(self.county), make_verifier(self.county)
        lead, other = (make_unit(self.county, name, order=1) for name in ("甲镇", "乙局"))
        self.clerk = make_clerk(lead)
        self.project = make_project(
            lead,
            signed=f"{FIRST_YEAR - 1}-12-31",
            shares={lead: 6_000, other: 4_000},
            total=10**7,
            introduced=10**7,
        )


class Round:
    """One quarter: the writers' work, and the close that runs among them."""

    def __init__(self, office: Office, number: int, writers: int) -> None:
        self.office = office
        year, quarter = FIRST_YEAR + number // 4, number % 4 + 1
        self.day = date(year, 3 * quarter - 1, 15)
        make_verified(office.project, 10, self.day.isoformat(), by=office.verifier)
        period = Period.objects.get(county=office.county, year=year, quarter=quarter)
        self.period = period
        self.jobs = [self._job(place) for place in range(writers)]
        acting.close(period.pk, by=office.verifier, at=timezone.now(), known=ADVISORY)

    def _job(self, place: int) -> Callable[[], str]:
        """Of each four writers two verify, one corrects, one withdraws and enters anew."""
        receipt = make_receipt(self.office.project, 11 + place, self.day.isoformat(), at=_now())
        kinds = (self.verify, self.correct, self.verify, self.enter_anew)
        return lambda: kinds[place % 4](receipt)

    def verify(self, receipt: Receipt) -> str:
        people = {"by": self.office.verifier, "at": _now()}
        verified = as_it_stands(
            lambda: acting.verify(receipt.pk, receipt.version, **people, word="已核对")
        )
        return "in" if verified.counted_on <= self.period.ends_on else "next quarter"

    def correct(self, receipt: Receipt) -> str:
        self.verify(receipt)
        entry = posting.live_entries(receipt).first()
        as_it_stands(lambda: self.reverse(receipt, entry))
        return "corrected"

    def reverse(self, receipt: Receipt, entry: Entry) -> None:
        """Confirm what was proposed before the figures changed, if it still can be confirmed."""
        with suppress(Conflict):
            acting.confirm_proposal(receipt, by=self.office.head, at=_now())
            return
        people = {"by": self.office.verifier, "second": self.office.head}
        acting.reverse(entry.pk, "演练冲销", **people, at=_now())

    def enter_anew(self, receipt: Receipt) -> str:
        submission.withdraw(receipt.pk, receipt.version, by=receipt.entered_by, at=_now())
        given = draft(self.office.project, 500, self.day.isoformat())
        entered = submission.submit(
            given, by=self.office.verifier, at=_now(), today=self.day + timedelta(days=99)
        )
        people = {"by": self.office.head, "at": _now()}
        as_it_stands(lambda: acting.verify(entered.pk, entered.version, **people, word="已核对"))
        return "entered anew"

    def confirm(self) -> str:
        people = {"first": self.office.verifier, "second": self.office.head}
        acting.close_at_last(self.period.pk, **people, at=_now(), known=ADVISORY)
        return "closed"


def run(
    closes: int = 1_000,
    writers: int = 16,
    *,
    without: tuple[str, ...] = (),
    is_bound: bool = False,
    isolation: str = "read committed",
    seed: int = 34,
    tell: Callable[[str], Any] = lambda line: None,
) -> Findings:
    """Run the drill on the current database and return its findings."""
    findings, chance = Findings(), random.Random(seed)
    with ExitStack() as stack:
        for fault in without:
            stack.enter_context(SEEDED[fault]())
        if not is_bound:
            stack.enter_context(blindly())
        pool = stack.enter_context(ThreadPoolExecutor(writers + 1))
        stack.enter_context(_connections(pool, writers + 1, isolation))
        for number in range(closes):
            if number % QUARTERS_OF_A_COUNTY == 0:
                office = Office(number // QUARTERS_OF_A_COUNTY)
            _race(Round(office, number % QUARTERS_OF_A_COUNTY, writers), pool, chance, findings)
            if without and findings.wrong:
                break  # it has shown what it was to show
            if (number + 1) % 50 == 0:
                tell(str(findings))
    findings.wrong += [f"at the end: {line}" for line in map(_difference, _settlements()) if line]
    return findings


def _race(round_: Round, pool: ThreadPoolExecutor, chance: random.Random, into: Findings) -> None:
    gate = threading.Barrier(len(round_.jobs) + 1)
    delay = chance.uniform(0, 0.02 * len(round_.jobs))
    jobs = [*round_.jobs, lambda: (time.sleep(delay), round_.confirm())[1]]
    chance.shuffle(jobs)
    for outcome, waited, retries in pool.map(lambda job: _timed(job, gate), jobs):
        into.outcomes[outcome] += 1
        into.longest = max(into.longest, waited)
        into.retries += retries
    into.closes += 1
    if line := _difference(Settlement.objects.get(period=round_.period)):
        into.wrong.append(line)


def as_it_stands(action: Callable[[], Any]) -> Any:
    """Look once more and try again while others change what was seen."""
    for _attempt in range(TRIES):
        with suppress(Conflict):
            return action()
    return action()


def _timed(job: Callable[[], str], gate: threading.Barrier) -> tuple[str, float, int]:
    """Run a job when all are ready; retry if the database asks for it."""
    gate.wait()
    started = time.perf_counter()
    for tries in range(TRIES):
        try:
            outcome = job()
            break
        except Refusal as refusal:
            outcome = f"refused ({type(refusal).__name__})"
            break
        except (OperationalError, IntegrityError) as error:
            outcome = f"failed ({type(error.__cause__).__name__})"
            time.sleep(0.002 * tries)
    return outcome, time.perf_counter() - started, tries


def _settlements() -> Iterator[Settlement]:
    yield from Settlement.objects.select_related("period").order_by("pk")


def _difference(settlement: Settlement) -> str:
    """How a settlement differs from the entries of its year up to its quarter, or nothing."""
    period = settlement.period
    entries = Entry.objects.filter(
        county=period.county_id,
        period__year=period.year,
        period__quarter__lte=period.quarter,
        is_adjustment=False,  # of an earlier year, so no part of what is announced of this one
    ).order_by()
    by_unit = dict(entries.values_list("unit").annotate(Sum("amount")))
    announced = dict(settlement.lines.values_list("unit", "received"))
    length = period.entries.count()
    if settlement.received != sum(by_unit.values()):
        return f"{period}: announced {settlement.received}, entries {sum(by_unit.values())}"
    if any(announced.get(unit) != amount for unit, amount in by_unit.items()):
        return f"{period}: the lines of units differ from their entries"
    if settlement.chain_length != length:
        return f"{period}: announced {settlement.chain_length} entries, there are {length}"
    return ""


def _now() -> Any:
    return timezone.now()


# Connections


@contextmanager
def _connections(pool: ThreadPoolExecutor, count: int, isolation: str) -> Iterator[None]:
    """One connection per thread of the pool, at the given isolation, closed at the end."""
    level = IsolationLevel[isolation.upper().replace(" ", "_")]
    everybody = threading.Barrier(count)

    def begin(_place: int) -> None:
        everybody.wait()
        connection.ensure_connection()
        connection.connection.isolation_level = level

    def end(_place: int) -> None:
        everybody.wait()
        connection.close()

    list(pool.map(begin, range(count)))
    try:
        yield
    finally:
        list(pool.map(end, range(count)))


@contextmanager
def blindly() -> Iterator[None]:
    """Proposals are confirmed whatever changed since they were seen."""
    with (
        patch.object(proposals, "demand_seen", lambda *_seen: None),
        patch.object(proposals, "stands", lambda *_proposal: True),
    ):
        yield


# Seeded faults


@contextmanager
def without_trigger_lock() -> Iterator[None]:
    """The trigger reads the quarter's state without FOR SHARE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc"
            " WHERE prosrc LIKE '%%ledger_period WHERE id = NEW.period_id FOR SHARE%%'"
        )
        [(sound,)] = cursor.fetchall()
        cursor.execute(sound.replace("NEW.period_id FOR SHARE", "NEW.period_id"))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sound)


@contextmanager
def without_verb_lock() -> Iterator[None]:
    """Posting checks whether the quarter is closed, without a lock."""

    def for_posting(county_id: int, day: date) -> Period:
        while True:
            period = locks._row(county_id, day)
            if period.state != Period.State.CLOSED:
                return period
            day = period.ends_on + timedelta(days=1)

    with patch.object(locks, "for_posting", for_posting):
        yield


SEEDED = {"trigger": without_trigger_lock, "verb": without_verb_lock}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="close_race", description=__doc__.partition("\n")[0])
    parser.add_argument("--closes", type=int, default=1_000)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--without", nargs="*", choices=FAULTS, default=[])
    parser.add_argument(
        "--isolation", choices=["read committed", "serializable"], default="read committed"
    )
    parser.add_argument("--bound", action="store_true", help="confirm only what was seen")
    parser.add_argument("--seed", type=int, default=34)
    given = parser.parse_args(arguments)
    findings = run(
        given.closes,
        given.writers,
        without=tuple(given.without),
        is_bound=given.bound,
        isolation=given.isolation,
        seed=given.seed,
        tell=lambda line: print(line, flush=True),
    )
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong or findings.longest > PATIENCE else 0
