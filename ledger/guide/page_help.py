"""The help of the page that a request asks for, by the name of its address.

Owns: finding it, also for addresses that show another address's page again. Must never: hold a text
itself, or run a query.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ledger.guide import leaders, money, office
from ledger.guide.glossary import CHAPTERS, Term
from ledger.guide.handbook import role_page
from ledger.guide.shape import PageHelp
from units.context import once_a_request
from units.ground.markup import escaped, marked
from units.models import User

PAGES: Final[dict[str, PageHelp]] = {**leaders.PAGES, **money.PAGES, **office.PAGES}
# Addresses that a deed is sent to: refused, they show this page again.
SHOWN_AGAIN: Final = {
    "target-schedule": "target-grid",
    "receipt-verify": "receipt-detail",
    "receipt-submit": "receipt-detail",
    "receipt-withdraw": "receipt-detail",
    "evidence-add": "receipt-detail",
    "evidence-remove": "receipt-detail",
    "period-review": "period-detail",
    "period-open": "period-detail",
    "period-propose": "period-detail",
    "period-confirm": "period-detail",
    "reopening-propose": "period-detail",
    "reopening-drop": "period-detail",
    "reopening-confirm": "period-detail",
    "report-remind": "report-month",
    "report-deadline": "report-month",
    "claim-answer": "claim-detail",
    "claim-withdraw": "claim-detail",
    "claim-decide": "claim-detail",
    "pledge-record": "meeting-month",
    "service-finish": "service-edit",
    "service-drop": "service-edit",
    "problem-settle": "project-detail",
    "book-import-decide": "book-import-detail",
    "person-place": "person-detail",
    "person-off": "person-detail",
    "person-on": "person-detail",
    "person-password": "person-detail",
    "person-role": "person-detail",
    "person-unlock": "person-detail",
    "person-factor": "person-detail",
    "sitting-end": "my-account",
    "sitting-end-others": "my-account",
    "second-factor-codes": "second-factor",
    "second-factor-off": "second-factor",
}
TERMS: Final[dict[str, Term]] = {
    term.anchor: term for chapter in CHAPTERS for term in chapter.terms
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The help as the page shows it to one person; ``guide`` is the page of his role's handbook.

    ``terms`` are links into the glossary, in the reader's language.
    """

    purpose: str | Promise
    terms: SafeString
    steps: tuple[str | Promise, ...]
    guide: str


@once_a_request
def page_help(request: HttpRequest) -> dict[str, Any]:
    """``page_help`` for the template: nothing where the address has none."""
    match = request.resolver_match
    name = match.url_name if match else None
    found = PAGES.get(SHOWN_AGAIN.get(name or "", name or ""))
    if found is None:
        return {}
    user = getattr(request, "user", None)
    role = user.role if isinstance(user, User) else ""
    own = (found.next_for[role],) if role in found.next_for else ()
    shown = Shown(
        found.purpose,
        _links(found.terms, get_language()),
        (*own, found.next),
        role_page(role),
    )
    return {"page_help": shown}


@lru_cache(maxsize=500)
def _links(anchors: tuple[str, ...], language: str) -> SafeString:
    """The same for everybody who reads the page in this language."""
    glossary = reverse("glossary")
    words = {
        anchor: TERMS[anchor].english if language == "en" else TERMS[anchor].chinese
        for anchor in anchors
    }
    return marked(
        " ".join(
            f'<a class="term" href="{glossary}#{anchor}">{escaped(word)}</a>'
            for anchor, word in words.items()
        )
    )
