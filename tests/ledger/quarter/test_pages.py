"""Closing and reopening on pages: who may, the password again, what is refused and written down."""

import pytest

from ledger.models import Settlement
from ledger.quarter.checks import ADVISORY, UNREPORTED
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_receipt,
    make_verified,
    make_verifier,
    moment,
)
from units.models import Role, Trail

pytestmark = pytest.mark.django_db
KNOWN = [str(number) for number in sorted(ADVISORY)]
GIVEN = {"known": KNOWN, "password": "sample"}


@pytest.fixture
def office(office):
    """Money in a quarter long over; the people's password is "sample"."""
    return office.ready("head", "period")


def path_of(period, action=""):
    return f"/periods/{period.pk}/{action}"


def sent(client, period, action, **typed):
    return acting.send(client, path_of(period), path_of(period, action), **typed)


def state_of(period):
    period.refresh_from_db()
    return period.state


def test_a_quarter_is_closed_by_two_people_and_a_password(office, sit):
    """quality 7"""
    proposed = sent(sit(office.verifier), office.period, "propose/", **GIVEN)
    assert (proposed.status_code, state_of(office.period)) == (302, "review")

    confirmed = sent(sit(office.head), office.period, "confirm/", **GIVEN)

    assert (confirmed.status_code, state_of(office.period)) == (302, "closed")
    settlement = Settlement.objects.get()
    assert (settlement.proposed_by, settlement.confirmed_by) == (office.verifier, office.head)


def test_a_wrong_password_closes_nothing_and_leaves_a_line(office, sit):
    """quality 7"""
    acting.close(office.period.pk, by=office.verifier, at=moment("2012-04-10"), known=ADVISORY)

    answer = sent(
        sit(office.head), office.period, "confirm/", **{"known": KNOWN, "password": "sesame"}
    )

    assert (answer.status_code, state_of(office.period)) == (422, "review")
    line = Trail.objects.get(refused=True)
    assert (line.action, line.actor, line.record) == (
        "period.close",
        office.head,
        f"period:{office.period.pk}",
    )


def test_five_wrong_passwords_lock_the_sixth_even_if_it_is_right(office, sit):
    """quality 20"""
    acting.close(office.period.pk, by=office.verifier, at=moment("2012-04-10"), known=ADVISORY)
    client = sit(office.head)
    for _ in range(5):
        sent(client, office.period, "confirm/", **{"known": KNOWN, "password": "sesame"})

    answer = sent(client, office.period, "confirm/", **GIVEN)

    assert answer.status_code == 429
    assert state_of(office.period) == "review"


def test_nobody_confirms_what_he_proposed(office, sit):
    """quality 7"""
    client = sit(office.head)
    sent(client, office.period, "propose/", **GIVEN)

    answer = sent(client, office.period, "confirm/", **GIVEN)

    assert (answer.status_code, state_of(office.period)) == (422, "review")
    assert Trail.objects.filter(action="period.close", refused=True).count() == 1


def test_one_of_the_two_heads_the_bureau(office, sit):
    """quality 7"""
    sent(sit(office.verifier), office.period, "propose/", **GIVEN)
    second = make_verifier(office.county)

    answer = sent(sit(second), office.period, "confirm/", **GIVEN)

    assert (answer.status_code, state_of(office.period)) == (422, "review")


def test_what_a_check_found_must_be_ticked_and_the_ticks_stay(office, sit):
    make_receipt(office.project, 10, "2012-03-06")
    client = sit(office.verifier)

    answer = sent(
        client, office.period, "propose/", **{"known": [str(UNREPORTED)], "password": "sample"}
    )

    assert (answer.status_code, state_of(office.period)) == (422, "open")
    page = answer.content.decode()
    assert page.count('name="known"') == 2
    assert page.count("checked") == 1


def test_closing_twice_is_a_conflict(office, sit):
    """quality 35"""
    office.close()

    answer = sent(sit(office.head), office.period, "confirm/", **GIVEN)

    assert answer.status_code == 409
    assert Settlement.objects.count() == 1


def test_the_review_week_begins_and_ends_by_button(office, sit):
    client = sit(office.verifier)

    client.post(path_of(office.period, "review/"))
    assert state_of(office.period) == "review"

    client.post(path_of(office.period, "open/"))
    assert state_of(office.period) == "open"


def test_a_reopening_is_proposed_with_a_reason_and_confirmed_with_a_password(office, sit):
    """quality 35"""
    office.close()
    nameless = sent(sit(office.head), office.period, "reopening/", **{"reason": " "})
    sent(
        sit(office.head),
        office.period,
        "reopening/",
        **{"reason": "漏报两笔", "password": "sample"},
    )
    same = sent(sit(office.head), office.period, "reopening/confirm/", **{"password": "sample"})
    wrong = sent(sit(office.verifier), office.period, "reopening/confirm/", **{"password": "x"})
    assert [a.status_code for a in (nameless, same, wrong)] == [422, 422, 422]
    assert state_of(office.period) == "closed"

    sent(sit(office.verifier), office.period, "reopening/confirm/", **{"password": "sample"})

    assert state_of(office.period) == "review"
    assert Settlement.objects.count() == 1


