"""The pages that found a new county, before anybody can sign in.

Open only to whoever has typed the terminal code, and only while no county exists. Browsers must not
cache them: they show passwords.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control

from ledger.founding import book, found, one_time, wizard_state
from ledger.founding.forms import (
    COMPLETE,
    WITHOUT,
    CodeForm,
    CountyForm,
    FoundForm,
    PeopleForm,
    TargetsForm,
    UnitGrid,
    UnitListForm,
    total_of,
)
from ledger.founding.places import province
from ledger.founding.wizard_state import Draft
from ledger.reading.workbook import MAX_MEGABYTES, refusal
from ledger.server import addresses
from units.access import DECIDING_ROLES, FORM, by_method
from units.ground.fingerprint import CHANGED, fingerprint
from units.ground.money import wan_short
from units.ground.refusal import Conflict, Refusal

log = logging.getLogger(__name__)

P = ParamSpec("P")
OPENED = "founding"  # session key: the code was typed
STEPS = (
    ("founding-county", _("County")),
    ("founding-units", _("Units")),
    ("founding-targets", _("Targets")),
    ("founding-people", _("People")),
    ("founding-slips", _("Slips")),
)


def founding_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for whoever typed the code, while no county exists; not cached."""

    @by_method(*FORM)
    @cache_control(no_store=True, private=True)
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not found.is_open():
            return redirect("login")
        if not wizard_state.is_code(request.session.get(OPENED, "")):
            return redirect("founding")
        return view(request, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], checked)


@by_method(*FORM)
@cache_control(no_store=True, private=True)
def founding(request: HttpRequest) -> HttpResponse:
    """Ask for the terminal code, then continue at the first incomplete page."""
    if not found.is_open():
        return redirect("login")
    if wizard_state.is_code(request.session.get(OPENED, "")):
        return redirect(_next_step(wizard_state.load()))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        request.session.cycle_key()
        request.session[OPENED] = form.cleaned_data["code"]
        return redirect(_next_step(wizard_state.load()))
    if form.is_bound:
        log.warning("a wrong code for the founding from %s", request.META.get("REMOTE_ADDR"))
    context = {"form": form, "is_ready": bool(wizard_state.known_code())}
    status = 422 if form.is_bound else 200
    return render(request, "ledger/founding/code.html", context, status=status)


def _next_step(draft: Draft) -> str:
    if not draft.code:
        return "founding-county"
    if not draft.units:
        return "founding-units"
    if not draft.has_targets:
        return "founding-targets"
    return "founding-slips" if draft.people else "founding-people"


@founding_page
def founding_county(request: HttpRequest) -> HttpResponse:
    draft = wizard_state.load()
    year = draft.year or timezone.localdate().year
    initial = {"code": draft.code, "name": draft.name, "year": year}
    initial["evidence"] = COMPLETE if draft.evidence_required else WITHOUT
    form = CountyForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        required = given.pop("evidence")
        wizard_state.save(replace(draft, evidence_required=required, **given))
        return redirect("founding-units")
    return _shown(request, "county", form, draft)


@founding_page
def founding_units(request: HttpRequest) -> HttpResponse:
    draft = wizard_state.load()
    if not draft.code:
        return redirect("founding-county")
    pasted = "\n".join(unit.name for unit in draft.units)
    is_sent = request.method == "POST"
    form = UnitListForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, {"names": pasted}
    )
    if form.is_bound and form.is_valid():
        try:
            wizard_state.save(replace(draft, units=_units_given(form, draft)))
        except Refusal as refused:
            form.add_error(refused.field, str(refused))
        else:
            return redirect("founding-units-check")
    return _shown(request, "units", form, draft)


def _units_given(form: UnitListForm, draft: Draft) -> Any:
    """Units from the workbook if there is one, else from the list; known targets stay."""
    file = form.cleaned_data["file"]
    if file is None:
        amounts = {unit.name: unit.amount for unit in draft.units}
        return tuple(
            replace(line, amount=line.amount or amounts.get(line.name, ""))
            for line in form.cleaned_data["names"]
        )
    if (file.size or 0) > MAX_MEGABYTES * 1024**2:
        raise refusal("big_file", {"megabytes": MAX_MEGABYTES})
    with NamedTemporaryFile(suffix=".book") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        return book.units_of_book(Path(copy.name), draft, timezone.localdate())


