"""The lines of the inbox (待办): what each role has to do, each kind declared once.

Days come from the calendar: what is owed does not depend on when money was last entered.
"""

from ledger.inbox.bureau import BUREAU
from ledger.inbox.line import Line
from ledger.inbox.news import NEWS
from ledger.inbox.unit import UNIT
from ledger.inbox.workbooks import WORKBOOKS
from units.models import User

LINES: tuple[Line, ...] = (*BUREAU, *UNIT, *WORKBOOKS, *NEWS)


def lines_of(user: User) -> list[Line]:
    return [line for line in LINES if line.is_for(user)]
