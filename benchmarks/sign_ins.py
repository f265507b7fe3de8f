"""A hundred people sign in at the same moment: how much memory, how long.

Owns: the figures that stand beside PASSWORD_CHECKS (``units/sign_in/hashing.py``). Runs each way in a process of
its own, because the peak of a process never falls. Must never: touch a database.

    python benchmarks/sign_ins.py [ROUNDS]
"""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

PEOPLE = 100
PASSWORD = "Shangnan-2012"
# Threads that ask at the same moment, and how many may look at a password at once.
WAYS = ((8, 1), (8, 2), (8, 8), (PEOPLE, 2), (PEOPLE, PEOPLE))
ROOT = Path(__file__).resolve().parent.parent


def measure(threads: int, checks: int) -> None:
    """One way, in this process: peak in MiB and seconds."""
    os.environ |= {"PASSWORD_CHECKS": "64", "DJANGO_SETTINGS_MODULE": "ledger.settings"}
    sys.path.insert(0, str(ROOT))
    from django.contrib.auth.hashers import check_password, make_password  # noqa: PLC0415

    from units.sign_in import hashing  # noqa: PLC0415

    stored = make_password(PASSWORD, hasher=hashing.CappedArgon2())
    hashing._turns = threading.BoundedSemaphore(checks)
    people = iter(range(PEOPLE))
    began = time.perf_counter()

    def sign_in() -> None:
        for _person in people:
            assert check_password(PASSWORD, stored)

    running = [threading.Thread(target=sign_in) for _number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{peak} {took:.1f}\n")


def main(rounds: int) -> None:
    sys.stdout.write("threads  at once  peak MiB  seconds for 100\n")
    for threads, checks in WAYS:
        command = [sys.executable, __file__, "--way", str(threads), str(checks)]
        lines = [
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            for _round in range(rounds)
        ]
        peaks = sorted(int(peak) for peak, _took in lines)
        times = sorted(float(took) for _peak, took in lines)
        middle = rounds // 2
        sys.stdout.write(
            f"{threads:>7}  {checks:>7}  {peaks[middle]:>8}  {times[middle]:.1f}"
            f" ({times[0]:.1f} to {times[-1]:.1f})\n"
        )


if __name__ == "__main__":
    if "--way" in sys.argv:
        measure(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
