"""Short fault drills on one copy of the program: what they find, and that they can fail."""

import itertools
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.drills import chaos, full, kill, locks, restart
from tests.drills.journal import Journal, missing
from tests.drills.site import Site, running


@pytest.fixture(scope="module")
def disks():
    """The site's folder with its small disks.

    Not pytest's own: another pytest run closes that one to the database's account.
    """
    with TemporaryDirectory() as name, ExitStack() as stack:
        yield Path(name), full.prepared(stack, Path(name))


@pytest.fixture(scope="module")
def site(disks):
    folder, small = disks
    with running(folder, TMPDIR=str(small["temp"])) as started:
        yield started


def test_nothing_acknowledged_is_lost_by_a_kill_of_the_program_or_of_the_database(site: Site):
    """quality 39"""
    findings = kill.run(site, moments=2, actions=5, migrations=False)

    assert findings.wrong == []
    assert findings.journal.acknowledged() >= 2 * 5


def test_a_database_that_tells_commits_too_early_is_found(site: Site):
    """quality 50: the drill can fail."""
    findings = kill.run(site, moments=20, actions=5, broken="lazy", kinds=("database",))

    assert [line for line in findings.wrong if "acknowledged" in line]


def test_a_database_taken_away_is_told_as_that_and_comes_back(site: Site):
    """quality 42"""
    findings = restart.run(site, rounds=1, actions=3)

    assert findings.wrong == []
    assert len(findings.outages) == 4


def test_a_lock_that_somebody_forgot_is_told_as_busy_and_stops_nothing_else(site: Site):
    findings = locks.run(site, ("ledger_monthlyreport", "projects_project"), hold=8)

    assert findings.wrong == []
    assert any(answer.status == 503 for seen in findings.answers.values() for answer in seen)


def test_a_disk_that_is_full_is_told_and_work_goes_on_when_there_is_room(site: Site, disks):
    """quality 41: evidence, uploads, temporary files, log and data, as far as root may."""
    findings = full.run(site, disks[1])

    assert findings.wrong == []
    assert len(findings.seen) == len(disks[1])


def test_the_same_seed_gives_the_same_faults():
    """quality 38"""

    def faults(seed):
        return list(itertools.islice(chaos.schedule(seed), 20))

    assert faults(5) == faults(5) != faults(6)


def test_a_journal_with_a_promise_that_was_not_kept_is_found(site: Site):
    """quality 50"""
    journal = Journal(verified={0}, closed={0}, imported={"none": 3}, tried={"none": 3})

    assert len(missing(site, journal)) == 3
