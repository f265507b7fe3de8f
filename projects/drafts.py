"""Drafts of projects and investors as pages, books and the sample county enter them.

Cleans their texts and checks what can be checked without the database. Knows nothing of people and
rights (``register.py`` does).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from projects.credit_code import is_credit_code
from projects.models import STAGES, Industry, Investor, Project, Stage
from projects.shares import ShareError, check
from units.ground.refusal import Refusal, clean_or_refuse
from units.models import Unit

# The day on which a project reached each stage.
DAYS = {
    Stage.RESERVE: "reserved_on",
    Stage.INTENTION: "intention_on",
    Stage.AGREEMENT: "agreement_on",
    Stage.CONTRACT: "contract_on",
    Stage.STARTED: "started_on",
    Stage.PRODUCTION: "production_on",
}
# Stages that earlier books report, but not always with the day.
UNTOLD = (Stage.RESERVE, Stage.STARTED, Stage.PRODUCTION)
# Stages that require a contract.
UNDER_CONTRACT = (Stage.STARTED, Stage.PRODUCTION)
EARLIEST = date(1980, 1, 1)


@dataclass(frozen=True, slots=True)
class InvestorDraft:
    """An investor as entered by a person or read from a sheet."""

    name: str
    origin: str
    credit_code: str = ""
    origin_place: str = ""


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A project as entered or read from a sheet, in 元; the first share is the lead unit's."""

    name: str
    industry: Industry
    stage: str
    shares: Sequence[tuple[Unit, int]]
    total_investment: Decimal
    introduced_amount: Decimal
    investor: InvestorDraft | None = None
    reserved_on: date | None = None
    intention_on: date | None = None
    agreement_on: date | None = None
    contract_on: date | None = None
    started_on: date | None = None
    production_on: date | None = None
    location: str = ""
    content: str = ""
    sponsor: str = ""
    contact: str = ""
    phone: str = ""

    @property
    def lead_unit(self) -> Unit:
        return self.shares[0][0]

    @property
    def first_day(self) -> date | None:
        """The earliest known day of the project."""
        return min((day for _stage, day in _given(self)), default=None)


TEXTS = ("name", "location", "content", "sponsor", "contact", "phone")
PLAIN = tuple(
    field.name
    for field in fields(ProjectDraft)
    if field.name not in ("shares", "investor", "industry")
)
INVESTOR_FIELDS = {
    "name": "investor",
    "origin": "origin",
    "credit_code": "credit_code",
    "origin_place": "origin_place",
}


def investor_draft(investor: Investor) -> InvestorDraft:
    """A stored investor as a draft."""
    return InvestorDraft(**{name: getattr(investor, name) for name in INVESTOR_FIELDS})


def cleaned(draft: ProjectDraft) -> ProjectDraft:
    """The draft with every text as it will be stored."""
    texts: dict[str, Any] = {
        name: stored_text(Project, name, getattr(draft, name), name, multiline=name == "content")
        for name in TEXTS
    }
    investor = draft.investor
    if investor is not None:
        written = replace(investor, credit_code=investor.credit_code.upper())
        texts["investor"] = InvestorDraft(
            **{
                name: stored_text(Investor, name, getattr(written, name), field)
                for name, field in INVESTOR_FIELDS.items()
            }
        )
    return replace(draft, **texts)


def objections(draft: ProjectDraft, today: date, *, from_books: bool = False) -> Iterator[Refusal]:
    """Everything wrong with a cleaned draft by itself, as refusals with their fields.

    ``from_books``: the days in ``UNTOLD`` may be missing.
    """
    if not draft.name:
        yield Refusal(_("Write the name of the project."), "name")
    yield from _against_stage(draft, UNTOLD if from_books else ())
    yield from _against_days(draft, today)
    yield from _against_amounts(draft)
    yield from _against_investor(draft)
    yield from _against_shares(draft)


# Checks of a draft


def _given(draft: ProjectDraft) -> Iterator[tuple[Stage, date]]:
    for stage, name in DAYS.items():
        day = getattr(draft, name)
        if day is not None:
            yield stage, day


