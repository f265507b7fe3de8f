"""The pages of notices: a county's, and one's own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from units.access import ACTION, FORM, Right, allowed, by_method, county_of, person
from units.ground.fingerprint import of_row
from units.ground.refusal import Refusal
from units.models import OutboxMessage, Robot, Sending
from units.outbox import actions
from units.outbox.forms import ChoiceForm, RobotForm, SendingForm

NEWEST = 20


@allowed(Right.COUNTY_EDIT, FORM)
def county_notices(request: HttpRequest) -> HttpResponse:
    county = county_of(request)
    data = request.POST if request.method == "POST" else None
    form = SendingForm(data, sending=actions.sending_of(county))
    if not form.is_valid():
        return _shown(request, form, RobotForm())
    try:
        seen = form.cleaned_data["seen"]
        actions.set_sending(county, form.cleaned_data, **_now(request), seen=seen)
    except Refusal as refusal:
        form.refuse(refusal)
        if form.conflict:
            form.show_anew(of_row(actions.sending_of(county)))
            return _shown(request, form, RobotForm(), status=409)
        return _shown(request, form, RobotForm())
    messages.success(request, _("The settings are saved."))
    return redirect("county-notices")


@allowed(Right.COUNTY_EDIT, ACTION)
def robot_add(request: HttpRequest) -> HttpResponse:
    county, form = county_of(request), RobotForm(request.POST)
    sending = SendingForm(sending=actions.sending_of(county))
    if not form.is_valid():
        return _shown(request, sending, form)
    try:
        actions.add_robot(county, form.cleaned_data, **_now(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, sending, form)
    messages.success(request, _("The robot is entered."))
    return redirect("county-notices")


@allowed(Right.COUNTY_EDIT, ACTION)
def robot_remove(request: HttpRequest, pk: int) -> HttpResponse:
    robots = Robot.objects.select_related("county")
    robot = get_object_or_404(robots, pk=pk, county=county_of(request))
    actions.remove_robot(robot, **_now(request))
    messages.success(request, _("The robot is removed."))
    return redirect("county-notices")


@allowed(Right.COUNTY_EDIT, ACTION)
def notices_test(request: HttpRequest) -> HttpResponse:
    written = actions.test(county_of(request), reverse("county-notices"), **_now(request))
    if written:
        said = ngettext(
            "%(count)d test is on its way.", "%(count)d tests are on their way.", written
        )
        messages.success(request, said % {"count": written})
    else:
        messages.error(
            request,
            _(
                "Nobody would get it: switch sending on, and choose notices for yourself or enter a robot."
            ),
        )
    return redirect("county-notices")


@by_method(*FORM)
@login_required
def my_notices(request: HttpRequest) -> HttpResponse:
    user = person(request)
    held = actions.choice_of(user)
    initial = {"seen": of_row(held), "way": held.way, "address": held.address or user.email}
    form = ChoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            actions.choose(user, **form.cleaned_data, at=timezone.now())
        except Refusal as refusal:
            form.refuse(refusal)
            if form.conflict:
                form.show_anew(of_row(actions.choice_of(user)))
        else:
            messages.success(request, _("Your choice is saved."))
            return redirect("my-notices")
    context = {
        "crumbs": [(reverse("my-account"), _("My account")), ("", _("Notices by e-mail"))],
        "form": form,
        "is_sent": Sending.objects.filter(county=user.county_id, is_on=True).exists(),
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "units/outbox/my_notices.html", context, status=status)


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _shown(request: HttpRequest, form: Form, robot_form: Form, status: int = 0) -> HttpResponse:
    county = county_of(request)
    newest = OutboxMessage.objects.filter(county=county).select_related("person", "robot")
    context = {
        "crumbs": [(reverse("county"), _("The county")), ("", _("Notices"))],
        "form": form,
        "robot_form": robot_form,
        "robots": Robot.objects.filter(county=county),
        "newest": newest.order_by("-pk")[:NEWEST],
    }
    status = status or (422 if form.is_bound or robot_form.is_bound else 200)
    return render(request, "units/outbox/county_notices.html", context, status=status)
