"""State of the founding wizard: the terminal code, and what was typed so far.

Two rows of ``FoundingState``, deleted once the county exists (``clear``).
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ledger.founding import one_time
from ledger.founding.unit_list import UnitLine
from ledger.models import FoundingState
from units.ground import groups
from units.ground.groups import Group

# No look-alikes, capitals only: people type it from a terminal.
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE, DRAFT = "code", "draft"
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
    signs = "".join(secrets.choice(ALPHABET) for _sign in range(GROUPS * GROUP))
    state, _is_new = FoundingState.objects.get_or_create(name=CODE, defaults={"content": signs})
    found = state.content
    return "-".join(found[at : at + GROUP] for at in range(0, len(found), GROUP))


def known_code() -> str:
    """The characters of the code; empty if the program was not started by ``manage.py serve``."""
    return _content(CODE)


def is_code(written: str) -> bool:
    """Whether this is the terminal code; hyphens, spaces and case do not matter."""
    signs = "".join(sign for sign in written.upper() if sign.isascii() and sign.isalnum())
    known = known_code()
    return bool(known) and hmac.compare_digest(signs, known)


def load() -> Draft:
    """The draft; the first call creates it, and its seed stays."""
    given = {"content": _text(Draft())}
    state, _is_new = FoundingState.objects.get_or_create(name=DRAFT, defaults=given)
    try:
        return _draft(json.loads(state.content))
    except (ValueError, TypeError, KeyError):  # written by another release
        draft = Draft()
        save(draft)
        return draft


def save(draft: Draft) -> None:
    given = {"content": _text(draft)}
    FoundingState.objects.update_or_create(name=DRAFT, defaults=given)


def clear() -> None:
    """Delete code, draft and seed."""
    FoundingState.objects.all().delete()


def _content(name: str) -> str:
    state = FoundingState.objects.filter(name=name).first()
    return "" if state is None else state.content


def _text(draft: Draft) -> str:
    return json.dumps(asdict(draft), ensure_ascii=False)


def _draft(plain: Mapping[str, Any]) -> Draft:
    units = tuple(UnitLine(**unit) for unit in plain["units"])
    first, second, third = plain["schedule"]
    return Draft(**{**plain, "units": units, "schedule": (first, second, third)})
