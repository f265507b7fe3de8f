"""The bulletin (通报): a LeagueTable and its background as the paragraphs read at the meeting.

Percents need a target, 双过半 follows rule 5, and tiers are worded as the rule decides them. Runs no
query.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import count

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ledger import words
from ledger.papers.annexes import Annex, annexes, listed
from ledger.papers.proof_line import Proof
from ledger.papers.sources import Background, IndustrySum
from ledger.ranking.changes_since import corrected
from ledger.ranking.league import LeagueRow, LeagueTable, Section
from ledger.ranking.phrases import (
    adjusted,
    and_so,
    bureau,
    correcting,
    day,
    is_town,
    known,
    left_out,
    measured,
    period,
    scope,
    short_town,
)
from ledger.rules.standing import Tier, completed_months, last_full_month
from units.ground.groups import DEPARTMENT, ENTERPRISE
from units.ground.money import YI, percent_text, points_text, wan_short, yi_short

NAMED = 12  # names in a sentence before it says "and others"
BEST = {DEPARTMENT.code: 5}  # of a group; of any other three
BEST_ELSE = 3
TOP_INDUSTRIES = 3
GOOD = (Tier.COMPLETED, Tier.ON_SCHEDULE)


class Role(StrEnum):
    """What a paragraph is on the paper."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    NOTE = "note"
    SIGNATURE = "signature"
    ANNEX = "annex"


@dataclass(frozen=True, slots=True)
class Paragraph:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """``title_lines`` are the lines into which a paper breaks the title."""

    title_lines: tuple[str, ...]
    addressees: str
    paragraphs: tuple[Paragraph, ...]
    proof: Proof | None = None
    issuer: str = ""
    annexes: tuple[Annex, ...] = ()

    @property
    def title(self) -> str:
        return "".join(self.title_lines)

    @property
    def text(self) -> str:
        """The whole text, one paragraph a line, for copying."""
        lines = [self.title, self.addressees, *(part.text for part in self.paragraphs)]
        lines += self.proof.lines if self.proof else []
        return "\n".join(lines)


def bulletin(table: LeagueTable, background: Background) -> Bulletin:
    title = (
        _("Bulletin on the tasks of %(period)s") % {"period": period(table.as_of)},
        pgettext("second line of a title", " in investment attraction"),
    )
    behind = annexes(table)
    paragraphs = tuple(_paragraphs(table, background, behind))
    addressees = _addressees(table)
    return Bulletin(title, addressees, paragraphs, background.proof, bureau(table), behind)


def _addressees(table: LeagueTable) -> str:
    if table.county.addressees:
        return _("%(addressees)s:") % {"addressees": table.county.addressees}
    if table.section(ENTERPRISE.code).rows:
        return _("To all town governments, departments and enterprises concerned:")
    return _("To all town governments and the departments concerned:")


def _paragraphs(
    table: LeagueTable, background: Background, behind: tuple[Annex, ...]
) -> Iterator[Paragraph]:
    yield Paragraph(Role.TEXT, headline(table, background) + _tiers_in_short(table))
    numerals = map(words.numeral, count())
    for heading, texts in (
        (_("What is corrected"), _corrections(table)),
        (_("What the funds are made of"), _composition(table, background)),
        (_("Units that did well"), _best(table)),
        (_("How the units stand"), _standings(table)),
        (_("Monthly reports"), _reports(table, background)),
        (_("What remains"), _remaining(table)),
    ):
        parts = list(texts)
        if parts:
            named = {"numeral": next(numerals), "heading": heading}
            text = pgettext("numbered heading", "%(numeral)s. %(heading)s") % named
            yield Paragraph(Role.HEADING, text)
            yield from parts
    yield from (Paragraph(Role.ANNEX, line) for line in listed(behind))
    yield from _closing(table)


# --- the headline ----------------------------------------------------------------------------------


def headline(table: LeagueTable, background: Background) -> str:
    """What the leader says first: money, task, schedule, last year, 双过半, projects."""
    said = {"day": day(table.as_of), "received": money(table.total.received)}
    parts = [_("As of %(day)s, the county has received %(received)s in all") % said]
    parts += [_task(table), *background.above, _growth(table, background)]
    if table.over_half:
        parts.append(_(", so that time and task are both past half"))
    return "".join(parts) + _stop() + _signed(table)


