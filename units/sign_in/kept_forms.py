"""What was typed survives the end of a sign-in.

Owns: keeping a form that arrives after its person's sitting has ended, giving it back to the same
person after he has signed in again, and to nobody else. Must never: keep a password, a code or a file;
keep a form of which it does not know whose it is; or send anything by itself.

Whose it is, the form itself tells: each page's token (against forged requests) goes back to a secret
that was drawn at the sign-in, and the sitting keeps its hash. So a form that another site made up, or
that lay open in the browser while a colleague signed in, finds no owner here, or its own.
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
MAX = 5  # of one person; the oldest go first
ASKED = "kept"


def form_mark(request: HttpRequest) -> str:
    """The mark that all forms of this sitting will carry; asked right after the sign-in."""
    get_token(request)
    return _mark(request.META["CSRF_COOKIE"])


def owner_of(request: HttpRequest) -> User | None:
    """The person in whose sitting the form was made."""
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
    """Keep what was typed; nothing where there is nothing, or where it is too much."""
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
    """The page on which the form stood; some forms are sent to another address than their page's."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        parts = urlsplit(referer)
        query = QueryDict(parts.query, mutable=True)
        query.pop(ASKED, None)
        return f"{parts.path}?{query.urlencode()}".removesuffix("?")
    return request.path


def asked_for(request: HttpRequest, user: User, at: datetime) -> KeptForm | None:
    """The kept form that the address names, if it is this person's."""
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
    """The page with the form, asking for what was typed."""
    joint = "&" if "?" in kept.page else "?"
    return f"{kept.page}{joint}{ASKED}={kept.key}"


def sweep(at: datetime) -> None:
    KeptForm.objects.filter(made_at__lt=at - HOLDS).delete()
