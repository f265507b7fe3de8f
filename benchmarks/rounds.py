"""Times several actions in turn, so that other load on the machine affects all of them alike.

Ratios are valid within one run only.
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
    """Seconds by name and round: the median of ``times`` calls, the actions taking turns.

    ``time.process_time`` counts the CPU time of this process only.
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
    """Print each action's median and its ratio to the first, with the spread over the rounds."""
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
