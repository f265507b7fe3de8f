"""Who may do what: rights and reach by role as data, and the queryset filters made from them.

An object of another unit is answered with 404, not 403: a 403 would reveal that it exists. Rules
are for roles, never for one named person.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Min, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units.ground.refusal import Refusal
from units.models import BARRED, County, Reset, Role, Unit, User

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class Right(StrEnum):
    """A right of a role, named noun.verb."""

    RANKING_VIEW = "ranking.view"
    UNIT_VIEW = "unit.view"
    UNIT_EDIT = "unit.edit"
    COUNTY_EDIT = "county.edit"
    TARGET_EDIT = "target.edit"
    PROJECT_VIEW = "project.view"
    PROJECT_EDIT = "project.edit"
    RECEIPT_VIEW = "receipt.view"
    RECEIPT_SUBMIT = "receipt.submit"
    RECEIPT_VERIFY = "receipt.verify"
    ENTRY_REVERSE = "entry.reverse"
    EVIDENCE_RULES = "evidence.rules"
    PERIOD_VIEW = "period.view"
    PERIOD_CLOSE = "period.close"
    PERIOD_CONFIRM = "period.confirm"
    REPORT_VIEW = "report.view"
    REPORT_FILE = "report.file"
    REPORT_REMIND = "report.remind"
    CLAIM_VIEW = "claim.view"
    CLAIM_MAKE = "claim.make"
    CLAIM_DECIDE = "claim.decide"
    PLEDGE_RECORD = "pledge.record"
    IMPORT = "book.import"
    IMPORT_VERIFIED = "book.import_verified"
    TRAIL_VIEW = "trail.view"
    PEOPLE_VIEW = "people.view"
    PERSON_KEEP = "person.keep"
    ROLE_GRANT = "role.grant"
    KEY_MAKE = "key.make"
    KEY_REVOKE = "key.revoke"
    RESET_VIEW = "reset.view"


class CountyWanted(Exception):
    """The page is about one county, and a region's leader has not chosen one."""


class Reach(StrEnum):
    """How far a role sees."""

    UNIT = "unit"
    COUNTY = "county"
    ZERO = "nothing"


_READ = {
    Right.RANKING_VIEW,
    Right.UNIT_VIEW,
    Right.PROJECT_VIEW,
    Right.RECEIPT_VIEW,
    Right.PERIOD_VIEW,
    Right.REPORT_VIEW,
    Right.CLAIM_VIEW,
}
_UNIT = _READ - {Right.PERIOD_VIEW} | {
    Right.PROJECT_EDIT,
    Right.RECEIPT_SUBMIT,
    Right.REPORT_FILE,
    Right.CLAIM_MAKE,
    Right.IMPORT,
}
_BUREAU = _READ | {
    Right.PROJECT_EDIT,
    Right.RECEIPT_SUBMIT,
    Right.RECEIPT_VERIFY,
    Right.REPORT_REMIND,
    Right.IMPORT,
    Right.PERIOD_CLOSE,
    Right.PLEDGE_RECORD,
    Right.RESET_VIEW,
}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.NONE: frozenset(),
    Role.CLERK: frozenset(_UNIT),
    Role.UNIT_HEAD: frozenset(_UNIT),
    Role.VERIFIER: frozenset(_BUREAU | {Right.ENTRY_REVERSE}),
    Role.BUREAU_HEAD: frozenset(
        _BUREAU
        | {
            Right.ENTRY_REVERSE,
            Right.EVIDENCE_RULES,
            Right.UNIT_EDIT,
            Right.COUNTY_EDIT,
            Right.TARGET_EDIT,
            Right.PERIOD_CONFIRM,
            Right.CLAIM_DECIDE,
            Right.IMPORT_VERIFIED,
            Right.TRAIL_VIEW,
            Right.KEY_MAKE,
            Right.KEY_REVOKE,
        }
    ),
    Role.LEADER: frozenset(_READ),
    Role.SYSTEM_ADMIN: frozenset({Right.PEOPLE_VIEW, Right.PERSON_KEEP, Right.RESET_VIEW}),
    # No KEY_MAKE: its secret would let a security administrator read figures.
    Role.SECURITY_ADMIN: frozenset(
        {Right.PEOPLE_VIEW, Right.ROLE_GRANT, Right.KEY_REVOKE, Right.RESET_VIEW}
    ),
    Role.AUDIT_ADMIN: frozenset({Right.TRAIL_VIEW}),
}

