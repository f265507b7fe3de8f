"""The cost of a verification relative to a bare durable INSERT, and a settlement day's crowd.

    VAR_DIR=var/bench python benchmarks/writes.py

(1) ``acting.verify`` (a project with three shares, the chain, the trail, the doubts compared with
a county's three years) and one INSERT with its own commit, in turn. The INSERT is the disk's part,
the verification that plus the computing. (2) 200 clerks submit and 5 verifiers verify in one county
at once, each on their own connection; failed actions are counted. ``rush.py`` does the same through
the started program. Fills an empty database with the county of ``generate.py``.
"""

import itertools
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django  # noqa: E402

django.setup()

import generate  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.db.models.functions import Mod  # noqa: E402
from rounds import machine, rounds, table  # noqa: E402

from ledger.entries import submission  # noqa: E402
from ledger.models import Receipt  # noqa: E402
from projects.models import Project  # noqa: E402
from tests import acting, builders  # noqa: E402
from units.models import County, Unit, User  # noqa: E402

ROUNDS, TIMES = 5, 20
CLERKS, VERIFIERS, EACH = 200, 5, 1
AT_ONCE = 20  # as many requests as two servers run at once; the others queue
NOON, TODAY = builders.moment("2012-05-12"), builders.day("2012-06-01")


def main() -> None:
    call_command("migrate", verbosity=0)
    if not County.objects.exists():
        generate.fill(1, copies=False)
    # Rows posted by an earlier run stay, and with them the names of its people.
    builders._serial = itertools.count(int(time.time() * 1000))
    print(machine())
    county = County.objects.get()
    project = shared_project(county)
    compare(project, builders.make_verifier(county))
    crowd(project)


def shared_project(county: County) -> Project:
    units = list(Unit.objects.filter(county=county)[:3])
    return builders.make_project(
        units[0], shares=dict(zip(units, (5_000, 3_000, 2_000), strict=True))
    )


def compare(project: Project, verifier: User) -> None:
    clerk = builders.make_clerk(project.lead_unit)
    waiting = [
        builders.make_receipt(project, f"10.{number:04}", by=clerk)
        for number in range(ROUNDS * TIMES + 1)
    ]

    def verify() -> None:
        receipt = waiting.pop()
        acting.verify(receipt.pk, receipt.version, by=verifier, at=NOON, word="已核对")

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, word text)"
        )

        def insert() -> None:
            cursor.execute("INSERT INTO bench_bare (word) VALUES ('已核对')")

        found = rounds({"bare durable INSERT": insert, "verification": verify}, ROUNDS, TIMES)
        cursor.execute("DROP TABLE bench_bare")
    table("A verification with three shares", found)


def crowd(project: Project) -> None:
    """The clerks submit while the verifiers take what is there."""
    clerks = [builders.make_clerk(project.lead_unit) for _clerk in range(CLERKS)]
    verifiers = [builders.make_verifier(project.county) for _verifier in range(VERIFIERS)]
    outcomes: Counter[str] = Counter()
    turn, entered = threading.Semaphore(AT_ONCE), threading.Event()

    def submit(clerk: User) -> None:
        with turn:
            draft = builders.draft(project, 7)
            told(
                outcomes,
                "submitted",
                lambda: submission.submit(draft, by=clerk, at=NOON, today=TODAY),
            )

    def verify(place: int, verifier: User) -> None:
        while not entered.is_set() or mine(project, place).exists():
            for receipt in mine(project, place)[:10]:
                word = {"by": verifier, "at": NOON, "word": "已核对"}
                action = partial(acting.verify, receipt.pk, receipt.version, **word)
                told(outcomes, "verified", action)
        connection.close()

    begun = time.monotonic()
    working = [threading.Thread(target=submit, args=[clerk]) for clerk in clerks]
    checking = [threading.Thread(target=verify, args=pair) for pair in enumerate(verifiers)]
    for thread in (*working, *checking):
        thread.start()
    for thread in working:
        thread.join()
    entered.set()
    for thread in checking:
        thread.join()
    print(
        f"\n{CLERKS} clerks and {VERIFIERS} verifiers of one county at once: {dict(outcomes)}, "
        f"{time.monotonic() - begun:.1f} s"
    )


def mine(project: Project, place: int) -> QuerySet[Receipt]:
    """The verifier's own part of the queue."""
    waiting = Receipt.objects.filter(project=project, state=Receipt.State.SUBMITTED)
    return waiting.annotate(turn=Mod("pk", VERIFIERS)).filter(turn=place)


def told(outcomes: Counter[str], word: str, action: Callable[[], object]) -> None:
    try:
        action()
        outcomes[word] += 1
    except Exception as error:
        outcomes[f"failed: {type(error).__name__}"] += 1
    finally:
        if word == "submitted":
            connection.close()


if __name__ == "__main__":
    main()
