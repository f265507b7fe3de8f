"""The settings of the C library, tried in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.server import memory

ROOT = Path(memory.__file__).resolve().parents[2]

PROGRAM = """
import ctypes, threading
from ledger.server import memory

{first}
gate = threading.Barrier(4)
def work():
    held = bytearray(50_000)  # from the heap of the C library: too large for Python's own
    gate.wait()
    return held
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
ctypes.CDLL(None).malloc_stats()
"""


def heaps(first):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)], capture_output=True, check=True
    )
    return done.stderr.count(b"Arena")


def test_all_threads_take_from_one_heap():
    assert heaps("assert memory.keep_little()") == 1
    assert heaps("") > 1


@pytest.mark.parametrize(
    ("file", "line"),
    [("Makefile", "run: export {} := {}"), ("docs/operations.md", "    Environment={}={}")],
)
def test_what_must_be_there_before_the_process_is_given_along(file, line):
    """The C library reads it once, before any line of ours."""
    lines = (ROOT / file).read_text().splitlines()

    assert {line.format(*setting) for setting in memory.ENVIRONMENT.items()} <= set(lines)
