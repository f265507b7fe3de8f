"""What an approval of money binds (rule 18), and who may not give it.

Fingerprints of all that decides what a verification posts, for many receipts in a fixed number of
queries, and the people who had a hand in it. Writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.entries import doubts
from ledger.entries.doubts import Doubt
from ledger.models import Receipt
from projects.models import CreditShare, Project
from units.ground.fingerprint import fingerprint, of_row
from units.ground.refusal import Refusal
from units.models import Trail, User
from units.trail import name_of

# Whoever did one of these had a hand in the receipt's content.
ENTERING = ("receipt.draft", "receipt.submit", "receipt.change", "evidence.add", "evidence.remove")
# Whoever changed one of these had a hand in whom, and as what, a project's money is credited.
DECIDING = ("shares", "industry", "investor", "intention_on", "agreement_on", "contract_on")
# Columns that change when a receipt is only read or verified decide nothing.
UNSEEN = ("verified_by_id", "verified_at", "verified_word", "counted_on")


@dataclass(slots=True)
class Credit:
    """Who has the credit of a project, and what its entries record of it."""

    signed_on: date | None
    industry_id: int
    origin: str
    investor_id: int | None
    shares: list[tuple[int, int]] = field(default_factory=list)
    ended: list[tuple[str, date]] = field(default_factory=list)  # units without a successor


def credit_of(projects: Iterable[int]) -> dict[int, Credit]:
    """The credit of each project as it stands now, in one query."""
    found: dict[int, Credit] = {}
    shares = CreditShare.objects.filter(project__in=sorted(projects))
    kept = ("signed_on", "industry", "investor__origin", "investor")
    unit = ("unit__name", "unit__ended_on", "unit__successor")
    rows = shares.order_by("project", "order", "id").values_list(
        "project", "unit", "basis_points", *(f"project__{name}" for name in kept), *unit
    )
    for project, unit_id, points, *facts, name, ended_on, heir in rows:
        signed_on, industry, origin, investor = facts
        credit = found.setdefault(project, Credit(signed_on, industry, origin or "", investor))
        credit.shares.append((unit_id, points))
        if ended_on is not None and heir is None:
            credit.ended.append((name, ended_on))
    return found


def seen(receipt: Receipt) -> str:
    """The fingerprint of all that decides what verifying the receipt posts."""
    return seen_of([receipt], doubts.doubts_of([receipt]))[receipt.pk]


def seen_of(receipts: Sequence[Receipt], found: Mapping[int, Sequence[Doubt]]) -> dict[int, str]:
    """The same by receipt id; ``found`` are their doubts."""
    credit = credit_of({receipt.project_id for receipt in receipts})
    return {
        receipt.pk: fingerprint(
            of_row(receipt, without=UNSEEN),
            asdict(credit[receipt.project_id]),
            receipt.project.introduced_amount,
            [
                (doubt.code, [name_of(record) for record in doubt.records])
                for doubt in found[receipt.pk]
            ],
        )
        for receipt in receipts
    }


def demand_another(receipt: Receipt, by: User) -> None:
    """Nobody verifies what they had a hand in, even if somebody else changed it since."""
    entered = Q(record=name_of(receipt), action__in=ENTERING)
    did = Trail.objects.filter(entered | _deciding([receipt.project]), actor=by, refused=False)
    records = set(did.values_list("record", flat=True))
    if receipt.entered_by_id == by.pk or name_of(receipt) in records:
        raise Refusal(_("Somebody else must verify what you entered yourself."))
    if records:
        raise Refusal(HAND)


def demand_no_hand(projects: Iterable[Project], by: User) -> None:
    """Refuse whoever set the shares, signing day, industry or investor of one of the projects."""
    if Trail.objects.filter(_deciding(projects), actor=by, refused=False).exists():
        raise Refusal(HAND)


HAND = _(
    "You set the shares, signing day, industry or investor of this project yourself; somebody else"
    " must verify its money."
)


def _deciding(projects: Iterable[Project]) -> Q:
    """The lines of the trail that set what decides the credit of the projects."""
    projects = list(projects)
    investors = {f"investor:{project.investor_id}" for project in projects if project.investor_id}
    changed = Q(action="project.change", after__has_any_keys=DECIDING) | Q(action="project.add")
    origin = Q(action__in=("investor.add", "investor.change"), after__has_key="origin")
    named = {name_of(project) for project in projects}
    return (Q(record__in=named) & changed) | (Q(record__in=investors) & origin)
