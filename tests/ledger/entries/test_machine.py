"""A machine plays clerks, verifiers, the head and the leader against a ledger in plain Python.

The reference knows nothing of the program: integers of fen, lists and dictionaries, its own split,
its own tiers and ranks. ``MACHINE_EXAMPLES=10000 MACHINE_STEPS=50`` runs it as long as one likes.
"""

import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.entries import posting, submission
from ledger.models import Entry, Period, Receipt, Settlement
from ledger.quarter import closing, proof
from ledger.quarter.checks import ADVISORY
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from ledger.ranking.summaries import Summary, computed
from ledger.regions.rollup import rollup
from projects.models import CreditShare
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verifier,
    set_target,
)
from units.ground.refusal import Refusal

START = datetime(2013, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2013, 1, 5)
ENDS = {1: date(2012, 3, 31), 2: date(2012, 6, 30), 3: date(2012, 9, 30), 4: date(2012, 12, 31)}
NAMES = ("甲镇", "乙镇", "丙镇")
SPLITS = ((10_000,), (6_000, 4_000), (3_333, 3_333, 3_334), (1, 9_999))
WORD = "已核对原始凭证"
# Shrinking a failing run takes minutes; it is worth them only when somebody waits for it.
SHRINK = (Phase.shrink,) if os.environ.get("MACHINE_SHRINK") else ()
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, *SHRINK)


def fen(amount):
    return int(amount * 100)


