"""Sets resource limits on this process, then runs a program in it. Standard library only.

    python limited.py '{"cpu": 2, "memory": 201326592, ...}' PROGRAM ARGUMENTS...

``seconds`` of wall clock, ``cpu`` seconds, ``memory`` in bytes beyond the bare process, the largest
file it may ``write``, its ``nice`` level, and whether it ``stays`` when a terminal or systemd
signals the whole process group, because a request waits for it. With ``turns``, a folder and a
number, it first waits until fewer than that many others of the folder run on this machine.
"""

import json
import os
import runpy
import signal
import sys
import time
from contextlib import suppress

try:
    import fcntl
    import resource
except ImportError:  # Windows has no such limits; the parent's timeout remains
    resource = None  # type: ignore[assignment]

WAIT_SECONDS = 0.2


def limit(cpu: int, memory: int, write: int | None) -> None:
    limits = [
        (resource.RLIMIT_AS, (_memory_now() + memory,) * 2),
        (resource.RLIMIT_CPU, (cpu, cpu + 1)),
        (resource.RLIMIT_CORE, (0, 0)),
    ]
    if write is not None:
        limits.append((resource.RLIMIT_FSIZE, (write, write)))
    for name, values in limits:
        with suppress(ValueError, OSError):  # this system does not know the limit
            resource.setrlimit(name, values)


def _memory_now() -> int:
    """Memory already mapped by the process; on some systems the locales alone are large."""
    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
    return 64 * 1024 * 1024


def take_turn(folder: str, most: int) -> None:
    """Wait for one of the places and hold it; the system gives it back when this process ends."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    while True:
        for place in range(most):
            file = os.open(os.path.join(folder, str(place)), os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(file)
            else:
                return
        time.sleep(WAIT_SECONDS)


def main(given: str, program: str, *arguments: str) -> None:
    limits = json.loads(given)
    if resource is not None:
        if limits["turns"]:
            take_turn(*limits["turns"])
        os.nice(limits["nice"])
        signal.alarm(limits["seconds"])
        limit(limits["cpu"], limits["memory"], limits["write"])
    if limits["stays"]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    sys.argv = [program, *arguments]
    if not sys.flags.isolated:
        sys.path[0] = os.path.dirname(program)
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
