"""The locks in locks/ agree with the requirements, have a hash for each file, and no URL."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "locks/run.txt": ["requirements.txt"],
    "locks/dev.txt": ["requirements-dev.txt", "requirements.txt"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([\w.!+-]+)", re.MULTILINE)


def pins(*paths):
    text = "\n".join((ROOT / path).read_text("utf-8") for path in paths)
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_and_requirements_agree(lock):
    """quality 47"""
    missing = pins(*LOCKS[lock]) - pins(lock)

    assert not missing, "the requirements have changed: run make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_hash_and_by_no_address(lock):
    """quality 47"""
    text = (ROOT / lock).read_text("utf-8")
    packages = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]

    assert packages, "run make lock"
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", package) for package in packages), (
        "run make lock"
    )
    assert not re.search(r"https?:|--(?:extra-)?index|--find-links|file:", text), "run make lock"


def test_every_requirement_is_pinned():
    lines = [
        line
        for paths in LOCKS.values()
        for path in paths
        for line in (ROOT / path).read_text("utf-8").splitlines()
    ]

    assert [
        line for line in lines if line and not line.startswith(("#", "-r ")) and not PIN.match(line)
    ] == []
