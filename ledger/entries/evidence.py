"""Files that prove money (凭证): what is accepted, where they are stored, what a county requires.

The type of a file is decided by its content, never by its name or declared type. A file is stored
under its SHA-256 inside MEDIA_ROOT and never changes. ``submission.py`` attaches it to a record.
"""

import hashlib
import logging
import os
import re
import secrets
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from PIL import Image

from ledger.entries import photos
from ledger.entries.scanning import demand_clean
from ledger.jobs import runner
from ledger.jobs.runner import MEGABYTE, Limits
from ledger.models import Evidence, EvidenceRule, Receipt
from units import trail
from units.ground.atomic_files import flush_folder, write_durably
from units.ground.fingerprint import demand_seen, fingerprint
from units.ground.refusal import Refusal
from units.models import County, User

log = logging.getLogger(__name__)

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MAX_FILES: Final = 20
MAX_BYTES_OF_A_UNIT: Final = 5 * 1024**3
LONGEST_NAME: Final = 200
TOO_MANY: Final = _("A receipt holds at most 20 files. Put several pages into one PDF.")

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
SUFFIXES: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
# What a new county requires until it decides otherwise: one paper for each kind of money.
FIRST_RULES: Final = (
    (Receipt.Kind.LAND, Evidence.Kind.LAND_PAYMENT),
    (Receipt.Kind.CONSTRUCTION, Evidence.Kind.INVOICE),
    (Receipt.Kind.EQUIPMENT, Evidence.Kind.INVOICE),
    (Receipt.Kind.CAPITAL, Evidence.Kind.CAPITAL_REPORT),
    (Receipt.Kind.WORKING, Evidence.Kind.BANK_SLIP),
    (Receipt.Kind.OTHER, Evidence.Kind.BANK_SLIP),
)

