"""The pages of the year's score: the table, a unit's sheet, and the scheme."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.assessment import context, objections, record, words
from ledger.assessment.forms import MarkForm, RemarkForm, SchemeForm, faults
from ledger.assessment.frozen import table_of
from ledger.models import AssessmentScheme
from ledger.ranking.pages import table_for
from ledger.ranking.query import newest_month
from ledger.rules.months import Month
from units.access import ACTION, FORM, Right, allowed, county_of, demand, may, person, units_of
from units.ground.refusal import Conflict, Refusal
from units.models import Unit

EXAMPLES = Path(__file__).with_name("schemes")
FIRST_YEAR, LAST_YEAR = 2000, 2099


@allowed(Right.RANKING_VIEW)
def score_newest(request: HttpRequest) -> HttpResponse:
    return redirect("score", newest_month(county_of(request), timezone.localdate()))


@allowed(Right.RANKING_VIEW)
def score(request: HttpRequest, month: Month) -> HttpResponse:
    league = table_for(request, month)
    table = table_of(league)
    crumbs = [(reverse("ranking", args=[month]), _("League table")), ("", _("Score of the year"))]
    shown = {
        "crumbs": crumbs,
        "league": league,
        "month": month,
        "table": table,
        "sections": context.sections(table, month) if table else [],
        "objections": context.objections_seen_by(person(request), month) if table else [],
        "may_edit": may(person(request), Right.TARGET_EDIT),
    }
    return render(request, "ledger/assessment/score.html", shown)


@allowed(Right.RANKING_VIEW)
def score_unit(request: HttpRequest, month: Month, code: str) -> HttpResponse:
    """A unit's 考核得分表; who may give points finds the forms in it."""
    return _unit_shown(request, month, _unit(request, code))


def _unit(request: HttpRequest, code: str) -> Unit:
    return get_object_or_404(units_of(person(request)), code=code)


def _unit_shown(
    request: HttpRequest, month: Month, unit: Unit, status: int = 200, **more: Any
) -> HttpResponse:
    user = person(request)
    table = table_of(table_for(request, month))
    found = table.unit(unit.code) if table else None
    if table is None or found is None:
        raise Http404
    shown = {
        "crumbs": [(reverse("score", args=[month]), _("Score of the year")), ("", unit.name)],
        "unit": unit,
        "month": month,
        "table": table,
        "found": found,
        "total": words.number(found.total),
        "raw": words.number(found.raw),
        "lines": context.item_lines(table, found, month),
        "scheme": table.scheme,
        "remarks": context.remarks(table, found, unit),
        "may_claim": user.unit_id == unit.pk and may(user, Right.REPORT_FILE),
        "may_give": user.unit_id is None and may(user, Right.RECEIPT_VERIFY),
        **more,
    }
    return render(request, "ledger/assessment/unit.html", shown, status=status)


@allowed(Right.REPORT_VIEW, ACTION)
def score_mark(request: HttpRequest, month: Month, code: str) -> HttpResponse:
    """Claim points as a unit, or give them as the bureau."""
    user = person(request)
    if not may(user, Right.REPORT_FILE) and not may(user, Right.RECEIPT_VERIFY):
        raise PermissionDenied
    unit, form = _unit(request, code), MarkForm(request.POST)
    if not form.is_valid():
        return _unit_shown(request, month, unit, 422, refused=faults(form), marked=request.POST)
    given = form.cleaned_data
    mark = record.Mark(unit, given["item"], given["points"], given["reason"])
    try:
        record.give(mark, month.year, by=user, at=timezone.now())
    except Refusal as refusal:
        return _unit_shown(request, month, unit, 422, refused=str(refusal), marked=request.POST)
    messages.success(request, _("The points are recorded."))
    return redirect("score-unit", month, code)


@allowed(Right.REPORT_VIEW, ACTION)
def score_remark(request: HttpRequest, month: Month, code: str) -> HttpResponse:
    """Object to the points of an item as a unit, or answer as the bureau."""
    user = person(request)
    if not may(user, Right.REPORT_FILE) and not may(user, Right.RECEIPT_VERIFY):
        raise PermissionDenied
    unit, form = _unit(request, code), RemarkForm(request.POST)
    if not form.is_valid():
        typed = request.POST.get("text", "")
        return _unit_shown(request, month, unit, 422, refused=faults(form), typed=typed)
    given = form.cleaned_data | {"seen": form.cleaned_data["seen"] or 0}  # an answer needs it
    try:
        objections.record(unit, **given, year=month.year, by=user, at=timezone.now())
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        kept = {"refused": str(refusal), "typed": given["text"]}
        return _unit_shown(request, month, unit, status, **kept)
    messages.success(request, _("It is recorded."))
    return redirect(f"{reverse('score-unit', args=[month, code])}#objections")


# The scheme


@allowed(Right.RANKING_VIEW, FORM)
def scheme(request: HttpRequest, year: int) -> HttpResponse:
    """The scheme of the year as its file; the head of the bureau records a new version."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    county, user = county_of(request), person(request)
    last = record.newest(county, year)
    initial = {"seen": last.pk if last else 0, "text": last.text if last else _example(request)}
    if request.method != "POST":
        return _scheme_shown(request, year, SchemeForm(initial=initial))
    demand(user, Right.TARGET_EDIT)
    form = SchemeForm(request.POST)
    if not form.is_valid():
        return _scheme_shown(request, year, form, 422)
    given = form.cleaned_data
    try:
        seen = given["seen"] or 0
        record.record(given["text"], county, by=user, at=timezone.now(), seen=seen, year=year)
    except Conflict as conflict:
        newer = request.POST.copy()
        newer["seen"] = str(last.pk if last else 0)
        form = SchemeForm(newer)
        form.add_error(None, str(conflict))
        return _scheme_shown(request, year, form, 409, last)
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _scheme_shown(request, year, form, 422)
    messages.success(request, _("The scheme is recorded."))
    return redirect("scheme", year)


def _example(request: HttpRequest) -> str:
    chosen = EXAMPLES / f"{request.GET.get('example', '07_template')}.toml"
    known = chosen if chosen in set(EXAMPLES.glob("*.toml")) else EXAMPLES / "07_template.toml"
    return known.read_text(encoding="utf-8")


def _scheme_shown(
    request: HttpRequest,
    year: int,
    form: SchemeForm,
    status: int = 200,
    newer: AssessmentScheme | None = None,
) -> HttpResponse:
    """``newer`` was recorded by somebody else meanwhile, and is shown beside what was typed."""
    versions = AssessmentScheme.objects.filter(county=county_of(request), year=year)
    shown = {
        "crumbs": [(reverse("score-newest"), _("Score of the year")), ("", _("Scheme"))],
        "year": year,
        "form": form,
        "newer": newer,
        "versions": versions.select_related("recorded_by").order_by("-id"),
        "examples": sorted(path.stem for path in EXAMPLES.glob("*.toml")),
        "may_edit": may(person(request), Right.TARGET_EDIT),
    }
    return render(request, "ledger/assessment/scheme.html", shown, status=status)


@allowed(Right.RANKING_VIEW)
def scheme_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was recorded; ``load_scheme`` reads it."""
    stored = get_object_or_404(AssessmentScheme, pk=pk, county=county_of(request))
    answer = HttpResponse(stored.text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scheme-{stored.year}.toml"'
    return answer