# Rights to verify, propose and confirm, and to set what decides figures alone: an account reset by
# an administrator has them later.
DECIDING = frozenset(
    {
        Right.UNIT_EDIT,
        Right.COUNTY_EDIT,
        Right.TARGET_EDIT,
        Right.RECEIPT_VERIFY,
        Right.ENTRY_REVERSE,
        Right.PERIOD_CLOSE,
        Right.PERIOD_CONFIRM,
        Right.CLAIM_DECIDE,
        Right.IMPORT_VERIFIED,
    }
)

DECIDING_ROLES = tuple(role for role, rights in RIGHTS.items() if DECIDING & rights)

REACH: dict[str, Reach] = {
    Role.NONE: Reach.ZERO,
    Role.CLERK: Reach.UNIT,
    Role.UNIT_HEAD: Reach.UNIT,
    Role.VERIFIER: Reach.COUNTY,
    Role.BUREAU_HEAD: Reach.COUNTY,
    Role.LEADER: Reach.COUNTY,
    Role.SYSTEM_ADMIN: Reach.ZERO,
    Role.SECURITY_ADMIN: Reach.ZERO,
    Role.AUDIT_ADMIN: Reach.ZERO,
}


def may(user: User, right: Right) -> bool:
    """Whether the user's role has the right."""
    return right in RIGHTS.get(user.role, frozenset())


def demand(user: User, right: Right) -> None:
    """Raise PermissionDenied (403) if the user's role lacks the right.

    Raises Refusal if it is one to verify, propose or confirm and the account is barred.
    """
    demand_role(user, right)
    if right in DECIDING:
        demand_free(user)


def demand_role(user: User, right: Right) -> None:
    """For pages, which show what the verbs behind them may still refuse."""
    if not may(user, right):
        raise PermissionDenied


# The bar after a reset by an administrator (``people/resets.py`` records it)


def decides(user: User) -> bool:
    """Whether the role verifies, proposes or confirms."""
    return user.role in DECIDING_ROLES


def is_barred(user: User, at: datetime) -> bool:
    return user.barred_until is not None and at < user.barred_until


def demand_free(user: User) -> None:
    """Raise Refusal while the account is barred. The clock is the real one, whatever the deed's."""
    if said := barred_words(user, timezone.now()):
        raise Refusal(said)


def barred_words(user: User, at: datetime) -> str:
    """Until when a barred account decides nothing, and who can release it; else empty."""
    if not is_barred(user, at):
        return ""
    assert user.barred_until is not None
    until = date_format(timezone.localtime(user.barred_until), "DATETIME_FORMAT")
    named = {"who": user, "until": until, "heads": "、".join(map(str, releasers(user, at)))}
    if named["heads"]:
        return (
            _(
                "An administrator has reset the account of %(who)s. It verifies, proposes and "
                "confirms again from %(until)s; earlier if released by: %(heads)s."
            )
            % named
        )
    return (
        _(
            "An administrator has reset the account of %(who)s. It verifies, proposes and confirms "
            "again from %(until)s; there is no other head of the bureau who could release it."
        )
        % named
    )


def heads_of(county_id: int | None) -> QuerySet[User]:
    """Those who hold the right to confirm in a county."""
    roles = [role for role, rights in RIGHTS.items() if Right.PERIOD_CONFIRM in rights]
    return User.objects.filter(county=county_id, role__in=roles, is_active=True)