_HEAD: Final = 4096
# The end record of a zip archive, including its comment.
_TAIL: Final = 22 + 65_535
# Content that a browser or an office program would take for another type as well.
_MARKUP: Final = re.compile(rb"<script|<iframe|<!doctype\s+html|<html[\s>]|<\?php", re.IGNORECASE)
_SHORT_MARKUP: Final = re.compile(rb"<svg|<body|<!doctype|%PDF-", re.IGNORECASE)
PDF_READER: Final = Path(__file__).with_name("sandboxed_pdf.py")
PDF_LIMITS: Final = Limits(seconds=20, cpu=5, memory=256 * MEGABYTE, write=0, nice=0)
_PDF_SENTENCES: Final = {
    "active": _("The PDF contains a program, a form or another file. Print it to PDF again."),
    "locked": _("The PDF is protected by a password. Print it to PDF without one."),
    "broken": _("The PDF cannot be read. Print it to PDF again, or scan it again."),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file stored on disk; ``name`` is what its sender called it."""

    sha256: str
    size: int
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file and what it proves."""

    kind: str
    stored: Stored

    def recorded(self) -> dict[str, Any]:
        """The fields of a row of evidence that describe the file."""
        return {
            "kind": self.kind,
            "sha256": self.stored.sha256,
            "size": self.stored.size,
            "media_type": self.stored.media_type,
            "original_name": self.stored.name,
        }


def store(file: "File[bytes]") -> Stored:
    """Check a file and store it on disk, under its hash, before any row names it.

    It is written beside its place, flushed, then renamed; a crash leaves at most an unnamed file
    that ``sweep`` removes. The same content has the same place. Raises Refusal for what is not
    evidence, and for everything while the storage is full or broken.
    """
    try:
        return _stored(file, display_name(file.name or ""))
    except OSError as error:
        sentence = _("The file cannot be stored now; nothing was saved. Tell the administrator.")
        raise Refusal(sentence, field="evidence") from error


def _stored(file: "File[bytes]", name: str) -> Stored:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = root / f".{secrets.token_hex(16)}"
    try:
        sha256, size = _write(file, draft)
        with _turn():
            if photos.is_heic(_head(draft)):
                sha256, size, name = _converted(draft, name)
            media_type = sniff(draft)
        demand_clean(draft, "evidence")
        place = path_of(sha256)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (place.parent, root, root.parent):
        flush_folder(folder)
    return Stored(sha256, size, media_type, name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(12)


def _converted(draft: Path, name: str) -> tuple[str, int, str]:
    """A phone's photo as JPEG in its place: hash, size and name of what is stored."""
    jpeg = draft.with_suffix(".jpg")
    try:
        photos.as_jpeg(draft, jpeg, MAX_PIXELS)
        with jpeg.open("rb") as file:
            content = File(file)
            draft.unlink()
            return *_write(content, draft), f"{Path(name).stem}.jpg"
    finally:
        jpeg.unlink(missing_ok=True)


@contextmanager
def _turn() -> Iterator[None]:
    """Decoding takes a slot, so that pages keep their threads."""
    try:
        with runner.turn():
            yield
    except runner.Unfinished as busy:
        raise Refusal(busy.sentence, "evidence") from busy


def put_back(sha256: str, content: bytes) -> None:
    """Store a file from a backup; the caller has compared the hash."""
    place = path_of(sha256)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(place, content, mode=0o600)


def path_of(sha256: str) -> Path:
    """Where the content with this hash lies."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def is_intact(sha256: str) -> bool:
    """Whether the stored content still has its hash."""
    try:
        with path_of(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def display_name(name: str) -> str:
    """The sender's file name as it is shown: no folders, no invisible characters."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C"
    )
    stem, dot, suffix = kept.strip().rpartition(".")
    room = LONGEST_NAME - len(dot + suffix)
    return f"{stem[:room]}{dot}{suffix}" if stem and room > 0 else kept.strip()[:LONGEST_NAME]


def download_name(evidence: Evidence) -> str:
    """A download name of our own: record, kind and the start of the hash."""
    record = f"R{evidence.receipt_id}" if evidence.receipt_id else f"C{evidence.claim_id}"
    suffix = SUFFIXES[evidence.media_type]
    return f"{record}-{evidence.get_kind_display()}-{evidence.sha256[:8]}.{suffix}"


def _write(file: "File[bytes]", draft: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for chunk in file.chunks():
            size += len(chunk)
            if size > MAX_BYTES:
                raise Refusal(_("The file is larger than 20 MB. Scan it smaller."), "evidence")
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if not size:
        raise Refusal(_("The file is empty. Choose it again."), field="evidence")
    return digest.hexdigest(), size


# What a file is


def sniff(path: Path) -> str:
    """The media type by content alone. Raises Refusal if it is not exactly one of ours."""
    content = path.read_bytes()
    media_type = _by_signature(content)
    if media_type is None:
        raise Refusal(
            _("Only PDF, JPG and PNG files and photos of phones can be kept as evidence."),
            field="evidence",
        )
    if media_type == PDF:
        _demand_quiet_pdf(path)
    else:
        _demand_picture(path)
    if _is_something_else(content):
        raise Refusal(
            _("The file carries foreign content. Print it to PDF or photograph it again."),
            field="evidence",
        )
    return media_type


def _by_signature(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    return PNG if content.startswith(b"\x89PNG\r\n\x1a\n") else None


def _is_something_else(content: bytes) -> bool:
    head, tail = content[5:_HEAD], content[-_TAIL:]
    return bool(_MARKUP.search(content) or _SHORT_MARKUP.search(head) or _ends_as_zip(tail))


def _ends_as_zip(tail: bytes) -> bool:
    """Whether a zip archive ends where the file ends (so also docx, jar and the like)."""
    start = tail.rfind(b"PK\x05\x06")
    while start >= 0:
        comment = int.from_bytes(tail[start + 20 : start + 22], "little")
        if start + 22 + comment == len(tail):
            return True
        start = tail.rfind(b"PK\x05\x06", 0, start)
    return False


def _demand_quiet_pdf(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-min(2048, path.stat().st_size), os.SEEK_END)
        if b"%%EOF" not in file.read():
            raise Refusal(_("The PDF is cut off. Save or scan it again."), field="evidence")
    if sentence := _PDF_SENTENCES.get(_pdf_verdict(path)):
        raise Refusal(sentence, field="evidence")


def _pdf_verdict(path: Path) -> str:
    """In a process with limits: a small file can unpack to more than the memory of the machine."""
    try:
        printed = runner.run(
            *(PDF_READER, str(path.resolve())),
            limits=PDF_LIMITS,
            output=subprocess.PIPE,
            environment=runner.bare_environment(),
        )
    except (runner.TimedOut, runner.Broken):
        return "broken"
    return printed.decode().strip()


def _demand_picture(path: Path) -> None:
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            pixels = picture.width * picture.height
            if pixels <= MAX_PIXELS:
                _decode(picture)
                return
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Refusal(
            _("The picture cannot be read. Photograph or scan it again."), field="evidence"
        ) from error
    raise _too_large()


def _decode(picture: Image.Image) -> None:
    if picture.format == "PNG":
        picture.verify()  # checks every checksum without decoding the pixels
        return
    picture.draft("L", (1, 1))  # reads the whole stream, decodes an eighth of the pixels
    picture.load()


def _too_large() -> Refusal:
    return Refusal(
        _("The picture has more than 40 million pixels. Scan it smaller."), field="evidence"
    )


# What is required


def demand_room(receipt: Receipt, attachments: Sequence[Attachment]) -> None:
    """Refuse more files than a receipt, or more bytes than a unit, may have."""
    if not attachments:
        return
    if receipt.evidence.filter(removed_at=None).count() + len(attachments) > MAX_FILES:
        raise Refusal(TOO_MANY, field="evidence")
    of_unit = Evidence.objects.filter(receipt__unit_id=receipt.unit_id)
    used: int = of_unit.aggregate(Sum("size", default=0))["size__sum"]
    if used + sum(new.stored.size for new in attachments) > MAX_BYTES_OF_A_UNIT:
        raise Refusal(
            _("The unit's space for evidence is used up. Ask the investment bureau."), "evidence"
        )


def missing(receipt: Receipt) -> list[str]:
    """The kinds of evidence that the county requires for this money and that are missing."""
    rules = EvidenceRule.objects.filter(county_id=receipt.county_id, money=receipt.kind)
    there = set(receipt.evidence.filter(removed_at=None).values_list("kind", flat=True))
    required = set(rules.values_list("evidence", flat=True))
    return [kind for kind in Evidence.Kind.values if kind in required - there]


def wanted(county: County) -> list[tuple[str, list[str]]]:
    """What the county requires in words, by kind of money."""
    found: dict[str, list[str]] = {}
    for rule in county.evidence_rules.order_by("money", "evidence"):
        found.setdefault(rule.get_money_display(), []).append(rule.get_evidence_display())
    return list(found.items())


def demand_complete(receipt: Receipt) -> None:
    """Refuse a receipt without the evidence that its county requires."""
    if not receipt.county.evidence_required:
        return
    if lacking := missing(receipt):
        names = ", ".join(str(Evidence.Kind(kind).label) for kind in lacking)
        raise Refusal(_("Evidence is missing: %(kinds)s.") % {"kinds": names})


@transaction.atomic
def set_rules(
    county: County,
    required: bool,
    pairs: Iterable[tuple[str, str]],
    *,
    by: User | None,
    at: datetime,
    seen: str | None = None,
) -> None:
    """Set what a county requires: the switch, and (kind of money, evidence) pairs.

    ``seen`` is the ``rules_seen`` that a form carried.
    """
    county = County.objects.select_for_update().get(pk=county.pk)
    before = _rules_of(county)
    if seen is not None:
        demand_seen(seen, fingerprint(before))
    EvidenceRule.objects.filter(county=county).delete()
    EvidenceRule.objects.bulk_create(
        EvidenceRule(county=county, money=money, evidence=kind)
        for money, kind in sorted(set(pairs))
    )
    county.evidence_required = required
    county.save(update_fields=["evidence_required"])
    was, became = trail.changes(before, _rules_of(county))
    trail.record(
        by,
        "evidence.rules",
        county,
        at=at,
        county=county,
        label=str(county),
        before=was,
        after=became,
    )


def rules_seen(county: County) -> str:
    """The fingerprint of what a county requires."""
    return fingerprint(_rules_of(county))


def _rules_of(county: County) -> dict[str, object]:
    pairs = county.evidence_rules.order_by("money", "evidence").values_list("money", "evidence")
    return {"required": county.evidence_required, "rules": [list(pair) for pair in pairs]}


# Housekeeping


def sweep(before: datetime) -> int:
    """Delete files older than ``before`` that no row names; returns how many.

    Deletes nothing where most files have no row: that folder belongs to another database. Run only
    where nobody uploads (``serve`` does before it listens): the same content may be uploaded just
    then.
    """
    root = Path(settings.MEDIA_ROOT)
    folders = [root, *root.glob("[0-9a-f][0-9a-f]")]
    old = [file for folder in folders for file in _files(folder) if _age(file) < before.timestamp()]
    unnamed = list(_unnamed(old))
    if 2 * len(unnamed) > len(old):
        log.warning("%d of %d files of evidence have no row; none removed", len(unnamed), len(old))
        return 0
    for file in unnamed:
        file.unlink(missing_ok=True)
    return len(unnamed)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else iter(())


def _age(file: Path) -> float:
    return file.stat().st_mtime


def _unnamed(files: Sequence[Path]) -> Iterator[Path]:
    for start in range(0, len(files), 1_000):
        part = files[start : start + 1_000]
        rows = Evidence.objects.filter(sha256__in=[file.name for file in part])
        named = set(rows.values_list("sha256", flat=True))
        yield from (file for file in part if file.name not in named)


def open_stored(evidence: Evidence) -> BinaryIO:
    """The content; the view has checked who may read it."""
    return path_of(evidence.sha256).open("rb")
