"""Warnings about a receipt that somebody should look into before it is verified.

Possible double counts, last year's project entered as new, round sums, slips; found for many
receipts in a fixed number of queries. Nothing is refused here: ``posting.verify`` requires a remark
where there are doubts, and the verifier decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries.draft import SLIP
from ledger.models import Entry, Evidence, Receipt, quarter_of
from projects.models import Project
from units.ground import text

NEAR = timedelta(days=30)
ROUND = Decimal(1_000_000)
# Shorter names are contained in each other by chance.
TELLING = 4
LIVE = (Receipt.State.SUBMITTED, Receipt.State.RETURNED, Receipt.State.VERIFIED)


class Code(StrEnum):
    SAME_MONEY = "same_money"
    SAME_VOUCHER = "same_voucher"
    SAME_FILE = "same_file"
    OLD_PROJECT = "old_project"
    ROUND_SUM = "round_sum"
    ABOVE_INTRODUCED = "above_introduced"
    SLIP = "slip"
    NO_EVIDENCE = "no_evidence"


SENTENCES: dict[Code, str | Promise] = {
    Code.SAME_MONEY: _("The same investor and amount within 30 days in another unit's receipt."),
    Code.SAME_VOUCHER: _(
        "The same voucher number in the project, from the same investor or with the same amount, or"
        " the same amount in the project on the same day: perhaps the same money twice."
    ),
    Code.SAME_FILE: _("The same file already proves another receipt."),
    Code.OLD_PROJECT: _("A project of last year with the same investor or name; this one is new."),
    Code.ROUND_SUM: _("A round sum on the last day of a quarter."),
    Code.ABOVE_INTRODUCED: _("With this receipt the project has more than its introduced amount."),
    Code.SLIP: _("Over ten times the introduced amount: perhaps 元 was written as 万元."),
    Code.NO_EVIDENCE: _("No file of evidence is attached."),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to look closer, with the receipts or projects it refers to."""

    code: Code
    records: tuple[Receipt | Project, ...] = ()

    @property
    def sentence(self) -> str | Promise:
        return SENTENCES[self.code]


class Other(NamedTuple):
    """What is compared of a receipt that may be the same money. Yuan."""

    pk: int
    unit_id: int
    amount: Decimal
    received_on: date
    project_id: int
    voucher_no: str
    investor_id: int | None
    credit_code: str | None


class Earlier(NamedTuple):
    """A project of the year before that may have been entered again."""

    pk: int
    name_key: str
    signed_on: date
    investor_id: int | None
    credit_code: str | None


@dataclass(slots=True)
class Surroundings:
    """What receipts are compared with, as plain rows, because most of them raise no doubt."""

    alike: list[Other] = field(default_factory=list)
    hashes: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    shared_files: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    earlier: list[Earlier] = field(default_factory=list)
    posted: dict[int, Decimal] = field(default_factory=dict)


class Hint(NamedTuple):
    """A doubt with the keys of the records it refers to."""

    code: Code
    receipts: Sequence[int] = ()
    projects: Sequence[int] = ()


def doubts(receipt: Receipt) -> tuple[Doubt, ...]:
    """The doubts about one receipt."""
    return doubts_of([receipt])[receipt.pk]


def doubts_of(receipts: Sequence[Receipt]) -> dict[int, tuple[Doubt, ...]]:
    """The doubts about receipts of one county, by receipt id."""
    around = _surroundings(receipts)
    hints = {receipt.pk: list(_about(receipt, around)) for receipt in receipts}
    told = _told([hint for found in hints.values() for hint in found])
    return {pk: tuple(told(hint) for hint in found) for pk, found in hints.items()}


def _about(receipt: Receipt, around: Surroundings) -> Iterable[Hint]:
    if found := [other.pk for other in around.alike if _is_same_money(receipt, other)]:
        yield Hint(Code.SAME_MONEY, receipts=found)
    if found := [other.pk for other in around.alike if _is_same_voucher(receipt, other)]:
        yield Hint(Code.SAME_VOUCHER, receipts=found)
    if found := around.shared_files.get(receipt.pk, []):
        yield Hint(Code.SAME_FILE, receipts=found)
    earlier = around.earlier if _is_of_its_year(receipt) else ()
    if found := [old.pk for old in earlier if _is_re_entered(receipt, old)]:
        yield Hint(Code.OLD_PROJECT, projects=found)
    if receipt.amount % ROUND == 0 and _ends_quarter(receipt.received_on):
        yield Hint(Code.ROUND_SUM)
    introduced = receipt.project.introduced_amount
    if receipt.amount > SLIP * introduced:
        yield Hint(Code.SLIP)
    elif around.posted.get(receipt.project_id, Decimal(0)) + receipt.amount > introduced:
        yield Hint(Code.ABOVE_INTRODUCED)
    if receipt.pk not in around.hashes:
        yield Hint(Code.NO_EVIDENCE)


def _told(hints: Iterable[Hint]) -> Callable[[Hint], Doubt]:
    """Turns hints into doubts; all the records they refer to are read at once."""
    hints = list(hints)
    receipts = Receipt.objects.select_related("unit").in_bulk(
        {pk for hint in hints for pk in hint.receipts}
    )
    projects = Project.objects.in_bulk({pk for hint in hints for pk in hint.projects})

    def told(hint: Hint) -> Doubt:
        records = [receipts[pk] for pk in hint.receipts], [projects[pk] for pk in hint.projects]
        return Doubt(hint.code, (*records[0], *records[1]))

    return told


