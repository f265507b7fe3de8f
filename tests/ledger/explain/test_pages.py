"""Explaining and comparing on pages: what they show, and to whom."""

import pytest

from tests.builders import (
    make_clerk,
    make_person,
    make_project,
    make_unit,
    make_verified,
    moment,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    """Two units that share a project, and what was received for it."""
    for unit in (office.town, office.other):
        set_target(unit, 1000)
    office.project = make_project(office.town, shares={office.town: 6_000, office.other: 4_000})
    office.verified = make_verified(office.project, 250, "2012-03-05")
    return office


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_units_line_opens_to_entries_target_and_steps(client, office):
    client.force_login(office.head)

    page = text(client, f"/units/{office.town.code}/explain/", as_of="2012-06-30")

    assert f"/receipts/{office.verified.pk}/" in page
    assert "商政发〔2012〕8号" in page
    assert "60.00%" in page
    assert "150 ÷ 1,000" in page or "150÷1,000" in page


def test_a_sharing_unit_sees_its_part_but_no_link_to_the_receipt(client, office):
    """quality 6"""
    client.force_login(make_clerk(office.other))

    page = text(client, f"/units/{office.other.code}/explain/", as_of="2012-06-30")

    assert "100.00" in page
    assert f"/receipts/{office.verified.pk}/" not in page
    assert client.get(f"/units/{office.town.code}/explain/").status_code == 404


def test_what_was_announced_says_so(client, office):
    settlement = office.close()
    make_verified(office.project, 99, "2012-03-06", at=moment("2012-04-20"))
    client.force_login(office.head)

    page = text(
        client,
        f"/units/{office.town.code}/explain/",
        as_of="2012-03-31",
        known_by=settlement.known_by.isoformat(),
    )

    assert settlement.chain_head[:16] in page


def test_the_countys_totals_open_to_the_kinds_and_the_signed_projects(client, office):
    client.force_login(make_person(office.county, Role.LEADER))
    page = text(client, "/ranking/2012-06/explain/")
    assert office.project.name in page
    assert "2,000.00" in page

    client.force_login(make_clerk(office.other))
    assert office.project.name not in text(client, "/ranking/2012-06/explain/")


def test_a_merged_unit_points_to_its_successor(client, office):
    office.other.ended_on = moment("2012-04-30").date()
    office.other.successor = office.town
    office.other.save()
    client.force_login(office.head)

    page = text(client, f"/units/{office.other.code}/explain/", as_of="2012-06-30")
    heir = text(client, f"/units/{office.town.code}/explain/", as_of="2012-06-30")

    assert office.town.name in page
    assert "250.00" in heir


@pytest.mark.parametrize("parameter", ["gestern", "2012-13-01", "9999-99-99", "", "0001-01-01"])
def test_a_wish_that_makes_no_sense_is_none(client, office, parameter):
    client.force_login(office.head)
    query = {"as_of": parameter, "known_by": parameter}

    text(client, f"/units/{office.town.code}/explain/", **query)
    text(
        client,
        "/ranking/compare/",
        left=f"{parameter}@{parameter}",
        right=parameter,
        left_day=parameter,
    )


def test_two_tables_are_compared_as_announced_and_now(client, office):
    settlement = office.close()
    set_target(office.other, 500, effective_on="2012-03-01", at=moment("2012-04-20"))
    client.force_login(office.head)
    known = settlement.known_by.isoformat()

    page = text(client, "/ranking/compare/", left=f"2012-03-31@{known}", right="2012-03-31@")

    assert "<del>1,000.00</del>" in page
    # Its own line, there and in the picture; the one it now outranks; the county.
    assert page.count('scope="row"') == 4


def test_units_that_only_the_benchmark_moved_are_folded_into_one_line(client, office):
    client.force_login(office.head)

    page = text(client, "/ranking/compare/", left="2012-03-31@", right="2012-04-30@")
    moved, _summary, drifted = page.partition('id="drifted-title"')

    assert 'id="drifted-title"' not in text(
        client, "/ranking/compare/", left="2012-03-31@", right="2012-03-31@"
    )
    assert 'class="ledger__empty"' in moved
    assert drifted.count('<th scope="row">') == 2
    assert "<del>" not in moved.partition("<tbody>")[2].partition("<tfoot>")[0]


def test_the_form_of_the_comparison_keeps_the_moment_to_the_microsecond(client, office):
    settlement = office.close()
    client.force_login(office.head)
    query = {"left_day": "2012-03-31", "left_moment": "2012-04-10 12:00:00.000000"}

    page = text(client, "/ranking/compare/", **query, right_day="2012-03-31")

    assert settlement.version == 1
    assert 'value="2012-04-10 12:00:00.000000"' in page
    assert page.count("<del>") == 0


def test_comparing_takes_the_same_queries_for_many_units(client, office, django_assert_num_queries):
    client.force_login(office.head)
    query = {"left": "2012-03-31@", "right": "2012-06-30@"}
    client.get("/ranking/compare/", query)
    with django_assert_num_queries(QUERIES):
        client.get("/ranking/compare/", query)

    for number in range(5):
        make_verified(make_project(make_unit(office.county, f"{number}局")), 10, "2012-05-05")
    with django_assert_num_queries(QUERIES):
        client.get("/ranking/compare/", query)


QUERIES = 12
