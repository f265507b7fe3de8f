"""The hash chain of entries: the bytes that stand for an entry, and its content hash.

The bytes of a ``hash_name`` in use never change; another form needs another name. Standard library
only.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

HASH_NAME = "sha256"
GENESIS = "0" * 64

Plain: TypeAlias = str | int | bool | date | datetime | Decimal | UUID | None

# What decides a figure, and who posted it: the hashed fields, by the attribute that holds each.
COVERED = {
    "key": "key",
    "county": "county_id",
    "period": "period_id",
    "position": "position",
    "unit": "unit_id",
    "project": "project_id",
    "receipt": "receipt_id",
    "kind": "kind",
    "amount": "amount",
    "received_on": "received_on",
    "counted_on": "counted_on",
    "is_new": "is_new",
    "is_adjustment": "is_adjustment",
    "origin": "origin",
    "industry": "industry_id",
    "reverses": "reverses_id",
    "reason": "reason",
    "posted_by": "posted_by_id",
    "posted_at": "posted_at",
}
ADDED_LATER = {"is_adjustment"}


def canonical(fields: Mapping[str, Plain]) -> bytes:
    """JSON with sorted keys; amounts as integer fen, moments in UTC with microseconds.

    A field that was added later is written only where it is set: older hashes stay true.
    """
    plain = {
        name: _plain(value) for name, value in fields.items() if value or name not in ADDED_LATER
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(prev_hash: str, fields: Mapping[str, Plain], hash_name: str = HASH_NAME) -> str:
    """Hex digest over the previous hash and the canonical bytes."""
    return hashlib.new(hash_name, prev_hash.encode() + b"\n" + canonical(fields)).hexdigest()


def short(head: str) -> str:
    """The hash as it is printed and compared on paper: sixteen characters in groups of four."""
    return " ".join(head[start : start + 4] for start in range(0, 16, 4))


def _plain(value: Plain) -> str | int | bool | None:
    if isinstance(value, Decimal):
        return int(value * 100)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value
