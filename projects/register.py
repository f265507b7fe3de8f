"""The register of projects (项目台账): the only place that enters or changes a project.

Owns: what a project must be before it is stored, its investor, its credit shares, and the trail of
each change. Must never: touch money that was posted (a change of shares counts from the next
verification, rule 8), overwrite what somebody else changed meanwhile, or know of a request: pages,
the importer and the sample county all come through ``save``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from projects.credit_code import is_credit_code
from projects.models import STAGES, CreditShare, Industry, Investor, Project, Stage
from projects.reach import may_change, may_lead, projects_of
from projects.shares import ShareError, check, percent_text
from units import trail
from units.access import REACH, Reach, Right, demand
from units.models import Unit, User
from units.refusal import Conflict, Refusal
from units.text import TextError, clean, key

# The day on which a project reached each stage.
DAYS = {
    Stage.RESERVE: "reserved_on",
    Stage.INTENTION: "intention_on",
    Stage.AGREEMENT: "agreement_on",
    Stage.CONTRACT: "contract_on",
    Stage.STARTED: "started_on",
    Stage.PRODUCTION: "production_on",
}
# Earlier books tell that a project came so far, but not always on which day.
UNTOLD = (Stage.RESERVE, Stage.STARTED, Stage.PRODUCTION)
# Works begin under a contract.
UNDER_CONTRACT = (Stage.STARTED, Stage.PRODUCTION)
EARLIEST = date(1980, 1, 1)
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class InvestorDraft:
    """An investor as a person or a sheet names it."""

    name: str
    origin: str
    credit_code: str = ""
    origin_place: str = ""


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A project as a person or a sheet gives it. Yuan; the first share is the lead unit's."""

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
        """The earliest day known of the project."""
        return min((day for _stage, day in _given(self)), default=None)


class NameTaken(Refusal):
    """Another project has the name; ``other`` is given only to those who may see it."""

    def __init__(self, sentence: str, other: Project | None) -> None:
        super().__init__(sentence, "name")
        self.other = other


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


def save(
    draft: ProjectDraft,
    *,
    by: User,
    at: datetime,
    project: Project | None = None,
    version: int | None = None,
    today: date | None = None,
    from_books: bool = False,
) -> Project:
    """Enter a project, or change ``project`` if it still has the ``version`` that was seen.

    Raises Refusal (NameTaken for a name in use) with the field it belongs to, Conflict when somebody
    changed the project meanwhile. ``today`` is the day of ``at`` unless given; ``from_books`` see
    ``objections``.
    """
    draft = cleaned(draft)
    for objection in objections(draft, today or timezone.localdate(at), from_books=from_books):
        raise objection
    _demand_right(draft, by, project)
    try:
        with transaction.atomic():
            if project is None:
                return _add(draft, by, at)
            return _change(draft, project.pk, version, by, at)
    except IntegrityError:
        _demand_free_name(draft, by, project)  # somebody took the name in the same moment
        raise


def cleaned(draft: ProjectDraft) -> ProjectDraft:
    """The draft with every text as it is stored."""
    texts: dict[str, Any] = {
        name: _text(Project, name, getattr(draft, name), name, multiline=name == "content")
        for name in TEXTS
    }
    investor = draft.investor
    if investor is not None:
        written = replace(investor, credit_code=investor.credit_code.upper())
        texts["investor"] = InvestorDraft(
            **{
                name: _text(Investor, name, getattr(written, name), field)
                for name, field in INVESTOR_FIELDS.items()
            }
        )
    return replace(draft, **texts)


def objections(draft: ProjectDraft, today: date, *, from_books: bool = False) -> Iterator[Refusal]:
    """All that speaks against a cleaned draft by itself, each beside its field.

    What comes ``from_books`` may leave out the days in ``UNTOLD``.
    """
    if not draft.name:
        yield Refusal(_("Write the name of the project."), "name")
    yield from _against_stage(draft, UNTOLD if from_books else ())
    yield from _against_days(draft, today)
    yield from _against_amounts(draft)
    yield from _against_investor(draft)
    yield from _against_shares(draft)


