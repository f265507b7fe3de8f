"""Receipts and amounts that are probably not what they seem: corrections, doubles, wrong units.

Only doubts: the person who previews the import decides. Nothing is refused here.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.entries.draft import Draft
from ledger.importing.accounts import Accounts
from ledger.importing.rows import Reader
from units.ground.money import in_words, wan_short
from units.ground.text import key

TENFOLD: Final = 10


def same_day(draft: Draft, accounts: Accounts) -> Iterator[str]:
    """Sentences about recorded receipts of the project and day under another voucher number."""
    for near in accounts.by_day.get((draft.project.pk, draft.received_on), []):
        if key(near.voucher_no) == key(draft.voucher_no):
            continue
        sentence = _(
            "The same project and day as a recorded receipt (%(day)s, %(amount)s 万元, voucher"
            " %(voucher)s): is this its correction? As it stands the money counts twice."
        )
        yield sentence % {
            "day": date_format(near.received_on),
            "amount": wan_short(near.amount, 6),
            "voucher": near.voucher_no,
        }


def again(reader: Reader, draft: Draft, seen: dict[object, str]) -> None:
    """A voucher number that stands in this workbook already, for other money of the project."""
    if "voucher" in reader.row.filled:
        return
    first = reader.first(seen, ("voucher", draft.project.pk, key(draft.voucher_no)))
    if first:
        sentence = _("Voucher number “%(voucher)s” stands in row %(row)s already, for other money.")
        words = {"voucher": draft.voucher_no, "row": first}
        reader.notice("voucher", sentence % words)


def size_of_receipt(reader: Reader, amount: Decimal, accounts: Accounts) -> None:
    """An amount ten times the largest that the county has."""
    if accounts.largest_receipt and amount >= TENFOLD * accounts.largest_receipt:
        sentence = _(
            "%(words)s (%(amount)s 万元): ten times the county's largest receipt so far (%(largest)s"
            " 万元). Check the unit of money."
        )
        reader.notice("amount", sentence % _sizes(amount, accounts.largest_receipt))


def size_of_project(reader: Reader, total: Decimal, day: date, accounts: Accounts) -> None:
    """A project larger than the county's task of the year, or ten times its largest project."""
    task = accounts.tasks.get(day.year) or max(accounts.tasks.values(), default=Decimal(0))
    if task and total > task:
        sentence = _(
            "%(words)s (%(amount)s 万元): more than the county's whole annual task (%(largest)s 万元)."
            " Check the unit of money."
        )
        reader.notice("total_investment", sentence % _sizes(total, task))
    elif accounts.largest_project and total >= TENFOLD * accounts.largest_project:
        sentence = _(
            "%(words)s (%(amount)s 万元): ten times the county's largest project so far (%(largest)s"
            " 万元). Check the unit of money."
        )
        reader.notice("total_investment", sentence % _sizes(total, accounts.largest_project))


def size_of_target(reader: Reader, amount: Decimal, accounts: Accounts) -> None:
    """A unit's task larger than the whole county's of any year, or ten times the largest unit's."""
    if accounts.largest_target and amount >= TENFOLD * accounts.largest_target:
        sentence = _(
            "%(words)s (%(amount)s 万元): ten times the largest task of a unit so far (%(largest)s 万元)."
            " Check the unit of money."
        )
        reader.notice("target", sentence % _sizes(amount, accounts.largest_target))


def _sizes(amount: Decimal, largest: Decimal) -> dict[str, str]:
    return {
        "words": in_words(amount),
        "amount": wan_short(amount, 6),
        "largest": wan_short(largest, 6),
    }
