"""Small disks for drills, mounted as root: memory disks that fill up, one disk that loses power.

No mount is left behind, and only empty folders are used.
"""

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SHUT_DOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
_WITHOUT_FLUSH = 2  # not even the journal: whatever was not synced is lost


def can_mount() -> bool:
    return os.geteuid() == 0


@contextmanager
def memory_disk(folder: Path, size: str) -> Iterator[Path]:
    """A tmpfs of ``size`` ("8m"): full means ENOSPC, as on any disk."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "none", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


class PowerDisk:
    """An ext4 on a loop device. ``cut`` is the moment when its machine loses power."""

    def __init__(self, image: Path, folder: Path, megabytes: int) -> None:
        self.image, self.folder = image, folder
        with image.open("wb") as file:
            file.truncate(megabytes * 1024**2)
        _run("mkfs.ext4", "-q", "-F", str(image))
        folder.mkdir(parents=True, exist_ok=True)
        self.mount()

    def mount(self) -> None:
        """Replays the journal, as the next start of the machine would."""
        _run("mount", "-o", "loop", str(self.image), str(self.folder))
        self.folder.chmod(0o755)

    def cut(self) -> None:
        """From now on nothing reaches the disk, and what was in memory only never will."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUT_DOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self, patience: float = 30) -> None:
        """As soon as the last process with an open file here has ended."""
        until = time.monotonic() + patience
        while subprocess.run(["umount", str(self.folder)], capture_output=True).returncode:
            assert time.monotonic() < until, f"{self.folder} is still in use"
            time.sleep(0.05)

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _run("umount", "-l", str(self.folder))
        self.image.unlink(missing_ok=True)


@contextmanager
def exhausted(folder: Path) -> Iterator[None]:
    """No space on a disk; for a plain folder and without root, no permission to write."""
    if not os.path.ismount(folder):
        folder.chmod(0o500)
        yield
        folder.chmod(0o755)
        return
    filler = fill(folder)
    try:
        yield
    finally:
        filler.unlink()


def fill(folder: Path) -> Path:
    """Leave no byte free; returns the file that takes them."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1024**2, 4096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size) == size:
                    pass
    return filler


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
