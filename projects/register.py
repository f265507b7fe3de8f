"""The register of projects (项目台账): pages, importer and sample county enter projects here.

Decides who may enter and change what, and writes project, investor, credit shares and the trail. A
change of shares counts from the next verification (rule 8); posted money is never touched. Nobody
overwrites a newer version. The rules for a draft are in ``drafts.py``; bulk entry is in
``intake.py``.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from projects import affected
from projects.drafts import (
    DAYS,
    INVESTOR_FIELDS,
    PLAIN,
    UNTOLD,
    InvestorDraft,
    ProjectDraft,
    cleaned,
    investor_draft,
    objections,
)
from projects.models import CreditShare, Investor, Project
from projects.reach import may_change, may_lead, projects_of
from projects.shares import percent_text
from units import trail
from units.access import REACH, Reach, Right, demand, may
from units.ground.fingerprint import demand_seen, of_row
from units.ground.money import wan_short
from units.ground.refusal import Conflict, Refusal
from units.ground.text import key
from units.models import Unit, User

# Callers of ``save`` need the drafts too: re-exported here.
__all__ = [
    "DAYS",
    "INVESTOR_FIELDS",
    "PLAIN",
    "UNTOLD",
    "InvestorDraft",
    "NameTaken",
    "ProjectDraft",
    "cleaned",
    "investor_draft",
    "objections",
    "save",
    "snapshot",
]


class NameTaken(Refusal):
    """Another project has the name; ``other`` is set only if the user may see it."""

    def __init__(self, sentence: str, other: Project | None) -> None:
        super().__init__(sentence, "name")
        self.other = other


def save(
    draft: ProjectDraft,
    *,
    by: User,
    at: datetime,
    project: Project | None = None,
    version: int | None = None,
    investor_seen: str | None = None,
    today: date | None = None,
    from_books: bool = False,
    is_ruling: bool = False,
) -> Project:
    """Enter a project, or change ``project`` if its ``version`` is still the one that was seen.

    Raises Refusal (NameTaken for a name in use) with the field it belongs to, Conflict when
    somebody changed the project meanwhile, or its investor (``investor_seen``: the fingerprint of
    its row). ``today`` is the day of ``at`` unless given; for
    ``from_books`` see ``objections``. Units whose share others change are told, but by the claim
    itself if it ``is_ruling``.
    """
    draft = cleaned(draft)
    for objection in objections(draft, today or timezone.localdate(at), from_books=from_books):
        raise objection
    _demand_right(draft, by, project)
    try:
        with transaction.atomic():
            if project is None:
                return _add(draft, by, at)
            return _change(draft, project.pk, version, investor_seen, by, at, is_ruling)
    except IntegrityError:
        _demand_free_name(draft, by, project)  # lost a race for the name
        raise


def snapshot(project: Project) -> dict[str, Any]:
    """A project for the trail, in words that can be read later."""
    kept = {name: getattr(project, name) for name in PLAIN}
    investor = project.investor
    shares = project.shares.select_related("unit").order_by("order", "id")
    return kept | {
        "stage": str(project.stage),
        "industry": project.industry.code,
        "investor": investor.name if investor else "",
        "shares": [f"{share.unit.name} {percent_text(share.basis_points)}" for share in shares],
    }


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
    draft: ProjectDraft,
    project_id: int,
    version: int | None,
    investor_seen: str | None,
    by: User,
    at: datetime,
    is_ruling: bool,
) -> Project:
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    _demand_right(draft, by, project)
    if version is not None and project.version != version:
        raise Conflict(_("Somebody changed this project after you opened it. Compare both."))
    _demand_free_name(draft, by, project)
    before, was = snapshot(project), (project.signed_on, project.introduced_amount)
    _set(project, draft, _investor(draft, project, by, at, investor_seen))
    _demand_money_fits(project, draft, *was)
    shares, wanted = _shares_of(project), [(unit.pk, points) for unit, points in draft.shares]
    if shares != wanted:
        _demand_no_ruling(project, by)
        project.shares.all().delete()
        _write_shares(project, draft.shares)
    after = snapshot(project)
    if before != after:
        project.version += 1
        project.save()
        _note(by, "project.change", project, at, before, after)
        if not is_ruling:
            affected.of_shares(project, shares, wanted, by=by, at=at)
    return _read_again(project)


def _demand_money_fits(
    project: Project, draft: ProjectDraft, signed_on: date | None, introduced: Decimal
) -> None:
    """What is posted must still fit: no money before the signing, no less promised than received."""
    signed = min(
        filter(None, (draft.intention_on, draft.agreement_on, draft.contract_on)), default=None
    )
    if signed != signed_on:
        standing = project.entries.filter(kind="credit", reversed_by=None)
        first = standing.aggregate(day=Min("received_on"))["day"]
        if first is not None and (signed is None or signed > first):
            sentence = _("Money of %(day)s is verified for this project; it is signed by that day.")
            raise Refusal(sentence % {"day": date_format(first)}, "contract_on")
    if draft.introduced_amount < introduced:
        received = project.entries.aggregate(all=Sum("amount", default=0))["all"]
        if draft.introduced_amount < received:
            sentence = _("%(amount)s 万元 are verified for this project; it introduces no less.")
            raise Refusal(sentence % {"amount": wan_short(received)}, "introduced_amount")


def _demand_no_ruling(project: Project, by: User) -> None:
    """Shares that the head ruled on stay until the head changes them."""
    ruled = project.claims.filter(state="granted").select_related("unit").order_by("-pk").first()
    if ruled is not None and not may(by, Right.CLAIM_DECIDE):
        sentence = _(
            "The bureau granted a share of this project to %(unit)s. Only the head of the bureau"
            " changes its shares."
        )
        raise Refusal(sentence % {"unit": ruled.unit.name}, "shares")


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
    action: str,
    project: Project,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    before, after = trail.changes(before, after) if before else (before, after)
    unit, label = project.lead_unit, project.name
    trail.record(by, action, project, at=at, unit=unit, label=label, before=before, after=after)


# Investors


def _investor(
    draft: ProjectDraft,
    project: Project | None,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Investor | None:
    """The county's investor: found by its key, created if new, corrected if the user may."""
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
        if seen is not None and draft.investor != investor_draft(investor):
            demand_seen(seen, of_row(investor))
        return _write_investor(investor, asdict(draft.investor), by, at)
    return _write_investor(investor, _filled(investor, draft.investor), by, at)


def _may_correct(by: User, investor: Investor) -> bool:
    """A unit may correct an investor that no other unit's project names."""
    if REACH.get(by.role) is Reach.COUNTY:
        return True
    return not investor.projects.exclude(lead_unit=by.unit_id).exists()


def _filled(investor: Investor, draft: InvestorDraft) -> dict[str, str]:
    """The recorded investor with its gaps filled; raises Refusal if a recorded value differs."""
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
    action: str,
    investor: Investor,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    trail.record(
        by,
        action,
        investor,
        at=at,
        county=investor.county_id,
        label=investor.name,
        before=before,
        after=after,
    )
