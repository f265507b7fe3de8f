"""The proof of the ledger: every chain, settlement, sum, share and file computed again.

These are the numbered checks of ``manage.py verify_ledger``; those before a closing (``checks.py``)
have numbers of their own. A stored result is never trusted if it can be recomputed. The proof
detects and does not prevent: the owner of the database can do anything except make these agree.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.assessment import frozen
from ledger.entries import evidence
from ledger.indicators import filed
from ledger.models import Entry, Evidence, Period, Receipt, Settlement
from ledger.quarter import check_code, recorded
from ledger.ranking import announced
from ledger.rules import chain, short_code
from projects.models import CreditShare
from units.ground.basis_points import FULL
from units.models import County

CHUNK = 20_000
COLUMNS = (*chain.COVERED.values(), "hash_name", "prev_hash", "content_hash", "pk")
_NOTHING = {
    short_code.Kind.SHORT: gettext_lazy("This check code belongs to no stored settlement."),
    short_code.Kind.LONG: gettext_lazy(
        "This printed head is in no chain, nor is it a settlement's: entries were cut off or rewritten."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: the record as kind and key, and a sentence."""

    check: int
    record: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What to prove: everything, one county, or one period of it."""

    county: County | None = None
    period_id: int | None = None

    def entries(self) -> QuerySet[Entry]:
        found = Entry.objects.all()
        if self.period_id is not None:
            return found.filter(period=self.period_id)
        return found.filter(county=self.county) if self.county else found

    def of_county(self, rows: QuerySet[Any], path: str = "county") -> QuerySet[Any]:
        return rows.filter(**{path: self.county}) if self.county else rows


def findings(scope: Scope, anchors: Iterable[str] = ()) -> Iterator[Finding]:
    """Every disagreement, chains first, each chain at its first bad record."""
    for check in CHECKS.values():
        yield from check(scope)
    for suspect in recorded.suspects(scope.county.pk if scope.county else None):
        yield Finding(suspect.check, suspect.record, str(suspect.sentence))
    yield from missing_anchors(scope, anchors)


def broken_chains(scope: Scope) -> Iterator[Finding]:
    """The first entry of each chain whose position, previous hash or content hash is wrong."""
    rows = scope.entries().order_by("period_id", "position").values_list(*COLUMNS)
    in_period = COLUMNS.index("period_id")
    for _period, entries in groupby(rows.iterator(CHUNK), key=itemgetter(in_period)):
        finding = _first_break(entries)
        if finding is not None:
            yield finding


def _first_break(entries: Iterable[tuple[Any, ...]]) -> Finding | None:
    """Walk one chain; after a break the rest of it is skipped."""
    head, broken = chain.GENESIS, None
    for position, row in enumerate(entries, start=1):
        if broken is not None:
            continue  # the group must still be read to its end
        if not _continues(row, position, head):
            sentence = _("The chain breaks at this entry: it was changed, inserted or moved.")
            broken = Finding(1, f"entry:{row[-1]}", sentence)
        head = row[-2]
    return broken


def _continues(row: tuple[Any, ...], position: int, head: str) -> bool:
    fields = dict(zip(chain.COVERED, row, strict=False))
    hash_name, prev_hash, content_hash = row[-4:-1]
    expected = chain.content_hash(head, fields, hash_name)
    return (fields["position"], prev_hash, content_hash) == (position, head, expected)


def broken_end(count: int) -> Finding | None:
    """Quick check of the newest entries: each with its own hash and its predecessor's."""
    rows = list(Entry.objects.order_by("-pk").values_list(*COLUMNS)[:count])
    period, position = COLUMNS.index("period_id"), COLUMNS.index("position")
    known = {(row[period], row[position]): row[-2] for row in rows}
    for row in reversed(rows):
        before = known.get((row[period], row[position] - 1), row[-3])
        if not _continues(row, row[position], before):
            sentence = _("The chain breaks at this entry: it was changed, inserted or moved.")
            return Finding(1, f"entry:{row[-1]}", sentence)
    return None


def lost_head(count: int) -> Finding | None:
    """Quick check that the heads announced last are still in their chains."""
    for settlement in Settlement.objects.order_by("-pk")[:count]:
        if not _head_in_chain(settlement):
            sentence = _("The head of the chain that was announced is no longer in the chain.")
            return Finding(2, f"settlement:{settlement.pk}", sentence)
    return None


def changed_settlements(scope: Scope) -> Iterator[Finding]:
    """Settlements that differ from the recomputed table, or whose head left the chain."""
    found = scope.of_county(Settlement.objects.all(), "period__county")
    if scope.period_id is not None:
        found = found.filter(period=scope.period_id)
    for settlement in found.select_related("period__county"):
        if not _head_in_chain(settlement):
            sentence = _("The head of the chain that was announced is no longer in the chain.")
            yield Finding(2, f"settlement:{settlement.pk}", sentence)
        elif unit := announced.differing(settlement):
            sentence = _("The announced line of %(unit)s differs from the entries.")
            yield Finding(2, f"settlement:{settlement.pk}", sentence % {"unit": unit})


def _head_in_chain(settlement: Settlement) -> bool:
    if settlement.chain_length == 0:
        return settlement.chain_head == chain.GENESIS
    return Entry.objects.filter(
        period=settlement.period_id,
        position=settlement.chain_length,
        content_hash=settlement.chain_head,
    ).exists()


