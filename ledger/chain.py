"""The hash chain of entries: canonical bytes and content hash.

Owns: the bytes that stand for an entry. Must never: change them for a ``hash_name`` in use; another
form of the bytes is another name. Standard library only.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

HASH_NAME = "sha256"
GENESIS = "0" * 64

Plain: TypeAlias = str | int | bool | date | datetime | Decimal | None


def canonical(fields: Mapping[str, Plain]) -> bytes:
    """JSON with sorted keys; amounts as integer fen, moments in UTC with microseconds."""
    plain = {name: _plain(value) for name, value in fields.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(prev_hash: str, fields: Mapping[str, Plain], hash_name: str = HASH_NAME) -> str:
    """Hex digest over the previous hash and the canonical bytes."""
    return hashlib.new(hash_name, prev_hash.encode() + b"\n" + canonical(fields)).hexdigest()


def short(head: str) -> str:
    """The head as people compare it on paper: sixteen characters in fours."""
    return " ".join(head[start : start + 4] for start in range(0, 16, 4))


def _plain(value: Plain) -> str | int | bool | None:
    if isinstance(value, Decimal):
        return int(value * 100)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value
