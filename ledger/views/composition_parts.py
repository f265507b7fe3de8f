"""The parts of the composition's page as text: the sentence, the stair, the cuts, the funnel.

Owns: the words of each part and the address of what it is made of. Must never: compute a figure, or
name a project to a person who may not open it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger import charts_composition as charts
from ledger import words
from ledger.charts_composition import Bar
from ledger.composition import (
    CARRY_OVER,
    NEW,
    STEPS,
    Composition,
    Cut,
    Funnel,
    Money,
    Part,
    Progress,
    Size,
    Source,
    Step,
)
from ledger.league import EXCLUSIONS, NOTHING
from projects.forms import industry_name
from projects.models import Industry, Investor
from projects.reach import projects_of
from units.models import County, User
from units.money import percent_text, wan_text, yi_text

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
STEP_WORDS: Mapping[Step, Word] = {
    Step.RESERVE: gettext_lazy("compiled or further"),
    Step.SIGNED: gettext_lazy("signed or further"),
    Step.CONTRACT: gettext_lazy("contract signed or further"),
    Step.STARTED: gettext_lazy("works started or further"),
    Step.PRODUCTION: pgettext_lazy("stage", "in production"),
}
# Where the register shows exactly the projects of a part, the choices of its sieve.
REGISTER: Mapping[tuple[Cut, str], str] = {
    (Cut.AGE, NEW): "age=new",
    (Cut.AGE, CARRY_OVER): "age=carry_over",
    (Cut.SIZE, Size.MEGA): "size=mega",
    (Cut.STAIR, Source.CARRY_OVER): "age=carry_over",
    (Cut.STAIR, Source.RESOURCE): "age=new&flag=resource",
    (Cut.STAIR, Source.PROPERTY): "age=new&flag=property",
    (Cut.STAIR, Source.REAL): "age=new&flag=neither",
}
SCOPES = ("year", "all")
PERFORMED = "performed"


# --- the sentence and the switches -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """Texts in 亿元 and percent; ``shown`` only where something is left out."""

    received: str
    real: str
    real_percent: str
    shown: str
    shown_percent: str


def summary_of(found: Composition) -> Summary:
    whole = found.all_received
    return Summary(
        received=yi_text(whole),
        real=yi_text(found.real),
        real_percent=_share(found.real, whole),
        shown=yi_text(found.received) if found.without else "",
        shown_percent=_share(found.received, whole) if found.without else "",
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
    """One line of a cut: ``tone`` says how its bar is drawn; no url where there is nothing behind."""

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
        _line(part, _word(part.cut, part.key, found.county, industries), bar, query, whole)
        for part, bar in zip(parts, bars, strict=True)
    )


def _line(part: Part, word: Word, bar: Bar, query: QueryDict, whole: Decimal) -> PartLine:
    name = f"{part.cut}.{part.key}"
    return PartLine(
        word=word,
        url=_chosen(query, name) if part.projects else "",
        amount=wan_text(part.amount),
        percent=_share(part.amount, whole),
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


def _word(cut: Cut, key: str, county: County, industries: Mapping[str, str]) -> Word:
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


def _chosen(query: QueryDict, part: str) -> str:
    changed = query.copy()
    changed["part"] = part
    return f"?{changed.urlencode()}#made-of"


def _share(part: Decimal, whole: Decimal) -> str:
    return percent_text(part, whole, claims=(100,)) if whole > 0 else ""


# --- the funnel and the rates ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the funnel, for the projects of the year and for all in the register."""

    word: Word
    scopes: tuple["StepCount", ...]


@dataclass(frozen=True, slots=True)
class StepCount:
    count: int
    bar: Bar
    url: str


