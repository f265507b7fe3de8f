"""Builds VAR_DIR/static (hashed names, compressed) when a source has changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def build_if_changed() -> bool:
    """True if it was built. The mark is written last, so an interrupted build is repeated."""
    mark = Path(settings.STATIC_ROOT) / ".sources"
    sources = digest_of_sources()
    if mark.exists() and mark.read_text() == sources:
        return False
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(sources)
    return True


def digest_of_sources() -> str:
    """Names, sizes and times are enough: an edit changes at least one of them."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
