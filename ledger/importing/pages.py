"""The pages of an import: upload a workbook, preview its effect, decide.

An upload is visible to its owner, and while it waits for a second person to those of the county who
verify; to everybody else it does not exist (404).
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ledger.entries.evidence import display_name
from ledger.importing import uploads, work
from ledger.importing.context import listed, page
from ledger.importing.forms import DecisionForm, UploadForm
from ledger.importing.uploads import State, Step, Upload
from ledger.reading import workbook
from ledger.reading.workbook import MAX_MEGABYTES
from ledger.receipts.attempts import attempted
from units.access import ACTION, FORM, REACH, Reach, Right, allowed, may, person, units_of
from units.ground.refusal import Refusal
from units.models import Unit, User


@allowed(Right.IMPORT, FORM)
def book_import(request: HttpRequest) -> HttpResponse:
    user = person(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, user=user)
    if not form.is_bound or not form.is_valid():
        return _chosen(request, form)
    try:
        with attempted(request, "book.import"):
            uploads.demand_idle(user)
            upload = _laid_down(form, user)
    except Refusal as refusal:
        form.refuse(refusal)
        return _chosen(request, form)
    work.start(upload)
    return redirect("book-import-detail", upload.token)


def _chosen(request: HttpRequest, form: UploadForm) -> HttpResponse:
    user = person(request)
    context = {
        "crumbs": [("", _("Import"))],
        "form": form,
        "uploads": listed(upload for upload in uploads.uploads() if _may_see(user, upload)),
        "units": _choosable(user),
    }
    return render(
        request, "ledger/importing/import.html", context, status=422 if form.is_bound else 200
    )


def _choosable(user: User) -> Iterable[Unit]:
    """The units whose template the bureau may download, towns first; a unit's people get their own."""
    is_of_unit = REACH[user.role] is Reach.UNIT
    return () if is_of_unit else units_of(user).order_by("-kind", "order")


def _laid_down(form: UploadForm, user: User) -> Upload:
    """Read the file in the child process and store its cells; the file itself is deleted."""
    file = form.cleaned_data["file"]
    if (file.size or 0) > MAX_MEGABYTES * 1024**2:
        raise workbook.refusal("big_file", {"megabytes": MAX_MEGABYTES})
    digest = hashlib.sha256()
    with NamedTemporaryFile(suffix=".book") as copy:
        for chunk in file.chunks():
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        document = workbook.read_plain(Path(copy.name))
    assert user.county_id is not None
    state = State(
        owner=user.pk,
        county=user.county_id,
        file_name=display_name(file.name or ""),
        sha256=digest.hexdigest(),
        rows=workbook.book_of(document).rows,
        made_at=time.time(),
        language=get_language() or "zh-hans",
        is_verified=form.cleaned_data["is_verified"],
        document=form.cleaned_data["document"],
    )
    return Upload.add(document, state)


@allowed(Right.IMPORT)
def book_import_detail(request: HttpRequest, token: str) -> HttpResponse:
    upload = upload_of(request, token)
    return _shown(
        request, upload, DecisionForm(_actions(person(request), upload), upload.state.refused)
    )


def _shown(request: HttpRequest, upload: Upload, form: DecisionForm) -> HttpResponse:
    context = {
        "crumbs": [(reverse("book-import"), _("Import")), ("", upload.state.file_name)],
        "form": form,
        **page(upload, person(request)),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ledger/importing/import_detail.html", context, status=status)


@allowed(Right.IMPORT, ACTION)
def book_import_decide(request: HttpRequest, token: str) -> HttpResponse:
    """One of the buttons of the preview."""
    upload = upload_of(request, token)
    form = DecisionForm(_actions(person(request), upload), upload.state.refused, request.POST)
    if not form.is_open:
        return redirect("book-import-detail", token)  # pressed twice, or another person was quicker
    if not form.is_valid():
        return _shown(request, upload, form)
    actions: dict[str, Callable[[HttpRequest, Upload, bool], HttpResponse]] = {
        "import": _import,
        "hand_over": _hand_over,
        "confirm": _confirm,
        "again": _again,
        "discard": _discard,
    }
    action = actions[form.cleaned_data["action"]]
    return action(request, upload, form.cleaned_data["skips_refused"])


def _import(request: HttpRequest, upload: Upload, skips_refused: bool) -> HttpResponse:
    if upload.claim(Step.COMMITTING, skips_refused=skips_refused):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _hand_over(request: HttpRequest, upload: Upload, skips_refused: bool) -> HttpResponse:
    upload.set(step=Step.WAITING, skips_refused=skips_refused)
    messages.success(request, _("The import waits for a second person to confirm it."))
    return redirect("book-import-detail", upload.token)


def _confirm(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if upload.claim(Step.COMMITTING, second=person(request).pk):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _again(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if upload.claim(Step.PLANNING, second=None):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _discard(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if not upload.remove():
        return redirect("book-import-detail", upload.token)
    messages.success(request, _("The upload is removed; nothing was imported."))
    return redirect("book-import")


# Who sees an upload, and what they may do with it


def upload_of(request: HttpRequest, token: str) -> Upload:
    upload = Upload.find(token)
    if upload is None or not _may_see(person(request), upload):
        raise Http404
    return upload


def _may_see(user: User, upload: Upload) -> bool:
    state = upload.state
    if state.county != user.county_id:
        return False
    if state.owner == user.pk:
        return True
    is_shared = state.step is Step.WAITING or state.second == user.pk
    return is_shared and may(user, Right.RECEIPT_VERIFY)


def _actions(user: User, upload: Upload) -> list[str]:
    """The actions that are open to the person now, the main one first."""
    state = upload.state
    if state.step is Step.WAITING:
        return ["discard"] if state.owner == user.pk else ["confirm"]
    if state.owner != user.pk:
        return []
    if state.step is Step.FAILED or state.is_interrupted:
        return ["again", "discard"]
    if state.step is not Step.READY:
        return []
    if state.is_empty:
        return ["discard"]
    return ["hand_over" if state.is_verified else "import", "discard"]
