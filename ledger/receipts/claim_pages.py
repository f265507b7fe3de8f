"""Claims to a share of credit: the list, a new one, one claim with its answer and decision.

``claims.py`` decides who may answer or decide. A claim is shown only to its parties, to the units
that share the project, and to the county's offices.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.entries import claims
from ledger.entries.reach import claims_of, receipts_of
from ledger.models import CreditClaim, Evidence
from ledger.receipts.attempts import attempted
from ledger.receipts.claim_forms import ClaimAnswerForm, ClaimForm, DecisionForm
from ledger.trail import history
from projects.models import Project
from projects.reach import projects_of
from projects.shares import percent_text
from units.access import ACTION, FORM, Right, allowed, may, person
from units.forms import SeenForm
from units.ground import text
from units.ground.money import wan_text
from units.ground.refusal import Conflict, Refusal
from units.models import Unit, User

Verb = Callable[[], CreditClaim]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim in a list or on the project's page; no url for a reader who may not open it."""

    claim: CreditClaim
    url: str
    project_url: str
    share: str
    granted: str
    files: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class StepBehind:
    """A verified receipt whose posted credit differs from the present shares."""

    words: str
    amount: str
    url: str


@allowed(Right.CLAIM_VIEW)
def claim_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    rows = _listed(claims_of(user))
    context = {
        "crumbs": [("", _("Credit claims"))],
        "open_lines": claim_lines(rows.filter(state__in=claims.UNDECIDED), user),
        "settled_lines": claim_lines(rows.exclude(state__in=claims.UNDECIDED)[:200], user),
        "may_claim": may(user, Right.CLAIM_MAKE),
    }
    return render(request, "ledger/receipts/claim_list.html", context)


@allowed(Right.CLAIM_MAKE, FORM)
def claim_new(request: HttpRequest) -> HttpResponse:
    form = _claim_form(request)
    claim = _made(request, form)
    if claim is not None:
        messages.success(request, _("The claim is made. The lead unit is asked for its answer."))
        return redirect("claim-detail", claim.pk)
    context = {
        "crumbs": [(reverse("claim-list"), _("Credit claims")), ("", _("Claim a share"))],
        "form": form,
        "unit": person(request).unit,
    }
    status = 422 if form.is_bound else 200
    return render(request, "ledger/receipts/claim_form.html", context, status=status)


@allowed(Right.CLAIM_VIEW)
def claim_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request, "ledger/receipts/claim_detail.html", _detail(request, _claim(request, pk))
    )


