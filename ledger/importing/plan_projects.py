"""Compares the rows of the sheet 项目 with the register of projects.

An empty cell never clears a recorded value, and a recorded investor is not corrected.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.importing.accounts import (
    Accounts,
    industry_of,
    look_up_investors,
    look_up_projects,
)
from ledger.importing.identity import size_of_project
from ledger.importing.plan_types import Origin, Outcome, ProjectRow
from ledger.importing.rows import Reader
from ledger.reading import vocabulary
from ledger.reading.places import level_of
from ledger.reading.remarks import Remarks
from ledger.reading.sections import Section
from ledger.reading.vocabulary import LOCAL, SOURCES, STAGES
from projects import register
from projects.models import STAGES as STAGE_ORDER
from projects.models import Industry, Investor, Project, Stage
from projects.reach import may_change, may_lead
from projects.register import DAYS, InvestorDraft, ProjectDraft
from units.access import Right, may
from units.ground.basis_points import FULL
from units.ground.money import ZERO
from units.ground.refusal import Refusal
from units.ground.text import key
from units.models import Unit

SIGNATURES = (Stage.INTENTION, Stage.AGREEMENT, Stage.CONTRACT)
SIGNED_BY = {Stage.STARTED: Stage.CONTRACT, Stage.PRODUCTION: Stage.CONTRACT}
TEXTS = ("location", "sponsor", "contact", "phone")
# Where the register's field name differs from the workbook's.
COLUMN_OF = {"lead_unit": "unit", "introduced_amount": "introduced"}
# The least claim: not from another city, province or country unless a row says so.
UNKNOWN_ORIGIN = Investor.Origin.OTHER_COUNTY
Shares = list[tuple[Unit, int]]


def plan_projects(
    section: Section, accounts: Accounts, remarks: Remarks, seen: dict[Any, str]
) -> list[tuple[Outcome, ProjectRow | None]]:
    """One outcome per row. New projects are in ``accounts`` from here on."""
    look_up_projects(accounts, _written(section, "name"))
    look_up_investors(accounts, _written(section, "investor"))
    told = _told_origins(section, accounts)
    judged = []
    for row in section.rows:
        reader = Reader(section, row, remarks)
        judged.append(_judged(reader, accounts, seen, told))
        if reader.is_refused:
            name = key(reader.found("name"))
            accounts.refused_projects.setdefault(name, reader.number)
    return judged


def _told_origins(section: Section, accounts: Accounts) -> dict[str, str]:
    """Each investor's origin, from the first row that has it."""
    told: dict[str, str] = {}
    for row in section.rows:
        investor, source = row.values.get("investor"), row.values.get("origin")
        place = row.values.get("origin_place")
        if isinstance(investor, str):
            origin, _place = _level(_string(source), _string(place), accounts)
            if origin is not None:
                told.setdefault(key(investor), origin)
    return told


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _written(section: Section, field: str) -> Iterable[str]:
    values = (row.values.get(field) for row in section.rows)
    return (str(value) for value in values if isinstance(value, str | int | float))


def _judged(
    reader: Reader, accounts: Accounts, seen: dict[Any, str], told: dict[str, str]
) -> tuple[Outcome, ProjectRow | None]:
    reader.demand("name")
    name = reader.text("name")
    existing = _existing(reader, name, accounts, seen)
    draft = _draft(reader, name, existing, accounts, told)
    if draft is None or reader.is_refused:
        return Outcome.REFUSED, None
    _demand_right(reader, draft, existing, accounts)
    for refusal in register.objections(draft, accounts.today, from_books=True):
        reader.refuse(_column_of(refusal, reader), str(refusal))
    if reader.is_refused:
        return Outcome.REFUSED, None
    if existing is None or existing.total_investment != draft.total_investment:
        size_of_project(reader, draft.total_investment, accounts.today, accounts)
    origin = Origin(reader.section.sheet, reader.number)
    if existing is None:
        row = ProjectRow(origin, Outcome.NEW, _stand_in(draft, accounts), draft)
        accounts.projects[key(draft.name)] = row.project
        return row.outcome, row
    outcome = Outcome.CHANGED if _differs(draft, existing) else Outcome.UNCHANGED
    row = ProjectRow(origin, outcome, existing, draft)
    if outcome == Outcome.CHANGED:
        # Receipts further on are judged by what the project will be.
        accounts.projects[key(draft.name)] = _as_it_will_be(existing, draft)
    return outcome, row


