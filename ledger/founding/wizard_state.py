"""State of the founding wizard: the terminal code, and what was typed so far.

Two files in ``FOUNDING_ROOT``, readable by the program only, deleted once the county exists
(``clear``).
"""

import hmac
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from ledger.founding import one_time
from ledger.founding.unit_list import UnitLine
from units.ground import groups
from units.ground.groups import Group

# No look-alikes, capitals only: people type it from a terminal.
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 4, 4  # 16 characters, 80 bits: cannot be guessed over the network


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far. ``schedule`` in basis points; amounts of ``units`` in 万元 as written."""

    code: str = ""
    name: str = ""
    year: int = 0
    units: tuple[UnitLine, ...] = ()
    schedule: tuple[int, int, int] = (2_500, 5_000, 7_500)
    document_no: str = ""
    has_targets: bool = False  # whether the targets page is done
    evidence_required: bool = True
    people: dict[str, str] = field(default_factory=dict)  # names by sign-in name
    seed: str = field(default_factory=one_time.new_seed)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Towns, departments and enterprises, and the further groups that the list names."""
        words = [unit.kind for unit in self.units if unit.kind not in groups.BY_CODE]
        return groups.with_names(groups.FIRST, words)

    def group_of(self, unit: UnitLine) -> Group:
        return groups.named(self.groups, unit.kind) or groups.DEPARTMENT


def terminal_code() -> str:
    """The code that opens the founding; generated once, valid until the county exists."""
    found = known_code()
    if not found:
        signs = "".join(secrets.choice(ALPHABET) for _sign in range(GROUPS * GROUP))
        _write(_root() / "code", signs, is_first=True)
        found = known_code()
    return "-".join(found[at : at + GROUP] for at in range(0, len(found), GROUP))


def known_code() -> str:
    """The characters of the code; empty if the program was not started by ``manage.py serve``."""
    with suppress(OSError):
        return (_root() / "code").read_text(encoding="ascii").strip()
    return ""


def is_code(written: str) -> bool:
    """Whether this is the terminal code; hyphens, spaces and case do not matter."""
    signs = "".join(sign for sign in written.upper() if sign.isascii() and sign.isalnum())
    known = known_code()
    return bool(known) and hmac.compare_digest(signs, known)


def load() -> Draft:
    """The draft; the first call creates it, and its seed stays."""
    found = _kept()
    if found is None:
        _write(_root() / "draft.json", _text(Draft()), is_first=True)
        found = _kept()
    assert found is not None
    return found


def _kept() -> Draft | None:
    path = _root() / "draft.json"
    try:
        return _draft(json.loads(path.read_text(encoding="utf-8")))
    except OSError:
        return None
    except (ValueError, TypeError, KeyError):  # written by another release
        path.unlink(missing_ok=True)
        return None


def save(draft: Draft) -> None:
    _write(_root() / "draft.json", _text(draft))


def _text(draft: Draft) -> str:
    return json.dumps(asdict(draft), ensure_ascii=False)


def clear() -> None:
    """Delete code, draft and seed."""
    shutil.rmtree(_root(), ignore_errors=True)


def _draft(plain: Mapping[str, Any]) -> Draft:
    units = tuple(UnitLine(**unit) for unit in plain["units"])
    first, second, third = plain["schedule"]
    return Draft(**{**plain, "units": units, "schedule": (first, second, third)})


def _root() -> Path:
    return Path(settings.FOUNDING_ROOT)


def _write(path: Path, text: str, *, is_first: bool = False) -> None:
    """Atomic, readable by this user only. With ``is_first``, the first of several writers wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if not is_first:
        Path(draft).replace(path)
        return
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