def _task(table: LeagueTable) -> str:
    total = table.total
    if not total.target or total.gap_points is None:
        return ""
    done = {
        "target": money(total.target),
        "completion": percent_text(total.received, total.target),
    }
    said = _(", %(completion)s of the annual task of %(target)s") % done
    points = {"points": points_text(abs(total.gap_points)).lstrip("+")}
    if total.gap_points > 0:
        return said + _(", %(points)s percentage points ahead of schedule") % points
    if total.gap_points < 0:
        return said + _(", %(points)s percentage points behind schedule") % points
    return said + _(", exactly on schedule")


def _growth(table: LeagueTable, background: Background) -> str:
    """Growth on the same day of last year (同比); empty if there is nothing to compare with."""
    before, now = background.series.same_time_last_year, table.total.received
    if before is None or before <= 0:
        return ""
    if now == before:
        return _(", the same as a year before")
    said = {"growth": percent_text(abs(now - before), before, claims=())}
    if now > before:
        return _(", up %(growth)s on a year before") % said
    return _(", down %(growth)s on a year before") % said


def _signed(table: LeagueTable) -> str:
    signed = table.signed
    if not signed.projects:
        return _(" No new project was signed this year.")
    said = _(
        " New projects this year: %(projects)d, of which %(contracts)d contracts; total investment "
        "%(investment)s, introduced %(introduced)s."
    )
    return said % {
        "projects": signed.projects,
        "contracts": signed.contracts,
        "investment": money(signed.total_investment),
        "introduced": money(signed.introduced),
    }


def money(yuan: Decimal) -> str:
    """14.2亿元; below a hundred million in 万元."""
    if abs(yuan) >= YI:
        return _("%(amount)s亿元") % {"amount": yi_short(yuan)}
    return _("%(amount)s万元") % {"amount": wan_short(yuan)}


# --- how the units stand ---------------------------------------------------------------------------


def _tiers_in_short(table: LeagueTable) -> str:
    """Only numbers, for the first paragraph: 4个单位完成全年任务；7个镇和16个部门…"""
    parts = [said % {"units": units} for said, units in _counted(table) if units]
    if not parts:
        return ""
    said = pgettext("between clauses", "; ").join(parts)
    return _(" Among the units, %(clauses)s.") % {"clauses": said}


def _counted(table: LeagueTable) -> Iterator[tuple[str, str]]:
    completed = sum(section.tiers[Tier.COMPLETED] for section in table.sections)
    yield _("%(units)s completed the annual task"), _units(completed) if completed else ""
    yield _on_schedule(table), _by_kind(table, Tier.ON_SCHEDULE)
    yield _behind(table), _by_kind(table, Tier.BEHIND)
    yield _("%(units)s have no funds yet"), _by_kind(table, Tier.NO_FUNDS)


def _on_schedule(table: LeagueTable) -> str:
    """At half-year the schedule is half of the task."""
    due = table.total.benchmark_percent
    if completed_months(table.as_of) == 6 and due is not None and due >= 50:
        return _("%(units)s reached the planned schedule of half the task")
    return _("%(units)s reached the planned schedule")


def _behind(table: LeagueTable) -> str:
    """At the year's end there is no schedule any more, only the task."""
    if completed_months(table.as_of) == 12:
        return _("%(units)s received funds, but did not complete the annual task")
    return _("%(units)s received funds but are behind schedule")


def _by_kind(table: LeagueTable, tier: Tier) -> str:
    return _and(
        words.counted(section.group, section.tiers[tier])
        for section in table.sections
        if section.tiers[tier]
    )


def _units(count: int) -> str:
    return ngettext("%(count)d unit", "%(count)d units", count) % {"count": count}


def _standings(table: LeagueTable) -> Iterator[Paragraph]:
    """Each tier with its units by name, as a speech words it."""
    clauses = [clause for clause in _tier_clauses(table) if clause]
    if clauses:
        text = pgettext("between clauses", "; ").join(clauses)
        yield Paragraph(Role.TEXT, _capital(text) + _stop())


def _tier_clauses(table: LeagueTable) -> Iterator[str]:
    yield _completed(table)
    for said, tier in (
        (_on_schedule(table), Tier.ON_SCHEDULE),
        (_behind(table), Tier.BEHIND),
    ):
        units = _and(_group(section, _in_tier(section.rows, tier)) for section in table.sections)
        yield said % {"units": units} if units else ""
    idle = _by_kind(table, Tier.NO_FUNDS)
    yield _("another %(units)s have no funds yet") % {"units": idle} if idle else ""


def _completed(table: LeagueTable) -> str:
    """Units that completed the year, by name, without their kind."""
    done = [_in_tier(section.rows, Tier.COMPLETED) for section in table.sections]
    count = sum(len(rows) for rows in done)
    if not count:
        return _("no unit has completed the annual task yet")
    names = _and(and_so([row.name for row in rows[:NAMED]]) for rows in done if rows)
    said = _named(names, _units(count)) if count > 1 else names
    if 2 * count < len([row for row in table.rows if row.target]):
        return _("only %(units)s completed the annual task") % {"units": said}
    return _("%(units)s completed the annual task") % {"units": said}


