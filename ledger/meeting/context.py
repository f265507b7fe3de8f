"""The parts of the meeting pack as text: tiers, speakers, pledges, short tables.

Computes no figure, runs no query, and names units exactly as the league table does.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ledger import words
from ledger.meeting import speakers
from ledger.meeting.pledges import Outcome, State
from ledger.meeting.speakers import Reason, Speaker
from ledger.models import Pledge
from ledger.ranking.league import LeagueTable, Section
from ledger.ranking.table import RankingTable, UnitUrl, lines
from ledger.rules.standing import Tier
from units.ground.money import gap_text, percent_text, rounded, wan_text

NAMED_TIERS = (Tier.COMPLETED, Tier.ON_SCHEDULE, Tier.BEHIND, Tier.NO_FUNDS)
REASONS: dict[Reason, str | Promise] = {
    Reason.BEST: gettext_lazy("rank %(rank)d of the %(kind)s, completion %(completion)s"),
    Reason.CLIMBED: gettext_lazy(
        "up %(places)d places since the last quarter, completion %(completion)s"
    ),
    Reason.FURTHEST: gettext_lazy("completion %(completion)s, %(gap)s万元 against the benchmark"),
    Reason.BROKE: gettext_lazy(
        "did not keep its last pledge; completion %(completion)s, %(gap)s万元 against the benchmark"
    ),
}
STATES: dict[State, str | Promise] = {
    State.KEPT: pgettext_lazy("pledge", "kept"),
    State.BROKEN: pgettext_lazy("pledge", "not kept"),
    State.RUNNING: pgettext_lazy("pledge", "not due yet"),
}


@dataclass(frozen=True, slots=True)
class TierGroup:
    """The units of one kind in a tier, as in 城关、清油河 7个镇: names and URLs of their accounts."""

    kind: str | Promise
    count: int
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TierLine:
    tier: str
    word: str | Promise
    count: int
    groups: tuple[TierGroup, ...]


def tier_lines(table: LeagueTable, url: UnitUrl) -> list[TierLine]:
    """Every tier with its units by name, in the words of the bulletin."""
    return [_tier_line(table, tier, url) for tier in NAMED_TIERS]


def _tier_line(table: LeagueTable, tier: Tier, url: UnitUrl) -> TierLine:
    groups = []
    for section in table.sections:
        rows = [row for row in section.rows if row.tier is tier]
        if rows:
            names = tuple((row.name, url(row)) for row in rows)
            groups.append(TierGroup(section.title, len(rows), names))
    count = sum(group.count for group in groups)
    return TierLine(tier.value, words.TIERS[tier], count, tuple(groups))


# --- speakers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeakerLine:
    unit: str
    url: str
    tier: str
    tier_word: str | Promise
    reason: str


def speaker_lines(
    table: LeagueTable, url: UnitUrl, broken: Collection[int] | None = None
) -> list[SpeakerLine]:
    """The leading units; with ``broken`` (units that broke their pledge), those that must pledge."""
    chosen = speakers.leading(table) if broken is None else speakers.owing(table, broken)
    return [_speaker_line(table, speaker, url) for speaker in chosen]


def _speaker_line(table: LeagueTable, speaker: Speaker, url: UnitUrl) -> SpeakerLine:
    row = speaker.row
    said = {
        "rank": row.rank or 0,
        "kind": table.section(row.kind).title.lower(),
        "places": row.movement or 0,
        "completion": percent_text(row.received, row.target or row.received),
        "gap": gap_text(rounded(row.gap or 0, 2)),
    }
    reason = REASONS[speaker.reason] % said
    return SpeakerLine(row.name, url(row), row.tier.value, words.TIERS[row.tier], reason)


# --- pledges ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """A pledge as text; what follows the promise stays empty while nothing is measured."""

    pledge: Pledge
    unit: str
    promised: str
    received: str = ""
    source: str = ""
    state: str = ""
    state_word: str | Promise = ""
    lacking: str = ""


def promised_lines(made: Iterable[Pledge]) -> list[PledgeLine]:
    return [PledgeLine(p, p.unit.name, wan_text(p.promised_amount)) for p in made]


def pledge_lines(found: Iterable[Outcome], url: UnitUrl) -> list[PledgeLine]:
    return [
        PledgeLine(
            pledge=outcome.pledge,
            unit=outcome.pledge.unit.name,
            promised=wan_text(outcome.pledge.promised_amount),
            received=wan_text(outcome.received),
            source=_source(outcome, url),
            state=outcome.state.value,
            state_word=STATES[outcome.state],
            lacking=wan_text(outcome.lacking) if outcome.lacking else "",
        )
        for outcome in found
    ]


def _source(outcome: Outcome, url: UnitUrl) -> str:
    """The explanation of the amount in the table that it was measured by."""
    account = url(outcome.row) if outcome.row is not None else ""
    known = {"known_by": outcome.known_by.isoformat()} if outcome.known_by else {}
    query = {"as_of": outcome.as_of.isoformat(), **known}
    return f"{account}explain/?{urlencode(query)}#received" if account else ""


# --- the short tables ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShortSection:
    """The units of a kind that have received funds, under the sums of the kind."""

    kind: str
    title: str | Promise
    count: int
    table: RankingTable
    rest: str


def short_tables(
    table: LeagueTable, url: UnitUrl, source: Callable[[str], str]
) -> list[ShortSection]:
    """``source`` gives the URL that explains the sums of a kind."""
    return [_short(table, section, url, source(section.kind)) for section in table.sections]


def _short(table: LeagueTable, section: Section, url: UnitUrl, source: str) -> ShortSection:
    rows = [row for row in section.rows if row.tier not in (Tier.NO_FUNDS, Tier.NO_TARGET)]
    idle = section.tiers[Tier.NO_FUNDS]
    rest = ngettext(
        "%(count)d more unit has no funds yet.", "%(count)d more units have no funds yet.", idle
    ) % {"count": idle}
    return ShortSection(
        kind=section.kind,
        title=section.title,
        count=len(section.rows),
        table=RankingTable(lines(table, rows, url), section.rows, source),
        rest=rest if idle else "",
    )
