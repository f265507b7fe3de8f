"""The funnel of the composition's page and its rates, as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger.explain import charts
from ledger.explain.charts import Bar
from ledger.explain.composition import STEPS, Composition, Funnel, Step
from ledger.explain.cuts_context import chosen
from units.ground.money import percent_text, yi_text

Word = str | Promise
STEP_WORDS: Mapping[Step, Word] = {
    Step.RESERVE: gettext_lazy("compiled or further"),
    Step.SIGNED: gettext_lazy("signed or further"),
    Step.CONTRACT: gettext_lazy("contract signed or further"),
    Step.STARTED: gettext_lazy("works started or further"),
    Step.PRODUCTION: pgettext_lazy("stage", "in production"),
}
SCOPES = ("year", "all")


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
                    chosen(query, f"{scope}.{step}") if counted[scope][place] else "",
                )
                for scope in SCOPES
            ),
        )
        for place, step in enumerate(STEPS)
    ]


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate with its meaning and its two numbers; empty where the divisor is zero."""

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
