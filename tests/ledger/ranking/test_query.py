"""What an address may wish of the league table."""

from datetime import datetime

import pytest

from ledger.ranking.query import TableQuery, moment_of, read
from ledger.rules.months import Month
from tests.builders import SHANGHAI, day

JUNE = Month(2012, 6)
TODAY = day("2026-01-31")


def parameter(as_of="", known_by="", *without):
    return read(JUNE, as_of, known_by, without)


def test_a_month_alone_means_its_last_day():
    assert parameter() == TableQuery(JUNE)
    assert parameter().day(TODAY) == day("2012-06-30")


def test_a_month_that_is_not_over_means_today():
    assert TableQuery(Month(2026, 1)).day(day("2026-01-12")) == day("2026-01-12")


def test_a_day_wins_over_the_month_within_its_year():
    assert parameter("2012-08-15").day(TODAY) == day("2012-08-15")
    assert parameter("2013-08-15").day(TODAY) == day("2012-06-30")


@pytest.mark.parametrize("junk", ["yesterday", "2012-02-30", "9999-99-99", "２０１２", "'", "\x00"])
def test_junk_is_no_wish(junk):
    """quality 27"""
    assert parameter(junk, junk, junk) == TableQuery(JUNE)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2012-07-01", datetime(2012, 7, 1, 23, 59, 59, 999999, SHANGHAI)),
        ("2012-07-01T08:30", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
        ("2012-07-01T00:30:00+00:00", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
        ("2012-07-01T08:30:00 08:00", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_moment_of_knowledge_is_the_countys_time(text, moment):
    assert moment_of(text) == moment


def test_known_exclusions_are_kept_and_others_dropped():
    assert parameter("", "", "resource,nonsense", "carry_over").without == {
        "resource",
        "carry_over",
    }
