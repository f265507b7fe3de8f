"""Where a step stands: a table of days, one either side of each edge."""

from datetime import date

import pytest

from projects.service.deadlines import Progress, standing

TODAY = date(2012, 6, 30)


@pytest.mark.parametrize(
    ("due_on", "done_on", "progress", "days"),
    [
        ("2012-06-29", None, Progress.OVERDUE, 1),
        ("2011-06-30", None, Progress.OVERDUE, 366),
        ("2012-06-30", None, Progress.SOON, 0),
        ("2012-07-07", None, Progress.SOON, 7),
        ("2012-07-08", None, Progress.OPEN, 8),
        ("2012-06-20", "2012-06-20", Progress.DONE, 0),
        ("2012-06-20", "2012-06-01", Progress.DONE, 19),
        ("2012-06-20", "2012-06-21", Progress.LATE, 1),
        ("2012-08-20", "2012-06-21", Progress.DONE, 60),
    ],
)
def test_a_step_is_overdue_from_the_day_after_its_due_day(due_on, done_on, progress, days):
    done = date.fromisoformat(done_on) if done_on else None

    found = standing(date.fromisoformat(due_on), done, TODAY)

    assert (found.progress, found.days) == (progress, days)


def test_the_same_step_stands_otherwise_on_another_day():
    due_on = date(2012, 6, 30)

    assert standing(due_on, None, date(2012, 6, 30)).progress is Progress.SOON
    assert standing(due_on, None, date(2012, 7, 1)).progress is Progress.OVERDUE
