"""Password rules, how long a password is valid, and one-time passwords of administrators.

``dengbao`` is the default: GB/T 22239 asks for composition and for a regular change, and its
assessors fail an installation without them. ``modern`` follows OWASP ASVS 5 (6.2.5, 6.2.10), which
forbids both and asks for length instead. The two cannot be combined, so the county chooses by
PASSWORD_PROFILE. Both refuse common passwords and words that name the place, the unit or the
person, and say why. A password chosen by somebody else must be changed.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from units import trail
from units.models import Reset, User

ONE_TIME_HOLDS = timedelta(hours=24)
SLIP_HOLDS = timedelta(days=7)  # a county's first slips are carried to a hundred offices
# Typed once from paper: no letter or digit that looks like another, and all classes.
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SPENT = gettext_lazy(
    "This one-time password has been used, or is too old. "
    "Ask the system administrator for a new one."
)
HELD = gettext_lazy(
    "An administrator has reset this account. It opens once the security administrator has "
    "released it; ask them. No password needs to be given anew."
)
PRODUCT_WORDS = ("jiaozhang", "交账", "招商", "zhaoshang")


# The rules. Django calls validate() and shows get_help_text().


class ThreeClasses:
    """Three of four: upper case, lower case, digits, other characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        if sum(any(map(belongs, password)) for belongs in CLASSES) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _(
            "Use at least three of these four: lower-case letters, capital letters, digits, other characters."
        )


def _is_other(character: str) -> bool:
    return not (character.isascii() and character.isalnum())


CLASSES: tuple[Callable[[str], bool], ...] = (
    lambda character: "a" <= character <= "z",
    lambda character: "A" <= character <= "Z",
    lambda character: "0" <= character <= "9",
    _is_other,
)


class NotNamedAfter:
    """Attackers try the names of county, unit and person first."""

    def validate(self, password: str, user: User | None = None) -> None:
        written = _plain(password)
        for word in (*PRODUCT_WORDS, *_words_of(user)):
            if word in written:
                raise ValidationError(
                    _("The password contains “%(word)s”, which others try first. Leave it out."),
                    code="password_names",
                    params={"word": word},
                )

    def get_help_text(self) -> str:
        return _("Leave out your names, those of your unit and county, and of this program.")


def _words_of(user: User | None) -> list[str]:
    if user is None:
        return []
    names = [user.username, user.display_name]
    for place in (user.unit, user.county):
        if place is not None:
            names += [place.name, place.name.removesuffix("县"), place.name.removesuffix("镇")]
    plain = map(_plain, names)
    return [name for name in plain if len(name) >= (3 if name.isascii() else 2)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class NotUsedLately:
    """None of the last five, including the current one."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        held = [user.password, *user.old_passwords]
        if any(check_password(password, encoded) for encoded in held):
            raise ValidationError(self.get_help_text(), code="password_used")

    def get_help_text(self) -> str:
        return _("Do not use one of your last five passwords again.")


def policy() -> list[str]:
    """The rules in force, in the reader's language."""
    rules = [str(rule.get_help_text()) for rule in get_default_password_validators()]
    days = settings.PASSWORD_DAYS
    if days:
        rules.append(
            ngettext(
                "It is changed at least every %(count)d day.",
                "It is changed at least every %(count)d days.",
                days,
            )
            % {"count": days}
        )
    return rules


# Validity


def must_change(user: User, at: datetime) -> bool:
    """Whether the person must choose a password before anything else is open."""
    return user.must_change_password or _is_old(user, at)


def _is_old(user: User, at: datetime) -> bool:
    """Under ``dengbao``. Exempts the sample county: it may be looked at for months."""
    if not settings.PASSWORD_DAYS:
        return False
    if at - _chosen_at(user) < timedelta(days=settings.PASSWORD_DAYS):
        return False
    return user.county is None or not user.county.is_sample


def _chosen_at(user: User) -> datetime:
    return user.password_changed_at or user.date_joined


def is_spent(user: User, at: datetime) -> bool:
    """Whether a one-time password was used already, or has expired."""
    if not user.must_change_password:
        return False
    was_used = user.last_login is not None and user.last_login >= _chosen_at(user)
    holds = ONE_TIME_HOLDS if user.password_changed_at else SLIP_HOLDS
    return was_used or at - _chosen_at(user) > holds


def is_held(user: User) -> bool:
    """Whether the security administrator must release a reset before the person signs in."""
    return user.barred_until is not None and Reset.objects.held().filter(person=user).exists()


@transaction.atomic
def give_one_time(user: User, *, by: User | None, at: datetime) -> str:
    """A password for one use; the person must then choose one that no administrator knows."""
    password = one_time()
    user.set_password(password)
    user.must_change_password = True
    user.save(
        update_fields=[
            "password",
            "old_passwords",
            "password_changed_at",
            "must_change_password",
        ]
    )
    trail.record(by, "person.one_time_password", user, at=at, label=str(user))
    return password


def one_time() -> str:
    """Sixteen characters in groups, easy to read from paper; more than 80 bits."""
    letters = get_random_string(16, ONE_TIME_LETTERS)
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
