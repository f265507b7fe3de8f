"""Files that survive a power cut: written beside their place, flushed to disk, then renamed.

No reader ever finds half a file under its name.
"""

import os
import secrets
from pathlib import Path


def write_durably(path: Path, content: bytes, *, mode: int) -> None:
    """Write the whole content under the name, replacing what is there."""
    draft = path.with_name(f".{secrets.token_hex(16)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            draft.chmod(mode)  # whatever the umask is
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        flush_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """A new name is safe once its folder is flushed. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
