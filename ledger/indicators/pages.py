"""The pages of indicators: list and form, side by side, one by one, and the figures that units file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.indicators import context, filed, record
from ledger.indicators.forms import DecisionForm, FilingForm, IndicatorForm
from ledger.indicators.parts import parts
from ledger.indicators.table import indicators_of, rankings
from ledger.indicators.values import Moment
from ledger.models import FiledFigure, Filing
from ledger.ranking.pages import ranking as main_ranking
from ledger.ranking.pages import table_for, unit_url
from ledger.rules.months import Month
from units.access import (
    ACTION,
    FORM,
    REACH,
    Reach,
    Right,
    allowed,
    county_of,
    demand,
    may,
    person,
    units_of,
)
from units.ground.fingerprint import of_row
from units.ground.refusal import Conflict, Refusal
from units.models import MAIN, Indicator


@allowed(Right.RANKING_VIEW)
def ranking(request: HttpRequest, month: Month) -> HttpResponseBase:
    """The league table, or the ranking by another indicator."""
    code = request.GET.get("indicator", MAIN)
    if code == MAIN:
        return main_ranking(request, month)
    table = table_for(request, month)
    indicators = indicators_of(table.county)
    found = rankings(table, indicators).get(code)
    if found is None or found.indicator is None:
        raise Http404
    value, target, completion = context.whole(found)
    side = reverse("indicator-side", args=[month])
    shown = {
        "crumbs": [(side, _("Indicators")), ("", found.indicator.title)],
        "league": table,
        "month": month,
        "indicator": found.indicator,
        "sections": context.rank_sections(found, unit_url(person(request), table.county)),
        "whole": {"value": value, "target": target, "completion": completion},
    }
    return render(request, "ledger/indicators/ranking.html", shown)


@allowed(Right.RANKING_VIEW)
def side_by_side(request: HttpRequest, month: Month) -> HttpResponse:
    table = table_for(request, month)
    found = rankings(table, indicators_of(table.county))
    shown = {
        "crumbs": [(reverse("ranking", args=[month]), _("League table")), ("", _("Indicators"))],
        "league": table,
        "month": month,
        "heads": context.heads(found, reverse("ranking", args=[month])),
        "sections": context.side_sections(found, unit_url(person(request), table.county)),
        "wholes": [context.whole(each) for each in found.values()],
        "may_edit": may(person(request), Right.TARGET_EDIT),
    }
    return render(request, "ledger/indicators/side_by_side.html", shown)


@allowed(Right.RANKING_VIEW)
def indicator_parts(request: HttpRequest, month: Month, code: str, unit: str) -> HttpResponse:
    """What a unit's value is made of; a ratio of what its two indicators are made of."""
    league = table_for(request, month)
    owner = get_object_or_404(units_of(person(request)), county=league.county, code=unit)
    indicator = get_object_or_404(Indicator, county=league.county, code=code)
    codes = [indicator.scope.get("top", ""), indicator.scope.get("bottom", "")]
    divided = Indicator.objects.filter(county=league.county, code__in=codes)
    is_ratio = indicator.source == Indicator.Source.RATIO
    moment = Moment(league.county, league.as_of, league.known_by)
    shown = {
        "crumbs": [
            (reverse("indicator-side", args=[month]), _("Indicators")),
            ("", f"{owner.name}: {indicator.title}"),
        ],
        "unit": owner,
        "indicator": indicator,
        "league": league,
        "sections": [
            (each, context.part_lines(parts(moment, each, owner), each))
            for each in (divided if is_ratio else [indicator])
        ],
    }
    return render(request, "ledger/indicators/parts.html", shown)


@allowed(Right.RANKING_VIEW, FORM)
def indicator_list(request: HttpRequest) -> HttpResponse:
    """The county's indicators; its head adds one."""
    county, user = county_of(request), person(request)
    indicators = indicators_of(county)
    if request.method == "POST":
        demand(user, Right.TARGET_EDIT)
    form = IndicatorForm(request.POST if request.method == "POST" else None, others=indicators)
    if form.is_bound and form.is_valid() and _saved(request, form, None):
        return redirect("indicator-list")
    shown = {
        "crumbs": [(reverse("ranking-newest"), _("League table")), ("", _("Indicators"))],
        "indicators": indicators,
        "form": form if may(user, Right.TARGET_EDIT) else None,
        "may_edit": may(user, Right.TARGET_EDIT),
    }
    status = 422 if form.is_bound else 200
    return render(request, "ledger/indicators/list.html", shown, status=status)


