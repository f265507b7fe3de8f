"""The pages of accounts: the list, a new account, one person with what an administrator may do.

A view binds the form, calls one action and shows the answer; rules are in ``actions.py``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import ACTION, FORM, Right, allowed, is_barred, may, person
from units.ground.refusal import Conflict, Refusal
from units.models import ADMIN_ROLES, Reset, User
from units.people import actions as people
from units.people.forms import (
    AllowForm,
    FailureTable,
    PeopleFilter,
    PeopleTable,
    PersonForm,
    PlaceForm,
    RoleForm,
    place_key,
    standing,
)
from units.sign_in import lockout, passwords, second_factor
from units.sign_in.password_again import PasswordAgainForm

ON_A_PAGE = 50


@allowed(Right.PEOPLE_VIEW)
def person_list(request: HttpRequest) -> HttpResponse:
    by, at = person(request), timezone.now()
    rows = people.people_of(by).order_by("-is_active", "role", "unit__order", "username")
    filterset = PeopleFilter(request.GET, rows, at)
    table = _paged(request, PeopleTable(filterset.qs, at=at))
    context = {
        "crumbs": [("", _("People"))],
        "filterset": filterset.form,
        "is_filtered": any(request.GET.get(name) for name in filterset.filters),
        "table": table,
        "may_add": may(by, Right.PERSON_KEEP),
        "sees_failures": may(by, Right.ROLE_GRANT),
        "held": Reset.objects.held().filter(person__in=rows).count(),
        "idle": people.idle(rows, at).count(),
    }
    return render(request, "units/people/person_list.html", context)


@allowed(Right.ROLE_GRANT)
def failure_list(request: HttpRequest) -> HttpResponse:
    failures = lockout.failures_of(people.people_of(person(request)))
    table = _paged(request, FailureTable(failures))
    context = {"crumbs": _crumbs(_("Failed sign-ins")), "table": table}
    return render(request, "units/people/failure_list.html", context)


@allowed(Right.PERSON_KEEP, FORM)
def person_new(request: HttpRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = PersonForm(sent, by=person(request))
    if form.is_bound and form.is_valid():
        given, by = form.cleaned_data, person(request)
        with _attempted(request, "person.add", None, form):
            user, password = people.add(
                given["username"], given["name"], given["place"], by=by, at=timezone.now()
            )
            return _slip(request, user, password)
    context = {"crumbs": _crumbs(_("New person")), "form": form}
    return render(
        request, "units/people/person_new.html", context, status=422 if form.is_bound else 200
    )


@allowed(Right.PEOPLE_VIEW)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, _person(request, pk))


@allowed(Right.PERSON_KEEP, ACTION)
def person_place(request: HttpRequest, pk: int) -> HttpResponse:
    user, by = _person(request, pk), person(request)
    form = PlaceForm(request.POST, by=by)
    if form.is_valid():
        given = form.cleaned_data
        verb = partial(people.move, pk, given["name"], given["place"])
        return _done(request, user, "person.place", form, verb, place=form)
    return _shown(request, user, place=form)


@allowed(Right.PERSON_KEEP, ACTION)
def person_off(request: HttpRequest, pk: int) -> HttpResponse:
    return _switched(request, pk, is_active=False)


@allowed(Right.PERSON_KEEP, ACTION)
def person_on(request: HttpRequest, pk: int) -> HttpResponse:
    return _switched(request, pk, is_active=True)


def _switched(request: HttpRequest, pk: int, *, is_active: bool) -> HttpResponse:
    user, action = _person(request, pk), "person.on" if is_active else "person.off"
    verb = partial(people.switch, pk, is_active)
    return _done(request, user, action, None, verb)


@allowed(Right.PERSON_KEEP, ACTION)
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    """The password is shown once, on the answer that creates it."""
    user, form = _person(request, pk), PasswordAgainForm(request.POST, request=request)
    if form.is_valid():
        with _attempted(request, "person.one_time_password", user, form) as refused:
            form.demand()
            return _slip(request, *people.give_password(pk, **_binding(request)))
        return _refused(request, pk, refused, password=form)
    return _shown(request, user, password=form)


@allowed(Right.ROLE_GRANT, ACTION)
def person_role(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request, pk)
    form = RoleForm(request.POST, user=user, request=request)
    if form.is_valid():

        def verb(**binding: Any) -> None:
            people.grant(pk, form.demand()["role"], **binding)

        return _done(request, user, "role.grant", form, verb, role=form)
    return _shown(request, user, role=form)


@allowed(Right.ROLE_GRANT, ACTION)
def person_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    def verb(seen: str, **binding: Any) -> None:
        people.unlock(pk, **binding)  # twice is as good as once

    return _done(request, _person(request, pk), "person.unlock", None, verb)


@allowed(Right.ROLE_GRANT, ACTION)
def person_factor(request: HttpRequest, pk: int) -> HttpResponse:
    user, form = _person(request, pk), PasswordAgainForm(request.POST, request=request)
    if form.is_valid():

        def verb(**binding: Any) -> None:
            form.demand()
            people.take_factor(pk, **binding)

        return _done(request, user, "second_factor.off", form, verb, factor=form)
    return _shown(request, user, factor=form)


@allowed(Right.ROLE_GRANT, ACTION)
def person_allow(request: HttpRequest, pk: int) -> HttpResponse:
    user, form = _person(request, pk), AllowForm(request.POST, request=request)
    if form.is_valid():

        def verb(by: User, at: datetime, seen: str) -> None:
            people.allow(pk, form.demand()["seen"], by=by, at=at)  # the reset that was seen

        return _done(request, user, "reset.allow", form, verb, allow=form)
    return _shown(request, user, allow=form)


# Parts


def _paged(request: HttpRequest, table: Any) -> Any:
    table.paginate(per_page=ON_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    return table


def _person(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(people.people_of(person(request)), pk=pk)


def _done(
    request: HttpRequest,
    user: User,
    action: str,
    form: Any,
    verb: Callable[..., Any],
    **forms: Any,
) -> HttpResponse:
    """Run the action and report success; a refusal is shown on the page with what was typed."""
    with _attempted(request, action, user, form) as refused:
        verb(**_binding(request))
        messages.success(request, _("Saved. Open sign-ins of this person hold no old rights."))
        return redirect("person-detail", user.pk)
    return _refused(request, user.pk, refused, **forms)


def _binding(request: HttpRequest) -> dict[str, Any]:
    """Who does it, when, and what they had seen of the person."""
    by, seen = person(request), request.POST.get("seen", "")
    return {"by": by, "at": timezone.now(), "seen": seen}


def _refused(
    request: HttpRequest, pk: int, refusals: list[Exception], **forms: Any
) -> HttpResponse:
    """The person as they are now, beside what was typed."""
    is_stale = any(isinstance(refusal, Conflict) for refusal in refusals)
    return _shown(request, _person(request, pk), status=409 if is_stale else 422, **forms)


@contextmanager
def _attempted(
    request: HttpRequest, action: str, user: User | None, form: Any
) -> Iterator[list[Exception]]:
    """Wraps an action: a refusal leaves a line in the trail and a sentence on the page.

    Gives a list that holds the refusal afterwards.
    """
    refusals: list[Exception] = []
    try:
        yield refusals
    except (Refusal, PermissionDenied) as refusal:
        refusals.append(refusal)
        by, after = person(request), {"refused": str(refusal)}
        label = str(user) if user else ""
        trail.record(by, action, user, at=timezone.now(), label=label, after=after, refused=True)
        if isinstance(refusal, PermissionDenied):
            raise
        if form is None:
            messages.error(request, str(refusal))
        else:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))


def _slip(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {
        "crumbs": _crumbs(str(user)),
        "person": user,
        "belongs": people.place_of(user),
        "password": password,
        "address": request.build_absolute_uri(reverse("login")),
    }
    return render(request, "units/people/person_slip.html", context)


def _shown(request: HttpRequest, user: User, status: int = 0, **bound: Any) -> HttpResponse:
    by, at = person(request), timezone.now()
    keeps = people.may_change(by, user, Right.PERSON_KEEP)
    grants = people.may_change(by, user, Right.ROLE_GRANT)
    forms: dict[str, Any] = {}
    held = list(user.resets.held().select_related("by")) if user.barred_until else []
    if keeps:
        initial = {"name": user.display_name, "place": place_key(user)}
        forms["place"] = PlaceForm(None, by=by, initial=initial)
        forms["password"] = PasswordAgainForm(request=request, auto_id="password_%s")
    if grants:
        forms["role"] = RoleForm(None, user=user, request=request)
        forms["factor"] = PasswordAgainForm(request=request, auto_id="factor_%s")
        seen = {"seen": held[0].pk if held else 0}
        forms["allow"] = AllowForm(request=request, auto_id="allow_%s", initial=seen)
    context = {
        "crumbs": _crumbs(str(user)),
        "person": user,
        "seen": people.person_seen(user),
        "belongs": people.place_of(user),
        "standing": standing(user, at),
        "is_locked": lockout.is_locked_out(user),
        "has_factor": second_factor.is_on(user),
        "held": held,
        "barred_until": user.barred_until if is_barred(user, at) else None,
        "is_self": by == user,
        "is_administrator": user.role in ADMIN_ROLES,
        "keeps": keeps,
        "grants": grants,
        "forms": forms | bound,
        "policy": passwords.policy() if may(by, Right.ROLE_GRANT) else [],
    }
    return render(
        request,
        "units/people/person_detail.html",
        context,
        status=status or (422 if bound else 200),
    )


def _crumbs(words: Any) -> list[tuple[str, Any]]:
    return [(reverse("person-list"), _("People")), ("", words)]