def _against_stage(draft: ProjectDraft, drafts_of_others: Sequence[Stage]) -> Iterator[Refusal]:
    if draft.stage not in STAGES:
        yield Refusal(_("Choose the stage of the project."), "stage")
        return
    stage = Stage(draft.stage)
    needed = [Stage.CONTRACT, stage] if stage in UNDER_CONTRACT else [stage]
    for step in needed:
        if getattr(draft, DAYS[step]) is None and step not in drafts_of_others:
            sentence = _("At the stage “%(stage)s” this day must be known. Enter it.")
            yield Refusal(sentence % {"stage": stage.label}, DAYS[step])
    for step, _day in _given(draft):
        if STAGES.index(step) > STAGES.index(stage):
            sentence = _(
                "The stage says only “%(stage)s”. Choose the stage reached, or clear the day."
            )
            yield Refusal(sentence % {"stage": stage.label}, DAYS[step])


def _against_days(draft: ProjectDraft, today: date) -> Iterator[Refusal]:
    before: tuple[Stage, date] | None = None
    for stage, day in _given(draft):
        name = DAYS[stage]
        if day > today:
            yield Refusal(_("The day lies in the future. Enter it when it has come."), name)
        elif day < EARLIEST:
            yield Refusal(_("The year is too early. Check the day."), name)
        elif before is not None and day < before[1]:
            sentence = _("The day is before that of the stage “%(stage)s” (%(day)s). Check both.")
            words = {"stage": before[0].label, "day": date_format(before[1])}
            yield Refusal(sentence % words, name)
        before = stage, day


def _against_amounts(draft: ProjectDraft) -> Iterator[Refusal]:
    if draft.total_investment <= 0:
        yield Refusal(_("Write the total investment, above zero."), "total_investment")
    if draft.introduced_amount < 0 or (
        not draft.introduced_amount and draft.stage != Stage.RESERVE
    ):
        yield Refusal(_("Write the introduced amount, above zero."), "introduced_amount")
    if draft.introduced_amount > draft.total_investment:
        sentence = _("The introduced amount cannot be above the total investment. Check both.")
        yield Refusal(sentence, "introduced_amount")


def _against_investor(draft: ProjectDraft) -> Iterator[Refusal]:
    investor = draft.investor
    if investor is None:
        if draft.stage != Stage.RESERVE:
            yield Refusal(_("Name the investor of a signed project."), "investor")
            yield Refusal(_("Choose where the investor comes from."), "origin")
        return
    if not investor.name:
        yield Refusal(_("Write the name of the investor."), "investor")
    if investor.origin not in Investor.Origin:
        yield Refusal(_("Choose where the investor comes from."), "origin")
    if investor.credit_code and not is_credit_code(investor.credit_code):
        sentence = _(
            "This is not a unified social credit code. Copy its 18 digits and capital letters"
            " from the business licence, or leave it empty."
        )
        yield Refusal(sentence, "credit_code")


def _against_shares(draft: ProjectDraft) -> Iterator[Refusal]:
    try:
        check(draft.shares)
    except ShareError as error:
        yield Refusal(_(error.sentence) % error.params, "shares")
        return
    for unit, _points in draft.shares:
        if unit.county_id != draft.lead_unit.county_id:
            sentence = _("%(unit)s is not a unit of this county.")
            yield Refusal(sentence % {"unit": unit.name}, "shares")
        first_day = draft.first_day
        if unit.ended_on and first_day and unit.ended_on < first_day:
            sentence = _("%(unit)s ended on %(day)s. Give its share to the unit that succeeded it.")
            words = {"unit": unit.name, "day": date_format(unit.ended_on)}
            yield Refusal(sentence % words, "shares")


def stored_text(
    model: type[Model], name: str, written: str, field: str, *, multiline: bool = False
) -> str:
    """The text as the model field ``name`` stores it; raises Refusal at ``field``."""
    text = clean_or_refuse(str(written), field, multiline=multiline)
    longest = getattr(model._meta.get_field(name), "max_length", None) or len(text)
    if len(text) > longest:
        sentence = _("The text is too long: %(length)d characters, at most %(longest)d fit.")
        raise Refusal(sentence % {"length": len(text), "longest": longest}, field)
    return text
