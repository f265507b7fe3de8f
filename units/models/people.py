"""Accounts of people with one role each, and their keys for programs."""

from typing import Any, ClassVar, Self, TypeVar

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.ground.text import folded
from units.models.counties import County
from units.models.units import Unit
from units.triggers import apart_from_administrators, unit_of_county


class Role(models.TextChoices):
    NONE = "none", _("no role yet")
    CLERK = "clerk", _("unit clerk")
    UNIT_HEAD = "unit_head", _("unit head")
    VERIFIER = "verifier", _("bureau verifier")
    BUREAU_HEAD = "bureau_head", _("bureau head")
    LEADER = "leader", _("leader")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


UNIT_ROLES = (Role.CLERK, Role.UNIT_HEAD)
BUREAU_ROLES = (Role.VERIFIER, Role.BUREAU_HEAD)
BUSINESS_ROLES = (*UNIT_ROLES, *BUREAU_ROLES, Role.LEADER)
ADMIN_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
_NO_REGION = Q(region="")
_REGION_ONLY = Q(county__isnull=True, region__regex=r"^([0-9]{2}|[0-9]{4})$")
_COUNTY_ONLY = _NO_REGION & Q(county__isnull=False)
OLD_PASSWORDS = 4  # with the current one, the last five
U = TypeVar("U", bound="User")


class People(UserManager[U]):
    """Looks up a sign-in name ignoring width and case."""

    def get_by_natural_key(self, username: str | None) -> U:
        return super().get_by_natural_key(folded(username or ""))


class User(AbstractUser):
    """A person with exactly one role; the role decides county, unit and rights (``access.py``).

    A new account has no role until the security administrator grants one. A leader of a city or
    province has no county but a ``region``: the first digits of the codes of their counties. An
    administrator without a county administers the whole installation.

    One column holds the role, so nobody has two. The database separates administrators from
    everyone else for good: an administrator's account never changes its role, and no other account
    becomes an administrator's.
    """

    display_name = models.CharField(_("name"), max_length=50, blank=True)
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    region = models.CharField(_("region code"), max_length=6, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.NONE)
    # Part of every session: raising it ends all open sessions.
    session_round = models.PositiveIntegerField(default=0, editable=False)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    password_changed_at = models.DateTimeField(null=True, editable=False)
    # When the person signed in the time before; what is new is counted from then.
    visited_before = models.DateTimeField(null=True, editable=False)
    # After a reset by an administrator (``Reset``) the account decides nothing until then.
    barred_until = models.DateTimeField(null=True, editable=False)
    # The hashes before the current one, newest first, so that none of them is reused soon.
    old_passwords = models.JSONField(default=list, editable=False)

    objects: ClassVar[People[Self]] = People()
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=(_COUNTY_ONLY & Q(role__in=UNIT_ROLES, unit__isnull=False))
                | (_COUNTY_ONLY & Q(role__in=BUREAU_ROLES, unit__isnull=True))
                | ((_COUNTY_ONLY | _REGION_ONLY) & Q(role=Role.LEADER, unit__isnull=True))
                | (_NO_REGION & Q(role__in=ADMIN_ROLES, unit__isnull=True))
                | (_COUNTY_ONLY & Q(role=Role.NONE))
                | (_REGION_ONLY & Q(role=Role.NONE, unit__isnull=True)),
                name="user_place_by_role",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="user_role_known",
            ),
            models.CheckConstraint(
                condition=Q(is_staff=False, is_superuser=False),
                name="user_no_master_key",
            ),
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="user_name_folded"
            ),
        ]
        triggers = [apart_from_administrators(ADMIN_ROLES), unit_of_county()]

    def __str__(self) -> str:
        return self.display_name or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return folded(username)

    def set_password(self, raw_password: str | None) -> None:
        """Also stores the previous hash and the time of the change."""
        if self.password:
            self.old_passwords = [self.password, *self.old_passwords][:OLD_PASSWORDS]
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    def check_password(self, raw_password: str | None) -> bool:
        """Without Django's rehash, which would end sessions (``hashing.renew``)."""
        return check_password(raw_password, self.password)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """A session holds only for the password and the rights that it began with."""
        salt = f"units.User.session.{self.session_round}"
        return salted_hmac(salt, self.password, secret=secret, algorithm="sha256").hexdigest()


class AccessKey(models.Model):
    """A secret with which a program reads what one person reads (接口密钥). Only its SHA-256 is stored.

    It has no reach of its own: it follows its ``person``'s reach and ends with their account.
    """

    class Purpose(models.TextChoices):
        API = "api", pgettext_lazy("key", "data interface")
        CALENDAR = "calendar", pgettext_lazy("key", "calendar")

    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    name = models.CharField(_("used by"), max_length=100)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="keys")
    sha256 = models.CharField(max_length=64, unique=True)
    opening = models.CharField(_("begins with"), max_length=10)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    expires_on = models.DateField(_("last day"))
    used_at = models.DateTimeField(_("last used"), null=True)
    used_from = models.GenericIPAddressField(_("from where"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("access key")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name