def test_a_proposal_to_reopen_can_be_dropped(office, sit):
    office.close()
    client = sit(office.verifier)
    sent(client, office.period, "reopening/", **{"reason": "漏报", "password": "sample"})

    client.post(path_of(office.period, "reopening/drop/"))

    assert acting.proposed_by(office.period) is None
    assert (
        sent(client, office.period, "reopening/confirm/", **{"password": "sample"}).status_code
        == 409
    )


def test_an_announced_version_stays_readable_after_a_reopening(office, sit):
    office.close()
    acting.propose_reopening(office.period.pk, "漏报", by=office.verifier, at=moment("2012-04-12"))
    acting.reopen(office.period.pk, by=office.head, at=moment("2012-04-12"))
    late = make_receipt(office.project, 50, "2012-03-07", by=office.head, at=moment("2012-04-12"))
    page = f"/receipts/{late.pk}/"
    acting.send(sit(office.verifier), page, f"{page}verify/", word="已核对")
    office.close()

    first = sit(office.head).get(path_of(office.period, "settlements/1/")).content.decode()
    second = sit(office.head).get(path_of(office.period, "settlements/2/")).content.decode()

    assert "250.00" in first
    assert "300.00" not in first
    assert "300.00" in second


def test_the_page_of_a_closed_quarter_lists_what_was_changed_since(office, sit):
    office.close()
    make_verified(office.project, 40, "2012-03-09", by=office.verifier, at=moment("2012-04-20"))
    client = sit(office.head)

    page = client.get(path_of(office.period)).content.decode()
    ranking = client.get("/ranking/2012-03/").content.decode()

    assert "+40.00" in page
    assert "+40.00" in ranking
    assert "/ranking/compare/?left=2012-03-31%402012-04-10" in page


def test_the_list_shows_the_year_with_what_was_announced(office, sit):
    office.close()
    make_verified(office.project, 40, "2012-05-09", by=office.verifier)

    page = sit(office.head).get("/periods/?year=2012").content.decode()

    assert "250.00" in page
    assert "290.00" in page
    assert path_of(office.period, "settlements/1/") in page


@pytest.mark.parametrize("year", ["1000", "99999", "9" * 5_000, "x", "-1", "２０１２", ""])
def test_an_unknown_year_falls_back(office, sit, year):
    assert sit(office.head).get("/periods/", {"year": year}).status_code == 200


ACTIONS = (
    "review/",
    "open/",
    "propose/",
    "confirm/",
    "reopening/",
    "reopening/drop/",
    "reopening/confirm/",
)


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_bureau_does_deeds_and_only_by_post(office, sit, action):
    """quality 5, quality 9"""
    leader = make_person(office.county, Role.LEADER)
    clerk = make_clerk(office.town)

    assert sit(leader).post(path_of(office.period, action), {}).status_code == 403
    assert sit(clerk).post(path_of(office.period, action), {}).status_code == 403
    assert sit(office.head).get(path_of(office.period, action)).status_code == 405
    assert state_of(office.period) == "open"


def test_a_leader_reads_the_quarters_and_a_clerk_does_not(office, sit):
    """quality 5"""
    assert (
        sit(make_person(office.county, Role.LEADER)).get(path_of(office.period)).status_code == 200
    )
    assert sit(make_clerk(office.town)).get(path_of(office.period)).status_code == 403


def test_another_countys_quarter_is_not_there(office, sit):
    """quality 6"""
    stranger = make_head(make_county("611024", "山阳县"))

    assert sit(stranger).get(path_of(office.period)).status_code == 404
    assert sit(stranger).post(path_of(office.period, "review/")).status_code == 404
    assert sit(stranger).get(path_of(office.period, "settlements/1/")).status_code == 404


@pytest.mark.parametrize(
    ("taken", "status"),
    [({"is_active": False}, 302), ({"role": Role.LEADER}, 403), ({"county": "611024"}, 404)],
)
def test_rights_that_are_taken_away_are_gone_with_the_next_request(office, sit, taken, status):
    """quality 8"""
    client = sit(office.verifier)
    assert client.get(path_of(office.period)).status_code == 200

    if "county" in taken:
        taken = {"county": make_county(taken["county"], "山阳县")}
    type(office.verifier).objects.filter(pk=office.verifier.pk).update(**taken)

    assert client.post(path_of(office.period, "review/")).status_code == status
    assert state_of(office.period) == "open"


@pytest.mark.parametrize("taken", [{"is_active": False}, {"role": Role.LEADER}])
def test_what_somebody_proposed_falls_with_his_right(office, sit, taken):
    """quality 7, quality 8"""
    sent(sit(office.verifier), office.period, "propose/", **GIVEN)
    type(office.verifier).objects.filter(pk=office.verifier.pk).update(**taken)

    given = GIVEN
    answer = sit(office.head).post(path_of(office.period, "confirm/"), given)

    assert (answer.status_code, state_of(office.period)) == (422, "review")
