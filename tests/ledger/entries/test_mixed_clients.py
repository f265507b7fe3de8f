"""Many people at once doing different things to the same projects: no deadlock, no lost fen.

``MIXED_CLIENTS=64 MIXED_MINUTES=10`` runs it long, and says how many deeds there were.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import Sum

from ledger.entries import submission
from ledger.models import Entry, Period, Receipt
from ledger.quarter import proof
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
)
from units.ground.refusal import Refusal

APRIL = moment("2012-04-10")
TODAY = day("2012-04-10")
CLIENTS = int(os.environ.get("MIXED_CLIENTS", "8"))
MINUTES = float(os.environ.get("MIXED_MINUTES", "0"))
LEAST_TURNS = 12


class Crowd:
    """Two towns that share two projects, and people with twelve deeds each, or as many as they can."""

    def __init__(self):
        self.county = make_county()
        self.head = make_head(self.county)
        units = [make_unit(self.county, name) for name in ("甲镇", "乙镇")]
        self.projects = [
            make_project(units[0], shares={units[0]: 6_000, units[1]: 4_000}),
            make_project(units[1], shares={units[1]: 5_000, units[0]: 5_000}),
        ]
        self.clerks = [make_clerk(unit) for unit in units]
        self.verifiers = [make_verifier(self.county) for _ in range(4)]
        for project in self.projects:
            for _ in range(6):
                make_verified(project, 10, "2012-03-05")
        self.errors, self.start = [], threading.Barrier(CLIENTS)
        self.done: Counter[str] = Counter()

    def person(self, number):
        actions = (self.submit, self.verify, self.reverse, self.repost)
        self.start.wait()
        for turn in turns():
            action = actions[(number + turn) % 4]
            try:
                action(number, turn, APRIL + timedelta(seconds=turn))
                self.done[action.__name__] += 1
            except Refusal:
                self.done["refused"] += 1
            except Exception as error:  # anything else is what this test looks for
                self.errors.append(error)
        connections.close_all()

    def submit(self, number, turn, at):
        received = ("2012-03-20", "2012-04-02")[turn % 2]
        entered = draft(self.projects[number % 2], 5, received)
        submission.submit(entered, by=self.clerks[number % 2], at=at, today=TODAY)

    def verify(self, number, turn, at):
        by = self.verifiers[number % 4]
        if waiting := Receipt.objects.filter(state="submitted").first():
            acting.verify(waiting.pk, waiting.version, by=by, at=at, word="已核对")

    def reverse(self, number, turn, at):
        standing = Entry.objects.filter(kind="credit", reversed_by__isnull=True)
        if entry := standing.order_by("-id" if turn % 2 else "id").first():
            acting.reverse(entry.pk, "更正", by=self.verifiers[number % 4], at=at)

    def repost(self, number, turn, at):
        by = self.verifiers[number % 4]
        if turn == 7:
            period = Period.objects.get(county=self.county, quarter=1)
            acting.close(period.pk, by=by, at=at, known=range(1, 9))
            acting.confirm(period.pk, by=self.head, at=at, known=range(1, 9))
        elif receipt := Receipt.objects.filter(state="verified").order_by("?").first():
            acting.repost(receipt.pk, "更正", by=by, at=at)


def turns() -> Iterator[int]:
    end, turn = time.monotonic() + MINUTES * 60, 0
    while turn < LEAST_TURNS or time.monotonic() < end:
        yield turn
        turn += 1


@pytest.mark.django_db(transaction=True)
def test_mixed_deeds_end_without_a_deadlock_and_the_ledger_proves():
    """quality 36, quality 1: what is refused is refused with a sentence, never by the database."""
    crowd = Crowd()
    people = [threading.Thread(target=crowd.person, args=[number]) for number in range(CLIENTS)]

    for thread in people:
        thread.start()
    for thread in people:
        thread.join()

    print(dict(crowd.done))
    assert crowd.errors == []
    assert list(proof.findings(proof.Scope())) == []
    live = Entry.objects.filter(kind="credit", reversed_by__isnull=True)
    assert live.aggregate(all=Sum("amount")) == Entry.objects.aggregate(all=Sum("amount"))
