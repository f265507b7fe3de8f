"""Odd values in any part of any address, parameter or field are answered with a sentence, never a 500.

``ODD_VALUES=all`` asks for each value of each name alone (half an hour); else all names at once, the
values in turn, so that each name meets each value once.
"""

import os
from unittest.mock import patch
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from ledger.api.resources import RESOURCES
from tests.access import matrix
from tests.access.pages import forms_of
from tests.access.routes import routes
from tests.builders import day
from tests.office import NOON
from units.people import keys

pytestmark = [
    pytest.mark.django_db,
    # Django says this of an order with a dot in it, which is no column and is ignored.
    pytest.mark.filterwarnings("ignore:Use '__' to separate path components"),
]
TABLE = matrix.table()
EACH_ALONE = os.environ.get("ODD_VALUES") == "all"
READERS = ("bureau_head", "clerk_a", "audit", "system", "security", "nobody")
ODD = (
    *("\x00", "a\x00b", "\x1f", "\u202e", "\ud800", "%00", "\\", "'", "9999-12-31", "0001-01-01"),
    *("9999-12", "9999-12-31T23:59:59-23:59", "-1", "0", "9" * 30, "1e999", "NaN", "²", "١٢", "a" * 3_000),
)  # fmt: skip


def encoded(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


class Failing:
    """A client that keeps a 500 as its answer; the requests are all rolled back at the end."""

    def __init__(self, asking, who):
        self.client = Client(raise_request_exception=False)
        for name, morsel in asking.clients[who].cookies.items():
            self.client.cookies[name] = morsel.value

    def status(self, method, path, **sent):
        answer = getattr(self.client, method)(path, **sent)
        if answer.streaming:
            answer.getvalue()
        return answer.status_code


@pytest.fixture(scope="module")
def key_of_head(asking):
    office = asking.office
    _key, secret = keys.make(
        "api", "市平台", office.head, day("2012-12-31"), by=office.head, at=NOON
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def names_read(asking, who, path, **sent):
    """The parameters that a page looks for in its query, seen while it is built."""
    seen = set()

    def noting(method):
        def noted(self, name, *more):
            if isinstance(name, str) and not self._mutable:
                seen.add(name)
            return method(self, name, *more)

        return noted

    read = ("__getitem__", "__contains__", "get", "getlist")
    patched = {name: noting(getattr(QueryDict, name)) for name in read}
    with patch.multiple(QueryDict, **patched):
        asking.ask(who, "GET", path, **sent)
    return sorted(seen - {"csrfmiddlewaretoken"})


def in_turn(names):
    """Queries in which each name has each odd value once."""
    if EACH_ALONE:
        return [{name: value} for name in names for value in ODD]
    return [
        {name: ODD[(turn + place) % len(ODD)] for place, name in enumerate(names)}
        for turn in range(len(ODD) if names else 0)
    ]


def readable():
    """Each route that shows something, with a reader; a region's leader also names the county."""
    for route in routes():
        row = TABLE.get((route.name, "GET"), {})
        readers = [who for who in READERS if row.get(who) == "200"]
        for who in (*readers[:1], *(["region"] if row.get("region") in ("200", "302") else [])):
            yield route, who


def test_no_odd_part_of_an_address_breaks_a_page(asking, key_of_head):
    """quality 14: of every pattern, for reading and sending."""
    broken = []
    for route in routes():
        named = asking.office.named
        methods = [method for method in ("get", "post") if (route.name, method.upper()) in TABLE]
        for parameter in route.parameters:
            path = route.path(named)
            is_api = path.startswith("/api/v1/")
            good = str(route._value(named, parameter))
            for value in ODD:
                odd = f"/{encoded(value)}".join(path.rsplit(f"/{good}", 1))
                assert odd != path
                client = Failing(asking, "bureau_head")
                for method in methods:
                    if client.status(method, odd, **(key_of_head if is_api else {})) >= 500:
                        broken.append((method, odd[:120]))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_parameter_breaks_a_page(asking):
    """quality 14: the parameters are those that the page reads."""
    broken = []
    for route, who in readable():
        path = route.path(asking.office.named)
        client = Failing(asking, who)
        for query in in_turn(names_read(asking, who, path)):
            if client.status("get", f"{path}?{urlencode(query, errors='surrogatepass')}") >= 500:
                broken.append((who, path, query))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_parameter_breaks_the_data_interface(asking, key_of_head):
    """quality 14"""
    broken = []
    client = Failing(asking, "nobody")
    with patch("ledger.api.gate.PER_MINUTE", 1_000_000):
        for address in ("ranking", *(resource.name for resource in RESOURCES)):
            path = f"/api/v1/{address}"
            for query in in_turn(names_read(asking, "nobody", path, **key_of_head)):
                odd = f"{path}?{urlencode(query, errors='surrogatepass')}"
                if client.status("get", odd, **key_of_head) >= 500:
                    broken.append((path, query))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_field_breaks_a_form(asking):
    """quality 14: every form of every page, as if sent by a browser that takes anything."""
    broken, seen = [], set()
    for route, who in readable():
        path = route.path(asking.office.named)
        answer = asking.ask(who, "GET", path)
        if answer.streaming or "text/html" not in answer["Content-Type"]:
            continue
        for form in forms_of(answer.content.decode(), path):
            if (who, form.action) in seen:
                continue
            seen.add((who, form.action))
            given = dict(form.pairs)
            for odd in in_turn(sorted(given)):
                data = urlencode(given | odd, errors="surrogatepass")
                kind = "application/x-www-form-urlencoded"
                answer = asking_status(asking, who, form.action, data, kind)
                if answer >= 500:
                    broken.append((who, form.action, odd))

    assert not broken, "\n".join(map(str, broken))


def asking_status(asking, who, action, data, kind):
    asking.clients[who].raise_request_exception = False
    try:
        return asking.ask(who, "POST", action, data=data, content_type=kind).status_code
    finally:
        asking.clients[who].raise_request_exception = True
