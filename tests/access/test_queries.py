"""Hostile query strings change no order, break no page and reveal no other record."""

import itertools
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access import matrix
from tests.access.routes import routes

pytestmark = [
    pytest.mark.django_db,
    # Django says this of an order with a dot in it, which is no column and is ignored.
    pytest.mark.filterwarnings("ignore:Use '__' to separate path components"),
]
TABLE = matrix.table()
PARAMETERS = (
    *("sort", "page", "q", "role", "standing", "unit", "kind", "county", "year", "stage", "age"),
    *("origin", "industry", "size", "flag", "state", "since", "until", "who", "action", "record"),
    *(
        "as_of",
        "known_by",
        "month",
        "left",
        "right",
        "without",
        "issuer",
        "measure",
        "next",
        "tier",
    ),
    *("from", "to", "filled", "only", "mine", "doubt", "per_page", "order_by", "slide", "id"),
)
SECRET_ORDER = re.compile(r'ORDER BY[^)]*"password"')
PAYLOADS = (
    *("'", '"', "''", "';", "'--", "' OR '1'='1", "' OR 1=1 --", '" OR ""="', "') OR ('1'='1"),
    *("1; DROP TABLE units_user", "1 UNION SELECT password FROM units_user", "1/**/OR/**/1=1"),
    *(
        "'; SELECT pg_sleep(9); --",
        "1) AND pg_sleep(9)--",
        "$$;SELECT pg_sleep(9)$$",
        "||pg_sleep(9)",
    ),
    *(
        "-",
        "--",
        "?",
        "-?",
        ".",
        "..",
        "*",
        "%",
        "_",
        "%_%",
        "\\",
        "\\'",
        "%%s",
        "%s",
        "%(x)s",
        "{}",
    ),
    *(
        "{{7*7}}",
        "${7*7}",
        "unit__user__password",
        "-unit__people__password",
        "created_by__password",
    ),
    *(
        "lead_unit__people__password",
        "password",
        "-password",
        "pk",
        "-id",
        "county__people__username",
    ),
    *(
        "amount desc",
        "amount,password",
        "amount;--",
        "(select 1)",
        "1e309",
        "NaN",
        "-1",
        "0",
        "９９",
    ),
    *("99999999999999999999", "1" * 5_000, "(" * 1_000, "a," * 1_000, "\x00", "a\x00b", "\x01\x1b"),
    *(
        "\ud800",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\r\nX: y",
        "2012-02-30",
        "0000-00-00",
        "true",
        "null",
    ),
)


def readable():
    """Each readable page, with a person who reads it."""
    for route in routes():
        row = TABLE.get((route.name, "GET"), {})
        readers = [who for who in ("bureau_head", "audit", "system") if row.get(who) == "200"]
        if readers:
            yield route, readers[0]


def table_query(asking, who, path, payloads):
    """Send a payload in every parameter; returns the SQL statements of the page."""
    query = urlencode(dict(zip(PARAMETERS, payloads, strict=False)), errors="surrogatepass")
    with CaptureQueriesContext(connection) as statements:
        answer = asking.ask(who, "GET", f"{path}?{query}")
    assert answer.status_code in (200, 302, 400, 404, 422), (path, answer.status_code)
    return [statement["sql"] for statement in statements]


def test_no_page_breaks_or_is_ordered_by_what_the_address_says(asking):
    """quality 14: each parameter of each page, the payloads in turn."""
    turns = itertools.cycle(PAYLOADS)
    for route, who in readable():
        path = route.path(asking.office.named)
        for _round in range(3):
            payloads = [next(turns) for _name in PARAMETERS]
            next(turns)
            for sql in table_query(asking, who, path, payloads):
                assert not SECRET_ORDER.search(sql), (path, sql)


@pytest.mark.parametrize("name", ["project-list", "receipt-list", "trail", "person-list"])
def test_no_list_breaks_by_any_payload_in_all_its_parameters(asking, name):
    """quality 14"""
    route = next(route for route in routes() if route.name == name)
    who = "system" if name == "person-list" else "bureau_head"
    path = route.path(asking.office.named)

    for payload in PAYLOADS:
        table_query(asking, who, path, [payload] * len(PARAMETERS))


@pytest.mark.parametrize("name", ["project-list", "receipt-list", "service-list"])
def test_an_unknown_order_is_the_usual_one(asking, name):
    """quality 14"""
    route = next(route for route in routes() if route.name == name)
    path = route.path(asking.office.named)

    def ordered(sort):
        with CaptureQueriesContext(connection) as statements:
            asking.ask("bureau_head", "GET", path, data={"sort": sort} if sort else {})
        return [s["sql"].rpartition("ORDER BY")[2] for s in statements if "ORDER BY" in s["sql"]]

    usual = ordered("")
    for sort in ("password", "-lead_unit__people__password", "county__people__username", "?", "id"):
        assert ordered(sort) == usual, sort
