"""Claims to a share of a project's credit (引资份额申请): made, answered, decided.

The only writes of claims and their evidence. Posted credit never changes here: a grant changes the
shares through ``register.save`` and counts from the next verification; ``posting.repost`` moves
what is posted (rule 8). Nothing that was said is deleted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ledger.entries import notices
from ledger.entries.evidence import MAX_FILES, Attachment
from ledger.models import CreditClaim, Entry, Evidence, Notice, Receipt
from projects import register
from projects.models import Project
from projects.register import PLAIN, ProjectDraft, investor_draft
from projects.shares import percent_text, split
from units import trail
from units.access import Right, demand
from units.ground.basis_points import FULL
from units.ground.fingerprint import demand_seen, fingerprint, of_row
from units.ground.refusal import Conflict, Refusal
from units.models import Unit, User

State = CreditClaim.State
UNDECIDED = (State.CLAIMED, State.AGREED, State.OBJECTED)
MADE, DECIDED = Notice.Kind.CLAIM_MADE, Notice.Kind.CLAIM_DECIDED


@transaction.atomic
def make(
    project: Project,
    unit: Unit,
    basis_points: int,
    reason: str,
    *,
    by: User,
    at: datetime,
    evidence: Sequence[Attachment] = (),
) -> CreditClaim:
    """Claim ``basis_points`` of the project's credit, in total, for ``unit``."""
    demand(by, Right.CLAIM_MAKE)
    _demand_claimable(project, unit, basis_points, reason, by, evidence)
    claim = _create(project, unit, basis_points, reason, by, at)
    for attachment in evidence:
        Evidence.objects.create(claim=claim, added_by=by, added_at=at, **attachment.recorded())
    words = _("%(unit)s claims %(share)s of “%(project)s”.") % _words(claim, basis_points)
    notices.send([project.lead_unit], MADE, trail.name_of(claim), by=by, at=at, words=str(words))
    after = {"share": basis_points, "reason": reason, "files": [a.stored.name for a in evidence]}
    _note(by, "claim.make", claim, at, after)
    return claim


@transaction.atomic
def answer(
    claim_id: int, seen: str, agrees: bool, words: str, *, by: User, at: datetime
) -> CreditClaim:
    """The lead unit agrees or objects. It may change its answer until the bureau has decided.

    Raises Conflict unless ``seen`` is ``claim_seen`` of the claim as it stands.
    """
    claim = _undecided(claim_id)
    demand(by, Right.CLAIM_MAKE)
    if by.unit_id != claim.project.lead_unit_id:
        raise Refusal(_("Only the lead unit of the project answers a claim."))
    if not agrees and not words.strip():
        raise Refusal(_("Say why the unit objects."), field="answer")
    _demand_seen(claim, seen)
    before = {"state": claim.state, "answer": claim.answer}
    claim.state = State.AGREED if agrees else State.OBJECTED
    claim.answer, claim.answered_by, claim.answered_at = words, by, at
    claim.save()
    notices.act(claim.project.lead_unit, MADE, trail.name_of(claim), by=by, at=at)
    action = "claim.agree" if agrees else "claim.object"
    _note(by, action, claim, at, {"state": claim.state, "answer": words}, before)
    return claim


@transaction.atomic
def withdraw(claim_id: int, *, by: User, at: datetime) -> CreditClaim:
    """The unit takes its claim back; the claim stays readable."""
    claim = _undecided(claim_id)
    demand(by, Right.CLAIM_MAKE)
    if by.unit_id != claim.unit_id:
        raise Refusal(_("Only the unit that made the claim takes it back."))
    before = {"state": claim.state}
    claim.state = State.WITHDRAWN
    claim.save()
    notices.act(claim.project.lead_unit, MADE, trail.name_of(claim), by=by, at=at)
    _note(by, "claim.withdraw", claim, at, {"state": claim.state}, before)
    return claim


@transaction.atomic
def grant(
    claim_id: int, seen: str, basis_points: int, words: str, *, by: User, at: datetime
) -> CreditClaim:
    """Give the unit ``basis_points`` in total; the difference comes from the lead unit's share."""
    claim = _decided(claim_id, seen, State.GRANTED, words, by, at)
    claim.granted_points = basis_points
    project = claim.project
    shares = _moved(project, claim.unit, basis_points)
    draft, version = _draft(project, shares), project.version
    register.save(draft, by=by, at=at, project=project, version=version, is_ruling=True)
    claim.save()
    after = {"state": claim.state, "granted": basis_points, "decision": words}
    _tell(claim, "claim.grant", after, by, at)
    return claim


@transaction.atomic
def refuse(claim_id: int, seen: str, words: str, *, by: User, at: datetime) -> CreditClaim:
    """The bureau refuses; the shares stay as they are."""
    claim = _decided(claim_id, seen, State.REFUSED, words, by, at)
    claim.save()
    _tell(claim, "claim.refuse", {"state": claim.state, "decision": words}, by, at)
    return claim


def out_of_step(project: Project) -> list[Receipt]:
    """Verified receipts whose posted credit differs from the present shares, unless reversed."""
    shares = list(project.shares.values_list("unit", "basis_points"))
    posted: dict[Receipt, dict[int, object]] = {}
    live = Entry.objects.filter(project=project, kind=Entry.Kind.CREDIT, reversed_by=None)
    for entry in live.select_related("receipt").order_by("receipt__received_on", "id"):
        posted.setdefault(entry.receipt, {})[entry.unit_id] = entry.amount
    return [
        receipt
        for receipt, credit in posted.items()
        if credit != {unit: part for unit, part in split(receipt.amount, shares).items() if part}
    ]


