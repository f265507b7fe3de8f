"""A fingerprint of plain values: canonical JSON, hashed by SHA-256.

Binds an approval, or a form about a stored row, to what its page showed (rule 18). Compared with a
fingerprint of the present values, never with a stored hash of another release.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.ground.refusal import Conflict

CHANGED = _("Somebody changed this after you opened it. Look at it once more.")


def fingerprint(*values: object) -> str:
    """64 hexadecimal digits. Equal amounts are equal however many zeros they are written with."""
    plain = json.dumps(
        values, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def of_row(row: Model, *more: object, without: Iterable[str] = ()) -> str:
    """The fingerprint of every column of a stored row, and of ``more`` that its form shows."""
    left_out = {"password", "last_login", *without}
    columns = [field.attname for field in row._meta.concrete_fields]
    return fingerprint({name: getattr(row, name) for name in columns if name not in left_out}, more)


def demand_seen(seen: str, now: str, sentence: str | Promise = CHANGED) -> None:
    """Raise Conflict unless what was seen still stands."""
    if seen != now:
        raise Conflict(sentence)


def _plain(value: Any) -> Any:
    """What JSON has no form for; anything else without one is a mistake of ours."""
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction | UUID | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no fingerprint")
