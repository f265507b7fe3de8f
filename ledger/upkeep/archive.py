"""The file format of a backup: a tar archive and its seal, optionally inside an age file.

Both are common formats, so that a file opens in twenty years without this program: ``age --decrypt
-i KEY FILE | tar --extract``. After the archive comes its seal, the SHA-256 of all bytes before it:
an altered file is refused before anything is restored. Encryption is to a public key, so the
machine that makes the backups cannot read them. At most one member is in memory, and no
half-written file has the final name.
"""

import contextlib
import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import IO, Final, Self, cast

import pyrage
import pyrage.passphrase
from django.utils.translation import gettext as _

from units.ground.atomic_files import flush_folder, write_durably
from units.ground.refusal import Refusal

BLOCK: Final = 1 << 20
LARGEST_MEMBER: Final = 64 << 20
AGE: Final = b"age-encryption.org/v1"
KEY: Final = "AGE-SECRET-KEY-"
SEAL: Final = b"\nsha256:"
SEAL_BYTES: Final = len(SEAL) + 64


def damaged() -> Refusal:
    return Refusal(
        _("The backup file is damaged or cut off. Take another backup; nothing was restored.")
    )


# --- keys ------------------------------------------------------------------------------------------


def make_key(path: Path, passphrase: str) -> str:
    """Write a new secret key, locked by the passphrase if there is one; return the public key."""
    if path.exists():
        sentence = _("%(path)s exists. A key is never replaced; choose another name.")
        raise Refusal(sentence % {"path": path})
    key = pyrage.x25519.Identity.generate()
    content = f"# public key: {key.to_public()}\n{key}\n".encode()
    if passphrase:
        content = pyrage.passphrase.encrypt(content, passphrase)
    write_durably(path, content, mode=0o600)
    return str(key.to_public())


def read_passphrase(path: Path) -> str:
    try:
        words = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        words = ""
    if not words:
        raise Refusal(_("%(path)s holds no passphrase.") % {"path": path})
    return words


def read_recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        sentence = _(
            "This is no public key of a backup. It begins with age1; manage.py backup_key makes one."
        )
        raise Refusal(sentence) from error


def read_key(path: Path, passphrase: str | None) -> pyrage.x25519.Identity:
    """The secret key in a file, which may be locked by a passphrase."""
    try:
        content = path.read_bytes()
        if content.startswith(AGE):
            content = pyrage.passphrase.decrypt(content, passphrase or "")
        lines = [line for line in content.decode().split() if line.startswith(KEY)]
        return pyrage.x25519.Identity.from_str(lines[0])
    except pyrage.DecryptError as error:
        raise Refusal(_("The passphrase does not open the key file.")) from error
    except (OSError, UnicodeDecodeError, IndexError, pyrage.IdentityError) as error:
        sentence = _(
            "%(path)s holds no secret key of a backup. Name the file that manage.py backup_key made."
        )
        raise Refusal(sentence % {"path": path}) from error


def is_locked(path: Path) -> bool:
    """Whether a file is encrypted; a backup or a key."""
    try:
        with path.open("rb") as file:
            return file.read(len(AGE)) == AGE
    except OSError as error:
        sentence = _("%(path)s cannot be read: %(reason)s.")
        raise Refusal(sentence % {"path": path, "reason": error.strerror}) from error


# --- writing ---------------------------------------------------------------------------------------


class Writer:
    """Adds members in order; the seal is written when the ``with`` block succeeds."""

    def __init__(self, target: io.BufferedIOBase) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self._failed = False
        self._tar = tarfile.open(fileobj=cast(IO[bytes], self), mode="w|", bufsize=BLOCK)  # noqa: SIM115

    def write(self, block: bytes) -> int:
        """Called by tarfile. After a failure its destructor calls it again, which is ignored."""
        if not self._failed:
            self._digest.update(block)
            self._target.write(block)
        return len(block)

    def add(self, name: str, content: bytes, at: float) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(at)
        self._tar.addfile(member, io.BytesIO(content))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._failed = kind is not None
        if not self._failed:
            self._tar.close()
            self._target.write(SEAL + self._digest.hexdigest().encode())


