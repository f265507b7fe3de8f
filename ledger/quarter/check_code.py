"""What a code from paper belongs to: a stored settlement, an entry of a chain, or nothing.

Check codes are computed again from what is stored now. Heads that earlier releases printed are
looked up in the chains.
"""

from dataclasses import dataclass

from ledger import words
from ledger.models import Entry, Period, Settlement
from ledger.ranking import snapshot
from ledger.rules import short_code
from ledger.rules.months import Month
from ledger.rules.short_code import Kind, Typed
from units import links
from units.models import County

SETTLEMENTS = Settlement.objects.select_related("period__county")


@dataclass(frozen=True, slots=True)
class Match:
    """What was found. ``settlement`` is None for the head of a quarter that was not closed there.

    ``position`` is the entry's place in its chain, for a printed head. Neither: the head of the
    county's chain of records, as ``daily_heads`` prints it.
    """

    period: Period | None = None
    settlement: Settlement | None = None
    newest: int = 0
    position: int = 0
    digest: str = ""

    @property
    def month(self) -> Month | None:
        return Month.of(self.settlement.as_of) if self.settlement else None

    @property
    def is_newest(self) -> bool:
        return self.settlement is None or self.settlement.version == self.newest

    @property
    def quarter(self) -> str:
        return str(words.quarter(self.period.year, self.period.quarter)) if self.period else ""


def find(typed: Typed, county: County | None) -> list[Match]:
    """Everything in the county, or in any, that the code is of."""
    digests = snapshot.digests(county=county.pk if county else None)
    keys = [pk for pk, digest in digests.items() if short_code.is_of(typed, digest)]
    settled = SETTLEMENTS.filter(pk__in=keys).order_by("pk") if keys else []
    found = [_settled(each, digests) for each in settled]
    if not found and typed.kind is Kind.LONG:
        return _by_head(typed.digits, county, digests)
    return found


def _by_head(digits: str, county: County | None, digests: dict[int, str]) -> list[Match]:
    entries = Entry.objects.filter(content_hash__startswith=digits)
    if county is not None:
        entries = entries.filter(county=county)
    entries = entries.select_related("period__county")
    found = [each for entry in entries for each in _at(entry, digests)]
    if not found and links.is_head(digits, county.pk if county else None):
        return [Match()]
    return found


def _at(entry: Entry, digests: dict[int, str]) -> list[Match]:
    """The settlements whose head the entry is; else its quarter, as far as it had got."""
    settled = SETTLEMENTS.filter(period=entry.period_id, chain_head=entry.content_hash)
    return [_settled(each, digests, entry.position) for each in settled.order_by("pk")] or [
        Match(period=entry.period, position=entry.position)
    ]


def _settled(settlement: Settlement, digests: dict[int, str], position: int = 0) -> Match:
    newest = settlement.period.settlements.count()
    digest = digests.get(settlement.pk, "")
    return Match(settlement.period, settlement, newest, position, digest)
