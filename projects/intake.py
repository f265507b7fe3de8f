"""Bulk entry of projects from earlier books, by the same rules as ``register.save``.

Uses only a few statements. Unlike the register it accepts missing days that such books omit
(``drafts.UNTOLD``); it never changes an existing project.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from projects import register
from projects.models import CreditShare, Investor, Project
from projects.reach import may_lead
from projects.register import InvestorDraft, ProjectDraft
from projects.shares import percent_text
from units import trail
from units.ground.refusal import Conflict
from units.ground.text import key
from units.models import Trail, User


def add_many(
    drafts: Sequence[ProjectDraft], *, by: User, at: datetime, today: date
) -> list[Project]:
    """Enter new projects of one county; the first row that names an investor says where it is from.

    Raises Refusal for the first draft that the register would refuse, Conflict for a name in use.
    """
    if not drafts:
        return []
    drafts = [_demanded(draft, by, today) for draft in drafts]
    try:
        with transaction.atomic():
            investors = _investors(drafts, by, at)
            projects = Project.objects.bulk_create(
                _project(draft, investors, by, at) for draft in drafts
            )
            CreditShare.objects.bulk_create(_shares(projects, drafts))
            pairs = zip(projects, drafts, strict=True)
            trail.record_many(_line(by, at, project, draft) for project, draft in pairs)
    except IntegrityError as error:
        raise Conflict(_("A project of this name was entered meanwhile. Start again.")) from error
    return projects


def _demanded(draft: ProjectDraft, by: User, today: date) -> ProjectDraft:
    draft = register.cleaned(draft)
    for objection in register.objections(draft, today, from_books=True):
        raise objection
    if not may_lead(by, draft.lead_unit):
        raise PermissionDenied
    return draft


def _project(
    draft: ProjectDraft, investors: Mapping[str, Investor], by: User, at: datetime
) -> Project:
    plain = {name: getattr(draft, name) for name in register.PLAIN}
    return Project(
        county_id=draft.lead_unit.county_id,
        lead_unit=draft.lead_unit,
        name_key=key(draft.name),
        investor=investors[key(draft.investor.name)] if draft.investor else None,
        industry=draft.industry,
        created_by=by,
        created_at=at,
        **plain,
    )


def _shares(projects: Iterable[Project], drafts: Iterable[ProjectDraft]) -> list[CreditShare]:
    return [
        CreditShare(project=project, unit=unit, basis_points=points, order=order)
        for project, draft in zip(projects, drafts, strict=True)
        for order, (unit, points) in enumerate(draft.shares)
    ]


def _line(by: User, at: datetime, project: Project, draft: ProjectDraft) -> Trail:
    after: dict[str, Any] = {name: getattr(draft, name) for name in register.PLAIN}
    after |= {
        "stage": str(draft.stage),
        "industry": draft.industry.code,
        "investor": draft.investor.name if draft.investor else "",
        "shares": [f"{unit.name} {percent_text(points)}" for unit, points in draft.shares],
    }
    unit, label = project.lead_unit, project.name
    return trail.line(by, "project.add", project, at=at, unit=unit, label=label, after=after)


# Investors


def _investors(drafts: Sequence[ProjectDraft], by: User, at: datetime) -> dict[str, Investor]:
    """The county's investors by key: existing ones with gaps filled, and new ones."""
    named: dict[str, InvestorDraft] = {}
    for draft in drafts:
        if draft.investor is not None:
            name_key = key(draft.investor.name)
            named[name_key] = _joined(named.get(name_key), draft.investor)
    county = drafts[0].lead_unit.county_id
    rows = Investor.objects.select_for_update().filter(county=county, name_key__in=named)
    known = {investor.name_key: investor for investor in rows}
    for name_key, investor in known.items():
        _fill(investor, named[name_key], by, at)
    new = Investor.objects.bulk_create(
        Investor(county_id=county, name_key=name_key, **asdict(draft))
        for name_key, draft in named.items()
        if name_key not in known
    )
    trail.record_many(
        _investor_line(by, at, "investor.add", investor, after=asdict(named[investor.name_key]))
        for investor in new
    )
    return known | {investor.name_key: investor for investor in new}


def _joined(first: InvestorDraft | None, other: InvestorDraft) -> InvestorDraft:
    """The first row's investor, with its gaps filled from another row."""
    if first is None:
        return other
    filled = {name: value or getattr(other, name) for name, value in asdict(first).items()}
    return InvestorDraft(**filled)


def _fill(investor: Investor, draft: InvestorDraft, by: User, at: datetime) -> None:
    """Fill gaps only; recorded values win over the book."""
    recorded, written = asdict(register.investor_draft(investor)), asdict(draft)
    filled = {name: recorded[name] or written[name] for name in recorded}
    if filled == recorded:
        return
    for name, value in filled.items():
        setattr(investor, name, value)
    investor.save()
    before, after = trail.changes(recorded, filled)
    line = _investor_line(by, at, "investor.change", investor, before, after)
    line.save(force_insert=True)


def _investor_line(
    by: User,
    at: datetime,
    action: str,
    investor: Investor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Trail:
    return trail.line(
        by,
        action,
        investor,
        at=at,
        county=investor.county_id,
        label=investor.name,
        before=before,
        after=after,
    )
