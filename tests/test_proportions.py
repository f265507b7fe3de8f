"""The counting of ``python -m tests.proportions``; the proportions themselves are not tested."""

import ast

import pytest

from tests import proportions


@pytest.mark.parametrize(
    ("source", "annotated"),
    [
        ("def f(a: int, *, b: str) -> None: ...", True),
        ("def f(self, a: int) -> None: ...", True),
        ("def f(a, b: str) -> None: ...", False),
        ("def f(a: int): ...", False),
    ],
)
def test_a_function_is_annotated_wholly_or_not(source, annotated):
    (node,) = ast.parse(source).body

    assert proportions.is_annotated(node) is annotated


def test_functions_are_counted_with_their_decorators(tmp_path, monkeypatch):
    monkeypatch.setattr(proportions, "ROOT", tmp_path)
    path = tmp_path / "a.py"
    path.write_text("@one\n@two\ndef f():\n    def g():\n        pass\n    return g\n")

    found = [(each.lines, each.place) for each in proportions.functions([path])]

    assert found == [(6, "a.py:3 f"), (2, "a.py:4 g")]


def test_a_percentile_is_one_of_the_values():
    assert proportions.percentile([9, 1, 5], 0.9) == 9
    assert proportions.percentile(list(range(1, 11)), 0.5) == 6
