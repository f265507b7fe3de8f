"""Counties and regions, units (单位), targets (年度任务), accounts of people, and the trail.

Knows nothing of projects or money received. The database refuses to delete a target or a line of
the trail.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.ground.text import folded
from units.triggers import (
    apart_from_administrators,
    append_only,
    kept_unchanged,
    unit_of_county,
)


def amount_field(verbose_name: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """元 with two places, ``numeric(18,2)``: the one definition of a money column."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=2, **options)


class UnitKind(models.TextChoices):
    """The groups of units that are ranked separately (rule 6)."""

    TOWN = "town", _("town")
    DEPARTMENT = "department", _("department")
    ENTERPRISE = "enterprise", _("enterprise")


def default_groups() -> list[str]:
    return [kind.value for kind in UnitKind]


class Placed(Protocol):
    """A unit, or a table row that stands for one."""

    @property
    def kind(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def code(self) -> str: ...


class County(models.Model):
    """A county (县), named by its GB/T 2260 code, with its settings.

    Every field but the code and ``is_sample`` is a setting: ``units/county/settings.py`` changes
    them, and a settlement stores them as they were.
    """

    code = models.CharField(
        _("county code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{6}\Z", _("Write the six digits of GB/T 2260."))],
    )
    name = models.CharField(_("name"), max_length=50)
    is_sample = models.BooleanField(_("sample figures"), default=False)
    large_from = amount_field(_("large project from"), default=Decimal(100000000))
    major_from = amount_field(_("major project from"), default=Decimal(500000000))
    mega_from = amount_field(_("mega project from"), default=Decimal(1000000000))
    report_day = models.PositiveSmallIntegerField(
        _("monthly report due by day"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Day of the following month."),
    )
    evidence_required = models.BooleanField(
        _("counts only when the required evidence is complete"), default=False
    )
    groups = ArrayField(
        models.CharField(max_length=10, choices=UnitKind),
        verbose_name=_("order of the groups"),
        default=default_groups,
    )
    reports_from = models.DateField(_("monthly reports asked for from"), null=True, blank=True)
    issuing_office = models.CharField(_("issuing office"), max_length=50, blank=True, default="")
    title_name = models.CharField(_("county in titles"), max_length=50, blank=True, default="")
    addressees = models.CharField(
        _("addressees of the bulletin"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("county")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}$"), name="county_code_digits"),
            models.CheckConstraint(
                condition=Q(large_from__gt=0)
                & Q(major_from__gt=F("large_from"))
                & Q(mega_from__gt=F("major_from")),
                name="county_sizes_rise",
            ),
            models.CheckConstraint(
                condition=Q(report_day__range=(1, 28)), name="county_report_day_of_every_month"
            ),
            models.CheckConstraint(
                condition=Q(groups__contains=default_groups()) & Q(groups__len=len(UnitKind)),
                name="county_groups_each_once",
            ),
            models.CheckConstraint(
                condition=Q(reports_from__isnull=True) | Q(reports_from__day=1),
                name="county_reports_from_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kinds(self) -> tuple[UnitKind, ...]:
        """The groups in the county's order."""
        return tuple(map(UnitKind, self.groups))

    def official(self, of: Placed) -> tuple[int, int, str]:
        """Sort key of units and their rows: group, official order, code."""
        return self.groups.index(of.kind), of.order, of.code

    def asks_for_report(self, month: date) -> bool:
        """Whether monthly reports are due in the month of the day (rules 13 and 19)."""
        return self.reports_from is None or month >= self.reports_from


class Region(models.Model):
    """A city or province (市、省) above counties: the digits their codes begin with, and its name."""

    code = models.CharField(
        _("region code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{2}(\d{2})?\Z", _("Write the first two or four digits."))],
    )
    name = models.CharField(_("name"), max_length=50)

    class Meta:
        verbose_name = _("region")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{2}|[0-9]{4})$"), name="region_code_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A county's schedule of a year: basis points of the annual target due by each quarter's end.

    The fourth quarter is the whole year by definition and is not stored.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="schedules")
    year = models.PositiveSmallIntegerField(_("year"))
    first = models.PositiveSmallIntegerField(_("first quarter"), default=2_500)
    second = models.PositiveSmallIntegerField(_("second quarter"), default=5_000)
    third = models.PositiveSmallIntegerField(_("third quarter"), default=7_500)

    class Meta:
        verbose_name = _("schedule")
        constraints = [
            models.UniqueConstraint(fields=["county", "year"], name="schedule_once_a_year"),
            models.CheckConstraint(
                condition=Q(first__lte=F("second"))
                & Q(second__lte=F("third"))
                & Q(third__lte=10_000),
                name="schedule_never_falls",
            ),
        ]

    @property
    def parts(self) -> tuple[int, int, int, int]:
        return self.first, self.second, self.third, 10_000


def stands(active_from: date | None, ended_on: date | None, day: date) -> bool:
    """Whether a unit with these dates exists on the day."""
    has_begun = active_from is None or active_from <= day
    return has_begun and (ended_on is None or ended_on >= day)


