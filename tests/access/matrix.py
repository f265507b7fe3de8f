"""Reads and writes the access matrix ``matrix.txt``: who gets which response.

The table records decisions, not what the program does: change a cell because the decision changed,
never because a test failed.
"""

from pathlib import Path

PEOPLE = (
    *("nobody", "clerk_a", "clerk_b", "unit_head", "verifier", "bureau_head", "leader"),
    *("far_head", "region", "system", "security", "audit", "no_role", "disabled"),
)
FILE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Cells = dict[tuple[str, str], dict[str, str]]
_WIDTH = 28


def table() -> Cells:
    """The response for each person, by route and method."""
    lines = [line.split() for line in FILE.read_text(encoding="utf-8").splitlines()]
    rows = [line for line in lines if line and not line[0].startswith("#")]
    assert rows[0] == ["route", "method", *PEOPLE], "the first row names the columns"
    found = {(row[0], row[1]): dict(zip(PEOPLE, row[2:], strict=True)) for row in rows[1:]}
    assert len(found) == len(rows) - 1, "a route has one row for each of its methods"
    return found


def written(route: str, method: str, answers: dict[str, str]) -> str:
    """A row as in the file."""
    cells = (f"{answers[name]:<{len(name)}}" for name in PEOPLE)
    return f"{route:<{_WIDTH}} {method:<6} {' '.join(cells)}".rstrip()


def heading() -> str:
    return written("route", "method", {name: name for name in PEOPLE})