def _existing(
    reader: Reader, name: str, accounts: Accounts, seen: dict[Any, str]
) -> Project | None:
    if not name:
        return None
    if first := reader.first(seen, key(name)):
        sentence = _("Row %(row)s names this project already. Keep one of them.")
        reader.refuse("name", sentence % {"row": first})
        return None
    project = accounts.projects.get(key(name))
    if project is None and key(name) in accounts.names_in_use:
        sentence = _(
            "The county has a project of this name already. Ask the investment bureau whether it is"
            " the same; if not, add a word that tells them apart."
        )
        reader.refuse("name", sentence)
    return project


def _column_of(refusal: Refusal, reader: Reader) -> str:
    """The workbook's column for a field of the register."""
    field = COLUMN_OF.get(refusal.field or "name", refusal.field or "name")
    if field not in reader.section.headings and field in DAYS.values():
        return "signed_on" if "signed_on" in reader.section.headings else "stage"
    return field


def _demand_right(
    reader: Reader, draft: ProjectDraft, existing: Project | None, accounts: Accounts
) -> None:
    if not may(accounts.by, Right.PROJECT_EDIT):
        reader.refuse("name", _("You may not enter projects."))
    elif existing is not None and not may_change(accounts.by, existing):
        sentence = _("Only %(unit)s or the investment bureau may change this project.")
        reader.refuse("name", sentence % {"unit": existing.lead_unit.name})
    elif not may_lead(accounts.by, draft.lead_unit):
        reader.refuse("unit", _("You may only enter projects that your own unit leads."))


# From a row to a draft


def _draft(
    reader: Reader,
    name: str,
    existing: Project | None,
    accounts: Accounts,
    told: dict[str, str],
) -> ProjectDraft | None:
    """The recorded values overridden by the row; None if something essential is not understood."""
    recorded = recorded_draft(existing)
    shares = _shares(reader, recorded, accounts)
    stage, days = _stage_and_days(reader, recorded)
    total = reader.amount("total_investment")
    introduced = reader.amount("introduced", allow_zero=True)
    texts: dict[str, Any] = {field: reader.text(field) for field in TEXTS}
    texts["content"] = reader.long_text("content")
    industry = _industry(reader, recorded, accounts)
    investor = _investor(reader, recorded, accounts, told)
    if recorded is None:
        reader.demand("total_investment")
        if stage == Stage.RESERVE and not reader.has("introduced"):
            introduced = ZERO  # nothing has been promised yet
        else:
            reader.demand("introduced")
    else:
        total = total if total is not None else recorded.total_investment
        introduced = introduced if introduced is not None else recorded.introduced_amount
        texts |= {field: getattr(recorded, field) for field, text in texts.items() if not text}
    if reader.is_refused or not shares or total is None or introduced is None or not name:
        return None
    draft = ProjectDraft(
        name=recorded.name if recorded else name,
        industry=industry,
        stage=stage,
        shares=shares,
        total_investment=total,
        introduced_amount=introduced,
        investor=investor,
        **days,
        **texts,
    )
    return _cleaned(reader, draft)


def _cleaned(reader: Reader, draft: ProjectDraft) -> ProjectDraft | None:
    try:
        return register.cleaned(draft)
    except Refusal as refusal:
        reader.refuse(_column_of(refusal, reader), str(refusal))
        return None


def recorded_draft(existing: Project | None) -> ProjectDraft | None:
    """The recorded project as a draft."""
    if existing is None:
        return None
    ordered = sorted(existing.shares.all(), key=lambda share: (share.order, share.pk))
    return ProjectDraft(
        industry=existing.industry,
        investor=register.investor_draft(existing.investor) if existing.investor else None,
        shares=[(share.unit, share.basis_points) for share in ordered],
        **{name: getattr(existing, name) for name in register.PLAIN},
    )


