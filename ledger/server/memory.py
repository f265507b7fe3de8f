"""How the C library keeps memory that Python has given back.

Owns: four settings of glibc. Must never: matter to what the program does; where there is no glibc they
are left out.

Each thread gets a heap of its own from it, and a heap only shrinks from its end, so that a day of pages
and workbooks on eight threads leaves a quarter of the process in holes that no other thread may use. With one
heap for all, and large pieces given back at once, it does not; Python's own lock means that threads wait for
that heap no longer than for each other.

The fourth has to be there before the process is, so ``make run`` and the service give it along: looking at a
password takes 100 MiB for a moment, and the system hands those out as fifty large pages instead of
25,600 small ones, which is two fifths of a sign-in.
"""

import ctypes
import sys

ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# The numbers are those of malloc.h.
ONE_HEAP = (-8, 1)  # M_ARENA_MAX
GIVEN_BACK_FROM = (-1, 128 * 1024)  # M_TRIM_THRESHOLD
LARGE_FROM = (-3, 128 * 1024)  # M_MMAP_THRESHOLD


def keep_little() -> bool:
    """To be called before there are threads; whether the C library took the settings."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(*setting) for setting in (ONE_HEAP, GIVEN_BACK_FROM, LARGE_FROM))
