"""Forms that survive the end of a session.

A form that arrives after its session has ended is kept and given back to the same person after they
have signed in again, and to nobody else. Passwords, codes and files are never kept, nor a form
whose owner is unknown; nothing is submitted automatically.

The form itself says whose it is: the CSRF token of each page derives from a secret drawn at the
sign-in, and the session stores its hash. So a forged form from another site finds no owner, and a
form that lay open while a colleague signed in finds its own.
"""

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.middleware import csrf
from django.middleware.csrf import CSRF_TOKEN_LENGTH, get_token
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

from units.models import KeptForm, User, UserSession
from units.sign_in.refill import is_secret

HOLDS = timedelta(hours=12)
LARGEST = 300_000
MAX = 5  # per person; the oldest are deleted first
ASKED = "kept"


def form_mark(request: HttpRequest) -> str:
    """The mark of all forms of this session; computed right after the sign-in."""
    get_token(request)
    return _mark(request.META["CSRF_COOKIE"])


def owner_of(request: HttpRequest) -> User | None:
    """The person in whose session the form was made."""
    token = request.POST.get("csrfmiddlewaretoken", "")
    if len(token) != CSRF_TOKEN_LENGTH or not (token.isascii() and token.isalnum()):
        return None
    mark = _mark(csrf._unmask_cipher_token(token))  # type: ignore[attr-defined]
    user_session = UserSession.objects.filter(form_mark=mark, user__is_active=True).select_related(
        "user"
    )
    found = user_session.first()
    return found.user if found else None


def _mark(secret: str) -> str:
    return salted_hmac("units.kept_forms", secret, algorithm="sha256").hexdigest()


def keep(request: HttpRequest, owner: User, at: datetime) -> KeptForm | None:
    """Store what was typed; None if there is nothing, or too much."""
    typed = [(name, values) for name, values in request.POST.lists() if not is_secret(name)]
    fields = urlencode(typed, doseq=True)
    if not fields or len(fields) > LARGEST:
        return None
    kept = KeptForm.objects.create(
        key=uuid.uuid4(),
        owner=owner,
        page=_page_of(request)[:500],
        sent_to=request.path[:500],
        fields=fields,
        made_at=at,
    )
    newest = owner.kept_forms.order_by("-made_at").values("pk")[:MAX]
    owner.kept_forms.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
    return kept


def _page_of(request: HttpRequest) -> str:
    """The page that showed the form; some forms post to another address."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        parts = urlsplit(referer)
        query = QueryDict(parts.query, mutable=True)
        query.pop(ASKED, None)
        return f"{parts.path}?{query.urlencode()}".removesuffix("?")
    return request.path


def asked_for(request: HttpRequest, user: User, at: datetime) -> KeptForm | None:
    """The kept form named in the query string, if it is this person's."""
    return find(request.GET.get(ASKED, ""), user, at)


def find(key: str, user: User, at: datetime) -> KeptForm | None:
    try:
        number = uuid.UUID(key)
    except ValueError:
        return None
    return user.kept_forms.filter(pk=number, made_at__gt=at - HOLDS).first()


def typed(kept: KeptForm) -> dict[str, list[str]]:
    return dict(QueryDict(kept.fields).lists())


def way_back(kept: KeptForm) -> str:
    """The address of the page with the form, to be filled in; never one of another site."""
    # Browsers take what follows two slashes, of either kind, for a host.
    page = "/" + kept.page.lstrip("/\\")
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{ASKED}={kept.key}"


def sweep(at: datetime) -> None:
    KeptForm.objects.filter(made_at__lt=at - HOLDS).delete()
