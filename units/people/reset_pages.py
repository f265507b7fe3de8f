"""The page of resets: which accounts that decide were changed by administrators, and their release."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import ACTION, Right, allowed, barred_words, may, person
from units.ground.refusal import Refusal
from units.people import resets

SHOWN = 50


@allowed(Right.RESET_VIEW)
def reset_list(request: HttpRequest) -> HttpResponse:
    user, at = person(request), timezone.now()
    sees_people = may(user, Right.PEOPLE_VIEW)
    above = ("person-list", _("People")) if sees_people else ("ranking-newest", _("League table"))
    context = {
        "crumbs": [(reverse(above[0]), above[1]), ("", _("Resets"))],
        "lines": resets.lines(user, at, SHOWN),
        "sees_people": sees_people,
        "barred": barred_words(user, at),
    }
    return render(request, "units/people/reset_list.html", context)


@allowed(Right.PERIOD_CONFIRM, ACTION)
def reset_release(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = person(request), timezone.now()
    row = get_object_or_404(resets.resets_of(by), pk=pk)
    try:
        resets.release(pk, by=by, at=at)
    except Refusal as refusal:
        after = {"refused": str(refusal)}
        trail.record(
            by, "reset.release", row.person, at=at, label=str(row.person), after=after, refused=True
        )
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Released. The person verifies and confirms again."))
    return redirect("reset-list")
