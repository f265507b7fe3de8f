"""Where a step of service with a time limit (限时办结) stands on a day.

Owns: the one rule of being overdue, and the counting of days. Must never: import Django, read the
clock, or be stored: what is overdue today was not yesterday.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# A step that is due within so many days is marked before it is too late.
SOON = 7


class Progress(StrEnum):
    """The order of the members is the order in which they need somebody's attention."""

    OVERDUE = "overdue"
    SOON = "soon"
    OPEN = "open"
    LATE = "late"
    DONE = "done"


OPEN_ENDED = (Progress.OVERDUE, Progress.SOON, Progress.OPEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """``days`` past the due day where overdue or done late, left until it elsewhere; never negative."""

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
