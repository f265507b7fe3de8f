"""Accounts that decide, after an administrator has reset them: told, held, barred and released.

Whoever verifies, proposes or confirms signs in with a reset password only once the security
administrator has released it, and decides nothing for 24 hours, unless another head of the bureau,
not reset since, releases it earlier. So no administrator becomes two people of the bureau. The bar
itself is asked in ``access.demand``. First slips of a founding are no reset.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units import trail
from units.access import Right, decides, demand, heads_of, is_barred, may, releasers
from units.ground.refusal import Conflict, Refusal
from units.models import Reset, User
from units.outbox.tell import tell

NOT_WAITING = gettext_lazy("This is released already, or its 24 hours are over. Reload the page.")


def resets_of(user: User) -> QuerySet[Reset]:
    """What the person may read: the heads and administrators of the county all, others their own."""
    rows = Reset.objects.select_related("person", "by", "allowed_by", "released_by")
    if may(user, Right.PERIOD_CONFIRM) or may(user, Right.PEOPLE_VIEW):
        return rows.filter(county=user.county_id) if user.county_id else rows
    return rows.filter(person=user)


@dataclass(frozen=True, slots=True)
class ResetLine:
    """A reset as its page shows it to one reader."""

    row: Reset
    is_held: bool
    is_barring: bool
    may_release: bool


def lines(user: User, at: datetime, most: int) -> list[ResetLine]:
    """The newest resets that the person may read; the number of statements is the same for many."""
    rows = list(resets_of(user)[:most])
    oldest = dict(
        Reset.objects.barring(at)
        .filter(person__in={row.person_id for row in rows})
        .order_by()
        .values_list("person")
        .annotate(Min("at"))
    )
    own = user.resets.first()
    found = []
    for row in rows:
        since = oldest.get(row.person_id)
        is_barring = since is not None and row.released_at is None and row.until > at
        is_other = may(user, Right.PERIOD_CONFIRM) and row.person_id != user.pk
        is_free = not is_barred(user, at) and (own is None or since is None or own.at < since)
        held = row.allowed_at is None
        found.append(ResetLine(row, held, is_barring, is_barring and is_other and is_free))
    return found


def record(user: User, cause: Reset.Cause, *, by: User, at: datetime) -> None:
    """Called in the transaction of what an administrator did to ``user``, locked."""
    if not decides(user) or user.county_id is None:
        return
    allowed = {"allowed_by": by, "allowed_at": at} if may(by, Right.ROLE_GRANT) else {}
    row = Reset.objects.create(
        county_id=user.county_id, person=user, cause=cause, by=by, at=at, **allowed
    )
    user.barred_until = row.until
    user.save(update_fields=["barred_until"])
    _tell(row, at)


def _tell(row: Reset, at: datetime) -> None:
    def said() -> str:
        named = {"who": row.person, "by": row.by, "what": row.get_cause_display()}
        return _("An administrator (%(by)s) changed the account of %(who)s: %(what)s.") % named

    person = User.objects.filter(pk=row.person_id)
    people = (heads_of(row.county_id) | person).distinct()
    tell(people, f"reset:{row.pk}", said, reverse("reset-list"), county=row.county_id, at=at)


def allow(user: User, seen: int, *, by: User, at: datetime) -> None:
    """Let ``user``, locked, sign in after resets up to the one that the page showed."""
    waiting = user.resets.held()
    newest = waiting.first()
    if newest is None or newest.pk != seen:
        raise Conflict(_("Nothing waits here any more, or something was added. Reload the page."))
    waiting.update(allowed_by=by, allowed_at=at)
    _note(by, "reset.allow", user, at, newest)


@transaction.atomic
def release(pk: int, *, by: User, at: datetime) -> Reset:
    """Another head lets the person decide before the 24 hours are over: this reset and earlier ones."""
    demand(by, Right.PERIOD_CONFIRM)
    row = Reset.objects.select_related("person").get(pk=pk, county=by.county_id)
    people = User.objects.select_for_update(no_key=True).order_by("pk")
    locked = {user.pk: user for user in people.filter(pk__in=[row.person_id, by.pk])}
    user = locked[row.person_id]
    barring = user.resets.barring(at)
    if not barring.filter(pk=pk).exists():
        raise Conflict(NOT_WAITING)
    if not releasers(user, at).filter(pk=by.pk).exists():
        raise Refusal(
            _("Another head of the bureau must release it, whose own account was not reset since.")
        )
    barring.filter(pk__lte=pk).update(released_by=by, released_at=at)
    later = user.resets.barring(at).first()
    user.barred_until = later.until if later else at
    user.save(update_fields=["barred_until"])
    _note(by, "reset.release", user, at, row)
    return row


def _note(by: User, action: str, user: User, at: datetime, row: Reset) -> None:
    after = {"reset": str(row.get_cause_display()), "by": str(row.by)}
    trail.record(by, action, user, at=at, county=row.county, label=str(user), after=after)