def releasers(user: User, at: datetime) -> QuerySet[User]:
    """The heads who may end the bar of ``user``: not barred themselves, and not reset since."""
    since = user.resets.barring(at).aggregate(first=Min("at"))["first"] or at - BARRED
    reset_since = Reset.objects.filter(county=user.county_id, at__gte=since).values("person")
    heads = heads_of(user.county_id).exclude(pk=user.pk).exclude(barred_until__gt=at)
    return heads.exclude(pk__in=reset_since).order_by("username")


# Allowed methods of a view: a page, a page with a form, an address that only changes something.
READ, FORM, ACTION = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)


def allowed(
    right: Right, methods: tuple[str, ...] = READ
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], R]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Decorator: sign-in and ``right`` required; any other HTTP method gets a 405.

    The view says its right as ``view.right``, for those that link to it.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @by_method(*methods)
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            demand_role(person(request), right)
            try:
                return view(request, *args, **kwargs)
            except CountyWanted:
                return redirect("region-newest")

        cast(Any, checked).right = right
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], checked)

    return decorate


def by_method(
    *methods: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorator: other HTTP methods get a 405 page that says what to do instead."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods:
                return view(request, *args, **kwargs)
            refusal = render(request, "405.html", status=405)
            refusal.headers["Allow"] = ", ".join(methods)
            return refusal

        return answered

    return decorate


def person(request: HttpRequest) -> User:
    """The signed-in user of a request that ``allowed`` has let through."""
    return cast(User, request.user)


def within(
    user: User, rows: QuerySet[M], *, county: str = "county", unit: str = "unit"
) -> QuerySet[M]:
    """``rows`` narrowed to what the user's role reaches; ``county``/``unit`` are lookup paths."""
    reach = REACH.get(user.role, Reach.ZERO)
    if reach is Reach.COUNTY and user.region:
        return rows.filter(**{f"{county}__in": counties_of(user)})
    if reach is Reach.COUNTY:
        return rows.filter(**{county: user.county_id})
    if reach is Reach.UNIT:
        return rows.filter(**{unit: user.unit_id})
    return rows.none()


def counties_of(user: User) -> QuerySet[County]:
    """The counties the user reads: their own, or those of their region."""
    counties = County.objects.order_by("code")
    if REACH.get(user.role, Reach.ZERO) is Reach.ZERO:
        return counties.none()
    if user.region:
        return counties.filter(code__startswith=user.region)
    return counties.filter(pk=user.county_id) if user.county_id else counties.none()


def county_named(request: HttpRequest) -> County | None:
    """The user's own county; for a region's leader the one in the query string, if any."""
    user = person(request)
    if not user.region:
        return user.county
    return counties_of(user).filter(code=request.GET.get("county", "")).first()


def county_of(request: HttpRequest) -> County:
    """The one county that a page is about; 404 if it is not one of the user's.

    A region's leader who has chosen none is redirected to the list of counties.
    """
    county = county_named(request)
    if county is not None:
        return county
    if not person(request).region or "county" in request.GET:
        raise Http404
    found = list(counties_of(person(request))[:2])
    if len(found) > 1:
        raise CountyWanted
    if not found:
        raise Http404
    return found[0]


def units_of(user: User) -> QuerySet[Unit]:
    """The units whose accounts the user may open."""
    return within(user, Unit.objects.all(), unit="pk")


def opens(user: User, county: County) -> Callable[[int], bool]:
    """Whether ``units_of`` contains the unit, without a query; for rows of tables."""
    reach, own = REACH.get(user.role, Reach.ZERO), user.unit_id
    if reach is Reach.COUNTY:
        is_his = county.code.startswith(user.region) if user.region else county.pk == user.county_id
        return lambda _unit_id: is_his
    return lambda unit_id: reach is Reach.UNIT and unit_id == own
