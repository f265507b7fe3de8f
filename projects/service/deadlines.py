"""Whether a step of service with a time limit (限时办结) is overdue on a day, and by how many days.

Imports no Django and reads no clock. The result is never stored: it changes from day to day.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Days before the due day from which a step is marked as due soon.
SOON = 7


class Progress(StrEnum):
    """Members are in the order of urgency."""

    OVERDUE = "overdue"
    SOON = "soon"
    OPEN = "open"
    LATE = "late"
    DONE = "done"


OPEN_ENDED = (Progress.OVERDUE, Progress.SOON, Progress.OPEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """``days`` is never negative: days late if overdue or done late, else days left."""

    progress: Progress
    days: int


def standing(due_on: date, done_on: date | None, today: date) -> Standing:
    """A step is overdue from the day after its due day, until it is done."""
    left = (due_on - (done_on or today)).days
    if done_on is not None:
        return Standing(Progress.LATE if left < 0 else Progress.DONE, abs(left))
    if left < 0:
        return Standing(Progress.OVERDUE, -left)
    return Standing(Progress.SOON if left <= SOON else Progress.OPEN, left)