def _group(section: Section, rows: Sequence[LeagueRow]) -> str:
    """城关、清油河等7个镇; a single unit by its full name."""
    if not rows:
        return ""
    if len(rows) == 1:
        return rows[0].name
    names = [row.name for row in rows[:NAMED]]
    if all(is_town(name) for name in names):
        names = [short_town(name) for name in names]
    return _named(and_so(names), words.counted(section.group, len(rows)))


def _named(names: str, count: str) -> str:
    return pgettext("names and their number", "%(count)s (%(names)s)") % {
        "names": names,
        "count": count,
    }


def _in_tier(rows: Iterable[LeagueRow], tier: Tier) -> list[LeagueRow]:
    return [row for row in rows if row.tier is tier]


# --- the other sections ----------------------------------------------------------------------------


def _corrections(table: LeagueTable) -> Iterator[Paragraph]:
    """A quarter that is open again, or what its new version changed by unit and cause (更正通报)."""
    if said := correcting(table):
        yield Paragraph(Role.TEXT, said)
    found = corrected(table)
    if found and table.settlement is not None:
        said = _("This is version %(version)d; it takes the place of version %(before)d:")
        version = table.settlement.version
        yield Paragraph(Role.TEXT, said % {"version": version, "before": version - 1})
    for each in found:
        said = _("%(unit)s: %(changed)s (cause: %(because)s)") % each._asdict()
        yield Paragraph(Role.ITEM, said + _stop())


def _composition(table: LeagueTable, background: Background) -> Iterator[Paragraph]:
    if table.total.received > 0:
        yield Paragraph(Role.TEXT, _made_of(table, background))
    if said := adjusted(table):
        yield Paragraph(Role.TEXT, said)


def _made_of(table: LeagueTable, background: Background) -> str:
    received = table.total.received
    sums = table.total.sums
    said = _(
        "New projects brought %(new)s (%(new_percent)s), carry-over projects %(carried)s "
        "(%(carried_percent)s). From outside the province came %(outside)s, %(outside_percent)s "
        "of the whole."
    ) % {
        "new": money(sums.new),
        "new_percent": percent_text(sums.new, received, claims=(100,)),
        "carried": money(received - sums.new),
        "carried_percent": percent_text(received - sums.new, received, claims=(100,)),
        "outside": money(sums.outside),
        "outside_percent": percent_text(sums.outside, received, claims=(100,)),
    }
    return said + _industries(table, background.industries)


def _industries(table: LeagueTable, industries: Sequence[IndustrySum]) -> str:
    """The largest ones, and those that speeches complain of: raw ore and property."""
    received = table.total.received
    top = [
        pgettext("industry", "%(name)s %(amount)s (%(percent)s)")
        % {
            "name": industry.name,
            "amount": money(industry.amount),
            "percent": percent_text(industry.amount, received, claims=(100,)),
        }
        for industry in industries[:TOP_INDUSTRIES]
    ]
    said = _(" By industry, the largest were %(industries)s.") % {"industries": and_so(top)}
    easy = sum((i.amount for i in industries if i.is_resource or i.is_property), Decimal(0))
    if easy <= 0:
        return said if top else ""
    share = {"amount": money(easy), "percent": percent_text(easy, received, claims=(100,))}
    if "property" in table.left_out:
        return said + _(" Resource extraction made up %(amount)s, %(percent)s.") % share
    if "resource" in table.left_out:
        return said + _(" Property made up %(amount)s, %(percent)s.") % share
    return said + _(" Resource extraction and property made up %(amount)s, %(percent)s.") % share


def _best(table: LeagueTable) -> Iterator[Paragraph]:
    for section in table.sections:
        best = BEST.get(section.kind, BEST_ELSE)
        rows = [row for row in section.rows if row.tier in GOOD][:best]
        if rows:
            yield Paragraph(Role.TEXT, words.did_well(section.group))
        for number, row in enumerate(rows, start=1):
            stop = _stop() if number == len(rows) else pgettext("end of an item", ";")
            yield Paragraph(Role.ITEM, _praise(number, row) + stop)


def _praise(number: int, row: LeagueRow) -> str:
    said = _("%(number)d. %(unit)s (received %(received)s万元, %(completion)s of its annual task)")
    return said % {
        "number": number,
        "unit": row.name,
        "received": wan_short(row.received),
        "completion": percent_text(row.received, row.target or row.received),
    }