def snapshot(project: Project) -> dict[str, Any]:
    """What the trail keeps of a project, in words that can be read later."""
    kept = {name: getattr(project, name) for name in PLAIN}
    investor = project.investor
    shares = project.shares.select_related("unit").order_by("order", "id")
    return kept | {
        "stage": str(project.stage),
        "industry": project.industry.code,
        "investor": investor.name if investor else "",
        "shares": [f"{share.unit.name} {percent_text(share.basis_points)}" for share in shares],
    }


# What speaks against a draft


def _given(draft: ProjectDraft) -> Iterator[tuple[Stage, date]]:
    for stage, name in DAYS.items():
        day = getattr(draft, name)
        if day is not None:
            yield stage, day


def _against_stage(draft: ProjectDraft, untold: Sequence[Stage]) -> Iterator[Refusal]:
    if draft.stage not in STAGES:
        yield Refusal(_("Choose the stage of the project."), "stage")
        return
    stage = Stage(draft.stage)
    needed = [Stage.CONTRACT, stage] if stage in UNDER_CONTRACT else [stage]
    for step in needed:
        if getattr(draft, DAYS[step]) is None and step not in untold:
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


def _text(
    model: type[Project] | type[Investor],
    name: str,
    written: str,
    field: str,
    *,
    multiline: bool = False,
) -> str:
    try:
        text = clean(str(written), multiline=multiline)
    except TextError as error:
        raise Refusal(_(error.sentence), field) from error
    longest = getattr(model._meta.get_field(name), "max_length", None) or len(text)
    if len(text) > longest:
        sentence = _("The text is too long: %(length)d characters, at most %(longest)d fit.")
        raise Refusal(sentence % {"length": len(text), "longest": longest}, field)
    return text


# Rights, and names in use


def _demand_right(draft: ProjectDraft, by: User, project: Project | None) -> None:
    demand(by, Right.PROJECT_EDIT)
    if project is not None and not may_change(by, project):
        sentence = _("Only %(unit)s or the investment bureau may change this project.")
        raise Refusal(sentence % {"unit": project.lead_unit.name})
    if not may_lead(by, draft.lead_unit):
        raise Refusal(
            _("Your own unit must lead the project: put it into the first row."), "shares"
        )


def _demand_free_name(draft: ProjectDraft, by: User, project: Project | None) -> None:
    others = Project.objects.filter(county=draft.lead_unit.county_id, name_key=key(draft.name))
    other = (others.exclude(pk=project.pk) if project else others).first()
    if other is None:
        return
    seen = projects_of(by).filter(pk=other.pk).select_related("lead_unit").first()
    if seen is None:
        sentence = _(
            "The county has a project of this name already. Ask the investment bureau whether it is"
            " the same; if not, add a word that tells them apart."
        )
        raise NameTaken(str(sentence), None)
    sentence = _("“%(name)s” of %(unit)s is registered already. Change that one instead.")
    raise NameTaken(sentence % {"name": seen.name, "unit": seen.lead_unit.name}, seen)


# Writing


def _add(draft: ProjectDraft, by: User, at: datetime) -> Project:
    _demand_free_name(draft, by, None)
    project = Project(county_id=draft.lead_unit.county_id, created_by=by, created_at=at)
    _set(project, draft, _investor(draft, None, by, at))
    project.save()
    _write_shares(project, draft.shares)
    _note(by, "project.add", project, at, {}, snapshot(project))
    return _read_again(project)


def _change(
    draft: ProjectDraft, project_id: int, version: int | None, by: User, at: datetime
) -> Project:
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    _demand_right(draft, by, project)
    if version is not None and project.version != version:
        raise Conflict(_("Somebody changed this project after you opened it. Compare both."))
    _demand_free_name(draft, by, project)
    before = snapshot(project)
    _set(project, draft, _investor(draft, project, by, at))
    if _shares_of(project) != [(unit.pk, points) for unit, points in draft.shares]:
        project.shares.all().delete()
        _write_shares(project, draft.shares)
    after = snapshot(project)
    if before != after:
        project.version += 1
        project.save()
        _note(by, "project.change", project, at, before, after)
    return _read_again(project)