class Unit(models.Model):
    """A town, department or enterprise (镇、部门、企业) with a target."""

    Kind = UnitKind

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(
        _("unit code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Z]+\Z", _("Write digits and capital letters only."))],
    )
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=400, editable=False)  # folding lengthens some names
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    order = models.PositiveSmallIntegerField(_("official order"), default=0)
    active_from = models.DateField(_("active from"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
    )

    class Meta:
        verbose_name = _("unit")
        ordering = ("kind", "order", "code")
        constraints = [
            models.UniqueConstraint(fields=["county", "name_key"], name="unit_name_once"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(ended_on__isnull=False),
                name="unit_successor_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(successor=F("id")), name="unit_not_its_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stands_on(self, day: date) -> bool:
        """Whether the unit has its own row on the day and owes reports (rule 15)."""
        return stands(self.active_from, self.ended_on, day)


KINDS = tuple(UnitKind)


class Target(models.Model):
    """One version of a unit's annual target with its quarter targets, in 元.

    Append-only: a change is a new row with its effective day and document (rule 10). The quarter
    targets are cumulative and stored with their version, so that an earlier table finds everything
    in one row; the fourth quarter is ``amount`` by definition.
    """

    class Issuer(models.TextChoices):
        COUNTY = "county", pgettext_lazy("issuer", "county")
        CITY = "city", pgettext_lazy("issuer", "city")
        PROVINCE = "province", pgettext_lazy("issuer", "province")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="targets")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="targets")
    year = models.PositiveSmallIntegerField(_("year"))
    issuer = models.CharField(_("issuer"), max_length=10, choices=Issuer, default=Issuer.COUNTY)
    amount = amount_field(_("annual target"))
    due_first = amount_field(_("due by the first quarter"))
    due_second = amount_field(_("due by the second quarter"))
    due_third = amount_field(_("due by the third quarter"))
    effective_on = models.DateField(_("effective on"))
    document_no = models.CharField(_("document number"), max_length=100, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("annual target")
        indexes = [
            models.Index(
                fields=["county", "year", "issuer", "unit", "-effective_on", "-id"],
                name="target_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_first__gte=0)
                & Q(due_first__lte=F("due_second"))
                & Q(due_second__lte=F("due_third"))
                & Q(due_third__lte=F("amount")),
                name="target_quarters_never_fall",
            ),
        ]
        triggers = append_only()

    @property
    def due(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Cumulative 元 due by the end of each quarter."""
        return self.due_first, self.due_second, self.due_third, self.amount


class CountyTarget(models.Model):
    """One version of a county's annual target set by a city or province, in 元. Append-only.

    A county's own target is not stored: it is the sum of its units' targets.
    """

    class Issuer(models.TextChoices):
        CITY = "city", pgettext_lazy("issuer", "city")
        PROVINCE = "province", pgettext_lazy("issuer", "province")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="county_targets")
    year = models.PositiveSmallIntegerField(_("year"))
    issuer = models.CharField(_("issuer"), max_length=10, choices=Issuer)
    amount = amount_field(_("annual target"))
    due_first = amount_field(_("due by the first quarter"))
    due_second = amount_field(_("due by the second quarter"))
    due_third = amount_field(_("due by the third quarter"))
    effective_on = models.DateField(_("effective on"))
    document_no = models.CharField(_("document number"), max_length=100)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("county target")
        indexes = [
            models.Index(
                fields=["county", "year", "issuer", "-effective_on", "-id"],
                name="county_target_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(issuer__in=["city", "province"]), name="county_target_from_above"
            ),
            models.CheckConstraint(
                condition=Q(due_first__gte=0)
                & Q(due_first__lte=F("due_second"))
                & Q(due_second__lte=F("due_third"))
                & Q(due_third__lte=F("amount")),
                name="county_target_never_falls",
            ),
        ]
        triggers = append_only()

    @property
    def due(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Cumulative 元 due by the end of each quarter."""
        return self.due_first, self.due_second, self.due_third, self.amount


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


class Trail(models.Model):
    """One action: who did what to which record, when and from where. Append-only.

    ``record`` is a kind and a key such as ``receipt:17``; ``before`` and ``after`` hold the changed
    fields only. A refused attempt is a line with ``refused`` set.
    """

    at = models.DateTimeField(_("when"))
    county = models.ForeignKey(County, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("who"), max_length=150)
    address = models.GenericIPAddressField(_("from where"), null=True)
    action = models.CharField(_("action"), max_length=40)
    record = models.CharField(_("record"), max_length=80, blank=True)
    label = models.CharField(_("record"), max_length=200, blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    refused = models.BooleanField(_("refused"), default=False)

    class Meta:
        verbose_name = _("trail")
        indexes = [
            models.Index(fields=["county", "-at"], name="trail_county"),
            models.Index(fields=["record", "-id"], name="trail_record"),
        ]
        triggers = append_only()


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
    expires_on = models.DateField(_("last day"), null=True)
    used_at = models.DateTimeField(_("last used"), null=True)
    used_from = models.GenericIPAddressField(_("from where"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("access key")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="calendar") | Q(expires_on__isnull=False),
                name="access_key_of_programs_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name
