"""Sessions: the session engine (SESSION_ENGINE), timeouts, and a person's list of sessions.

A session ends twelve hours after it began, and after thirty minutes without activity (checked by
the middleware in ``gates.py``). The browser is not trusted: its cookie is a random key and nothing
else. "Last seen" is stored to the minute, which saves a write on most pages; the idle time is
computed so that it never exceeds its limit.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from units import trail
from units.models import User, UserSession

FINENESS = timedelta(minutes=1)
REMEMBERED = timedelta(days=3)
SINCE, BROWSER, FORM_MARK = "since", "browser", "form_mark"
BROWSERS = (  # the first match wins; several also claim to be others
    ("Edg", "Edge"),
    ("QQBrowser", "QQ"),
    ("360SE", "360"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class SessionStore(db.SessionStore):
    """Django's database session, with its user and when it was last used."""

    last_seen: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        return UserSession

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]
        self.last_seen = found.last_seen if found else None
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        now = timezone.now()
        since = datetime.fromtimestamp(data.setdefault(SINCE, now.timestamp()), UTC)
        return UserSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=since + timedelta(seconds=settings.SESSION_COOKIE_AGE),
            user_id=data.get(SESSION_KEY),
            since=since,
            last_seen=now,
            address=trail.address.get(),
            browser=data.get(BROWSER, ""),
            form_mark=data.get(FORM_MARK, ""),
        )

    def save(self, must_create: bool = False) -> None:
        """Django reports every failure as an ended session; a lost database is reported as such."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise

    def delete(self, session_key: str | None = None) -> None:
        """Ended, not deleted: the row stays for a while, without content."""
        key = session_key or self.session_key
        if key is not None:
            end(UserSession.objects.filter(pk=key))

    @classmethod
    def clear_expired(cls) -> None:
        sweep(timezone.now())


def begin(request: HttpRequest, form_mark: str) -> None:
    """Called right after the sign-in; the twelve hours start here."""
    request.session[SINCE] = timezone.now().timestamp()
    request.session[BROWSER] = browser_named(request.headers.get("User-Agent", ""))
    request.session[FORM_MARK] = form_mark


def browser_named(user_agent: str) -> str:
    """“Chrome, Windows”; empty if unknown."""
    found = (_first(user_agent, BROWSERS), _first(user_agent, SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(user_agent: str, names: Iterable[tuple[str, str]]) -> str:
    return next((name for sign, name in names if sign in user_agent), "")


def minutes_idle() -> int:
    return int(settings.SESSION_IDLE.total_seconds() // 60)


def hours_longest() -> int:
    return int(settings.SESSION_COOKIE_AGE // 3600)


def is_idle(session: SessionStore, at: datetime) -> bool:
    """Whether the person has been inactive for too long."""
    limit = settings.SESSION_IDLE - FINENESS
    return session.last_seen is not None and at - session.last_seen > limit


def touch(session: SessionStore, at: datetime) -> None:
    """Record activity, at most once a minute."""
    if session.last_seen is None or at - session.last_seen < FINENESS:
        return
    address = trail.address.get()
    rows = UserSession.objects.filter(pk=session.session_key, expire_date__gt=at)
    rows.update(last_seen=at, address=address)


def open_of(user: User, at: datetime) -> QuerySet[UserSession]:
    """The valid sessions, newest first."""
    rows = UserSession.objects.filter(user=user, expire_date__gt=at)
    return rows.filter(last_seen__gt=at - settings.SESSION_IDLE).order_by("-last_seen")


def end(rows: QuerySet[UserSession]) -> int:
    """End them now; the next request leads to the sign-in."""
    rows.filter(user__isnull=True).delete()
    return rows.update(expire_date=timezone.now(), session_data="")


def end_others(request: HttpRequest, user: User) -> int:
    """End every other session of the person."""
    here = request.session.session_key
    return end(
        UserSession.objects.filter(user=user, expire_date__gt=timezone.now()).exclude(pk=here)
    )


def end_all(user: User) -> int:
    """End every session of a person: rights taken away, account switched off."""
    return end(UserSession.objects.filter(user=user, expire_date__gt=timezone.now()))


def sweep(at: datetime) -> None:
    UserSession.objects.filter(expire_date__lt=at - REMEMBERED).delete()
