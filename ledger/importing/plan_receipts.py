"""Compares the rows of the sheet 到位资金 with the recorded receipts.

The same receipt is the same project, day, amount and voucher number; twice in one workbook is
refused, since it would count the money twice. A row whose voucher number stands in the project with
another day or amount is the same money corrected: it changes the receipt, or, where that is
verified, becomes a proposal to correct it. A unit may not enter money into a quarter in review.
"""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.entries.draft import Draft, sound
from ledger.importing import identity as identity_doubts
from ledger.importing.accounts import Accounts, Identity, look_up_projects, look_up_receipts
from ledger.importing.plan_types import Origin, Outcome, ReceiptRow
from ledger.importing.rows import Reader
from ledger.models import Period, Receipt
from ledger.reading.columns import Part
from ledger.reading.remarks import Remarks
from ledger.reading.sections import Section
from ledger.reading.vocabulary import MONEY, STATES
from projects.models import Project
from units.access import Right, may
from units.ground.money import wan_short
from units.ground.refusal import Refusal
from units.ground.text import key
from units.models import Unit

UNVERIFIED = (Receipt.State.SUBMITTED, Receipt.State.RETURNED, Receipt.State.DRAFT)
COLUMN_OF = {"confirmed": "amount", "voucher_no": "voucher"}


def plan_receipts(
    section: Section,
    accounts: Accounts,
    remarks: Remarks,
    seen: dict[Any, str],
    *,
    is_verified: bool,
) -> list[tuple[Outcome, ReceiptRow | None]]:
    """One outcome per row. ``seen`` spans all sheets of receipts."""
    names = {row.values.get("project") for row in section.rows}
    look_up_projects(accounts, (str(name) for name in names if isinstance(name, str | int | float)))
    look_up_receipts(accounts)
    readers = [Reader(section, row, remarks) for row in section.rows]
    judged = [_judged(reader, accounts, is_verified, seen) for reader in readers]
    return _corrected(readers, judged, accounts)


Judged = list[tuple[Outcome, ReceiptRow | None]]


def _corrected(readers: list[Reader], judged: Judged, accounts: Accounts) -> Judged:
    """New rows that correct the only receipt with their voucher number that no row repeats."""
    repeated = {row.known.pk for _outcome, row in judged if row and row.known}
    new = Counter(_voucher(row) for outcome, row in judged if row and outcome == Outcome.NEW)
    found: Judged = []
    for reader, (outcome, row) in zip(readers, judged, strict=True):
        if row is None or outcome != Outcome.NEW:
            found.append((outcome, row))
            continue
        same = [
            identity
            for identity in accounts.vouchers.get(_voucher(row), [])
            if accounts.receipts[identity].pk not in repeated
        ]
        if len(same) == 1 and new[_voucher(row)] == 1:
            _correct(reader, row, same[0], accounts)
        elif same:
            reader.notice("voucher", _("Other receipts of the project have this voucher number."))
        found.append((row.outcome, row))
    return found


def _voucher(row: ReceiptRow) -> tuple[int, str]:
    return row.draft.project.pk, key(row.draft.voucher_no)


def _correct(reader: Reader, row: ReceiptRow, identity: Identity, accounts: Accounts) -> None:
    """The row takes the place of the recorded receipt; the preview says so."""
    _project, day, amount, _key = identity
    row.known, row.was = accounts.receipts[identity], (day, amount)
    row.outcome, row.is_verified = Outcome.CHANGED, False
    words = {"day": date_format(day), "amount": wan_short(amount, 6)}
    sentence = _("Corrects the receipt with this voucher number: %(day)s, %(amount)s 万元.")
    if row.known.state == Receipt.State.VERIFIED:
        sentence = _(
            "Corrects the verified receipt with this voucher number (%(day)s, %(amount)s 万元): a"
            " second person must confirm it, until then that one counts."
        )
    reader.notice("voucher", sentence % words)


def _judged(
    reader: Reader, accounts: Accounts, is_verified: bool, seen: dict[Any, str]
) -> tuple[Outcome, ReceiptRow | None]:
    draft = _draft(reader, accounts)
    if draft is None or reader.is_refused:
        return Outcome.REFUSED, None
    identity = (draft.project.pk, draft.received_on, draft.amount, key(draft.voucher_no))
    _demand_once(reader, identity, seen)
    if not reader.is_refused:
        identity_doubts.again(reader, draft, seen)
    state = reader.choice("state", STATES)
    row = _against_known(reader, draft, accounts, identity)
    if reader.is_refused or row is None:
        return Outcome.REFUSED, None
    if row.outcome == Outcome.NEW:
        row.is_verified = is_verified and state != "submitted"
        _demand_open(reader, draft.received_on, accounts)
        _remark(reader, draft, row.is_verified, state, accounts)
        for sentence in identity_doubts.same_day(draft, accounts):
            reader.notice("received_on", sentence)
        identity_doubts.size_of_receipt(reader, draft.amount, accounts)
    return (Outcome.REFUSED, None) if reader.is_refused else (row.outcome, row)


