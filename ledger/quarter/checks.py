"""The numbered checks before a quarter is closed.

Some block the closing, the others must be acknowledged. Figures come from ``league.py`` or
``proof.py``; check 4 compares several ways to compute the same sum. Changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Model, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Entry, Period, Receipt
from ledger.quarter import proof, reports
from ledger.ranking.gathering import all_entries_since, without_some
from ledger.ranking.league import league_table
from projects.models import Project
from units.ground.money import ZERO, yuan_text
from units.models import Unit

UNVERIFIED, UNREPORTED, SHARES, SUMS, CHAIN, REVERSALS, UNBALANCED, ABOVE, EARLIER = range(1, 10)
# These block the closing; the others must be acknowledged.
BLOCKING = frozenset({SHARES, SUMS, CHAIN, REVERSALS, UNBALANCED, EARLIER})
ADVISORY = frozenset({UNVERIFIED, UNREPORTED, ABOVE})
# How many records the page links; the count is always complete.
MAX_SHOWN = 20

Words = str | Promise

TITLES: dict[int, Words] = {
    UNVERIFIED: _("Receipts of the quarter that are not verified"),
    UNREPORTED: _("Units without a report of the quarter's months"),
    SHARES: _("Projects whose shares do not add up to 100 %"),
    SUMS: _("Sum of the units = sum of the county = sum of the chains"),
    CHAIN: _("The quarter's hash chain"),
    REVERSALS: _("Reversals that do not match their entry"),
    UNBALANCED: _("Verified receipts that are not fully posted"),
    ABOVE: _("Projects with more funds than their introduced amount"),
    EARLIER: _("Earlier quarters that are still open"),
}
# The text of a check without findings.
PASSED: dict[int, Words] = {
    SUMS: pgettext_lazy("findings", "equal"),
    CHAIN: pgettext_lazy("findings", "unbroken"),
}
# What to do about the findings.
ADVICE: dict[int, Words] = {
    UNVERIFIED: _("Verify or return them first; after the closing they count in the next quarter."),
    UNREPORTED: _("Remind the units; the table will say that they did not report."),
    SHARES: _("Correct the shares of these projects."),
    SUMS: _("The entries were tampered with: have the ledger verified before closing."),
    CHAIN: _("An entry was altered in the database. Run the proof of the ledger and find out who."),
    REVERSALS: _(
        "An entry was altered in the database. Run the proof of the ledger and find out who."
    ),
    UNBALANCED: _("Reverse what is left of these receipts, or post them again."),
    ABOVE: _("Correct the introduced amount, or reverse what was counted too much."),
    EARLIER: _("Close them first, the earliest one before the others."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """The findings of one check.

    ``records`` are the first of ``count``; ``figures`` compares sums.
    """

    number: int
    count: int
    records: tuple[Model, ...] = ()
    figures: tuple[tuple[Words, str], ...] = ()

    @property
    def title(self) -> Words:
        return TITLES[self.number]

    @property
    def passed(self) -> Words:
        return PASSED.get(self.number, pgettext_lazy("findings", "none"))

    @property
    def advice(self) -> Words:
        return ADVICE[self.number]

    @property
    def passes(self) -> bool:
        return self.count == 0

    @property
    def blocks(self) -> bool:
        """Whether it refuses the closing as it stands."""
        return not self.passes and self.number in BLOCKING

    @property
    def must_be_known(self) -> bool:
        return not self.passes and self.number in ADVISORY


def run(period: Period, today: date | None = None) -> tuple[Check, ...]:
    """Every check of a quarter, by number, as on the day ``today`` (by default after all deadlines)."""
    scope = proof.Scope(period.county, period.pk)
    return (
        _found(UNVERIFIED, unverified(period)),
        _found(UNREPORTED, unreported(period, today)),
        _named(SHARES, proof.incomplete_shares(scope), Project),
        _sums(period),
        _named(CHAIN, proof.broken_chains(scope), Entry),
        _named(REVERSALS, proof.unpaired_reversals(scope), Entry),
        _named(UNBALANCED, proof.unbalanced_receipts(scope), Receipt),
        _found(ABOVE, above_introduced(period)),
        _found(EARLIER, [*earlier_open(period)]),
    )


def unverified(period: Period) -> list[Model]:
    """Receipts of the quarter's money that wait for the bureau or for their unit."""
    waiting = (Receipt.State.SUBMITTED, Receipt.State.RETURNED)
    found = Receipt.objects.filter(
        county=period.county_id,
        state__in=waiting,
        received_on__range=(period.starts_on, period.ends_on),
    )
    return list(found.select_related("unit", "project").order_by("received_on", "pk"))


def unreported(period: Period, today: date | None = None) -> list[Model]:
    """Units that owe a report of one of the quarter's months, once each; nobody before it is due."""
    found: dict[int, Unit] = {}
    for month in months_of(period):
        if today is not None and period.county.report_due_on(month) >= today:
            continue
        found.update((unit.pk, unit) for unit in reports.missing(period.county, month))
    return [*sorted(found.values(), key=period.county.official)]


def above_introduced(period: Period) -> list[Model]:
    """Projects with postings in the quarter whose funds exceed their introduced amount."""
    touched = Entry.objects.filter(period=period).values("project")
    posted = Project.objects.filter(pk__in=touched).annotate(posted=Sum("entries__amount"))
    return list(posted.filter(posted__gt=F("introduced_amount")).order_by("pk"))


def earlier_open(period: Period) -> list[Period]:
    """Quarters before this one that hold entries and are not closed: they must be closed first."""
    before = Q(year__lt=period.year) | Q(year=period.year, quarter__lt=period.quarter)
    found = Period.objects.filter(before, county=period.county_id, entries__isnull=False)
    rows = found.exclude(state=Period.State.CLOSED).distinct()
    return list(rows.order_by("year", "quarter"))


def months_of(period: Period) -> tuple[date, ...]:
    """The first days of the quarter's three months."""
    first = period.starts_on
    return tuple(first.replace(month=first.month + step) for step in range(3))


def _found(number: int, records: list[Model]) -> Check:
    return Check(number, len(records), tuple(records[:MAX_SHOWN]))


def _named(number: int, findings: Iterable[proof.Finding], model: type[Model]) -> Check:
    """A check from the findings of a proof, which name their records."""
    keys = [finding.record.partition(":")[2] for finding in findings]
    records = model._default_manager.filter(pk__in=keys[:MAX_SHOWN])
    return Check(number, len(keys), tuple(records))


def _sums(period: Period) -> Check:
    """The year up to the quarter's end, added in three ways that must agree to the fen.

    By the lines of the table, by the days on which entries count, and along the chains: with what
    corrects earlier years, which the lines keep beside the year's money.
    """
    table, scope = league_table(period.county, period.ends_on), period.county.not_counted
    start = period.ends_on.replace(month=1, day=1)
    days = all_entries_since(start, period.county, period.ends_on, None)
    chains = Entry.objects.filter(
        county=period.county_id, period__year=period.year, period__quarter__lte=period.quarter
    )
    sums = (
        (_("units"), table.total.received + table.total.sums.adjusted),
        (pgettext_lazy("sum", "county"), _total(without_some(days, scope))),
        (_("chains"), _total(without_some(chains, scope))),
    )
    differing = len({amount for _name, amount in sums}) - 1
    figures = tuple((name, yuan_text(amount)) for name, amount in sums)
    return Check(SUMS, differing, figures=figures)


def _total(entries: QuerySet[Entry]) -> Decimal:
    amount: Decimal = entries.aggregate(all=Sum("amount", default=ZERO))["all"]
    return amount
