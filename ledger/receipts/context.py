"""The context of one receipt's page: words, amounts as text, links, and the actions offered.

The actions themselves decide what is allowed. No record is shown that the reader may not open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries import (
    approvals,
    corrections,
    doubts,
    evidence,
    posting,
    proposals,
    submission,
)
from ledger.entries.doubts import Doubt
from ledger.entries.draft import may_enter
from ledger.entries.reach import receipts_of
from ledger.models import Entry, Evidence, Proposal, Receipt
from ledger.receipts.forms import EvidenceForm, ReturnForm, VerifyForm
from ledger.receipts.lateness import late_of
from projects.forms import industry_name
from projects.models import Project
from projects.reach import projects_of
from projects.shares import percent_text as share_text
from units.access import Right, may
from units.forms import SeenForm
from units.ground.money import ZERO, gap_text, percent_text, wan_short, wan_text
from units.models import Unit, User

MAX_LINKS = 5


@dataclass(frozen=True, slots=True)
class Link:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """A doubt with the records it refers to, as far as the reader may open them."""

    sentence: str | Promise
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of evidence; a picture can be shown on the page."""

    evidence: Evidence
    kind: str
    size: str
    is_picture: bool
    is_removed: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as text."""

    entry: Entry
    unit: str
    amount: str
    counted_on: str
    can_reverse: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The place of a receipt among those that wait."""

    place: int
    count: int
    before: str
    after: str


def detail(user: User, receipt: Receipt, **forms: Any) -> dict[str, Any]:
    """The whole context; ``forms`` replaces empty forms by refused ones."""
    verifies = may(user, Right.RECEIPT_VERIFY) and receipt.state == Receipt.State.SUBMITTED
    changes = receipt.state in submission.UNVERIFIED and may_enter(user, receipt.project)
    seen = {"version": receipt.version}
    found = doubts.doubts(receipt) if verifies else ()
    fresh = approvals.seen_of([receipt], {receipt.pk: found})[receipt.pk] if verifies else ""
    verify_form = forms.pop("verify_form", VerifyForm(initial={"seen": fresh}, auto_id="verify_%s"))
    if verify_form.is_bound and forms.pop("is_anew", False):
        verify_form.show_anew(fresh)
    verify_form.fields["word"].required = bool(found)
    return {
        "crumbs": [(reverse("receipt-list"), _("Receipts")), ("", str(receipt))],
        "receipt": receipt,
        "project": receipt.project,
        "amount": wan_text(receipt.amount),
        "late": late_of(user, receipt),
        "project_money": project_money(receipt),
        "shares": _shares(receipt.project),
        "industry": industry_name(receipt.project.industry),
        "verifies": verifies,
        "is_own": receipt.entered_by_id == user.pk,
        "changes": changes,
        "can_submit": changes and receipt.state != Receipt.State.SUBMITTED,
        "doubts": doubt_lines(user, found),
        "missing": _missing(receipt),
        "files": file_lines(receipt),
        "entries": entry_lines(user, receipt),
        "asked": asked_of(user, receipt),
        "alike": _alike(user, receipt, found),
        "may_repost": may(user, Right.ENTRY_REVERSE) and receipt.state == Receipt.State.VERIFIED,
        "queue": queue_of(user, receipt) if verifies else None,
        "verify_form": verify_form,
        "return_form": ReturnForm(initial=seen, auto_id="return_%s"),
        "evidence_form": EvidenceForm(initial=seen, auto_id="evidence_%s"),
    } | forms


