"""Odd values in any part of any address, parameter or field are answered with a sentence, never a 500.

``ODD_VALUES=all`` asks for each value of each name alone (half an hour); else all names of a page at
once. Each name then meets some values of every kind on each page, and every value on one of them.
"""

import os
from collections import Counter
from unittest.mock import patch
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import Resolver404, resolve

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
# Neighbours are of different kinds: characters, dates, numbers and lengths.
ODD = (
    *("\x00", "9999-12-31", "9" * 30, "\ud800", "a" * 3_000, "-1", "'"),
    *("a\x00b", "0001-01-01", "1e999", "\u202e", "²", "0", "\\"),
    *("\x1f", "9999-12-31T23:59:59-23:59", "NaN", "%00", "9999-12", "١٢"),
)  # fmt: skip
AT_A_PAGE = 5
UNTAKEN = 3


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


class Turns:
    """Deals the odd values to names, and goes on from page to page."""

    def __init__(self):
        self.first, self.met = {}, Counter()

    def of(self, names):
        """Queries for one page: enough that each of its names has met each value somewhere."""
        if EACH_ALONE:
            return [{name: value} for name in names for value in ODD]
        lacking = [len(ODD) - self.met[name] for name in names]
        return [self.next(names) for _ in range(max(AT_A_PAGE, *lacking) if names else 0)]

    def next(self, names):
        at = {name: self.first.setdefault(name, len(self.first)) + self.met[name] for name in names}
        self.met.update(names)
        return {name: ODD[place % len(ODD)] for name, place in at.items()}


def is_taken(address):
    """Whether a pattern takes the address, as the test client would send it."""
    try:
        resolve(RequestFactory().get(address).path_info)
    except Resolver404:
        return False
    return True


def readable():
    """Each route that shows something, with a reader; a region's leader also names the county."""
    for route in routes():
        row = TABLE.get((route.name, "GET"), {})
        readers = [who for who in READERS if row.get(who) == "200"]
        for who in (*readers[:1], *(["region"] if row.get("region") in ("200", "302") else [])):
            yield route, who


def test_no_odd_part_of_an_address_breaks_a_page(asking, key_of_head):
    """quality 14: of every pattern, for reading and sending.

    Addresses that no pattern takes are one case: a few of each value stand for all of them.
    """
    broken, untaken = [], Counter()
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
                if not is_taken(odd):
                    untaken[value, is_api] += 1
                    if untaken[value, is_api] > UNTAKEN and not EACH_ALONE:
                        continue
                client = Failing(asking, "bureau_head")
                for method in methods:
                    if client.status(method, odd, **(key_of_head if is_api else {})) >= 500:
                        broken.append((method, odd[:120]))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_parameter_breaks_a_page(asking):
    """quality 14: the parameters are those that the page reads."""
    broken, turns = [], Turns()
    for route, who in readable():
        path = route.path(asking.office.named)
        client = Failing(asking, who)
        for query in turns.of(names_read(asking, who, path)):
            if client.status("get", f"{path}?{urlencode(query, errors='surrogatepass')}") >= 500:
                broken.append((who, path, query))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_parameter_breaks_the_data_interface(asking, key_of_head):
    """quality 14"""
    broken, turns = [], Turns()
    client = Failing(asking, "nobody")
    with patch("ledger.api.gate.PER_MINUTE", 1_000_000):
        for address in ("ranking", *(resource.name for resource in RESOURCES)):
            path = f"/api/v1/{address}"
            for query in turns.of(names_read(asking, "nobody", path, **key_of_head)):
                odd = f"{path}?{urlencode(query, errors='surrogatepass')}"
                if client.status("get", odd, **key_of_head) >= 500:
                    broken.append((path, query))

    assert not broken, "\n".join(map(str, broken))


def test_no_odd_value_of_a_field_breaks_a_form(asking):
    """quality 14: every form of every page, as if sent by a browser that takes anything."""
    broken, seen, turns = [], set(), Turns()
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
            for odd in turns.of(sorted(given)):
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
