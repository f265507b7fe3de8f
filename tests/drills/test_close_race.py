"""A short race of entries against a close: what the drill finds, and that it can fail."""

import pytest

from tests.drills import close_race

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_announced_total_differs_from_its_entries():
    """quality 34"""
    findings = close_race.run(closes=15, writers=16)

    assert findings.wrong == []
    assert findings.outcomes["closed"] == findings.closes == 15
    assert findings.outcomes["next quarter"]
    assert not [name for name in findings.outcomes if name.startswith(("refused", "failed"))]
    assert findings.longest < close_race.PATIENCE


def test_neither_does_one_that_binds_what_was_seen():
    """quality 34"""
    findings = close_race.run(closes=2, writers=6, is_bound=True)

    assert findings.wrong == []
    assert findings.outcomes["closed"] == 2


def test_neither_does_one_at_the_strictest_isolation():
    """quality 34"""
    findings = close_race.run(closes=2, writers=6, isolation="serializable")

    assert findings.wrong == []
    assert findings.outcomes["closed"] == 2


@pytest.mark.parametrize("fault", close_race.FAULTS)
def test_either_lock_alone_keeps_the_totals(fault):
    """quality 34"""
    assert close_race.run(closes=3, writers=16, without=(fault,)).wrong == []


def test_without_both_locks_the_drill_finds_wrong_totals():
    """quality 50: the drill can fail."""
    assert close_race.run(closes=30, writers=16, without=close_race.FAULTS).wrong
