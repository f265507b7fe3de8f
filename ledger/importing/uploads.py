"""Stores uploads between two pages of an import: the cells that were read, and the progress.

One folder per upload under ``IMPORT_ROOT``, readable by the program only. Files rather than rows,
because progress must be visible while the importing transaction is open. The uploaded file itself
is not stored, and nothing of a refused one.
"""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger.importing.plan_types import Progress
from ledger.reading.remarks import Remark
from ledger.reading.workbook import Book, book_of
from units.ground.refusal import Refusal
from units.models import User

KEPT_SECONDS: Final = 7 * 24 * 3600
MAX_OF_A_PERSON: Final = 10
# A worker writes its progress at least this often; one that is silent for long is dead.
BEAT_SECONDS: Final = 0.5
DEAD_SECONDS: Final = 60
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,40}")


class Step(StrEnum):
    PLANNING = "planning"  # the preview is being made
    READY = "ready"  # a person must decide
    WAITING = "waiting"  # a second person must confirm
    COMMITTING = "committing"
    DONE = "done"
    FAILED = "failed"


AT_WORK = (Step.PLANNING, Step.COMMITTING)


@dataclass(frozen=True, slots=True)
class State:
    """How far an upload is. ``second`` confirmed it; ``sentence`` says why it failed."""

    owner: int
    county: int
    file_name: str
    sha256: str
    rows: int
    made_at: float
    language: str
    step: Step = Step.PLANNING
    is_verified: bool = False
    document: str = ""
    skips_refused: bool = False
    digest: str = ""
    second: int | None = None
    done: int = 0
    total: int = 0
    beat: float = 0.0
    refused: int = 0
    is_empty: bool = False
    sentence: str = ""

    @property
    def is_at_work(self) -> bool:
        return self.step in AT_WORK and time.time() - self.beat < DEAD_SECONDS

    @property
    def is_interrupted(self) -> bool:
        return self.step in AT_WORK and not self.is_at_work


@dataclass(slots=True)
class Upload:
    """One upload by its token, with its state when it was read."""

    token: str
    state: State
    _beat: float = field(default=0.0)

    @property
    def folder(self) -> Path:
        return root() / self.token

    @classmethod
    @transaction.atomic
    def add(cls, document: Mapping[str, Any], state: State) -> Self:
        """Store a workbook. Of two simultaneous uploads of one person the second is refused."""
        owner = User.objects.select_for_update().get(pk=state.owner)
        demand_idle(owner)
        sweep(state.owner)
        upload = cls(secrets.token_urlsafe(16), state)
        upload.folder.mkdir(mode=0o700, parents=True)
        upload.keep("book", document)
        upload.set(beat=time.time())
        return upload

    @classmethod
    def find(cls, token: str) -> Self | None:
        if not TOKEN.fullmatch(token):
            return None
        plain = _read(root() / token / "state.json")
        return None if plain is None else cls(token, _state(plain))

    def set(self, **changes: Any) -> None:
        """Change the state atomically."""
        self.state = replace(self.state, **changes)
        self.keep("state", asdict(self.state))

    def claim(self, step: Step, **changes: Any) -> bool:
        """Move the upload from the state that was read into a step that works on it.

        Of two simultaneous claims one succeeds; none succeeds if the upload has moved on.
        """
        if self.state.is_interrupted:
            self.release()
        try:
            self._lock.touch(mode=0o600, exist_ok=False)
        except OSError:
            return False
        now = Upload.find(self.token)
        if now is None or now.state != self.state:
            self.release()
            return False
        self.set(step=step, done=0, total=0, beat=time.time(), sentence="", **changes)
        return True

    def release(self) -> None:
        self._lock.unlink(missing_ok=True)

    @property
    def _lock(self) -> Path:
        """One lock for all steps, so that nothing is removed while it is being imported."""
        return self.folder / "lock"

    def progress(self) -> Progress:
        """A callback that writes the progress, at most as often as the page polls."""

        def tell(done: int, total: int) -> None:
            now = time.time()
            if now - self._beat >= BEAT_SECONDS:
                self._beat = now
                self.set(done=done, total=total, beat=now)

        return tell

    def keep(self, name: str, content: Any) -> None:
        _write(self.folder / f"{name}.json", content)

    def kept(self, name: str) -> Any:
        return _read(self.folder / f"{name}.json")

    def book(self) -> Book:
        document = self.kept("book")
        if document is None:
            raise Refusal(_("This upload is no longer kept. Choose the workbook again."), "file")
        return book_of(document)

    def refusals(self) -> list[Remark]:
        return [Remark.of(plain) for plain in self.kept("refusals") or ()]

    def forget_cells(self) -> None:
        """Delete the cells; after the decision they are not needed."""
        (self.folder / "book.json").unlink(missing_ok=True)

    def remove(self) -> bool:
        """Remove the upload unless a step has begun meanwhile."""
        if not self.claim(Step.FAILED):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True


def root() -> Path:
    return Path(settings.IMPORT_ROOT)


def uploads() -> Iterator[Upload]:
    """All uploads, newest first."""
    found = [Upload.find(folder.name) for folder in root().glob("*") if folder.is_dir()]
    known = [upload for upload in found if upload is not None]
    yield from sorted(known, key=lambda upload: -upload.state.made_at)


def sweep(owner: int) -> None:
    """Remove old uploads, and a person's oldest ones beyond the limit."""
    own = 0
    for upload in list(uploads()):
        state = upload.state
        own += state.owner == owner
        is_old = time.time() - state.made_at > KEPT_SECONDS
        is_surplus = state.owner == owner and own >= MAX_OF_A_PERSON
        if (is_old or is_surplus) and not state.is_at_work:
            upload.remove()


def demand_idle(user: User) -> None:
    """Refuse a second simultaneous import of a person."""
    if any(upload.state.owner == user.pk and upload.state.is_at_work for upload in uploads()):
        raise Refusal(_("Your last import is still at work. Wait until it is done."), "file")


def _state(plain: Mapping[str, Any]) -> State:
    known = {each.name for each in fields(State)}
    given = {name: value for name, value in plain.items() if name in known}
    return State(**given | {"step": Step(given["step"])})


def _write(path: Path, content: Any) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=True, separators=(",", ":"))
    draft.replace(path)


def _read(path: Path) -> Any:
    with suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="ascii"))
    return None
