"""Timing several things in turn, so that whatever else the machine does meets all of them alike.

Owns: the interleaving, and how ratios are told. Must never: compare figures of different runs.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping

Action = Callable[[], object]


def rounds(
    actions: Mapping[str, Action],
    count: int,
    times: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds by name and round: the median of ``times`` calls, the deeds taking turns call by call.

    ``time.process_time`` counts what this process computes, whatever else the machine does.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _round in range(count):
        took: dict[str, list[float]] = {name: [] for name in actions}
        for _time in range(times):
            for name, action in actions.items():
                begun = clock()
                action()
                took[name].append(clock() - begun)
        for name, seconds in took.items():
            found[name].append(statistics.median(seconds))
    return found


def table(title: str, found: Mapping[str, list[float]]) -> None:
    """Print each thing's median and its ratio to the first, with the spread over the rounds."""
    first = next(iter(found.values()))
    print(f"\n{title}")
    for name, seconds in found.items():
        ratios = [mine / base for mine, base in zip(seconds, first, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        median = statistics.median(seconds) * 1000
        print(f"  {name:34} {median:9.2f} ms  {statistics.median(ratios):6.2f}  ({spread})")


def machine() -> str:
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}"
