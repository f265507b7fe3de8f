"""How the points of an item come about, in one sentence that can be checked by hand."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from ledger.assessment.scheme import Item, Method
from ledger.assessment.scoring import ItemScore
from units.ground.money import rounded

PLACES: Final = 2  # of points, for display


def number(value: Fraction | None, places: int = PLACES) -> str:
    """Rounded half-up for display, without needless zeros; a dash for nothing."""
    if value is None:
        return "—"
    text = f"{rounded(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rule(item: Item) -> str:
    """The method of an item: the scheme's own words, else what the file says."""
    return item.words or RULES[item.method](item)


def _rate_rule(item: Item) -> str:
    said = _("%(points)s points × completion") % {"points": number(item.points)}
    if item.cap is not None:
        said += _(", at most %(cap)s times the points") % {"cap": number(item.cap)}
    return said


def _steps_rule(item: Item) -> str:
    return "; ".join(
        _("from %(rate)s%% on %(points)s points")
        % {"rate": number(step.start * 100), "points": number(step.points)}
        for step in item.steps
    )


def _spread_rule(item: Item) -> str:
    named = {"base": number(item.base), "points": number(item.points)}
    return _("%(base)s points for the lowest, %(points)s for the highest") % named


def _rank_rule(item: Item) -> str:
    return _("by rank: %(points)s") % {"points": "、".join(map(number, item.ranks))}


def _each_rule(item: Item) -> str:
    named = {"points": number(item.points), "each": number(item.each)}
    return _("%(points)s points for each further %(each)s") % named


def _given_rule(item: Item) -> str:
    return _("given by the bureau")


RULES: dict[Method, Callable[[Item], str]] = {
    Method.RATE: _rate_rule,
    Method.STEPS: _steps_rule,
    Method.SPREAD: _spread_rule,
    Method.RANK: _rank_rule,
    Method.EACH: _each_rule,
    Method.GIVEN: _given_rule,
}


def explained(found: ItemScore) -> str:
    """The arithmetic of the points."""
    item = found.item
    if item.method is Method.GIVEN:
        return found.given.reason if found.given else _("Not given yet.")
    if found.value is None:
        return _("There is no figure yet.")
    said = EXPLAINED[item.method](found)
    if found.is_limited:
        said += _(" → limited to %(points)s") % {"points": number(found.points)}
    return said


def _by_rate(found: ItemScore) -> str:
    if found.rate is None:
        return _("There is no target, so nothing is divided.")
    named = {
        "points": number(found.item.points),
        "value": number(found.value),
        "target": number(found.target),
        "before": number(found.before),
    }
    return _("%(points)s × %(value)s ÷ %(target)s = %(before)s") % named


def _by_steps(found: ItemScore) -> str:
    if found.rate is None:
        return _("There is no target, so nothing is divided.")
    named = {
        "value": number(found.value),
        "target": number(found.target),
        "rate": number(found.rate * 100),
        "points": number(found.before),
    }
    return _("%(value)s ÷ %(target)s = %(rate)s%%: %(points)s points") % named


def _by_spread(found: ItemScore) -> str:
    named = {
        "base": number(found.item.base),
        "rest": number(found.item.points - found.item.base),
        "value": number(found.value),
        "least": number(found.least),
        "most": number(found.most),
        "points": number(found.before),
    }
    if found.least == found.most:
        return _("All values of the group are equal: %(points)s points") % named
    return (
        _("%(base)s + %(rest)s × (%(value)s − %(least)s) ÷ (%(most)s − %(least)s) = %(points)s")
        % named
    )


def _by_rank(found: ItemScore) -> str:
    named = {"rank": found.place or 0, "points": number(found.before)}
    return _("Rank %(rank)d in the group: %(points)s points") % named


def _by_each(found: ItemScore) -> str:
    named = {"value": number(found.value), "before": number(found.before)}
    return _("%(value)s: %(before)s points") % named


EXPLAINED: dict[Method, Callable[[ItemScore], str]] = {
    Method.RATE: _by_rate,
    Method.STEPS: _by_steps,
    Method.SPREAD: _by_spread,
    Method.RANK: _by_rank,
    Method.EACH: _by_each,
}