def _alike(user: User, receipt: Receipt, found: Sequence[Doubt]) -> list[Link]:
    """Receipts that this one perhaps corrects, with the page to say so, for who may enter both."""
    if receipt.state != Receipt.State.SUBMITTED or not may_enter(user, receipt.project):
        return []
    told = found or doubts.doubts(receipt)
    same = [doubt for doubt in told if doubt.code == doubts.Code.SAME_VOUCHER]
    keys = {r.pk for doubt in same for r in doubt.records if isinstance(r, Receipt)}
    rows = receipts_of(user).filter(pk__in=keys).select_related("project", "unit")
    others = rows.order_by("pk") if keys else []
    return [
        Link(
            f"{other.unit.name} · {other} · {wan_short(other.amount)} 万元",
            reverse("receipt-corrects", args=[receipt.pk, other.pk]),
        )
        for other in others
        if may_enter(user, other.project)
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is proposed about a verified receipt, and what the reader may do with it.

    ``credit`` compares the posted credit with what would stand; ``years`` are crossings of New Year.
    """

    proposal: Proposal
    stands: bool
    may_confirm: bool
    may_withdraw: bool
    form: SeenForm
    credit: "list[CreditLine]"
    years: list[tuple[int, int]]
    new: Receipt | None


def asked_of(user: User, receipt: Receipt) -> Asked | None:
    if receipt.state != Receipt.State.VERIFIED:
        return None
    proposal = proposals.waiting(receipt)
    if proposal is None:
        return None
    kind = Proposal.Kind(proposal.kind)
    now = corrections.seen_of(receipt, kind)
    stands = proposals.stands(proposal, now, timezone.now())
    return Asked(
        proposal=proposal,
        stands=stands,
        may_confirm=stands and proposals.is_second(proposal, user),
        may_withdraw=any(may(user, right) for right in proposals.RIGHTS[kind]),
        form=SeenForm(initial={"seen": proposals.seen(proposal, now)}, auto_id="confirm_%s"),
        credit=credit_lines(receipt, kind),
        new=corrections.correcting(receipt) if kind == Proposal.Kind.CORRECT else None,
        years=corrections.enters_later_year(receipt),
    )


def money_of(project: Project) -> dict[str, str]:
    """What the project promised and what it has brought, in 万元."""
    entries = Entry.objects.filter(project=project)
    credited: Decimal = entries.aggregate(all=Sum("amount", default=ZERO))["all"]
    waiting = project.receipts.filter(state=Receipt.State.SUBMITTED)
    pending: Decimal = waiting.aggregate(all=Sum("amount", default=ZERO))["all"]
    introduced = project.introduced_amount
    return {
        "total": wan_short(project.total_investment),
        "introduced": wan_short(introduced),
        "credited": wan_short(credited),
        "pending": wan_short(pending) if pending else "",
        "percent": percent_text(credited, introduced) if introduced else "",
    }


def project_money(receipt: Receipt) -> dict[str, str]:
    """The project's money with and without this receipt, against its introduced amount."""
    introduced = receipt.project.introduced_amount
    entries = Entry.objects.filter(project=receipt.project_id)
    posted = entries.aggregate(all=Sum("amount", default=ZERO))["all"]
    counted = posted if receipt.state == Receipt.State.VERIFIED else posted + receipt.amount
    return {
        "introduced": wan_short(introduced),
        "posted": wan_short(posted),
        "counted": wan_short(counted),
        "percent": percent_text(counted, introduced) if introduced else "",
    }


def _shares(project: Project) -> list[tuple[str, str]]:
    rows = project.shares.select_related("unit").order_by("order", "id")
    return [(share.unit.name, share_text(share.basis_points)) for share in rows]


def _missing(receipt: Receipt) -> list[str | Promise]:
    """Evidence that the county requires and the receipt lacks, while that still matters."""
    if receipt.state == Receipt.State.VERIFIED or not receipt.county.evidence_required:
        return []
    return [Evidence.Kind(kind).label for kind in evidence.missing(receipt)]


def doubt_lines(user: User, found: Sequence[Doubt]) -> list[DoubtLine]:
    records = [record for doubt in found for record in doubt.records]
    receipts = {record.pk for record in records if isinstance(record, Receipt)}
    projects = {record.pk for record in records if isinstance(record, Project)}
    open_receipts = set(receipts_of(user).filter(pk__in=receipts).values_list("pk", flat=True))
    open_projects = set(projects_of(user).filter(pk__in=projects).values_list("pk", flat=True))
    return [
        DoubtLine(doubt.sentence, tuple(_links(doubt.records, open_receipts, open_projects)))
        for doubt in found
    ]


def _links(
    records: Iterable[Receipt | Project], receipts: set[int], projects: set[int]
) -> list[Link]:
    links = []
    for record in records:
        if isinstance(record, Receipt) and record.pk in receipts:
            words = f"{record.unit.name} · {record} · {wan_short(record.amount)} 万元"
            links.append(Link(words, reverse("receipt-detail", args=[record.pk])))
        elif isinstance(record, Project) and record.pk in projects:
            day = date_format(record.signed_on) if record.signed_on else ""
            words = f"{record.name} · {day}"
            links.append(Link(words, reverse("project-detail", args=[record.pk])))
    return links[:MAX_LINKS]


def file_lines(receipt: Receipt) -> list[FileLine]:
    return [
        FileLine(
            evidence=file,
            kind=file.get_kind_display(),
            size=_size(file.size),
            is_picture=file.media_type != evidence.PDF,
            is_removed=file.removed_at is not None,
        )
        for file in receipt.evidence.select_related("added_by", "removed_by")
    ]


def _size(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, size // 1024)} KB"


def entry_lines(user: User, receipt: Receipt) -> list[EntryLine]:
    reverses = may(user, Right.ENTRY_REVERSE)
    entries = receipt.entries.select_related("unit", "posted_by", "reverses").order_by("id")
    gone = set(receipt.entries.values_list("reverses", flat=True))
    return [
        EntryLine(
            entry=entry,
            unit=entry.unit.name,
            amount=wan_text(entry.amount) if entry.amount > 0 else gap_text(entry.amount),
            counted_on=date_format(entry.counted_on),
            can_reverse=reverses and entry.kind == Entry.Kind.CREDIT and entry.pk not in gone,
        )
        for entry in entries
    ]


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A unit's credit of a receipt, as posted and as it is to be."""

    unit: str
    posted: str
    coming: str
    differs: bool


def credit_lines(receipt: Receipt, kind: Proposal.Kind = Proposal.Kind.REPOST) -> list[CreditLine]:
    """What each unit has of a receipt, and will have by what is proposed."""
    posted = posting.credit(posting.live_entries(receipt))
    source = {
        Proposal.Kind.REPOST: receipt,
        Proposal.Kind.CORRECT: corrections.correcting(receipt),
    }.get(kind)
    coming = posting.parts(source) if source is not None else {}
    units = Unit.objects.filter(pk__in={*posted, *coming}).order_by("kind", "order", "code")
    return [
        CreditLine(
            unit=unit.name,
            posted=wan_text(posted.get(unit.pk, ZERO)),
            coming=wan_text(coming.get(unit.pk, ZERO)),
            differs=posted.get(unit.pk) != coming.get(unit.pk),
        )
        for unit in units
    ]


def queue_of(user: User, receipt: Receipt) -> Queue | None:
    """Its place among the receipts that wait, oldest first; None if it does not wait."""
    waiting = receipts_of(user).filter(state=Receipt.State.SUBMITTED)
    ids = list(waiting.order_by("submitted_at", "pk").values_list("pk", flat=True))
    if receipt.pk not in ids:
        return None
    place = ids.index(receipt.pk)
    return Queue(
        place=place + 1,
        count=len(ids),
        before=_address(ids[place - 1]) if place else "",
        after=_address(ids[place + 1]) if place + 1 < len(ids) else "",
    )


def _address(pk: int) -> str:
    return reverse("receipt-detail", args=[pk])
