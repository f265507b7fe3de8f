"""The second factor (TOTP): setting up, checking and removing a person's devices.

A person has one app (``TOTPDevice``) and a paper of ten recovery codes (``StaticDevice``), each
good once. django-otp accepts a code only once and slows down wrong ones. Of a recovery code only a
hash is stored (ASVS 6.5.2), salted with the name of its paper. Keys and codes are shown only once,
and only the security administrator may remove another person's device.
"""

import hashlib
import io
import secrets
import unicodedata
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime

import segno
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import trail
from units.ground.refusal import Refusal
from units.models import User

CODES = 10
APP = "app"
COST = 2**14  # scrypt with 8 blocks in 5 lanes: 16 MiB and a fifth of a second per code
WRONG = _(
    "This code does not hold. Wait for the next one in the app, or take one of your recovery codes."
)
WAIT = _("Too many wrong codes. Wait a minute and try again.")


def is_owed(user: User) -> bool:
    """Whether the role requires one and this session began without."""
    if not settings.REQUIRE_SECOND_FACTOR or user.role not in settings.REQUIRE_SECOND_FACTOR:
        return False
    return not user.is_verified()  # type: ignore[attr-defined]


def is_on(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user, device__confirmed=True).count())


def offered(user: User) -> TOTPDevice:
    """The unconfirmed key; it stays the same until its first code confirms it."""
    device, _is_new = TOTPDevice.objects.get_or_create(user=user, confirmed=False, name=APP)
    return device


def picture(device: TOTPDevice) -> str:
    """The key as a QR code, drawn here so that no other server sees it."""
    drawn = io.BytesIO()
    segno.make(device.config_url, error="m").save(drawn, kind="svg", scale=5, border=4)
    return drawn.getvalue().decode()


def key_text(device: TOTPDevice) -> str:
    """The key as text for typing, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@transaction.atomic
def switch_on(user: User, code: str, *, at: datetime) -> list[str]:
    """Confirm the offered key by a code; returns the recovery codes, shown only now."""
    waiting = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False)
    device = waiting.first()
    if device is None or not device.verify_token(_plain(code)):
        raise Refusal(WRONG, "second_factor")
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    trail.record(user, "second_factor.on", user, at=at, label=str(user))
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name=secrets.token_hex(16))
    codes = [StaticToken.random_token() for _number in range(CODES)]
    kept = [StaticToken(device=paper, token=hashed(code, paper.name)) for code in codes]
    StaticToken.objects.bulk_create(kept)
    return codes


def hashed(code: str, salt: str) -> str:
    """The stored form of a recovery code: sixteen characters, the length of the column."""
    digest = hashlib.scrypt(code.encode(), salt=salt.encode(), n=COST, r=8, p=5, dklen=12)
    return urlsafe_b64encode(digest).decode()


@transaction.atomic
def new_codes(user: User, *, at: datetime) -> list[str]:
    """Ten new recovery codes; the old ones become invalid."""
    trail.record(user, "second_factor.codes", user, at=at, label=str(user))
    return _new_codes(user)


@transaction.atomic
def take_away(user: User, *, by: User, at: datetime) -> None:
    """Remove it: by the person, or by the security administrator for a lost device."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    trail.record(by, "second_factor.off", user, at=at, label=str(user))


def demand(user: User, code: str) -> Device:
    """The device that accepts the code; raises Refusal for a wrong or used code."""
    written = _plain(code)
    kind = TOTPDevice if written.isdigit() else StaticDevice
    with transaction.atomic():  # the lock: of two requests with the same code only one succeeds
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        may_try = device is not None and device.verify_is_allowed()[0]
        if may_try and device.verify_token(_as_kept(written, device)):
            return device
    raise Refusal(WRONG if may_try or device is None else WAIT, "second_factor")


def _as_kept(written: str, device: Device) -> str:
    return hashed(written, device.name) if isinstance(device, StaticDevice) else written


def _plain(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).split()).lower()


def remember_app(request: HttpRequest, user: User) -> None:
    """After setting up: the confirming code counts for this session."""
    remember(request, TOTPDevice.objects.get(user=user, confirmed=True))


def remember(request: HttpRequest, device: Device) -> None:
    """This session has passed both factors."""
    request.session[DEVICE_ID_SESSION_KEY] = device.persistent_id
