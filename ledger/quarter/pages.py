"""The pages of quarters: the list of a year; one quarter with its checks and its closing.

Two people close and reopen, as ``closing.py`` requires. The second one gives the password again.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.entries import proposals
from ledger.models import Period, Settlement
from ledger.quarter import closing
from ledger.quarter.context import Asked, check_lines, checks_of, quarter_proposal, year_lines
from ledger.quarter.forms import ConfirmForm, KnownForm, ProposeForm, ReopenForm, ReopenReasonForm
from ledger.ranking.announced import announced_table
from ledger.ranking.changes_context import (
    change_lines,
    change_total,
    compare_address,
    growth_address,
    version_context,
)
from ledger.ranking.context import explain_address, sections_of
from ledger.ranking.headline import headline
from ledger.ranking.league import LeagueTable, league_table
from ledger.ranking.pages import unit_url
from ledger.ranking.query import newest_month
from ledger.ranking.series import of_table
from ledger.ranking.snapshot import check_code
from ledger.ranking.table import point
from ledger.receipts.attempts import attempted
from ledger.rules.months import Month
from ledger.trail import history
from units.access import ACTION, Right, allowed, county_of, may, person, within
from units.forms import SeenForm
from units.ground.refusal import Conflict, Refusal
from units.models import User
from units.sign_in.password_again import PasswordAgainForm
from units.targets.record import year_to_set

Action = Callable[..., Any]


@allowed(Right.PERIOD_VIEW)
def period_list(request: HttpRequest) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    years = _years(request)
    table_query = request.GET.get("year", "")
    newest = newest_month(county, today)
    year = int(table_query) if re.fullmatch("[0-9]{4}", table_query) else newest.year
    if year not in years:
        year = years[0] if years else today.year
    context = {
        "crumbs": [("", _("Quarters"))],
        "year": year,
        "years": years,
        "year_to_set": year_to_set(county, year, today),
        "lines": year_lines(county, year, today),
    }
    return render(request, "ledger/quarter/period_list.html", context)


@allowed(Right.PERIOD_VIEW)
def period_detail(request: HttpRequest, pk: int) -> HttpResponse:
    period = get_object_or_404(_periods(request), pk=pk)
    return render(request, "ledger/quarter/period_detail.html", _detail(request, period))


@allowed(Right.PERIOD_VIEW)
def period_history(request: HttpRequest, pk: int) -> HttpResponse:
    period = get_object_or_404(_periods(request), pk=pk)
    context = {
        "crumbs": [*_crumbs(period), ("", _("History"))],
        "name": words.quarter(period.year, period.quarter),
        "history": history.of_period(period),
    }
    return render(request, "ledger/trail/history.html", context)


@allowed(Right.PERIOD_CLOSE, ACTION)
def period_review(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("The quarter is in review: units enter nothing more, the bureau still does.")
    return _done(request, pk, "period.review", closing.start_review, said)


@allowed(Right.PERIOD_CLOSE, ACTION)
def period_open(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("The quarter is open to the units again.")
    return _done(request, pk, "period.open", closing.end_review, said)


@allowed(Right.PERIOD_CLOSE, ACTION)
def period_propose(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Proposed. A second person must confirm the closing.")
    return _done(request, pk, "period.propose", closing.close, said, ProposeForm)


@allowed(Right.PERIOD_CLOSE, ACTION)
def period_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("The quarter is closed. What was announced is kept.")
    return _done(request, pk, "period.close", closing.confirm, said, ConfirmForm)


@allowed(Right.PERIOD_CLOSE, ACTION)
def reopening_propose(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Proposed. The quarter stays closed until a second person confirms.")
    verb = closing.propose_reopening
    return _done(request, pk, "period.propose_reopening", verb, said, ReopenReasonForm)


@allowed(Right.PERIOD_CLOSE, ACTION)
def reopening_drop(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("The proposal is dropped. The quarter stays closed.")
    return _done(request, pk, "period.drop_reopening", closing.drop_reopening, said)


@allowed(Right.PERIOD_CLOSE, ACTION)
def reopening_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    said = _(
        "The quarter is open again, in review. The announced settlement is kept as its version."
    )
    return _done(request, pk, "period.reopen", closing.reopen, said, ReopenForm)


@allowed(Right.PERIOD_VIEW)
def settlement_detail(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """The table that was announced, from the stored lines alone."""
    period = get_object_or_404(_periods(request), pk=pk)
    settlements = period.settlements.select_related("period__county", "proposed_by", "confirmed_by")
    settlement = get_object_or_404(settlements, version=version)
    table = announced_table(settlement)
    source = partial(explain_address, Month.of(table.as_of), QueryDict(point(table)))
    context = {
        "crumbs": [*_crumbs(period), ("", _("Settlement, version %d") % version)],
        "name": words.quarter(period.year, period.quarter),
        "period": period,
        "settlement": settlement,
        "check_code": check_code(settlement),
        "is_newest": version == period.settlements.count(),
        "month": Month.of(table.as_of),
        **version_context(table, is_asked=True),
        "league": table,
        "explain_url": source(),
        "growth_url": growth_address(table),
        "headline": headline(table, of_table(table)),
        "sections": sections_of(
            table, request.GET, unit_url(person(request), table.county), source
        ),
    }
    return render(request, "ledger/quarter/period_settlement.html", context)


# Actions


def _done(
    request: HttpRequest,
    pk: int,
    action: str,
    verb: Action,
    said: Any,
    form_class: type[PasswordAgainForm] | None = None,
) -> HttpResponse:
    """Perform the action and return to the quarter; a refusal is shown where it was typed."""
    period = get_object_or_404(_periods(request), pk=pk)
    form = form_class(request.POST, request=request) if form_class is not None else None
    if form is not None and not form.is_valid():
        return _refused(request, period, form, 422)
    try:
        with attempted(request, action, period):
            _do(request, period, verb, form)
    except Refusal as refusal:
        period.refresh_from_db()
        status = 409 if isinstance(refusal, Conflict) else 422
        if form is None or status == 409:
            messages.error(request, str(refusal))
        else:
            form.refuse(refusal)  # type: ignore[attr-defined]
        return _refused(request, period, form, status)
    messages.success(request, said)
    return redirect("period-detail", pk)


def _do(request: HttpRequest, period: Period, verb: Action, form: PasswordAgainForm | None) -> None:
    given = form.demand() if form is not None else {}
    verb(period.pk, **given, by=person(request), at=timezone.now())


def _refused(request: HttpRequest, period: Period, form: Form | None, status: int) -> HttpResponse:
    """The quarter as it is now; after a conflict the form is about what is shown this time."""
    context = _detail(request, period, form)
    if status == 409 and isinstance(form, SeenForm):
        confirms = isinstance(form, ConfirmForm | ReopenForm)
        asked = context["asked"]
        form.show_anew(asked.to_confirm if confirms else asked.to_propose)
    return render(request, "ledger/quarter/period_detail.html", context, status=status)


# Parts


def _periods(request: HttpRequest) -> QuerySet[Period]:
    rows = Period.objects.select_related("county")
    return within(person(request), rows, unit="pk")


def _years(request: HttpRequest) -> list[int]:
    found = _periods(request).order_by("-year").values_list("year", flat=True)
    return list(found.distinct())


def _crumbs(period: Period) -> list[tuple[str, Any]]:
    return [
        (f"{reverse('period-list')}?year={period.year}", _("Quarters")),
        (
            reverse("period-detail", args=[period.pk]),
            words.quarter(period.year, period.quarter),
        ),
    ]


def _detail(request: HttpRequest, period: Period, form: Form | None = None) -> dict[str, Any]:
    user, today = person(request), timezone.localdate()
    found = checks_of(period, today)
    settlements = list(period.settlements.select_related("proposed_by", "confirmed_by"))
    newest = settlements[-1] if settlements and period.state == Period.State.CLOSED else None
    changes = change_lines(newest, user) if newest else []
    ticked = form.ticked if isinstance(form, KnownForm) else []
    table = _table(period, newest, today)
    asked = quarter_proposal(period, table, found, timezone.now())
    return {
        "crumbs": [_crumbs(period)[0], ("", words.quarter(period.year, period.quarter))],
        "name": words.quarter(period.year, period.quarter),
        "period": period,
        "month": Month.of(period.ends_on),
        "headline": headline(table, of_table(table)),
        "asked": asked,
        "checks": check_lines(found, ticked),
        "blocks": any(check.blocks for check in found),
        "form": form,
        "settlements": settlements,
        "newest": newest,
        "changes": changes,
        "compare_url": compare_address(newest) if newest else "",
        "change_total": change_total(changes),
        **_forms(request, form, asked),
        **_may(user, period, asked, today),
    }


def _table(period: Period, newest: Settlement | None, today: Any) -> LeagueTable:
    """As announced, else as of the quarter's end or today."""
    if newest is not None:
        return announced_table(newest)
    return league_table(period.county, min(period.ends_on, today), today=today)