def _set(project: Project, draft: ProjectDraft, investor: Investor | None) -> None:
    for name in PLAIN:
        setattr(project, name, getattr(draft, name))
    project.name_key = key(draft.name)
    project.industry, project.investor = draft.industry, investor
    project.lead_unit = draft.lead_unit


def _shares_of(project: Project) -> list[tuple[int, int]]:
    return list(project.shares.order_by("order", "id").values_list("unit_id", "basis_points"))


def _write_shares(project: Project, shares: Sequence[tuple[Unit, int]]) -> None:
    CreditShare.objects.bulk_create(
        CreditShare(project=project, unit=unit, basis_points=points, order=order)
        for order, (unit, points) in enumerate(shares)
    )


def _read_again(project: Project) -> Project:
    """As stored, with the signing day that the database derives."""
    return Project.objects.select_related("investor", "industry", "lead_unit").get(pk=project.pk)


def _note(
    by: User,
    deed: str,
    project: Project,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    before, after = trail.changes(before, after) if before else (before, after)
    unit, label = project.lead_unit, project.name
    trail.record(by, deed, project, at=at, unit=unit, label=label, before=before, after=after)


# Investors


def _investor(
    draft: ProjectDraft, project: Project | None, by: User, at: datetime
) -> Investor | None:
    """The county's record of the investor: found by its key, entered if new, corrected if allowed."""
    if draft.investor is None:
        return None
    investor, is_new = Investor.objects.select_for_update().get_or_create(
        county_id=draft.lead_unit.county_id,
        name_key=key(draft.investor.name),
        defaults=asdict(draft.investor),
    )
    if is_new:
        _note_investor(by, "investor.add", investor, at, {}, asdict(draft.investor))
        return investor
    is_its_own = project is not None and project.investor_id == investor.pk
    if is_its_own and _may_correct(by, investor):
        return _write_investor(investor, asdict(draft.investor), by, at)
    return _write_investor(investor, _filled(investor, draft.investor), by, at)


def _may_correct(by: User, investor: Investor) -> bool:
    """A unit may correct an investor that no other unit's project names."""
    if REACH.get(by.role) is Reach.COUNTY:
        return True
    return not investor.projects.exclude(lead_unit=by.unit_id).exists()


def _filled(investor: Investor, draft: InvestorDraft) -> dict[str, str]:
    """The record with its gaps filled; what it already says stands."""
    after = asdict(investor_draft(investor))
    for name, written in asdict(draft).items():
        if name != "name" and written and after[name] and written != after[name]:
            raise Refusal(_recorded_otherwise(), INVESTOR_FIELDS[name])
        after[name] = after[name] or written
    return after


def _recorded_otherwise() -> str:
    return str(
        _(
            "The county has recorded this investor otherwise. Ask the investment bureau which is right;"
            " it can correct the investor in one of its projects."
        )
    )


def investor_draft(investor: Investor) -> InvestorDraft:
    """What is recorded of an investor, as a draft."""
    return InvestorDraft(**{name: getattr(investor, name) for name in INVESTOR_FIELDS})


def _write_investor(investor: Investor, after: dict[str, str], by: User, at: datetime) -> Investor:
    before = asdict(investor_draft(investor))
    if after != before:
        for name, value in after.items():
            setattr(investor, name, value)
        investor.save()
        _note_investor(by, "investor.change", investor, at, *trail.changes(before, after))
    return investor


def _note_investor(
    by: User,
    deed: str,
    investor: Investor,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    trail.record(
        by,
        deed,
        investor,
        at=at,
        county=investor.county_id,
        label=investor.name,
        before=before,
        after=after,
    )