def funnel_of(found: Composition, query: QueryDict) -> list[StepLine]:
    funnels = dict(zip(SCOPES, (found.of_year, found.of_all), strict=True))
    counted = {scope: [funnel.count(step) for step in STEPS] for scope, funnel in funnels.items()}
    drawn = {scope: charts.funnel(counts) for scope, counts in counted.items()}
    return [
        StepLine(
            STEP_WORDS[step],
            tuple(
                StepCount(
                    counted[scope][place],
                    drawn[scope][place],
                    _chosen(query, f"{scope}.{step}") if counted[scope][place] else "",
                )
                for scope in SCOPES
            ),
        )
        for place, step in enumerate(STEPS)
    ]


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate with what it means and what it was made of; empty where there is nothing to divide by."""

    term: str
    word: Word
    meaning: Word
    of_year: str
    of_year_made: str
    of_all: str
    of_all_made: str


def rates_of(found: Composition) -> list[RateLine]:
    return [
        _rate(
            found,
            "performance-rate",
            gettext_lazy("Contract performance rate"),
            gettext_lazy(
                "contracts under which funds were verified, of all contracts signed by the day"
            ),
        ),
        _rate(
            found,
            "start-rate",
            gettext_lazy("Start-of-works rate"),
            gettext_lazy("projects whose works have started, of all projects signed by the day"),
        ),
        _rate(
            found,
            "funding-rate",
            gettext_lazy("Funds-in-place rate"),
            gettext_lazy(
                "verified funds since the signing, of the introduced amount of the contracts"
            ),
        ),
        _rate(
            found,
            "production-rate",
            gettext_lazy("Production rate"),
            gettext_lazy("projects in production, of all projects signed by the day"),
        ),
    ]


def _rate(found: Composition, term: str, word: Word, meaning: Word) -> RateLine:
    year, every = _pair(found.of_year, term), _pair(found.of_all, term)
    return RateLine(
        term, word, meaning, _quotient(year), _made(year), _quotient(every), _made(every)
    )


def _pair(funnel: Funnel, term: str) -> tuple[int | Decimal, int | Decimal]:
    pairs: Mapping[str, tuple[int | Decimal, int | Decimal]] = {
        "performance-rate": funnel.performed,
        "start-rate": funnel.started,
        "funding-rate": funnel.funded,
        "production-rate": funnel.producing,
    }
    return pairs[term]


def _quotient(pair: tuple[int | Decimal, int | Decimal]) -> str:
    top, bottom = (Fraction(value) for value in pair)
    return percent_text(top, bottom, claims=(100,)) if bottom > 0 else "—"


def _made(pair: tuple[int | Decimal, int | Decimal]) -> str:
    """As in 23 / 30, amounts in 亿元."""
    return " / ".join(yi_text(v) if isinstance(v, Decimal) else str(v) for v in pair)


# --- what a part is made of --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectLine:
    name: str
    url: str
    unit: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class MadeOf:
    """The projects behind a part. ``hidden`` counts those that the reader may not open."""

    title: Word
    heads: tuple[Word, Word]
    lines: tuple[ProjectLine, ...]
    hidden: int
    sums: tuple[str, str]
    register: str


def made_of(found: Composition, query: QueryDict, user: User) -> MadeOf | None:
    """What ``?part=`` names; nothing where it names no part."""
    family, _dot, key = query.get("part", "").partition(".")
    if family in list(Cut):
        return _money_behind(found, Cut(family), key, query, user)
    if family in SCOPES and (key in list(Step) or key == PERFORMED):
        return _progress_behind(found, family, key, user)
    return None


def _money_behind(
    found: Composition, cut: Cut, key: str, query: QueryDict, user: User
) -> MadeOf | None:
    behind = found.made_of(cut, key)
    if not behind:
        return None
    whole = sum((money.amount for money in behind), NOTHING)
    open_to = _openable(user, found.county)
    lines = [_money_line(money, whole) for money in behind if money.project_id in open_to]
    word = SOURCES[key] if cut is Cut.STAIR else _word(cut, key, found.county, industry_words())
    return MadeOf(
        title=word,
        heads=(gettext_lazy("Received this year (万元)"), gettext_lazy("Part of it")),
        lines=tuple(lines),
        hidden=len(behind) - len(lines),
        sums=(wan_text(whole), ""),
        register=_register_url(found, cut, key, query),
    )


def _money_line(money: Money, whole: Decimal) -> ProjectLine:
    return ProjectLine(
        name=money.project,
        url=reverse("project-detail", args=[money.project_id]),
        unit=money.unit,
        first=wan_text(money.amount),
        second=_share(money.amount, whole),
    )


def _progress_behind(found: Composition, scope: str, key: str, user: User) -> MadeOf:
    funnel = found.of_year if scope == "year" else found.of_all
    behind = [project for project in funnel.projects if _is_behind(project, key)]
    behind.sort(key=lambda project: (-project.introduced, project.project_id))
    open_to = _openable(user, found.county)
    shown = [project for project in behind if project.project_id in open_to]
    return MadeOf(
        title=_("contracts with funds") if key == PERFORMED else STEP_WORDS[Step(key)],
        heads=(gettext_lazy("Introduced amount (万元)"), gettext_lazy("Received so far (万元)")),
        lines=tuple(_progress_line(project) for project in shown),
        hidden=len(behind) - len(shown),
        sums=(
            wan_text(sum((project.introduced for project in behind), NOTHING)),
            wan_text(sum((project.received for project in behind), NOTHING)),
        ),
        register="",
    )


def _is_behind(project: Progress, key: str) -> bool:
    return project.performs if key == PERFORMED else project.has(Step(key))


def _progress_line(project: Progress) -> ProjectLine:
    return ProjectLine(
        name=project.project,
        url=reverse("project-detail", args=[project.project_id]),
        unit=project.unit,
        first=wan_text(project.introduced),
        second=wan_text(project.received),
    )


def _openable(user: User, county: County) -> set[int]:
    return set(projects_of(user).filter(county=county).values_list("pk", flat=True))


def _register_url(found: Composition, cut: Cut, key: str, query: QueryDict) -> str:
    choices = REGISTER.get((cut, key), "")
    if cut in (Cut.ORIGIN, Cut.INDUSTRY):
        choices = f"{cut}={key}"
    if not choices:
        return ""
    county = f"&county={query['county']}" if "county" in query else ""
    return f"{reverse('project-list')}?year={found.as_of.year}&{choices}{county}"