@allowed(Right.TARGET_EDIT, FORM)
def indicator_edit(request: HttpRequest, code: str) -> HttpResponse:
    county = county_of(request)
    indicator = get_object_or_404(Indicator, county=county, code=code)
    sent = request.POST if request.method == "POST" else None
    form = IndicatorForm(sent, others=indicators_of(county), indicator=indicator)
    if form.is_bound and form.is_valid() and _saved(request, form, indicator):
        return redirect("indicator-list")
    crumbs = [(reverse("indicator-list"), _("Indicators")), ("", indicator.title)]
    shown = {"crumbs": crumbs, "form": form, "indicator": indicator}
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "ledger/indicators/edit.html", shown, status=status)


def _saved(request: HttpRequest, form: IndicatorForm, indicator: Indicator | None) -> bool:
    by, at = person(request), timezone.now()
    try:
        stored = record.save(
            form.draft(),
            county=county_of(request),
            by=by,
            at=at,
            indicator=indicator,
            seen=form.cleaned_data["seen"],
        )
    except Refusal as refusal:
        form.refuse(refusal)
        if form.conflict and indicator is not None:
            form.show_anew(of_row(indicator))
        return False
    messages.success(request, _("“%(name)s” is saved.") % {"name": stored.title})
    return True


# Figures that units file


@allowed(Right.REPORT_VIEW, FORM)
def figures(request: HttpRequest, code: str) -> HttpResponse:
    """A unit files and sees its own figures; the others of the county see all of them."""
    user = person(request)
    source = Indicator.Source.FILED
    indicator = get_object_or_404(Indicator, county=county_of(request), code=code, source=source)
    is_unit = REACH.get(user.role) is Reach.UNIT
    if request.method == "POST":
        demand(user, Right.REPORT_FILE)
    form = FilingForm(request.POST if request.method == "POST" else None, indicator=indicator)
    if form.is_bound and form.is_valid() and _filed(request, form, indicator):
        return redirect("indicator-figures", code)
    return _figures_shown(request, indicator, form if is_unit else None, is_unit)


def _figures_shown(
    request: HttpRequest, indicator: Indicator, form: FilingForm | None, is_unit: bool
) -> HttpResponse:
    user = person(request)
    filings = Filing.objects.filter(indicator=indicator).select_related("unit", "filed_by")
    posted = FiledFigure.objects.filter(indicator=indicator).select_related("unit", "reversed_by")
    if is_unit:
        filings, posted = filings.filter(unit=user.unit), posted.filter(unit=user.unit)
    waiting = Filing.State.VERIFIED
    shown = {
        "crumbs": [(reverse("indicator-list"), _("Indicators")), ("", indicator.title)],
        "indicator": indicator,
        "form": form,
        "filings": [
            (filing, context.shown_of(filing.value, indicator))
            for filing in filings.exclude(state=waiting)
        ],
        "figures": [
            (figure, context.shown_of(figure.value, indicator))
            for figure in posted.order_by("-month", "-pk")
        ],
        "may_verify": may(user, Right.RECEIPT_VERIFY),
        "may_reverse": may(user, Right.ENTRY_REVERSE),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "ledger/indicators/figures.html", shown, status=status)


def _filed(request: HttpRequest, form: FilingForm, indicator: Indicator) -> bool:
    user = person(request)
    if user.unit is None:
        raise PermissionDenied
    given = form.cleaned_data
    draft = filed.FilingDraft(indicator, user.unit, **{name: given[name] for name in FILED})
    try:
        filed.file(draft, by=user, at=timezone.now(), today=timezone.localdate())
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    messages.success(request, _("The figure is filed and awaits verification."))
    return True


FILED = ("month", "value", "voucher", "note", "key")


@allowed(Right.RECEIPT_VERIFY, ACTION)
def figure_decide(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Verify, return or take back; the figure is found by what the action is about."""
    indicator = get_object_or_404(Indicator, county=county_of(request), code=code)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            _decide(pk, indicator, form.cleaned_data, {"by": person(request), "at": timezone.now()})
            messages.success(request, _("Done."))
        except (Conflict, Refusal) as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, _("Load the page anew, then decide."))
    return redirect("indicator-figures", code)


def _decide(pk: int, indicator: Indicator, given: dict[str, Any], who: dict[str, Any]) -> None:
    version, reason = given["version"] or 0, given["reason"]
    if given["action"] == "reverse":
        get_object_or_404(FiledFigure, pk=pk, indicator=indicator)
        filed.reverse(pk, reason, **who)
        return
    get_object_or_404(Filing, pk=pk, indicator=indicator)
    if given["action"] == "verify":
        filed.verify(pk, version, **who)
    else:
        filed.send_back(pk, version, reason, **who)