def _shares(reader: Reader, recorded: ProjectDraft | None, accounts: Accounts) -> Shares:
    """The shares, the lead unit's first; without any written, the lead has all of the credit."""
    lead = reader.unit("unit", accounts)
    written = reader.shares("shares")
    if reader.has("shares") and written is None:
        return []
    if written:
        shares = _named(reader, written, lead, accounts)
    elif recorded is not None and (lead is None or lead in dict(recorded.shares)):
        shares = list(recorded.shares)
    elif lead is not None and (recorded is None or len(recorded.shares) == 1):
        shares = [(lead, FULL)]
    else:
        reader.demand("shares" if recorded else "unit")
        return []
    if lead is None or not shares:
        return shares
    return _lead_first(reader, lead, shares)


def _named(
    reader: Reader, written: list[tuple[str, int]], lead: Unit | None, accounts: Accounts
) -> Shares:
    """The written names as units; a share without a name is the lead unit's."""
    shares = []
    for name, points in written:
        unit = reader.unit_named(name, "shares", accounts) if name else lead
        if unit is not None:
            shares.append((unit, points))
    return shares if len(shares) == len(written) else []


def _lead_first(reader: Reader, lead: Unit, shares: Shares) -> Shares:
    own = [share for share in shares if share[0] == lead]
    if not own:
        sentence = _(
            "%(unit)s is responsible but has no share. Give it one, or name another responsible unit."
        )
        reader.refuse("shares", sentence % {"unit": lead.name})
    return own + [share for share in shares if share[0] != lead]


# Stage and days


def _stage_and_days(reader: Reader, recorded: ProjectDraft | None) -> tuple[str, dict[str, Any]]:
    """The stage, and the day of each; 签约日期 is the day of the stage's own signature."""
    days: dict[str, date | None] = {}
    for field in DAYS.values():
        written = reader.day(field)
        days[field] = written or (getattr(recorded, field) if recorded else None)
    signed_on = reader.day("signed_on")
    stage = reader.choice("stage", STAGES)
    if stage is None:
        stage = recorded.stage if recorded else _stage_by(days, signed_on)
        if recorded is None and not reader.has("stage"):
            sentence = _("No stage is written; it is taken as “%(stage)s” because of the days.")
            reader.notice("stage", sentence % {"stage": Stage(stage).label})
    if signed_on is not None:
        _place_signature(reader, Stage(stage), signed_on, days)
    return stage, days


def _stage_by(days: dict[str, date | None], signed_on: date | None) -> str:
    reached = [stage for stage in STAGE_ORDER if days[DAYS[stage]] is not None]
    if signed_on is not None and not any(stage in reached for stage in SIGNATURES):
        reached.append(Stage.CONTRACT)
    return max(reached, key=STAGE_ORDER.index, default=Stage.RESERVE)


def _place_signature(
    reader: Reader, stage: Stage, signed_on: date, days: dict[str, date | None]
) -> None:
    """Put 签约日期 at its place among the days; it must be the first of the signatures."""
    if stage == Stage.RESERVE:
        days[DAYS[stage]] = days[DAYS[stage]] or signed_on
        reader.notice("signed_on", _("A reserve project is not signed; the day is its first day."))
        return
    own = DAYS[SIGNED_BY.get(stage, stage)]
    others = [day for s in SIGNATURES if (day := days[DAYS[s]]) is not None and DAYS[s] != own]
    if days[own] is None:
        days[own] = None if signed_on in others else signed_on
    elif not others and not reader.has(own):
        days[own] = signed_on
    first = min([*others, *filter(None, [days[own]])])
    if others and signed_on > first and days[own] == signed_on:
        return  # a contract after a recorded agreement
    if signed_on != first:
        sentence = _(
            "By the other columns the first signature was on %(day)s. Correct one of them."
        )
        reader.refuse("signed_on", sentence % {"day": date_format(first)})


