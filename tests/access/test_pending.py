"""Who sees money that is not verified yet: a unit its own and the county's total, nothing of another."""

import io
import re

import openpyxl
import pytest

from tests.access import matrix
from tests.access.routes import routes
from tests.builders import day, make_project, make_receipt
from tests.office import NOON
from units.people import keys

pytestmark = pytest.mark.django_db
TABLE = matrix.table()
# 7,654.32 万元 as pages, files and data write it; the office has 100 万元 pending of the own town.
OF_ANOTHER = re.compile(r"7,?654\.32|76,?543,?200")
OF_THE_COUNTY = re.compile(r"7,?754\.32|77,?543,?200")


@pytest.fixture
def waiting(asking):
    """The only pending receipt of another unit."""
    office = asking.office
    project = make_project(office.other, "别家项目", introduced=20_000, total=20_000)
    return make_receipt(project, "7654.32", "2012-06-10", by=office.stranger)


def shown(answer) -> str:
    body = answer.getvalue() if answer.streaming else answer.content
    if not answer.get("Content-Type", "").endswith("sheet"):
        return body.decode(errors="replace")
    book = openpyxl.load_workbook(io.BytesIO(body))
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)


def test_no_page_or_file_shows_a_clerk_what_another_unit_waits_for(asking, waiting):
    """Every address that the clerk reads."""
    read, told = set(), []
    for route in routes():
        if TABLE.get((route.name, "GET"), {}).get("clerk_a") != "200":
            continue
        path = route.path(asking.office.named)
        client = asking.clients["clerk_a"]
        for query in ("", "?kind=town", "?as_of=2012-06-30"):
            answer = client.get(f"{path}{query}")
            read.add(route.name)
            if OF_ANOTHER.search(shown(answer)):
                told.append(f"{path}{query}")

    assert not told, told
    assert {"ranking", "ranking-json", "ranking-xlsx", "ranking-explain", "meeting-month"} <= read


def test_a_clerk_sees_the_countys_total_and_the_own_units(asking, waiting):
    clerk, head = (asking.clients[who] for who in ("clerk_a", "bureau_head"))

    page = shown(clerk.get("/ranking/2012-06/"))
    rows = clerk.get("/ranking/2012-06.json").json()["sections"][0]["rows"]
    of_head = shown(head.get("/ranking/2012-06/"))

    assert OF_THE_COUNTY.search(page)
    pending = {row["code"]: row["pending"] for row in rows}
    office = asking.office
    assert pending.pop(office.town.code) == "1000000.00"
    assert set(pending.values()) == {None}
    assert OF_ANOTHER.search(of_head)


def test_a_key_reads_no_more_than_its_person(asking, waiting):
    office = asking.office
    who = {"by": office.head, "at": NOON}
    secrets = [
        keys.make("api", "平台", reader, day("2012-12-31"), **who)[1]
        for reader in (office.clerk, office.leader)
    ]

    [clerk, leader] = [
        shown(
            asking.clients["nobody"].get(
                "/api/v1/ranking?month=2012-06", headers={"authorization": f"Bearer {s}"}
            )
        )
        for s in secrets
    ]

    assert OF_ANOTHER.search(leader)
    assert not OF_ANOTHER.search(clerk)