def _reports(table: LeagueTable, background: Background) -> Iterator[Paragraph]:
    """Units that reported without funds; separately those that did not report (rule 13)."""
    newest = last_full_month(table.as_of)
    if newest.year != table.as_of.year:
        return  # in January: a report of last year says nothing of this year's money
    month = _report_month(newest)
    for said, rows, limit in _report_groups(table, background):
        if rows:
            text = said % {"units": _unit_group(rows, limit), "month": month}
            yield Paragraph(Role.TEXT, _capital(text) + _stop())


def _report_groups(
    table: LeagueTable, background: Background
) -> Iterator[tuple[str, list[LeagueRow], int]]:
    """Wording, units, and how many to name; all units that did not report are named."""
    rows = [row for row in table.rows if row.target]
    idle = [row for row in rows if row.received <= 0]
    reported = [row for row in idle if row.reported]
    with_plans = [row for row in reported if row.unit_id in background.planned]
    without = [row for row in reported if row.unit_id not in background.planned]
    silent = [row for row in table.rows if row.received <= 0 and row.reported is False]
    late = [row for row in table.rows if row.received > 0 and row.reported is False]
    yield _("%(units)s reported and compiled new projects, but have no funds"), with_plans, NAMED
    yield _("%(units)s reported, but have no funds"), without, NAMED
    yield _("%(units)s did not report for %(month)s and have no funds"), silent, len(silent)
    yield _("%(units)s have funds, but did not report for %(month)s"), late, len(late)


def _unit_group(rows: Sequence[LeagueRow], limit: int) -> str:
    if len(rows) == 1:
        return rows[0].name
    return _named(and_so([row.name for row in rows[:limit]]), _units(len(rows)))


def _report_month(month: date) -> str:
    return pgettext("month of a report", "%(month)d/%(year)d") % {
        "month": month.month,
        "year": month.year,
    }


def _remaining(table: LeagueTable) -> Iterator[Paragraph]:
    total, months = table.total, 12 - completed_months(table.as_of)
    lacking = total.target - total.received
    if not total.target or not months:
        return
    if lacking <= 0:
        yield Paragraph(Role.TEXT, _("The annual task of the county is completed."))
        return
    said = ngettext(
        "%(lacking)s of the annual task of the county are still to come, %(monthly)s in the month "
        "that remains. Every unit is asked to compare itself with its annual task, to bring its "
        "projects onto the ground, and to complete the task of the year.",
        "%(lacking)s of the annual task of the county are still to come, %(monthly)s in each of the "
        "%(months)d months that remain. Every unit is asked to compare itself with its annual task, "
        "to bring its projects onto the ground, and to complete the task of the year.",
        months,
    ) % {"lacking": money(lacking), "monthly": money(lacking / months), "months": months}
    yield Paragraph(Role.TEXT, said)


def _closing(table: LeagueTable) -> Iterator[Paragraph]:
    yield Paragraph(Role.SIGNATURE, bureau(table))
    if table.settlement is not None:
        closed = timezone.localdate(table.settlement.closed_at)
        yield Paragraph(Role.SIGNATURE, day(closed))
    if table.total.pending:
        said = _("Counted are verified receipts; another %(pending)s await verification.")
        yield Paragraph(Role.NOTE, said % {"pending": money(table.total.pending)})
    if against := measured(table.as_of, table.total.benchmark, table.total.target):
        yield Paragraph(Role.NOTE, against)
    if scope(table):
        said = pgettext("remark", "Scope of the money received: %(words)s.")
        yield Paragraph(Role.NOTE, said % {"words": scope(table)})
    if known(table):
        said = pgettext("remark", "Figures: %(words)s.")
        yield Paragraph(Role.NOTE, said % {"words": known(table)})
    if table.without:
        said = _("This bulletin is %(words)s and does not decide ranks.")
        yield Paragraph(Role.NOTE, said % {"words": left_out(table)})
    if table.settlement is None:
        yield Paragraph(Role.NOTE, _("The quarter is not closed; figures may still change."))
    if table.county.is_sample:
        yield Paragraph(Role.NOTE, _("Sample figures: the amounts of single units are made up."))


# --- joining ---------------------------------------------------------------------------------------


def _and(parts: Iterable[str]) -> str:
    """A, B and C; empty parts are left out."""
    *first, last = [part for part in parts if part] or [""]
    if not first:
        return last
    return and_so(first) + pgettext("before the last part", " and ") + last


def _stop() -> str:
    return pgettext("end of sentence", ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
