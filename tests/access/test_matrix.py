"""Access matrix: every URL, method and person gives the response in the table."""

import pytest

from tests.access import matrix
from tests.access.conftest import Asking
from tests.access.routes import Route, routes

pytestmark = pytest.mark.django_db
TABLE = matrix.table()
HOW = """/{path} answers otherwise than tests/access/matrix.txt says. If the route is new, ask of each cell
below whether it should be so, and add the rows to the file, beside their like:

{heading}
{rows}
"""


def word(answer) -> str:
    """The status; ``login`` where the person is sent to sign in."""
    to_login = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return "login" if to_login else str(answer.status_code)


def answers(asking: Asking, path: str, method: str) -> dict[str, str]:
    return {who: word(asking.ask(who, method, path)) for who in matrix.PEOPLE}


def found(asking: Asking, route: Route, decided: matrix.Cells) -> matrix.Cells:
    """The actual rows; for a route that is not in the table, with every method."""
    path = route.path(asking.office.named)
    query = decided or [(route.name, "GET"), (route.name, "POST")]
    rows = {key: answers(asking, path, key[1]) for key in query}
    return {key: row for key, row in rows.items() if set(row.values()) != {"405"}}


def as_written(rows: matrix.Cells) -> str:
    return "\n".join(matrix.written(*key, row) for key, row in rows.items())


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_every_answer_is_the_one_in_the_table(asking, route):
    """quality 5"""
    decided = {key: row for key, row in TABLE.items() if key[0] == route.name}

    rows = found(asking, route, decided)

    answered, wanted = as_written(rows), as_written(decided)
    how = HOW.format(path=route.pattern, heading=matrix.heading(), rows=answered)
    assert wanted, how
    assert answered == wanted, how


def test_other_methods_are_refused_to_anybody(asking):
    """quality 5: before any check of the person, so the most privileged one tries one on each route."""
    for turn, route in enumerate(routes()):
        path = route.path(asking.office.named)
        known = {method for name, method in TABLE if name == route.name}
        known |= {"HEAD"} if "GET" in known else set()
        refused = [method for method in matrix.METHODS if method not in known]
        asked = [("nobody", method) for method in refused]
        asked.append(("bureau_head", refused[turn % len(refused)]))
        for who, method in asked:
            assert word(asking.ask(who, method, path)) == "405", (route.name, method, who)


def test_head_answers_as_get_without_a_body(asking):
    """quality 5"""
    for route in routes():
        if row := TABLE.get((route.name, "GET")):
            path = route.path(asking.office.named)
            signed_in = [name for name in matrix.PEOPLE if row[name] != "login"]
            who = signed_in[-1] if signed_in else "nobody"
            answer = asking.ask(who, "HEAD", path)
            body = b"" if answer.streaming else answer.content
            assert (word(answer), body) == (row[who], b""), route.name


def test_the_table_has_no_row_of_a_route_that_is_gone():
    """quality 5"""
    gone = {name for name, _method in TABLE} - {route.name for route in routes()}

    assert gone == set(), "take these rows out of tests/access/matrix.txt"