def unbalanced_receipts(scope: Scope) -> Iterator[Finding]:
    """Verified receipts whose entries do not sum to their amount (or to zero, all reversed)."""
    receipts = scope.of_county(Receipt.objects.filter(state=Receipt.State.VERIFIED))
    if scope.period_id is not None:
        # Not a join: the sum below covers all entries of a receipt, of whatever quarter.
        touched = Entry.objects.filter(period=scope.period_id).values("receipt")
        receipts = receipts.filter(pk__in=touched)
    posted = receipts.annotate(posted=Sum("entries__amount", default=0))
    wrong = posted.exclude(posted=F("amount")).exclude(posted=0, entries__isnull=False)
    for pk in wrong.order_by("pk").values_list("pk", flat=True).distinct():
        yield Finding(3, f"receipt:{pk}", _("The entries of this receipt do not make its amount."))


def posted_unverified(scope: Scope) -> Iterator[Finding]:
    """Entries whose receipt is not verified."""
    found = scope.entries().exclude(receipt__state=Receipt.State.VERIFIED)
    for pk in found.order_by("pk").values_list("pk", flat=True):
        yield Finding(4, f"entry:{pk}", _("This entry stands on a receipt that is not verified."))


def unpaired_reversals(scope: Scope) -> Iterator[Finding]:
    """Reversals that do not match the entry they name."""
    reversals = scope.entries().filter(kind=Entry.Kind.REVERSAL)
    same = Q(
        amount=-F("reverses__amount"),
        unit=F("reverses__unit"),
        project=F("reverses__project"),
        receipt=F("reverses__receipt"),
    )
    for pk in reversals.exclude(same).order_by("pk").values_list("pk", flat=True):
        yield Finding(5, f"entry:{pk}", _("This reversal does not match the entry it names."))


def incomplete_shares(scope: Scope) -> Iterator[Finding]:
    """Projects whose credit shares do not add up to the whole."""
    shares = scope.of_county(CreditShare.objects.all(), "project__county")
    totals = shares.order_by().values_list("project").annotate(whole=Sum("basis_points"))
    for project, _whole in totals.exclude(whole=FULL):
        sentence = _("The credit shares of this project do not add up to 100 %.")
        yield Finding(6, f"project:{project}", sentence)


def altered_evidence(scope: Scope) -> Iterator[Finding]:
    """Evidence whose file is missing or no longer has its hash."""
    files = Evidence.objects.filter(removed_at__isnull=True)
    if scope.county is not None:
        files = files.filter(Q(receipt__county=scope.county) | Q(claim__county=scope.county))
    if scope.period_id is not None:
        files = files.filter(receipt__entries__period=scope.period_id).distinct()
    for pk, sha256 in files.order_by("pk").values_list("pk", "sha256").iterator(CHUNK):
        if not evidence.is_intact(sha256):
            yield Finding(
                7, f"evidence:{pk}", _("The file of this evidence is missing or altered.")
            )


def missing_anchors(scope: Scope, anchors: Iterable[str]) -> Iterator[Finding]:
    """Codes and heads from paper that belong to nothing any more: cut off, changed or rewritten."""
    for anchor in anchors:
        typed = short_code.read(anchor)
        record = f"anchor:{typed.digits if typed else anchor}"
        if typed is None:
            sentence = _(
                "Write the check code as printed: twelve characters, or at least sixteen of the "
                "digits 0-9 and a-f."
            )
            yield Finding(8, record, sentence)
        elif not check_code.find(typed, scope.county):
            yield Finding(8, record, str(_NOTHING[typed.kind]))


def altered_scores(scope: Scope) -> Iterator[Finding]:
    """Announced scores that do not follow from the figures stored with them."""
    for score in frozen.differing(scope.county):
        sentence = _("The announced score differs from its figures and scheme.")
        yield Finding(9, f"settlement:{score.settlement_id}", sentence)


def broken_figures(scope: Scope) -> Iterator[Finding]:
    """The first filed figure of each chain that was changed, inserted or moved."""
    for figure in filed.broken(scope.county):
        sentence = _("The chain of filed figures breaks here: it was changed, inserted or moved.")
        yield Finding(10, f"figure:{figure.pk}", sentence)


Check = Callable[[Scope], Iterator[Finding]]
CHECKS: dict[int, Check] = {
    1: broken_chains,
    2: changed_settlements,
    3: unbalanced_receipts,
    4: posted_unverified,
    5: unpaired_reversals,
    6: incomplete_shares,
    7: altered_evidence,
    9: altered_scores,
    10: broken_figures,
}


def heads(scope: Scope) -> dict[tuple[str, str], tuple[str, int]]:
    """Head and length of each chain by county code and period: to be printed and filed."""
    last = scope.entries().order_by("period_id", "-position").distinct("period_id")
    # Only these columns: a restore asks before an older backup is brought up to date.
    rows = last.values_list(
        "period__county__code", "period__year", "period__quarter", "content_hash", "position"
    )
    return {
        (code, str(Period(year=year, quarter=quarter))): (head, length)
        for code, year, quarter, head, length in rows
    }