@founding_page
def founding_units_check(request: HttpRequest) -> HttpResponse:
    draft = wizard_state.load()
    if not draft.units:
        return redirect("founding-units")
    grid = UnitGrid(request.POST if request.method == "POST" else None, draft=draft)
    if grid.is_bound and grid.is_valid():
        wizard_state.save(replace(draft, units=grid.units()))
        return redirect("founding-targets")
    return _shown(request, "units_check", grid, draft, counts=_counts(draft))


def _counts(draft: Draft) -> list[tuple[str, int]]:
    held = [draft.group_of(unit) for unit in draft.units]
    return [(group.title, held.count(group)) for group in draft.groups]


@founding_page
def founding_targets(request: HttpRequest) -> HttpResponse:
    draft = wizard_state.load()
    if not draft.units:
        return redirect("founding-units")
    form = TargetsForm(request.POST if request.method == "POST" else None, draft=draft)
    if form.is_bound and "fill" in request.POST:
        sent, unknown = form.filled()
        return _shown(
            request, "targets", TargetsForm(sent, draft=draft), draft, unknown=unknown, filled=True
        )
    if form.is_bound and form.is_valid():
        wizard_state.save(form.changed())
        return redirect("founding-people")
    return _shown(request, "targets", form, draft)


@founding_page
def founding_people(request: HttpRequest) -> HttpResponse:
    draft = wizard_state.load()
    if not draft.has_targets:
        return redirect(_next_step(draft))
    form = PeopleForm(request.POST if request.method == "POST" else None, draft=draft)
    if form.is_bound and form.is_valid():
        wizard_state.save(replace(draft, people=form.people()))
        return redirect("founding-slips")
    return _shown(request, "people", form, draft)


@founding_page
def founding_slips(request: HttpRequest) -> HttpResponse:
    """Every account with its one-time password, to be printed; then the county is founded."""
    draft = wizard_state.load()
    if not draft.people:
        return redirect(_next_step(draft))
    now = fingerprint(asdict(draft))
    form = FoundForm(request.POST if request.method == "POST" else None, initial={"seen": now})
    if form.is_bound and form.is_valid():
        if form.cleaned_data["seen"] == now:
            return _founded(request, draft)
        form.refuse(Conflict(CHANGED))
        form.show_anew(now)
    context: dict[str, Any] = {
        "counts": _counts(draft),
        "total": wan_short(total_of(draft)),
        "address": request.build_absolute_uri("/"),
        "only_here": split_domain_port(request.get_host())[0] in addresses.LOCAL,
        "slips": [
            (
                account,
                "" if account.place is None else draft.units[account.place].name,
                one_time.password(draft.seed, account.username),
                account.role in DECIDING_ROLES,
            )
            for account in found.accounts(draft)
        ],
    }
    return _shown(request, "slips", form, draft, **context)


def _founded(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        county = found.found(draft, at=timezone.now())
    except Refusal as refused:  # pressed twice, or another person was quicker
        messages.info(request, str(refused))
        return redirect("login")
    wizard_state.clear()
    request.session.flush()
    sentence = _("The accounts of %(county)s are open. Sign in with the name on your slip.")
    messages.success(request, sentence % {"county": county.name})
    return redirect("login")


def _shown(
    request: HttpRequest, page: str, form: Any, draft: Draft, filled: bool = False, **more: Any
) -> HttpResponse:
    here = f"founding-{page.removesuffix('_check')}"
    context = {
        "form": form,
        "draft": draft,
        "province": province(draft.code),
        "steps": [(name, label, name == here) for name, label in STEPS],
        **more,
    }
    status = 422 if form.is_bound and not filled and form.errors else 200
    if getattr(form, "conflict", None):
        status = 409
    return render(request, f"ledger/founding/{page}.html", context, status=status)