# Industry and investor


def _industry(reader: Reader, recorded: ProjectDraft | None, accounts: Accounts) -> Industry:
    written = reader.text("industry")
    if not written and recorded is not None:
        return recorded.industry
    other = accounts.industries[key("other")]
    if not written:
        sentence = _("No industry is written; “%(other)s” is taken.")
        reader.notice("industry", sentence % {"other": other.name})
        return other
    found = industry_of(accounts, written)
    if found is None:
        sentence = _(
            "The county's list does not know this industry. Write one of the list, or have the"
            " bureau record the word under “Industries”."
        )
        reader.refuse("industry", sentence)
    return found or other


def _investor(
    reader: Reader, recorded: ProjectDraft | None, accounts: Accounts, told: dict[str, str]
) -> InvestorDraft | None:
    """The recorded investor, else as the rows describe it; gaps are filled."""
    name = reader.text("investor")
    code, place = reader.text("credit_code"), reader.text("origin_place")
    if not name:
        return recorded.investor if recorded is not None else None
    if key(reader.text("origin")) in LOCAL:
        sentence = _(
            "Money of the county itself is no investment from outside. Write where it is from, or"
            " leave the row out."
        )
        reader.refuse("origin", sentence)
    origin, place = _level(reader.text("origin"), place, accounts)
    known = accounts.investors.get(key(name))
    if known is None:
        origin = told.get(key(name)) or _no_origin(reader)
        draft = InvestorDraft(name, origin, code, place)
    else:
        before = register.investor_draft(known)
        draft = replace(
            before,
            credit_code=before.credit_code or code,
            origin_place=before.origin_place or place,
        )
    if origin is not None and origin != draft.origin:
        sentence = _("The investor is recorded as “%(origin)s”; that stands.")
        reader.notice("origin", sentence % {"origin": Investor.Origin(draft.origin).label})
    # Later rows of this workbook find what this one says.
    accounts.investors[key(name)] = Investor(name_key=key(name), **asdict(draft))
    return draft


def _level(source: str, place: str, accounts: Accounts) -> tuple[str | None, str]:
    """The level of origin by its word, or by a place; a place in 资金来源 is recorded as the place."""
    level: str | None = vocabulary.choice(source, SOURCES) if source else None
    if source and level is None:
        level = level_of(source, accounts.county.code)
        place = place or source
    if level is None and place:
        level = level_of(place, accounts.county.code)
    return (str(level) if level else None), place


def _no_origin(reader: Reader) -> str:
    sentence = _("It is not clear where the money is from; “%(origin)s” is taken. Write %(words)s.")
    words = {"origin": UNKNOWN_ORIGIN.label, "words": "、".join(vocabulary.offered(SOURCES))}
    reader.notice("origin", sentence % words)
    return UNKNOWN_ORIGIN


# Against what is recorded


def _differs(draft: ProjectDraft, existing: Project) -> bool:
    recorded = recorded_draft(existing)
    assert recorded is not None
    plain = any(getattr(draft, name) != getattr(recorded, name) for name in register.PLAIN)
    return (
        plain
        or draft.industry != recorded.industry
        or draft.investor != recorded.investor
        or list(draft.shares) != list(recorded.shares)
    )


def _stand_in(draft: ProjectDraft, accounts: Accounts) -> Project:
    """The project as receipts of this workbook see it before it is stored."""
    project = Project(pk=accounts.next_stand_in(), county=accounts.county, name=draft.name)
    return _as_it_will_be(project, draft)


def _as_it_will_be(project: Project, draft: ProjectDraft) -> Project:
    seen = Project(pk=project.pk, county_id=project.county_id, name=draft.name)
    seen.lead_unit = draft.lead_unit
    seen.version = project.version
    seen.introduced_amount = draft.introduced_amount
    seen.industry = draft.industry
    signatures = [getattr(draft, DAYS[stage]) for stage in SIGNATURES]
    seen.signed_on = min(filter(None, signatures), default=None)
    return seen