def _forms(request: HttpRequest, form: Form | None, asked: Asked) -> dict[str, Form]:
    """Each form of the page; the one that was sent as it was typed."""
    propose, confirm = {"seen": asked.to_propose}, {"seen": asked.to_confirm}
    fresh: dict[str, Form] = {
        "propose_form": ProposeForm(request=request, initial=propose),
        "confirm_form": ConfirmForm(request=request, initial=confirm),
        "reason_form": ReopenReasonForm(request=request, initial=propose),
        "reopen_form": ReopenForm(request=request, initial=confirm),
    }
    sent = {name: form for name, new in fresh.items() if form and type(form) is type(new)}
    return fresh | sent


def _may(user: User, period: Period, asked: Asked, today: Any) -> dict[str, bool]:
    """Which actions the page offers; the actions check again."""
    state, closes = period.state, may(user, Right.PERIOD_CLOSE)
    is_open, is_closed = state != Period.State.CLOSED, state == Period.State.CLOSED
    is_over = period.ends_on < today
    proposal, stands = asked.proposal, asked.stands
    confirms = closes and stands and proposal is not None and proposals.is_second(proposal, user)
    return {
        "is_over": is_over,
        "may_review": closes and state == Period.State.OPEN,
        "may_open": closes and period.is_in_review,
        "may_propose": closes and is_over and is_open and not stands,
        "may_confirm": confirms and is_open,
        "may_ask_reopening": closes and is_closed and not stands,
        "may_reopen": confirms and is_closed,
        "may_drop": closes and is_closed and proposal is not None,
    }