def parts_of(amount, shares):
    """Largest remainder, by sorting: an independent reading of rule 8."""
    exact = {unit: Fraction(amount * points, 10_000) for unit, points in shares}
    whole = {unit: value.numerator // value.denominator for unit, value in exact.items()}
    order = sorted(exact, key=lambda unit: (whole[unit] - exact[unit], list(exact).index(unit)))
    for unit in order[: amount - sum(whole.values())]:
        whole[unit] += 1
    return {unit: part for unit, part in whole.items() if part}


class Reference:
    """The ledger as a clerk with a pencil keeps it."""

    def __init__(self):
        self.entries = []  # [unit, fen, counted_on, posted_at, receipt, is_live]
        self.closed = set()
        self.announced = {}
        self.targets = []  # (unit, fen, effective_on)
        self.shares = {}

    def counted(self, day):
        quarter = (day.month + 2) // 3
        while quarter in self.closed:
            quarter += 1
            day = date(2012, 3 * quarter - 2, 1) if quarter <= 4 else date(2013, 1, 1)
            if quarter > 4:
                return day
        return day

    def post(self, receipt, amount, day, shares, at):
        counted = self.counted(day)
        for unit, part in parts_of(amount, shares).items():
            self.entries.append([unit, part, counted, at, receipt, True])

    def reverse(self, entry, at):
        entry[5] = False
        unit, part, counted, _at, receipt, _live = entry
        self.entries.append([unit, -part, self.counted(counted), at, receipt, False])

    def received(self, as_of, known_by):
        sums = dict.fromkeys(NAMES, 0)
        for unit, part, counted, at, _receipt, _live in self.entries:
            if date(2012, 1, 1) <= counted <= as_of and at <= known_by:
                sums[unit] += part
        return sums

    def table(self, as_of, known_by):
        """Unit -> (fen, tier, rank), by the rules of docs/rules.md."""
        sums = self.received(as_of, known_by)
        owed = {}
        for unit, amount, effective_on in self.targets:
            if effective_on <= as_of:
                owed[unit] = amount
        shares = {
            unit: Fraction(sums[unit], owed[unit]) for unit in owed if owed[unit] and sums[unit] > 0
        }
        return {
            unit: (
                sums[unit],
                self.tier(sums[unit], owed.get(unit), as_of),
                1 + sum(other > shares[unit] for other in shares.values())
                if unit in shares
                else None,
            )
            for unit in NAMES
        }

    @staticmethod
    def tier(received, target, as_of):
        if not target:
            return "no_target"
        if received <= 0:
            return "no_funds"
        if received >= target:
            return "completed"
        return "on_schedule" if 12 * received >= as_of.month * target else "behind"


class Office(RuleBasedStateMachine):
    receipts = Bundle("receipts")

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        self.reference = Reference()
        self.made = {}

    def teardown(self):
        try:
            assert [*proof.findings(proof.Scope())] == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @initialize()
    def open_office(self):
        self.county = make_county()
        self.head = make_head(self.county)
        self.verifiers = [make_verifier(self.county) for _ in range(2)]
        self.units = {name: make_unit(self.county, name) for name in NAMES}
        self.clerks = {name: make_clerk(unit) for name, unit in self.units.items()}
        self.projects = {}
        for name, unit in self.units.items():
            self.projects[name] = make_project(
                unit, signed="2012-01-01", introduced=10**6, total=10**6
            )
            self.reference.shares[name] = [(name, 10_000)]

    def tick(self):
        self.now += timedelta(minutes=1)
        return self.now

    def attempt(self, expected, action):
        """Do a deed that the reference allows, or see it refused where the reference does not."""
        if expected:
            return action()
        with pytest.raises(Refusal), transaction.atomic():
            action()
        return None

    @rule(
        target=receipts,
        name=st.sampled_from(NAMES),
        amount=st.integers(1, 10**9),
        day=st.dates(date(2012, 1, 1), date(2012, 12, 31)),
    )
    def clerk_submits(self, name, amount, day):
        draft = self.draft(name, amount, day)
        receipt = submission.submit(draft, by=self.clerks[name], at=self.tick(), today=TODAY)
        again = submission.submit(draft, by=self.clerks[name], at=self.tick(), today=TODAY)
        assert again.pk == receipt.pk
        self.made[receipt.pk] = (name, amount, day)
        return receipt.pk

    def draft(self, name, amount, day, **fields):
        return submission.Draft(
            project=self.projects[name],
            received_on=day,
            amount=Decimal(amount) / 100,
            kind="construction",
            voucher_no="凭证",
            **fields,
        )

    @rule(receipt=receipts, by=st.integers(0, 1))
    def verifier_verifies(self, receipt, by):
        stored = Receipt.objects.get(pk=receipt)
        waiting = stored.state == "submitted"
        at = self.tick()
        done = self.attempt(
            waiting,
            lambda: acting.verify(receipt, stored.version, by=self.verifiers[by], at=at, word=WORD),
        )
        if done:
            name, amount, day = self.made[receipt]
            self.reference.post(receipt, amount, day, self.reference.shares[name], at)

    @rule(receipt=receipts)
    def verifier_confirms_a_version_he_has_not_seen(self, receipt):
        stored = Receipt.objects.get(pk=receipt)
        self.attempt(
            False,
            lambda: acting.verify(
                receipt, stored.version + 1, by=self.head, at=self.tick(), word=WORD
            ),
        )

    @rule(receipt=receipts)
    def verifier_returns(self, receipt):
        stored = Receipt.objects.get(pk=receipt)
        self.attempt(
            stored.state == "submitted",
            lambda: posting.send_back(
                receipt, stored.version, "请补凭证", by=self.verifiers[0], at=self.tick()
            ),
        )

    @rule(receipt=receipts, amount=st.integers(1, 10**9))
    def clerk_changes_and_submits_again(self, receipt, amount):
        stored = Receipt.objects.get(pk=receipt)
        name, _amount, day = self.made[receipt]
        open_ = stored.state in ("submitted", "returned")
        done = self.attempt(
            open_,
            lambda: submission.change(
                receipt,
                stored.version,
                self.draft(name, amount, day, key=stored.key),
                submitting=True,
                by=self.clerks[name],
                at=self.tick(),
                today=TODAY,
            ),
        )
        if done:
            self.made[receipt] = (name, amount, day)

    @rule(receipt=receipts)
    def clerk_withdraws(self, receipt):
        stored = Receipt.objects.get(pk=receipt)
        name = self.made[receipt][0]
        self.attempt(
            stored.state in ("submitted", "returned", "withdrawn"),  # twice is once
            lambda: submission.withdraw(
                receipt, stored.version, by=self.clerks[name], at=self.tick()
            ),
        )

    @precondition(lambda self: self.reference.entries)
    @rule(pick=st.integers(0, 10**6))
    def head_reverses(self, pick):
        chosen = pick % len(self.reference.entries)
        stored = Entry.objects.order_by("id")[chosen]
        mine = self.reference.entries[chosen]
        assert (stored.unit.name, fen(stored.amount)) == (mine[0], mine[1])
        at = self.tick()
        if self.attempt(mine[5], lambda: acting.reverse(stored.pk, "更正", by=self.head, at=at)):
            for entry in [e for e in self.reference.entries if e[4] == mine[4] and e[5]]:
                self.reference.reverse(entry, at)

    @rule(name=st.sampled_from(NAMES), split=st.sampled_from(SPLITS))
    def bureau_changes_the_shares(self, name, split):
        order = [name, *(other for other in NAMES if other != name)][: len(split)]
        project = self.projects[name]
        with transaction.atomic():
            project.shares.all().delete()
            CreditShare.objects.bulk_create(
                CreditShare(project=project, unit=self.units[unit], basis_points=part, order=place)
                for place, (unit, part) in enumerate(zip(order, split, strict=True))
            )
        self.reference.shares[name] = list(zip(order, split, strict=True))

    @rule(receipt=receipts)
    def head_posts_again_by_the_present_shares(self, receipt):
        name, amount, day = self.made[receipt]
        shares = self.reference.shares[name]
        live = [e for e in self.reference.entries if e[4] == receipt and e[5]]
        verified = Receipt.objects.get(pk=receipt).state == "verified"
        differs = {e[0]: e[1] for e in live} != parts_of(amount, shares)
        at = self.tick()
        if self.attempt(
            verified and differs,
            lambda: acting.repost(receipt, "份额变更", by=self.head, at=at),
        ):
            for entry in live:
                self.reference.reverse(entry, at)
            self.reference.post(receipt, amount, day, shares, at)

    @rule(
        name=st.sampled_from(NAMES),
        amount=st.integers(0, 10**6),
        month=st.integers(1, 12),
    )
    def head_sets_a_target(self, name, amount, month):
        effective_on = date(2012, month, 1)
        assume(all(e <= effective_on for u, _a, e in self.reference.targets if u == name))
        set_target(self.units[name], amount, effective_on=effective_on.isoformat(), at=self.tick())
        self.reference.targets.append((name, amount * 10_000 * 100, effective_on))

    @rule(by=st.integers(0, 1))
    def bureau_closes_the_next_quarter(self, by):
        quarter = len(self.reference.closed) + 1
        assume(quarter <= 4)
        period, _ = Period.objects.get_or_create(county=self.county, year=2012, quarter=quarter)
        acting.close(period.pk, by=self.verifiers[by], at=self.tick(), known=ADVISORY)
        self.attempt(
            False,
            lambda: acting.confirm(
                period.pk, by=self.verifiers[by], at=self.tick(), known=ADVISORY
            ),
        )
        settlement = acting.confirm(period.pk, by=self.head, at=self.tick(), known=ADVISORY)
        self.reference.closed.add(quarter)
        self.reference.announced[settlement.pk] = self.reference.table(ENDS[quarter], self.now)

    @precondition(lambda self: self.reference.closed)
    @rule()
    def bureau_reopens_the_last_quarter(self):
        quarter = max(self.reference.closed)
        period = Period.objects.get(county=self.county, year=2012, quarter=quarter)
        acting.propose_reopening(period.pk, "漏报", by=self.head, at=self.tick())
        acting.reopen(period.pk, by=self.verifiers[0], at=self.tick())
        closing.end_review(period.pk, by=self.head, at=self.tick())
        self.reference.closed.remove(quarter)

    @rule(quarter=st.integers(1, 4), back=st.integers(0, 30))
    def leader_reads_the_table_as_known_then(self, quarter, back):
        known_by = self.now - timedelta(minutes=back)
        table = league_table(self.county, ENDS[quarter], known_by)
        assert computed([self.county], ENDS[quarter], known_by) == [Summary.of(table)]

        expected = self.reference.received(ENDS[quarter], known_by)
        assert {row.name: fen(row.received) for row in table.rows} == expected

    @rule(day=st.dates(date(2012, 1, 1), date(2012, 12, 31)))
    def province_adds_up_the_year(self, day):
        expected = sum(self.reference.received(day, self.now).values())
        sums = rollup("61", day).total.sums
        assert fen(sums.received) == fen(sums.new) == expected

    @invariant()
    def tables_agree(self):
        if not hasattr(self, "projects"):
            return
        for end in ENDS.values():
            table = league_table(self.county, end)
            assert self.seen(table) == self.reference.table(end, self.now)

    @invariant()
    def what_was_announced_stays(self):
        for pk, announced in self.reference.announced.items():
            assert self.seen(announced_table(Settlement.objects.get(pk=pk))) == announced

    @staticmethod
    def seen(table):
        return {row.name: (fen(row.received), row.tier, row.rank) for row in table.rows}


@pytest.mark.django_db
def test_a_hundred_deeds_agree_with_the_ledger_kept_by_pencil():
    """quality 37"""
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=int(os.environ.get("MACHINE_EXAMPLES", "12")),
            stateful_step_count=int(os.environ.get("MACHINE_STEPS", "30")),
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
