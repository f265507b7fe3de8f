"""What the pages of the score lay out: the table by group, and a unit's sheet line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.assessment import objections, words
from ledger.assessment.scheme import Method
from ledger.assessment.scoring import Figure, ItemScore, Scored, UnitScore, score
from ledger.assessment.table import ScoreTable
from ledger.rules.months import Month
from units.access import Right, may
from units.models import MAIN, Unit, User

MILLION = Fraction(1_000_000)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A unit of the table: rank, total and the points of each item, as text."""

    rank: str
    name: str
    url: str
    total: str
    points: tuple[str, ...]
    vetoes: str


@dataclass(frozen=True, slots=True)
class ScoreSection:
    title: str
    heads: tuple[tuple[str, str], ...]
    lines: tuple[ScoreLine, ...]


def sections(table: ScoreTable, month: Month) -> list[ScoreSection]:
    """Group by group, with the items that concern the group."""
    return [
        ScoreSection(group.title, _heads(units), tuple(_line(unit, month) for unit in units))
        for group, units in table.groups
        if units
    ]


def _heads(units: Sequence[UnitScore]) -> tuple[tuple[str, str], ...]:
    items = [each.item for each in units[0].items]
    return tuple((item.name, "" if item.is_extra else words.number(item.full)) for item in items)


def _line(unit: UnitScore, month: Month) -> ScoreLine:
    return ScoreLine(
        rank=str(unit.rank or "—"),
        name=unit.name,
        url=reverse("score-unit", args=[month, unit.code]),
        total=words.number(unit.total),
        points=tuple(words.number(each.counted) for each in unit.items),
        vetoes="、".join(veto.name for veto in unit.vetoes),
    )


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A line of the 考核得分表: content, indicator, points, method, self-assessment, score, remark."""

    code: str
    content: str
    name: str
    full: str
    rule: str
    claimed: str
    points: str
    explained: str
    source: str
    more: str
    is_given: bool


def item_lines(table: ScoreTable, unit: UnitScore, month: Month) -> list[ItemLine]:
    return [_item_line(table, unit, each, month) for each in unit.items]


def _item_line(table: ScoreTable, unit: UnitScore, each: ItemScore, month: Month) -> ItemLine:
    item, given = each.item, each.given
    return ItemLine(
        code=item.code,
        content=item.content,
        name=item.name,
        full=words.number(item.full or item.points),
        rule=words.rule(item),
        claimed=words.number(given.claimed) if given and given.claimed is not None else "",
        points=words.number(each.counted),
        explained=words.explained(each),
        source=_source(item.indicator, unit.code, month),
        more=_more(table, unit, each),
        is_given=item.method is Method.GIVEN,
    )


def _source(indicator: str, code: str, month: Month) -> str:
    """Where the value comes from, down to entries, projects and filed figures."""
    if not indicator:
        return ""
    if indicator == MAIN:
        return f"{reverse('unit-explain', args=[code])}?as_of={month.last_day:%Y-%m-%d}#received"
    return reverse("indicator-parts", args=[month, indicator, code])


def _more(table: ScoreTable, unit: UnitScore, each: ItemScore) -> str:
    """What one more million, or one more of what is counted, would add to the total."""
    code = each.item.indicator
    if not code or unit.total is None:
        return ""
    step = MILLION if table.scale(code) > 1 else Fraction(1)
    added = _total_with(table, unit.code, code, step) - unit.total
    one: str | Promise = _("one million 元 more") if step == MILLION else _("one more")
    return f"{one}: {'+' if added >= 0 else ''}{words.number(added)}" if added else ""


def _total_with(table: ScoreTable, code: str, indicator: str, step: Fraction) -> Fraction:
    group = next(g for g, units in table.groups if any(unit.code == code for unit in units))
    changed = [
        _raised(scored, indicator, step) if scored.code == code else scored
        for scored in table.inputs[group.code]
    ]
    found = next(u for u in score(table.scheme, group.code, changed) if u.code == code)
    return found.total or Fraction(0)


def _raised(scored: Scored, indicator: str, step: Fraction) -> Scored:
    figure = scored.figures.get(indicator, Figure())
    more = replace(figure, value=(figure.value or Fraction(0)) + step)
    return replace(scored, figures={**scored.figures, indicator: more})


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """An objection or an answer; ``is_open`` if it is an objection that nobody answered yet."""

    item: str
    code: str
    pk: int
    text: str
    by: str
    on: date
    is_answer: bool
    is_open: bool


def remarks(table: ScoreTable, unit: UnitScore, of: Unit) -> list[RemarkLine]:
    """What was objected and answered in the year, in its order."""
    names = {each.item.code: each.item.name for each in unit.items}
    rows = list(objections.of_unit(of, table.scheme.year))
    last = {row.item: row.pk for row in rows}
    return [
        RemarkLine(
            item=names.get(row.item, row.item),
            code=row.item,
            pk=row.pk,
            text=row.text,
            by=str(row.recorded_by),
            on=timezone.localdate(row.recorded_at),
            is_answer=row.is_answer,
            is_open=not row.is_answer and last[row.item] == row.pk,
        )
        for row in rows
    ]


def objections_seen_by(user: User, month: Month) -> list[tuple[str, str]]:
    """Unit and address of the objections that wait for the bureau; nothing for others."""
    if user.county is None or not may(user, Right.RECEIPT_VERIFY):
        return []
    found = {
        (each.year, each.unit.code): each.unit.name for each in objections.waiting(user.county)
    }
    return [(name, _objections_of(code, year, month)) for (year, code), name in found.items()]


def _objections_of(code: str, year: int, month: Month) -> str:
    """On the sheet of the objection's own year."""
    own = month if month.year == year else Month(year, 12)
    return f"{reverse('score-unit', args=[own, code])}#objections"
