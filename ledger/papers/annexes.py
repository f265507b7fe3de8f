"""The annexes (附件) of the bulletin: the league table of each group as rows of text.

The columns are those of the league table; amounts are 万元, as its page shows them. Runs no query.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.papers.ranking_sheet import subtitle
from ledger.ranking.columns import BY_NAME, Column, Of
from ledger.ranking.league import LeagueTable, Section
from ledger.ranking.phrases import county_title, period

# What fits a landscape page at 10.5 pt. Pending money never ranks and is left to the workbook.
PRINTED = tuple(
    BY_NAME[name]
    for name in (
        *("rank", "unit", "target", "benchmark", "received", "new", "outside"),
        *("completion", "gap", "points", "tier"),
    )
)


@dataclass(frozen=True, slots=True)
class Heading:
    """``width`` counts characters; neighbours of one ``group`` share a heading above theirs."""

    text: str | Promise
    width: float
    group: str | Promise
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Annex:
    """``rows`` end with the subtotal."""

    mark: str
    title: str
    below: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]


def annexes(table: LeagueTable) -> tuple[Annex, ...]:
    """One for each group that has units."""
    sections = [section for section in table.sections if section.rows]
    return tuple(
        _annex(table, section, str(number) if len(sections) > 1 else "")
        for number, section in enumerate(sections, start=1)
    )


def listed(found: tuple[Annex, ...]) -> list[str]:
    """The lines of the 附件说明: names of the annexes, without a stop at their end."""
    if len(found) == 1:
        return [_("Annex: %(title)s") % {"title": found[0].title}]
    return [
        (_("Annexes: %(number)d. %(title)s") if number == 1 else _("%(number)d. %(title)s"))
        % {"number": number, "title": annex.title}
        for number, annex in enumerate(found, start=1)
    ]


def _annex(table: LeagueTable, section: Section, number: str) -> Annex:
    named = {
        "county": county_title(table),
        "period": period(table.as_of),
        "group": section.title,
    }
    return Annex(
        mark=_("Annex %(number)s") % {"number": number} if number else _("Annex"),
        title=_("%(county)s: tasks completed in %(period)s (%(group)s)") % named,
        below=_below(table),
        headings=tuple(_heading(column) for column in PRINTED),
        rows=(*(_texts(row) for row in section.rows), _sums(section)),
    )


def _below(table: LeagueTable) -> str:
    """The day, what is left out, and the unit of money, as under the title of the sheet."""
    said, _filled_in_by, unit = subtitle(table)
    return pgettext("between remarks", "; ").join([said, unit])


def _heading(column: Column) -> Heading:
    assert column.paper is not None
    paper = column.paper
    return Heading(paper.title, paper.width, paper.group, column.shape.is_figure)


def _texts(of: Of) -> tuple[str, ...]:
    return tuple(column.shown(of) for column in PRINTED)


def _sums(section: Section) -> tuple[str, ...]:
    """The subtotal; what is no figure has no sum."""
    texts = [column.shown(section.total) if column.shape.is_figure else "" for column in PRINTED]
    texts[PRINTED.index(BY_NAME["unit"])] = _("Subtotal")
    return tuple(texts)
