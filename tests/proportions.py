"""Prints the proportions of the code beside our aims: ``python -m tests.proportions [--long]``.

Counts lines of functions and modules, import directions and annotations. It fails nothing; only
import directions and cycles fail a test (``test_imports.py``).
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.test_imports import APPS, ROOT, imported, modules, own_module

Node = ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    lines: int
    place: str
    node: Node


def functions(paths: list[Path]) -> list[Function]:
    """Every function and method, from its first decorator to its last line, with nested ones."""
    return [
        Function(_length(node), f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, Node)
    ]


def _length(node: Node) -> int:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def percentile(values: list[int], share: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def is_annotated(node: Node) -> bool:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bare = [each for each in given if each.annotation is None and each.arg not in ("self", "cls")]
    return node.returns is not None and not bare


def deferred(paths: list[Path]) -> int:
    """Imports inside functions."""
    return sum(
        isinstance(inner, ast.Import | ast.ImportFrom)
        for function in functions(paths)
        for inner in ast.walk(function.node)
    )


def directions(paths: list[Path]) -> dict[str, int]:
    """The number of modules of an app that import from another, by pair."""
    found: dict[str, int] = {}
    for path in paths:
        home = path.relative_to(ROOT).parts[0]
        for target in {(own_module(name) or "").partition("/")[0] for name in imported(path)}:
            if target in APPS and target != home:
                found[f"{home} -> {target}"] = found.get(f"{home} -> {target}", 0) + 1
    return found


def report() -> Iterator[str]:
    app = modules()
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    of_app, of_tests = functions(app), functions(tests)
    of_views = [each for each in of_app if "views" in each.place.partition(":")[0]]
    named = [each for each in of_tests if each.node.name.startswith("test_")]
    files = [_lines(path) for path in app]
    yield from _row(
        "functions", [each.lines for each in of_app], "median <= 8, p90 <= 25, max <= 60"
    )
    yield from _row("functions of views", [each.lines for each in of_views], "p90 <= 20")
    yield from _row("modules", files, "p90 <= 300")
    yield from _row("test functions", [each.lines for each in named], "median <= 12")
    annotated = sum(is_annotated(each.node) for each in of_app)
    yield f"annotated functions {annotated / len(of_app):.1%} of {len(of_app)} (aim: all)"
    yield f"imports inside functions {deferred(app)} (aim: none)"
    for direction, count in sorted(directions(app).items()):
        yield f"{direction}: {count} modules (aim: units <- projects <- ledger)"


def _row(name: str, values: list[int], aim: str) -> Iterator[str]:
    yield (
        f"{name:<20} {len(values):>5}: median {median(values):g}, p90 {percentile(values, 0.9)}, "
        f"max {max(values)} (aim: {aim})"
    )


def longest(count: int = 12) -> Iterator[str]:
    def worst(found: list[tuple[int, str]]) -> list[tuple[int, str]]:
        return sorted(found, reverse=True)[:count]

    for lines, place in worst([(each.lines, each.place) for each in functions(modules())]):
        yield f"{lines:>5} {place}"
    for lines, place in worst([(_lines(path), str(path.relative_to(ROOT))) for path in modules()]):
        yield f"{lines:>5} {place}"


if __name__ == "__main__":
    lines = [*report(), *(longest() if "--long" in sys.argv else ())]
    print("\n".join(lines))