@contextlib.contextmanager
def writing(path: Path, recipient: pyrage.x25519.Recipient | None) -> Iterator[Writer]:
    """Write to a temporary name, flush, then rename: a file under its name is complete."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with _encrypted(file, recipient) as target, Writer(target) as writer:
                yield writer
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        flush_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _encrypted(
    file: io.BufferedWriter, recipient: pyrage.x25519.Recipient | None
) -> Iterator[io.BufferedWriter]:
    if recipient is None:
        yield file
        return
    ours, theirs = _pipe()
    try:
        with _beside(lambda: pyrage.encrypt_io(ours, file, [recipient]), ours), theirs:
            yield theirs
    except pyrage.EncryptError as error:  # the message contains the disk's own error
        raise OSError(str(error)) from error


# --- reading ---------------------------------------------------------------------------------------


def verify_seal(path: Path, key: pyrage.x25519.Identity | None) -> None:
    """Read the whole file once; refuse it unless every byte is as it was written."""
    with reading(path, key) as source:
        while source.read(BLOCK):
            pass
        source.demand_seal()


def members(source: "Sealed") -> Iterator[tuple[str, bytes]]:
    """Name and content of each member in order; then verify the seal."""
    try:
        with tarfile.open(fileobj=cast(IO[bytes], source), mode="r|", bufsize=BLOCK) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or member.size > LARGEST_MEMBER:
                    raise damaged()
                yield member.name, content.read()
                vars(tar)["members"].clear()  # else tarfile remembers every member
    except tarfile.TarError as error:
        raise damaged() from error
    while source.read(BLOCK):
        pass
    source.demand_seal()


class Sealed:
    """The bytes before the seal as a stream; call ``demand_seal`` at its end."""

    def __init__(self, source: io.BufferedIOBase) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._ahead = b""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, holding back the last ones of the file: they may be the seal."""
        while len(self._ahead) < size + SEAL_BYTES:
            block = self._source.read(size)
            if not block:
                break
            self._ahead += block
        given = self._ahead[: max(0, min(size, len(self._ahead) - SEAL_BYTES))]
        self._ahead = self._ahead[len(given) :]
        self._digest.update(given)
        return given

    def demand_seal(self) -> None:
        if self._ahead != SEAL + self._digest.hexdigest().encode():
            raise damaged()


@contextlib.contextmanager
def reading(path: Path, key: pyrage.x25519.Identity | None) -> Iterator[Sealed]:
    if is_locked(path) and key is None:
        raise Refusal(_("The backup is encrypted. Name the file of its secret key: --key FILE."))
    with path.open("rb") as file, _decrypted(file, key if is_locked(path) else None) as source:
        yield Sealed(source)


@contextlib.contextmanager
def _decrypted(
    file: io.BufferedReader, key: pyrage.x25519.Identity | None
) -> Iterator[io.BufferedReader]:
    if key is None:
        yield file
        return
    theirs, ours = _pipe()
    try:
        with _beside(lambda: pyrage.decrypt_io(file, ours, [key]), ours), theirs:
            yield theirs
    except (pyrage.DecryptError, OSError) as error:
        sentence = _(
            "The key does not open the backup, or the file is damaged. Nothing was restored."
        )
        raise Refusal(sentence) from error


# --- a thread at the other end of a pipe -------------------------------------------------------------


def _pipe() -> tuple[io.BufferedReader, io.BufferedWriter]:
    source, target = os.pipe()
    return os.fdopen(source, "rb"), os.fdopen(target, "wb")


@contextlib.contextmanager
def _beside(call: Callable[[], object], end: io.BufferedIOBase) -> Iterator[None]:
    """Run a call in a thread, close its end of the pipe after it, and raise what it raised."""
    failures: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            failures.append(error)
        finally:
            with contextlib.suppress(OSError):
                end.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    except Exception as error:
        thread.join()
        # If the thread failed first, ours is only the resulting broken pipe or short file.
        if failures and not isinstance(failures[0], BrokenPipeError):
            raise failures[0] from error
        raise
    thread.join()
    if failures:
        raise failures[0]