# What is required


def _demand_claimable(
    project: Project,
    unit: Unit,
    basis_points: int,
    reason: str,
    by: User,
    evidence: Sequence[Attachment],
) -> None:
    if by.unit_id != unit.pk:
        raise Refusal(_("A claim is made for the own unit."))
    if project.county_id != unit.county_id or project.signed_on is None:
        raise Refusal(_("This project is not signed yet; there is no credit to share."), "project")
    if project.lead_unit_id == unit.pk:
        sentence = _("Your unit leads this project. Change its shares in the project itself.")
        raise Refusal(sentence, field="project")
    if not reason.strip():
        raise Refusal(_("Say what the unit did for this project."), field="reason")
    if not 0 < basis_points < FULL:
        raise Refusal(_("Claim a share above zero and below 100 %."), field="basis_points")
    if basis_points == _share_of(project, unit):
        raise Refusal(_("Your unit has this share already."), field="basis_points")
    if len(evidence) > MAX_FILES:
        raise Refusal(
            _("A claim holds at most 20 files. Put several pages into one PDF."), "evidence"
        )


def claim_seen(claim: CreditClaim) -> str:
    """The fingerprint of a claim with its answer, its files and the project's shares."""
    shares = claim.project.shares.order_by("order", "id").values_list("unit", "basis_points")
    files = claim.evidence.order_by("pk").values_list("pk", "removed_at")
    return fingerprint(of_row(claim), claim.project.lead_unit_id, list(shares), list(files))


def _demand_seen(claim: CreditClaim, seen: str) -> None:
    """Hold the claim's project too, and raise Conflict if either is not as it was seen."""
    rows = Project.objects.select_related("lead_unit")
    claim.project = rows.select_for_update(of=("self",)).get(pk=claim.project_id)
    demand_seen(seen, claim_seen(claim))


def _undecided(claim_id: int) -> CreditClaim:
    """The claim, locked. Refused if the bureau has decided it."""
    claims = CreditClaim.objects.select_related("project__lead_unit", "unit")
    claim = claims.select_for_update(of=("self",)).get(pk=claim_id)
    if claim.state not in UNDECIDED:
        words = {"state": claim.get_state_display()}
        raise Conflict(_("This claim is settled already (%(state)s). Reload the page.") % words)
    return claim


def _decided(
    claim_id: int, seen: str, state: CreditClaim.State, words: str, by: User, at: datetime
) -> CreditClaim:
    claim = _undecided(claim_id)
    demand(by, Right.CLAIM_DECIDE)
    if not words.strip():
        raise Refusal(_("Say why it is decided so; both units will read it."), field="decision")
    _demand_seen(claim, seen)
    claim.state = state
    claim.decision, claim.decided_by, claim.decided_at = words, by, at
    return claim


# Writing


def _create(
    project: Project, unit: Unit, basis_points: int, reason: str, by: User, at: datetime
) -> CreditClaim:
    try:
        with transaction.atomic():
            return CreditClaim.objects.create(
                county_id=unit.county_id,
                project=project,
                unit=unit,
                basis_points=basis_points,
                reason=reason,
                made_by=by,
                made_at=at,
            )
    except IntegrityError as clash:
        sentence = _("Your unit has already claimed a share of this project.")
        raise Refusal(sentence, field="project") from clash


def _share_of(project: Project, unit: Unit) -> int:
    return sum(project.shares.filter(unit=unit).values_list("basis_points", flat=True))


def _moved(project: Project, unit: Unit, basis_points: int) -> list[tuple[Unit, int]]:
    """The project's shares with ``unit`` at ``basis_points``, at the lead unit's expense."""
    rows = project.shares.select_related("unit").order_by("order", "id")
    shares = {share.unit: share.basis_points for share in rows}
    lead = project.lead_unit
    left = shares.get(lead, 0) + shares.get(unit, 0) - basis_points
    if left <= 0:
        words = {"unit": lead.name, "share": percent_text(shares.get(lead, 0))}
        sentence = _("The lead unit %(unit)s has only %(share)s; grant less than that.")
        raise Refusal(sentence % words, field="basis_points")
    return list((shares | {lead: left, unit: basis_points}).items())


def _draft(project: Project, shares: list[tuple[Unit, int]]) -> ProjectDraft:
    investor = investor_draft(project.investor) if project.investor else None
    plain = {name: getattr(project, name) for name in PLAIN}
    return ProjectDraft(industry=project.industry, investor=investor, shares=shares, **plain)


def _tell(claim: CreditClaim, action: str, after: dict[str, Any], by: User, at: datetime) -> None:
    """Notify both units of the decision and settle the lead unit's notice."""
    lead, record = claim.project.lead_unit, trail.name_of(claim)
    notices.act(lead, MADE, record, by=by, at=at)
    sentence = {
        State.GRANTED: _("%(unit)s is granted %(share)s of “%(project)s”."),
        State.REFUSED: _("The claim of %(unit)s to “%(project)s” is refused."),
    }[State(claim.state)]
    words = sentence % _words(claim, claim.granted_points or 0)
    notices.send([lead, claim.unit], DECIDED, record, by=by, at=at, words=str(words))
    _note(by, action, claim, at, after, {"state": State.CLAIMED})


def _words(claim: CreditClaim, basis_points: int) -> dict[str, str]:
    return {
        "unit": claim.unit.name,
        "share": percent_text(basis_points),
        "project": claim.project.name,
    }


def _note(
    by: User,
    action: str,
    claim: CreditClaim,
    at: datetime,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    label = claim.project.name
    trail.record(by, action, claim, at=at, unit=claim.unit, label=label, before=before, after=after)
