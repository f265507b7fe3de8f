"""Records of others look like missing ones: nothing reveals whether they exist."""

import re

import pytest

from ledger.entries import approvals
from ledger.models import Receipt
from tests.access import matrix
from tests.access.routes import routes

pytestmark = pytest.mark.django_db
TABLE = matrix.table()
STRANGERS = ("clerk_b", "far_head")
NOWHERE = {"pk": 10**9, "code": "611023T99", "token": "x" * 22}


def hidden():
    """Each URL of one record, with those to whom the matrix gives 404."""
    for route in routes():
        for method in ("GET", "POST"):
            row = TABLE.get((route.name, method), {})
            for who in STRANGERS:
                if row.get(who) == "404" and set(route.parameters) & set(NOWHERE):
                    yield route, method, who


def told(answer, path):
    """The page without what always differs: the URL itself and the form's token."""
    text = answer.content.decode().replace(path, "")
    return answer.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_a_foreign_record_and_none_at_all_get_the_same_answer(asking):
    """quality 6: same status, same page, byte by byte."""
    named, found = asking.office.named, 0
    for route, method, who in hidden():
        absent = {key: NOWHERE.get(key.rpartition("/")[2], value) for key, value in named.items()}
        paths = route.path(named), route.path(absent)
        there, nowhere = (told(asking.ask(who, method, path), path) for path in paths)
        assert there == nowhere, (route.name, method, who)
        assert there[0] == 404
        found += 1
    assert found > 60


def test_nothing_of_a_foreign_record_is_on_any_page_of_a_stranger(asking):
    """quality 6"""
    ours = asking.office.project
    for route in routes():
        row = TABLE.get((route.name, "GET"), {})
        if row.get("far_head") == "200":
            answer = asking.ask("far_head", "GET", route.path(asking.office.named))
            page = b"" if answer.streaming else answer.content
            assert ours.name.encode() not in page, route.name
            assert asking.office.town.code.encode() not in page.replace(
                route.path(asking.office.named).encode(), b""
            ), route.name


def test_foreign_numbers_in_a_list_do_nothing(asking):
    """quality 6: own and foreign ones selected together."""
    receipt = asking.office.receipt
    sent = {"receipt": [f"{receipt.pk}.{approvals.seen(receipt)}"]}

    answer = asking.ask("far_head", "POST", "/receipts/verify/", data=sent)

    assert answer.status_code in (200, 302, 422)
    assert "钒矿" not in answer.content.decode()
    assert Receipt.objects.get(pk=receipt.pk).state == Receipt.State.SUBMITTED


@pytest.mark.parametrize(
    ("who", "path", "field"),
    [
        ("far_head", "/projects/new/", "lead_unit"),
        ("clerk_b", "/claims/new/", "project"),
        ("far_head", "/meeting/2012-03/pledges/", "unit"),
        ("system", "/people/new/", "place"),
    ],
)
def test_a_foreign_number_in_a_field_is_refused_as_none_of_the_choices(asking, who, path, field):
    """quality 6"""
    office = asking.office
    foreign = {
        "lead_unit": office.town.pk,
        "unit": office.town.pk,
        "project": 10**9,
        "place": f"unit:{office.far.pk}",
    }[field]

    answer = asking.ask(who, "POST", path, data={field: foreign})

    assert answer.status_code == 422
    assert office.far.name not in answer.content.decode() or who == "far_head"
