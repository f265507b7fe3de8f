"""Imports go in one direction (units <- projects <- ledger), and pure modules import no others."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("units", "projects", "ledger")
# Pure modules import the standard library and each other only.
PURE = (
    "units/ground/basis_points.py",
    "units/ground/money.py",
    "units/targets/schedule.py",
    "units/ground/text.py",
    "projects/service/deadlines.py",
    "projects/shares.py",
    "projects/service/timeline.py",
    "ledger/rules/standing.py",
    "ledger/rules/chain.py",
    "ledger/rules/months.py",
    "ledger/reading/cells.py",
    "ledger/reading/columns.py",
    "ledger/reading/money_units.py",
    "ledger/reading/places.py",
    "ledger/reading/vocabulary.py",
)


def modules():
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def imported(path):
    """Every module that a file imports, anywhere in it, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_module(name):
    """The project file of a dotted name, or None."""
    for dotted in (name, name.rpartition(".")[0]):
        path = ROOT / (dotted.replace(".", "/") + ".py")
        if path.exists():
            return path.relative_to(ROOT).as_posix()
        package = ROOT / dotted.replace(".", "/") / "__init__.py"
        if dotted and package.exists() and dotted.split(".")[0] in APPS:
            return package.relative_to(ROOT).as_posix()
    return None


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_an_app_imports_only_apps_below_it(path):
    level = APPS.index(path.relative_to(ROOT).parts[0])

    above = {name for name in imported(path) if name.split(".")[0] in APPS[level + 1 :]}

    assert above == set(), "move what both need into the lower app, or pass it in"


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_the_standard_library_only(name):
    foreign = {
        module
        for module in imported(ROOT / name)
        if module.split(".")[0] not in sys.stdlib_module_names and own_module(module) not in PURE
    }

    assert foreign == set(), "take the import out, or the module out of PURE"


def test_modules_form_no_cycle():
    graph = {
        path.relative_to(ROOT).as_posix(): {own_module(name) for name in imported(path)} - {None}
        for path in modules()
    }

    assert _cycle(graph) == [], "move what both need into a module below these"


def test_no_import_is_deferred():
    late = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert late == [], "move these imports to the head of their modules"


def _cycle(graph):
    """The files of one import cycle, or nothing: leaves are removed until none is left."""
    left = {name: set(targets) - {name} for name, targets in graph.items()}
    while leaves := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in leaves:
            del left[name]
    return sorted(left)
