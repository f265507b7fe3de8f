"""The benchmarks are run by hand and seldom: at least every name that they use must exist."""

import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_a_benchmark_can_be_loaded(name, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    try:
        importlib.import_module(name)
    finally:
        for loaded in [n for n in sys.modules if (FOLDER / f"{n}.py").exists()]:
            del sys.modules[loaded]
