"""What a sign-in leaves: sessions, forms kept across it, rate limits, failures."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from units.models.people import User
from units.triggers import kept_unchanged


class UserSession(AbstractBaseSession):
    """Django's session with its user: one browser in which a person has signed in.

    An ended session keeps its row for some days, without content, so that a form that was being
    filled in can still be matched to its user (``form_mark``, ``kept_forms.py``).
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="user_sessions"
    )
    since = models.DateTimeField(_("signed in"))
    last_seen = models.DateTimeField(_("last seen"))
    address = models.GenericIPAddressField(_("from where"), null=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    form_mark = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name = _("sign-in")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store


class KeptForm(models.Model):
    """What a person had typed when their session ended, kept until they sign in again."""

    key = models.UUIDField(primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_forms")
    page = models.CharField(max_length=500)
    sent_to = models.CharField(max_length=500)
    fields = models.TextField()
    made_at = models.DateTimeField(db_index=True)


class Allowance(models.Model):
    """The times of recent actions that are limited in number: password guesses, big files."""

    bucket = models.CharField(max_length=64, primary_key=True)
    times = ArrayField(models.DateTimeField())
    newest = models.DateTimeField(db_index=True)


FAILURES_KEPT = timedelta(days=184)


class FailedSignIn(models.Model):
    """A failed sign-in: the account, and from where. The password typed is never stored.

    ``user`` is empty if no account has the name. Rows never change and are deleted after
    ``FAILURES_KEPT``. ``is_known``: the person had signed in with this browser before.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(_("from where"), null=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    is_known = models.BooleanField(_("known browser"))

    class Meta:
        verbose_name = _("failed sign-in")
        triggers = kept_unchanged(FAILURES_KEPT.days)