def _draft(reader: Reader, accounts: Accounts) -> Draft | None:
    reader.demand("project", "received_on", "amount", "voucher")
    project = _project(reader, accounts)
    received_on, amount = reader.day("received_on"), reader.amount("amount")
    voucher_no, note = reader.text("voucher"), reader.text("note")
    kind = reader.choice("kind", MONEY) or Receipt.Kind.OTHER
    if project is not None:
        _compare_unit(reader, project, accounts)
    if reader.is_refused or project is None or received_on is None or amount is None:
        return None
    return _sound(
        reader,
        Draft(
            project=project,
            received_on=received_on,
            amount=amount,
            kind=str(kind),
            voucher_no=voucher_no,
            note=note,
            confirmed=True,  # the preview shows it, and a person confirms it
        ),
        accounts,
    )


def _sound(reader: Reader, draft: Draft, accounts: Accounts) -> Draft | None:
    try:
        return sound(draft, accounts.by, accounts.today)
    except Refusal as refusal:
        field = refusal.field or "project"
        reader.refuse(COLUMN_OF.get(field, field), str(refusal))
        return None


def _project(reader: Reader, accounts: Accounts) -> Project | None:
    name = reader.text("project")
    if not name:
        return None
    project = accounts.projects.get(key(name))
    if project is not None:
        return project
    row = accounts.refused_projects.get(key(name))
    if row is not None:
        sentence = _("The project is refused in row %(row)s of its sheet. Correct it there first.")
        reader.refuse("project", sentence % {"row": row})
    elif Part.PROJECTS in reader.remarks.unread:
        reader.refuse("project", _("The sheet of projects is refused. Correct that one first."))
    else:
        sentence = _("There is no project of this name. Add it to the sheet 项目, or correct it.")
        reader.refuse("project", sentence)
    return None


def _compare_unit(reader: Reader, project: Project, accounts: Accounts) -> None:
    """A unit beside the project that has no part in it; the project's own shares decide."""
    written = reader.text("unit")
    unit = accounts.unit(written) if written else None
    if unit is not None and unit != project.lead_unit and not project_has(project, unit):
        sentence = _("The project is led by %(unit)s; its shares decide who is credited.")
        reader.notice("unit", sentence % {"unit": project.lead_unit.name})


def project_has(project: Project, unit: Unit) -> bool:
    return project.pk > 0 and any(share.unit_id == unit.pk for share in project.shares.all())


def _demand_once(reader: Reader, identity: Identity, seen: dict[Any, str]) -> None:
    if first := reader.first(seen, identity):
        sentence = _(
            "The same project, day, amount and voucher number as in row %(row)s. Money counts once:"
            " delete the row, or write its own voucher number."
        )
        reader.refuse("voucher", sentence % {"row": first})


def _demand_open(reader: Reader, day: date, accounts: Accounts) -> None:
    if accounts.state_of(day) == Period.State.REVIEW and not may(accounts.by, Right.RECEIPT_VERIFY):
        sentence = _("This quarter is in review. Ask the investment bureau to enter the receipt.")
        reader.refuse("received_on", sentence)


def _against_known(
    reader: Reader, draft: Draft, accounts: Accounts, identity: Identity
) -> ReceiptRow | None:
    """New, or what the row changes of a recorded receipt; empty cells change nothing."""
    origin = Origin(reader.section.sheet, reader.number)
    known = accounts.receipts.get(identity)
    if known is None:
        return ReceiptRow(origin, Outcome.NEW, draft)
    kind = draft.kind if reader.has("kind") else known.kind
    draft = replace(draft, kind=kind, note=draft.note or known.note)
    if (draft.kind, draft.note) != (known.kind, known.note):
        if known.state not in UNVERIFIED:
            sentence = _("The receipt is verified already and cannot be changed by a workbook.")
            reader.refuse("note" if draft.note != known.note else "kind", sentence)
            return None
        return ReceiptRow(origin, Outcome.CHANGED, draft, known)
    if known.state in (Receipt.State.RETURNED, Receipt.State.DRAFT):
        sentence = _("The receipt is there, but not submitted (%(state)s). Submit it on its page.")
        words = {"state": Receipt.State(known.state).label}
        reader.notice("voucher", sentence % words)
    return ReceiptRow(origin, Outcome.UNCHANGED, draft, known)


def _remark(
    reader: Reader, draft: Draft, is_verified: bool, state: str | None, accounts: Accounts
) -> None:
    """What a person should check before confirming."""
    introduced: Decimal = draft.project.introduced_amount
    if draft.amount > introduced:
        sentence = _("More than the introduced amount of the project (%(introduced)s 万元).")
        reader.notice("amount", sentence % {"introduced": wan_short(introduced, 6)})
    counted_on = accounts.counted_on(draft.received_on)
    if counted_on != draft.received_on:
        sentence = _("The quarter is closed; the money will count on %(day)s.")
        reader.notice("received_on", sentence % {"day": date_format(counted_on)})
    if state == "verified" and not is_verified:
        reader.notice("state", _("It arrives as submitted and waits to be verified."))
