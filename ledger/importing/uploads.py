"""Stores uploads between two pages of an import: the cells that were read, the step, the progress.

All of it is in the database, so that any machine shows any upload. The uploaded file itself lies on
the disk of the machine that received it until its job has read it; then it is deleted.
"""

import hashlib
import json
import os
import secrets
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.importing.plan_types import Progress
from ledger.models import Upload, UploadPart
from ledger.models.uploads import next_turn
from ledger.reading.remarks import Remark
from ledger.reading.workbook import Book, book_of
from units.ground.refusal import Refusal
from units.models import County, User
from units.sign_in import rate_limit

KEPT: Final = timedelta(days=7)
MAX_OF_A_PERSON: Final = 10
MAX_AT_WORK: Final = 2
# Uploads of a person, refused files included: each may cost seconds of a processor.
MAX_SENT, WITHIN = 20, timedelta(minutes=10)
BEAT_SECONDS: Final = 0.5
Step = Upload.Step


def demand_ration(user: User) -> None:
    """Count one more upload of a person. Raises Refusal beyond ``MAX_SENT`` in ``WITHIN``."""
    if not rate_limit.take(f"imports {user.pk}", MAX_SENT, WITHIN, timezone.now()):
        sentence = _(
            "You have sent %(most)s workbooks within %(minutes)s minutes. Wait a little, then go on."
        )
        words = {"most": MAX_SENT, "minutes": int(WITHIN.total_seconds() // 60)}
        raise Refusal(sentence % words, "file")


@transaction.atomic
def add(owner: User, county: County, **fields: Any) -> Upload:
    """Add an upload. Of simultaneous ones of a person at most ``MAX_AT_WORK`` are let through."""
    User.objects.select_for_update().get(pk=owner.pk)
    at_work = Upload.objects.filter(owner=owner, step__in=Upload.AT_WORK)
    if sum(upload.is_at_work for upload in at_work) >= MAX_AT_WORK:
        sentence = _("%(count)s of your workbooks are being read. Wait until one is done.")
        raise Refusal(sentence % {"count": MAX_AT_WORK}, "file")
    _sweep(owner)
    token = secrets.token_urlsafe(16)
    return Upload.objects.create(token=token, owner=owner, county=county, **fields)


def _sweep(owner: User) -> None:
    """Remove old uploads, and a person's oldest ones beyond the limit."""
    old = list(Upload.objects.filter(made_at__lt=timezone.now() - KEPT))
    own = Upload.objects.filter(owner=owner).order_by("-made_at")
    for upload in [*old, *own[MAX_OF_A_PERSON - 1 :]]:
        if not upload.is_at_work:
            remove(upload)
    for path in root().glob("*.book"):
        if time.time() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)


def newest(county: County | int | None) -> QuerySet[Upload]:
    """The uploads of a county, newest first."""
    found = Upload.objects.filter(county=county).select_related("owner")
    return found.order_by("-made_at")


def claim(upload: Upload, step: Upload.Step, **changes: Any) -> bool:
    """Move the upload from the version that was read into another step.

    Of two claims at once one succeeds; none succeeds if the upload has moved on.
    """
    given = {"step": step, "done": 0, "total": 0, "sentence": "", "beat": next_turn(), **changes}
    moved = Upload.objects.filter(pk=upload.pk, version=upload.version).update(
        **given, version=F("version") + 1
    )
    if moved:
        for name, value in given.items():
            setattr(upload, name, value)
        upload.version += 1
    return bool(moved)


def expect_waiting_jobs() -> None:
    """Let jobs that wait for their turn show a sign of life now: a kill may have ended them.

    One that waits on is taken for dead until it begins; nothing of it is lost.
    """
    now = timezone.now()
    Upload.objects.filter(step__in=Upload.AT_WORK, beat__gt=now).update(beat=now)


def remove(upload: Upload) -> bool:
    """Remove the upload unless a step has begun meanwhile."""
    if not claim(upload, Step.FAILED):
        return False
    path_of(upload).unlink(missing_ok=True)
    upload.delete()
    return True


# The file, until it is read


def root() -> Path:
    return Path(settings.IMPORT_ROOT)


def path_of(upload: Upload) -> Path:
    return root() / f"{upload.token}.book"


def store(upload: Upload, chunks: Iterable[bytes]) -> None:
    """Write the file for its job, readable by the program only, and note its digest."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(os.open(path_of(upload), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    upload.sha256 = digest.hexdigest()
    upload.save(update_fields=["sha256"])


# What is kept of it


def keep(upload: Upload, name: str, content: Any) -> None:
    plain = json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    UploadPart.objects.update_or_create(
        upload=upload, name=name, defaults={"content": zlib.compress(plain, 1)}
    )


def kept(upload: Upload, name: str) -> Any:
    part = UploadPart.objects.filter(upload=upload, name=name).first()
    return None if part is None else json.loads(zlib.decompress(bytes(part.content)))


def has(upload: Upload, name: str) -> bool:
    return UploadPart.objects.filter(upload=upload, name=name).exists()


def forget(upload: Upload, name: str) -> None:
    UploadPart.objects.filter(upload=upload, name=name).delete()


def document_of(upload: Upload) -> Mapping[str, Any]:
    """The cells as they were read. Raises Refusal once they are deleted."""
    document: Mapping[str, Any] | None = kept(upload, "book")
    if document is None:
        raise Refusal(_("This upload is no longer kept. Choose the workbook again."), "file")
    return document


def book(upload: Upload) -> Book:
    return book_of(document_of(upload))


def refusals(upload: Upload) -> list[Remark]:
    return [Remark.of(plain) for plain in kept(upload, "refusals") or ()]


# The progress of a job


@contextmanager
def progress(upload: Upload) -> Iterator[Progress]:
    """A callback for the rows done; a thread writes them, since the import is one transaction.

    The thread has its own connection and writes twice a second, so that a silent job is a dead one.
    """
    counts, over = [0, 0], threading.Event()

    def tell(done: int, total: int) -> None:
        counts[:] = done, total

    thread = threading.Thread(target=_beat, args=(upload.pk, upload.version, counts, over))
    thread.start()
    try:
        yield tell
    finally:
        over.set()
        thread.join()


def _beat(token: str, version: int, counts: list[int], over: threading.Event) -> None:
    own = Upload.objects.filter(pk=token, version=version, step__in=Upload.AT_WORK)
    try:
        while not over.wait(BEAT_SECONDS):
            own.update(done=counts[0], total=counts[1], beat=timezone.now())
    finally:
        connection.close()
