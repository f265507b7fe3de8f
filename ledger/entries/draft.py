"""What a receipt must be before it is stored: ``Draft``, and every reason to refuse one.

Who may enter it, when, how much, in which quarter; the same for a page, a workbook and the sample.
Writes nothing.
"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ledger.entries import locks
from ledger.models import Receipt
from projects.drafts import stored_text
from projects.models import Project
from units.access import REACH, Reach, Right, demand, may
from units.ground import money
from units.ground.refusal import Refusal
from units.models import User

# A figure in 元 typed into a field in 万元 is 10,000 times too large; a tenth of that is no accident.
SLIP = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person enters of a receipt; ``amount`` in yuan.

    ``confirmed``: an amount above the project's introduced amount is intended.
    """

    project: Project
    received_on: date
    amount: Decimal
    kind: str
    voucher_no: str
    note: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    confirmed: bool = False

    @classmethod
    def of(cls, receipt: Receipt) -> "Draft":
        """The stored receipt as a draft, to be submitted again."""
        return cls(
            project=receipt.project,
            received_on=receipt.received_on,
            amount=receipt.amount,
            kind=receipt.kind,
            voucher_no=receipt.voucher_no,
            note=receipt.note,
            key=receipt.key,
            confirmed=True,
        )

    def contents(self) -> dict[str, object]:
        """The fields that make two receipts the same."""
        return {
            "project_id": self.project.pk,
            "received_on": self.received_on,
            "amount": self.amount,
            "kind": self.kind,
            "voucher_no": self.voucher_no,
            "note": self.note,
        }

    def equals(self, receipt: Receipt) -> bool:
        return Draft.of(receipt).contents() == self.contents()


def sound(draft: Draft, by: User, today: date) -> Draft:
    """The draft with its texts as they are stored. Raises Refusal for what is wrong in itself."""
    demand_right(draft.project, by)
    number = stored_text(Receipt, "voucher_no", draft.voucher_no, "voucher_no")
    note = stored_text(Receipt, "note", draft.note, "note")
    if not number:
        raise Refusal(_("Write the number of the voucher."), field="voucher_no")
    draft = replace(draft, voucher_no=number, note=note)
    _demand_day(draft, today)
    _demand_proportion(draft)
    return draft


def may_enter(user: User, project: Project) -> bool:
    """Money is entered by the unit that leads the project, or by the bureau."""
    if not may(user, Right.RECEIPT_SUBMIT) or user.county_id != project.county_id:
        return False
    return REACH[user.role] is Reach.COUNTY or user.unit_id == project.lead_unit_id


def demand_right(project: Project, by: User) -> None:
    """Refuse a person who may not enter money of this project."""
    demand(by, Right.RECEIPT_SUBMIT)
    if not may_enter(by, project):
        sentence = _("Only %(unit)s or the investment bureau may enter money of this project.")
        raise Refusal(sentence % {"unit": project.lead_unit.name}, field="project")


def demand_open(draft: Draft, by: User) -> None:
    period = locks.for_submitting(draft.project.county_id, draft.received_on)
    # A closed quarter accepts late money: it will count in the open quarter (rule 7).
    if period.is_in_review and not may(by, Right.RECEIPT_VERIFY):
        raise Refusal(
            _("This quarter is in review. Ask the investment bureau to enter the receipt."),
            field="received_on",
        )


def demand_signed(project: Project, received_on: date) -> None:
    """Money counts for a project only from its signing; checked again at verification."""
    signed_on = project.signed_on
    if signed_on is None:
        raise Refusal(
            _("This project is not signed yet. Enter its signing day first."), field="project"
        )
    if received_on < signed_on:
        sentence = _("The day is before the signing of the project (%(day)s). Check both days.")
        raise Refusal(
            sentence % {"day": date_format(signed_on, "DATE_FORMAT")}, field="received_on"
        )


def demand_standing(name: str, ended_on: date | None, has_heir: bool, received_on: date) -> None:
    """Refuse money dated after the end of a unit that nobody succeeds (rule 15)."""
    if ended_on is None or has_heir or received_on <= ended_on:
        return
    sentence = _(
        "%(unit)s ended on %(day)s and has no successor, so that later money would be nobody's. Change "
        "the shares of the project, or name the successor of the unit."
    )
    words = {"unit": name, "day": date_format(ended_on, "DATE_FORMAT")}
    raise Refusal(sentence % words, field="received_on")


def _demand_day(draft: Draft, today: date) -> None:
    demand_signed(draft.project, draft.received_on)
    lead = draft.project.lead_unit
    demand_standing(lead.name, lead.ended_on, bool(lead.successor_id), draft.received_on)
    if draft.received_on > today:
        raise Refusal(
            _("The day lies in the future. Enter money after it has arrived."), field="received_on"
        )


def _demand_proportion(draft: Draft) -> None:
    """Money above the introduced amount is rare; ten times as much is mostly a slip of 万."""
    introduced = draft.project.introduced_amount
    words = {"introduced": money.wan_short(introduced)}
    if draft.amount > SLIP * introduced and not draft.note:
        sentence = _(
            "The amount is more than ten times the introduced amount of the project"
            " (%(introduced)s 万元). Check that it is written in 万元; if it is, say why in the note."
        )
        raise Refusal(sentence % words, field="amount")
    if draft.amount > introduced and not draft.confirmed:
        sentence = _(
            "The amount is above the introduced amount of the project (%(introduced)s 万元)."
            " Check it; if it is right, tick the box below."
        )
        raise Refusal(sentence % words, field="confirmed")
