"""The pages of an import: upload a workbook, preview its effect, decide.

An upload is visible to its owner, and while it waits for a second person to those of the county who
verify; to everybody else it does not exist (404).
"""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ledger.entries.evidence import display_name
from ledger.importing import remembered, uploads, work
from ledger.importing.context import listed, page
from ledger.importing.forms import DecisionForm, UploadForm
from ledger.importing.uploads import Step
from ledger.models import Upload
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
            upload = _laid_down(form, user)
    except Refusal as refusal:
        form.refuse(refusal)
        return _chosen(request, form)
    work.start(upload)
    return redirect("book-import-detail", upload.token)


def _chosen(request: HttpRequest, form: UploadForm) -> HttpResponse:
    user = person(request)
    seen = (upload for upload in uploads.newest(user.county_id) if _may_see(user, upload))
    context = {
        "crumbs": [("", _("Import"))],
        "form": form,
        "uploads": listed(seen),
        "units": _choosable(user),
    }
    return render(
        request, "ledger/importing/import.html", context, status=422 if form.is_bound else 200
    )


def _choosable(user: User) -> Iterable[Unit]:
    """The units whose template the bureau may download, towns first; a unit's people get their own."""
    is_of_unit = REACH[user.role] is Reach.UNIT
    return () if is_of_unit else units_of(user).order_by("-kind", "order")


def _named_units(user: User) -> list[str]:
    """The units that an unknown name may mean."""
    found = Unit.objects.filter(county=user.county_id, ended_on=None).order_by("-kind", "order")
    return list(found.values_list("name", flat=True))


def _laid_down(form: UploadForm, user: User) -> Upload:
    """Store the file for its job; it is not opened here."""
    uploads.demand_ration(user)
    name, chunks = _sent(form)
    assert user.county is not None
    with transaction.atomic():
        upload = uploads.add(
            user,
            user.county,
            file_name=name,
            language=get_language() or "zh-hans",
            is_verified=form.cleaned_data["is_verified"],
            document=form.cleaned_data["document"],
        )
        uploads.store(upload, chunks)
    return upload


def _sent(form: UploadForm) -> tuple[str, Iterable[bytes]]:
    """The name and the bytes of the file, or of the pasted block as a file with tabs."""
    file = form.cleaned_data["file"]
    if file is None:
        return gettext("Pasted block"), [form.cleaned_data["pasted"].encode()]
    if (file.size or 0) > MAX_MEGABYTES * 1024**2:
        raise workbook.refusal("big_file", {"megabytes": MAX_MEGABYTES})
    return display_name(file.name or ""), file.chunks()


@allowed(Right.IMPORT)
def book_import_detail(request: HttpRequest, token: str) -> HttpResponse:
    upload = upload_of(request, token)
    return _shown(request, upload, DecisionForm(_actions(person(request), upload), upload.refused))


def _shown(request: HttpRequest, upload: Upload, form: DecisionForm) -> HttpResponse:
    context = {
        "crumbs": [(reverse("book-import"), _("Import")), ("", upload.file_name)],
        "form": form,
        "choosable": _named_units(person(request)),
        "can_map": upload.owner == person(request) and upload.step in (Step.READY, Step.MAPPING),
        **page(upload, person(request), request.GET.dict()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ledger/importing/import_detail.html", context, status=status)


@allowed(Right.IMPORT, ACTION)
def book_import_decide(request: HttpRequest, token: str) -> HttpResponse:
    """One of the buttons of the preview."""
    upload = upload_of(request, token)
    form = DecisionForm(_actions(person(request), upload), upload.refused, request.POST)
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
        "names": _names,
    }
    action = actions[form.cleaned_data["action"]]
    return action(request, upload, form.cleaned_data["skips_refused"])


def _import(request: HttpRequest, upload: Upload, skips_refused: bool) -> HttpResponse:
    if uploads.claim(upload, Step.COMMITTING, skips_refused=skips_refused):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _hand_over(request: HttpRequest, upload: Upload, skips_refused: bool) -> HttpResponse:
    if uploads.claim(upload, Step.WAITING, skips_refused=skips_refused):
        messages.success(request, _("The import waits for a second person to confirm it."))
    return redirect("book-import-detail", upload.token)


def _confirm(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if uploads.claim(upload, Step.COMMITTING, second_id=person(request).pk):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _again(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if uploads.claim(upload, Step.PLANNING, second_id=None):
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _names(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    """Which units the unknown names mean; then the workbook is judged anew."""
    units = {unit.name: unit for unit in Unit.objects.filter(county=upload.county_id)}
    asked = (uploads.kept(upload, "preview") or {}).get("unknown_units", [])
    chosen = {
        name: units[answer]
        for place, (name, _near) in enumerate(asked)
        if (answer := request.POST.get(f"name-{place}", "")) in units
    }
    if chosen and uploads.claim(upload, Step.PLANNING):
        remembered.remember_names(chosen, upload.owner)
        work.start(upload)
    return redirect("book-import-detail", upload.token)


def _discard(request: HttpRequest, upload: Upload, _skips: bool) -> HttpResponse:
    if not uploads.remove(upload):
        return redirect("book-import-detail", upload.token)
    messages.success(request, _("The upload is removed; nothing was imported."))
    return redirect("book-import")


# Who sees an upload, and what they may do with it


def upload_of(request: HttpRequest, token: str) -> Upload:
    found = Upload.objects.select_related("owner", "county", "second").filter(pk=token).first()
    if found is None or not _may_see(person(request), found):
        raise Http404
    return found


def _may_see(user: User, upload: Upload) -> bool:
    if upload.county_id != user.county_id:
        return False
    if upload.owner_id == user.pk:
        return True
    is_shared = upload.step == Step.WAITING or upload.second_id == user.pk
    return is_shared and may(user, Right.RECEIPT_VERIFY)


def _actions(user: User, upload: Upload) -> list[str]:
    """The actions that are open to the person now, the main one first."""
    if upload.step == Step.WAITING:
        return ["discard"] if upload.owner_id == user.pk else ["confirm"]
    if upload.owner_id != user.pk:
        return []
    if upload.step == Step.FAILED or upload.is_interrupted:
        return ["again", "discard"] if uploads.has(upload, "book") else ["discard"]
    if upload.step == Step.MAPPING:
        return ["discard"]
    if upload.step != Step.READY:
        return []
    names = ["names"] if upload.refused else []
    if upload.is_empty:
        return ["discard", *names]
    return ["hand_over" if upload.is_verified else "import", "discard", *names]