# Comparing


def _is_same_money(receipt: Receipt, other: Other) -> bool:
    return (
        other.unit_id != receipt.unit_id
        and other.amount == receipt.amount
        and abs(other.received_on - receipt.received_on) <= NEAR
        and _same_investor(receipt.project, other)
    )


def _is_same_voucher(receipt: Receipt, other: Other) -> bool:
    """Whether it may be the same money: people correct day and amount, seldom the voucher."""
    if other.pk in (receipt.pk, receipt.corrects_id):
        return False
    same_amount = other.amount == receipt.amount
    same_project = other.project_id == receipt.project_id
    if text.key(other.voucher_no) == text.key(receipt.voucher_no):
        return same_amount or same_project or _same_investor(receipt.project, other)
    return same_amount and same_project and other.received_on == receipt.received_on


def _is_re_entered(receipt: Receipt, old: Earlier) -> bool:
    """Whether the receipt's project, of this year, looks like ``old``, of last year."""
    project = receipt.project
    if old.signed_on.year != receipt.received_on.year - 1:
        return False
    return _same_investor(project, old) or _same_name(project.name_key, old.name_key)


def _is_of_its_year(receipt: Receipt) -> bool:
    """Whether the project is new in the year of the money."""
    signed_on = receipt.project.signed_on
    return signed_on is not None and signed_on.year == receipt.received_on.year


def _same_investor(one: Project, other: Other | Earlier) -> bool:
    if one.investor is None or other.investor_id is None:
        return False
    if one.investor_id == other.investor_id:
        return True
    code = one.investor.credit_code
    return bool(code) and code.casefold() == (other.credit_code or "").casefold()


def _same_name(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= TELLING and short in long


def _ends_quarter(day: date) -> bool:
    tomorrow = day + timedelta(days=1)
    return quarter_of(tomorrow) != quarter_of(day)


# Finding


def _surroundings(receipts: Sequence[Receipt]) -> Surroundings:
    if not receipts:
        return Surroundings()
    county = receipts[0].county_id
    projects = sorted({receipt.project_id for receipt in receipts})
    hashes = _hashes(receipts)
    return Surroundings(
        alike=[Other(*row) for row in _alike(county, receipts)],
        hashes=hashes,
        shared_files=_shared_files(county, hashes),
        earlier=_earlier(county, {r.received_on.year - 1 for r in receipts if _is_of_its_year(r)}),
        posted=dict(_posted(projects)),
    )


def _alike(county: int, receipts: Sequence[Receipt]) -> QuerySet[Receipt, Any]:
    """Receipts of the same amount, or of a project of the same investor."""
    amounts = sorted({receipt.amount for receipt in receipts})
    found = Q(amount__in=amounts) | Q(project__in=_projects_alike(county, receipts))
    others = Receipt.objects.filter(found, county=county, state__in=LIVE)
    others = others.exclude(corrected_by__state=Receipt.State.VERIFIED)
    investor = ("project__investor", "project__investor__credit_code")
    return others.values_list(*Other._fields[:-2], *investor)


def _hashes(receipts: Sequence[Receipt]) -> dict[int, set[str]]:
    """The files of evidence, by receipt that has any."""
    found: dict[int, set[str]] = defaultdict(set)
    mine = Evidence.objects.filter(receipt__in=receipts, removed_at=None).order_by()
    for sha256, receipt_id in mine.values_list("sha256", "receipt"):
        found[receipt_id].add(sha256)
    return found


def _projects_alike(county: int, receipts: Sequence[Receipt]) -> list[int]:
    """The receipts' projects and all of their investors, as keys, so that an index finds them."""
    projects = {receipt.project for receipt in receipts}
    investors = {project.investor for project in projects} - {None}
    codes = {investor.credit_code for investor in investors if investor and investor.credit_code}
    of_investor = Q(investor__in=investors) | Q(investor__credit_code__in=codes)
    found = Project.objects.filter(of_investor, county=county).values_list("pk", flat=True)
    return sorted({*found.order_by(), *(project.pk for project in projects)})


def _shared_files(county: int, hashes: dict[int, set[str]]) -> dict[int, list[int]]:
    by_hash: dict[str, set[int]] = defaultdict(set)
    for receipt_id, files in hashes.items():
        for sha256 in files:
            by_hash[sha256].add(receipt_id)
    found: dict[int, list[int]] = defaultdict(list)
    if not by_hash:
        return found
    others = Evidence.objects.filter(
        Q(receipt__county=county, receipt__state__in=LIVE),
        sha256__in=by_hash,
        removed_at=None,
    )
    for sha256, other in others.values_list("sha256", "receipt"):
        for receipt_id in by_hash[sha256] - {other}:
            if other not in found[receipt_id]:
                found[receipt_id].append(other)
    return found


def _earlier(county: int, years: set[int]) -> list[Earlier]:
    if not years:
        return []
    days = date(min(years), 1, 1), date(max(years), 12, 31)
    projects = Project.objects.filter(county=county, signed_on__range=days)
    rows = projects.values_list(*Earlier._fields[:-1], "investor__credit_code")
    return [Earlier(*row) for row in rows]


def _posted(projects: list[int]) -> QuerySet[Entry, Any]:
    """Credit in yuan that stands, by project."""
    entries = Entry.objects.filter(project__in=projects).order_by()
    return entries.values_list("project").annotate(Sum("amount"))