@allowed(Right.CLAIM_VIEW)
def claim_history(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(request, pk)
    context = {
        "crumbs": [(reverse("claim-detail", args=[pk]), claim.project.name), ("", _("History"))],
        "name": claim.project.name,
        "history": history.of_claim(claim),
    }
    return render(request, "ledger/trail/history.html", context)


@allowed(Right.CLAIM_MAKE, ACTION)
def claim_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The button names the answer: agree or object."""
    claim, form = _claim(request, pk), ClaimAnswerForm(request.POST)
    agrees = request.POST.get("action") == "agree"
    action = "claim.agree" if agrees else "claim.object"
    return _done(
        request,
        claim,
        form,
        action,
        lambda: claims.answer(
            pk, form.cleaned_data["seen"], agrees, form.cleaned_data["answer"], **_now(request)
        ),
        _("The answer is recorded. The bureau decides."),
    )


@allowed(Right.CLAIM_MAKE, ACTION)
def claim_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    claim, form = _claim(request, pk), Form(request.POST)
    verb = partial(claims.withdraw, pk, **_now(request))
    return _done(request, claim, form, "claim.withdraw", verb, _("The claim is taken back."))


@allowed(Right.CLAIM_DECIDE, ACTION)
def claim_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The button names the decision: grant or refuse."""
    claim, form = _claim(request, pk), DecisionForm(request.POST)
    grants = request.POST.get("action") == "grant"
    return _done(
        request,
        claim,
        form,
        "claim.grant" if grants else "claim.refuse",
        lambda: _decided(request, pk, form, grants),
        _("Decided. Both units get a notice."),
    )


def claim_lines(rows: QuerySet[CreditClaim], user: User) -> list[ClaimLine]:
    """For the list, and for the page of a project (``ledger/receipts/_claims.html``)."""
    rows = rows.prefetch_related("evidence")
    seen = set(projects_of(user).filter(claims__in=rows).values_list("pk", flat=True))
    return [_line(claim, seen) for claim in rows]


def claims_on(project: Project, user: User) -> list[ClaimLine]:
    """All claims on a project whose page the person may open."""
    return claim_lines(_listed(claims_of(user).filter(project=project)), user)


# Actions


def _made(request: HttpRequest, form: ClaimForm) -> CreditClaim | None:
    """The claim; None where the form must be corrected first."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        with attempted(request, "claim.make"):
            return claims.make(
                _named(request, form.cleaned_data["project"]),
                _own_unit(request),
                form.cleaned_data["basis_points"],
                form.cleaned_data["reason"],
                evidence=form.stored(person(request)),
                **_now(request),
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _decided(request: HttpRequest, pk: int, form: DecisionForm, grants: bool) -> CreditClaim:
    words, points = form.cleaned_data["decision"], form.cleaned_data["basis_points"]
    seen = form.cleaned_data["seen"]
    if not grants:
        return claims.refuse(pk, seen, words, **_now(request))
    if points is None:
        raise Refusal(_("Write the share that is granted."), field="basis_points")
    return claims.grant(pk, seen, points, words, **_now(request))


def _done(
    request: HttpRequest, claim: CreditClaim, form: Form, action: str, verb: Verb, said: Any
) -> HttpResponse:
    if not form.is_valid():
        return _shown(request, claim, form, 422)
    try:
        with attempted(request, action, claim):
            verb()
    except Conflict as conflict:
        newest = _claim(request, claim.pk)
        if isinstance(form, SeenForm):
            form.refuse(conflict)
            form.show_anew(claims.claim_seen(newest))
        messages.error(request, str(conflict))
        return _shown(request, newest, form, 409)
    except Refusal as refusal:
        if not hasattr(form, "refuse"):
            messages.error(request, str(refusal))
            return _shown(request, claim, None, 422)
        form.refuse(refusal)
        return _shown(request, claim, form, 422)
    messages.success(request, said)
    return redirect("claim-detail", claim.pk)


def _shown(
    request: HttpRequest, claim: CreditClaim, form: Form | None, status: int
) -> HttpResponse:
    context = _detail(request, claim, form)
    return render(request, "ledger/receipts/claim_detail.html", context, status=status)


# Parts


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _listed(rows: QuerySet[CreditClaim]) -> QuerySet[CreditClaim]:
    return rows.select_related(
        "project__lead_unit", "unit", "made_by", "answered_by", "decided_by"
    ).order_by("-id")


def _claim(request: HttpRequest, pk: int) -> CreditClaim:
    return get_object_or_404(_listed(claims_of(person(request))), pk=pk)


def _own_unit(request: HttpRequest) -> Unit:
    unit = person(request).unit
    if unit is None:
        raise PermissionDenied
    return unit


def _claim_form(request: HttpRequest) -> ClaimForm:
    if request.method == "POST":
        return ClaimForm(request.POST, request.FILES)
    query = request.GET.get("project", "")
    pk = int(query) if re.fullmatch(r"[0-9]{1,18}", query) else 0
    project = projects_of(person(request)).filter(pk=pk).first()
    return ClaimForm(initial={"project": project.name} if project else {})


def _named(request: HttpRequest, name: str) -> Project:
    """A signed project of the county by its full name; a unit need not see it to claim a share."""
    found = Project.objects.filter(
        county=person(request).county_id, name_key=text.key(name), signed_on__isnull=False
    )
    project = found.select_related("lead_unit").first()
    if project is None:
        sentence = _(
            "No signed project of this name is registered. Ask the bureau how it is written."
        )
        raise Refusal(sentence, field="project")
    return project


def _line(claim: CreditClaim, seen: set[int]) -> ClaimLine:
    project = claim.project_id
    return ClaimLine(
        claim=claim,
        url=reverse("claim-detail", args=[claim.pk]),
        project_url=reverse("project-detail", args=[project]) if project in seen else "",
        share=percent_text(claim.basis_points),
        granted=percent_text(claim.granted_points) if claim.granted_points else "",
        files=tuple(claim.evidence.all()),
    )


def _detail(request: HttpRequest, claim: CreditClaim, form: Form | None = None) -> dict[str, Any]:
    user = person(request)
    is_open = claim.state in claims.UNDECIDED
    [line] = claim_lines(_listed(CreditClaim.objects.filter(pk=claim.pk)), user)
    leads = user.unit_id is not None and user.unit_id == claim.project.lead_unit_id
    return {
        "crumbs": [(reverse("claim-list"), _("Credit claims")), ("", claim.project.name)],
        "claim": claim,
        "line": line,
        "shares": _shares(claim.project),
        "answer_form": form if isinstance(form, ClaimAnswerForm) else _answer_form(claim),
        "decision_form": form if isinstance(form, DecisionForm) else _decision_form(claim),
        "may_answer": is_open and leads and may(user, Right.CLAIM_MAKE),
        "may_withdraw": is_open and user.unit_id == claim.unit_id,
        "may_decide": is_open and may(user, Right.CLAIM_DECIDE),
        "behind": _behind(claim, user),
    }


def _decision_form(claim: CreditClaim) -> DecisionForm:
    seen = claims.claim_seen(claim)
    return DecisionForm(initial={"basis_points": claim.basis_points, "seen": seen})


def _answer_form(claim: CreditClaim) -> ClaimAnswerForm:
    return ClaimAnswerForm(initial={"seen": claims.claim_seen(claim)})


def _shares(project: Project) -> list[tuple[str, str]]:
    rows = project.shares.select_related("unit").order_by("order", "id")
    return [(share.unit.name, percent_text(share.basis_points)) for share in rows]


def _behind(claim: CreditClaim, user: User) -> list[StepBehind]:
    """Receipts that a granted claim leaves to be posted again, for those who may do it."""
    if claim.state != CreditClaim.State.GRANTED or not may(user, Right.ENTRY_REVERSE):
        return []
    found = claims.out_of_step(claim.project)
    seen = set(receipts_of(user).filter(project=claim.project).values_list("pk", flat=True))
    return [
        StepBehind(
            words=str(receipt),
            amount=wan_text(receipt.amount),
            url=reverse("receipt-repost", args=[receipt.pk]),
        )
        for receipt in found
        if receipt.pk in seen
    ]
