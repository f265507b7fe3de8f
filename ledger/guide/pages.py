"""The pages of the handbook and the glossary; their texts are in docs/guide."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from ledger.guide import handbook, texts
from ledger.guide.glossary import chapters
from units.access import READ, by_method, person


@by_method(*READ)
@login_required
def glossary(request: HttpRequest) -> HttpResponse:
    context = {"crumbs": [("", _("Glossary"))], "chapters": chapters(texts.language())}
    return render(request, "ledger/guide/glossary.html", context)


@by_method(*READ)
@login_required
def guide_own(request: HttpRequest) -> HttpResponse:
    return redirect("guide", handbook.role_page(person(request).role) or handbook.FIRST)


@by_method(*READ)
@login_required
def guide(request: HttpRequest, page: str) -> HttpResponse:
    if page not in handbook.PAGES:
        raise Http404
    context = {
        "crumbs": [("", _("Handbook"))],
        "title": handbook.PAGES[page],
        "page": page,
        "pages": handbook.PAGES.items(),
        "text": handbook.page_html(page, texts.language(), person(request).role),
    }
    return render(request, "ledger/guide/guide.html", context)


@by_method(*READ)
@login_required
def guide_picture(request: HttpRequest, name: str) -> HttpResponse:
    path = handbook.picture(f"{name}.png")
    if path is None:
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/png")
