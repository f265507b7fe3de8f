"""The composition's page as text: the sentence, the switches, the stair and the cuts.

The funnel is in ``funnel_context``, the projects behind a part in ``breakdown_context``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import words
from ledger.explain import charts
from ledger.explain.charts import Bar
from ledger.explain.composition import CARRY_OVER, NEW, Composition, Cut, Part, Size, Source
from ledger.ranking.gathering import EXCLUSIONS
from projects.forms import industry_name
from projects.models import Industry, Investor
from units.ground.money import percent_text, wan_text, yi_text
from units.models import County

Word = str | Promise
ALL_CUTS = (Cut.AGE, Cut.ORIGIN, Cut.SIZE, Cut.INDUSTRY)
TITLES: Mapping[Cut, Word] = {
    Cut.AGE: gettext_lazy("New and carry-over projects"),
    Cut.ORIGIN: gettext_lazy("Where the investors come from"),
    Cut.SIZE: gettext_lazy("How large the projects are"),
    Cut.INDUSTRY: gettext_lazy("Industries"),
    Cut.STAIR: gettext_lazy("What did we really bring in this year?"),
}
AGES: Mapping[str, Word] = {
    NEW: gettext_lazy("signed this year"),
    CARRY_OVER: gettext_lazy("carried over from earlier years"),
}
SOURCES: Mapping[str, Word] = {
    Source.CARRY_OVER: gettext_lazy("carry-over projects"),
    Source.RESOURCE: gettext_lazy("new, resource extraction"),
    Source.PROPERTY: gettext_lazy("new, property"),
    Source.REAL: gettext_lazy("really new"),
}


# --- the sentence and the switches -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """Texts in 亿元 and percent; ``shown`` only if something is left out."""

    received: str
    real: str
    real_percent: str
    shown: str
    shown_percent: str


def summary_of(found: Composition) -> Summary:
    whole = found.all_received
    is_part = bool(found.without) or len(found.money) < len(found.all_money)
    return Summary(
        received=yi_text(whole),
        real=yi_text(found.real),
        real_percent=share_text(found.real, whole),
        shown=yi_text(found.received) if is_part else "",
        shown_percent=share_text(found.received, whole) if is_part else "",
    )


@dataclass(frozen=True, slots=True)
class Switch:
    word: Word
    url: str
    is_on: bool


def switches_of(found: Composition, query: QueryDict) -> list[Switch]:
    """Everything; without each of the three; without all of them."""
    single = [
        Switch(
            _("without %(money)s") % {"money": words.EXCLUSIONS[name]},
            _without(query, found.without ^ {name}),
            name in found.without,
        )
        for name in EXCLUSIONS
    ]
    every = frozenset(EXCLUSIONS)
    return [
        Switch(_("all the money"), _without(query, frozenset()), not found.without),
        *single,
        Switch(_("only what is really new"), _without(query, every), found.without == every),
    ]


def _without(query: QueryDict, names: frozenset[str]) -> str:
    changed = query.copy()
    changed.pop("part", None)
    changed.setlist("without", [name for name in EXCLUSIONS if name in names])
    return f"?{changed.urlencode()}"


# --- the parts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartLine:
    """One line of a cut; ``tone`` styles its bar, no url if there is nothing behind it."""

    word: Word
    url: str
    amount: str
    percent: str
    projects: int
    bar: Bar
    tone: str
    flag: Word
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CutPart:
    key: str
    title: Word
    lines: tuple[PartLine, ...]


def cuts_of(found: Composition, query: QueryDict) -> list[CutPart]:
    industries = industry_words()
    return [
        CutPart(
            cut, TITLES[cut], _lines(found, found.parts(cut), industries, query, found.received)
        )
        for cut in ALL_CUTS
    ]


def stair_of(found: Composition, query: QueryDict) -> CutPart:
    parts = found.stair()
    steps = charts.stair([part.amount for part in parts])
    lines = tuple(
        _line(part, SOURCES[part.key], bar, query, found.all_received)
        for part, bar in zip(parts, steps, strict=True)
    )
    return CutPart(Cut.STAIR, TITLES[Cut.STAIR], lines)


def _lines(
    found: Composition,
    parts: Sequence[Part],
    industries: Mapping[str, str],
    query: QueryDict,
    whole: Decimal,
) -> tuple[PartLine, ...]:
    bars = charts.bars([part.amount for part in parts])
    return tuple(
        _line(part, word_of(part.cut, part.key, found.county, industries), bar, query, whole)
        for part, bar in zip(parts, bars, strict=True)
    )


def _line(part: Part, word: Word, bar: Bar, query: QueryDict, whole: Decimal) -> PartLine:
    name = f"{part.cut}.{part.key}"
    return PartLine(
        word=word,
        url=chosen(query, name) if part.projects else "",
        amount=wan_text(part.amount),
        percent=share_text(part.amount, whole),
        projects=part.projects,
        bar=bar,
        tone=_tone(part),
        flag=_flag(part),
        is_chosen=query.get("part") == name,
    )


def _tone(part: Part) -> str:
    if part.cut is Cut.STAIR:
        return "real" if part.key == Source.REAL else "easy"
    if part.is_resource or part.is_property or part.key == CARRY_OVER:
        return "easy"
    return "plain"


def _flag(part: Part) -> Word:
    if part.is_resource:
        return gettext_lazy("resource")
    return gettext_lazy("property") if part.is_property else ""


def word_of(cut: Cut, key: str, county: County, industries: Mapping[str, str]) -> Word:
    if cut is Cut.AGE:
        return AGES[key]
    if cut is Cut.ORIGIN:
        return Investor.Origin(key).label
    return size_word(Size(key), county) if cut is Cut.SIZE else industries[key]


def size_word(size: Size, county: County) -> str:
    """With the thresholds of the county, as in 重大项目（5亿—10亿元）."""
    thresholds = {
        "large": _yi(county.large_from),
        "major": _yi(county.major_from),
        "mega": _yi(county.mega_from),
    }
    sentences = {
        Size.MEGA: _("mega (from %(mega)s亿元)"),
        Size.MAJOR: _("major (%(major)s to %(mega)s亿元)"),
        Size.LARGE: _("large (%(large)s to %(major)s亿元)"),
        Size.SMALLER: _("below %(large)s亿元"),
    }
    return sentences[size] % thresholds


def _yi(amount: Decimal) -> str:
    return yi_text(amount).rstrip("0").rstrip(".")


def industry_words() -> dict[str, str]:
    return {industry.code: industry_name(industry) for industry in Industry.objects.all()}


def chosen(query: QueryDict, part: str) -> str:
    changed = query.copy()
    changed["part"] = part
    return f"?{changed.urlencode()}#made-of"


def share_text(part: Decimal, whole: Decimal) -> str:
    return percent_text(part, whole, claims=(100,)) if whole > 0 else ""
