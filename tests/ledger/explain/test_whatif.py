"""Who would stand where with other targets, without anything saved."""

import pytest
import time_machine

from ledger.explain.whatif import county_lines, what_if
from tests.builders import (
    day,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    set_target,
    wan,
)
from units.models import Target
from units.targets.record import TargetDraft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-07-10 12:00+08:00", tick=False):
        yield


@pytest.fixture
def towns(county):
    """Two towns with 8,000万元 to bring; one brought 4,000, the other 3,000 by 30 June."""
    found = []
    for name, amount in (("水沟镇", 4_000), ("城关镇", 3_000)):
        town = make_unit(county, name)
        set_target(town, 8_000)
        make_verified(make_project(town), amount, "2012-06-15")
        found.append(town)
    return found


def draft(unit, amount):
    return TargetDraft(unit, wan(amount), (wan(amount) / 4, wan(amount) / 2, wan(amount) * 3 / 4))


def test_ranks_and_tiers_move_with_the_targets(county, towns):
    _first, second = towns

    query = what_if(county, day("2012-06-30"), [draft(second, 4_000)])

    lines = query.lines(query.after.sections[0])
    told = {
        line.after.name: (line.before.rank, line.after.rank, line.before.tier, line.after.tier)
        for line in lines
    }
    assert told == {
        "城关镇": (2, 1, "behind", "on_schedule"),
        "水沟镇": (1, 2, "on_schedule", "on_schedule"),
    }
    assert [line.moved for line in lines] == [1, -1]
    assert [row[1:] for row in county_lines(query)] == [("1.6", "1.2"), ("43.8%", "58.3%")]


def test_a_unit_without_a_draft_keeps_its_target_and_zero_means_no_task(county, towns):
    first, _second = towns

    query = what_if(county, day("2012-06-30"), [draft(first, 0)])

    rows = {row.name: (row.target, row.rank) for row in query.after.rows}
    assert rows == {"城关镇": (wan(8_000), 1), "水沟镇": (None, None)}


def typed(county, towns, **fields):
    sent = {"seen": "0", "effective_on": "", "document_no": ""}
    for town in towns:
        for column, amount in (
            ("amount", 4_000),
            ("first", 1_000),
            ("second", 2_000),
            ("third", 3_000),
        ):
            sent[f"{column}-{town.pk}"] = str(amount)
    return sent | fields


def test_the_page_shows_both_and_saves_nothing(client, county, towns):
    client.force_login(make_head(county))

    answer = client.post("/targets/2012/what-if/", typed(county, towns))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["as_of"] == day("2012-06-30")
    assert "8,000.00</span> → 4,000.00" in page
    assert Target.objects.count() == 2


def test_typed_targets_come_back_to_the_grid(client, county, towns):
    client.force_login(make_head(county))

    answer = client.post("/targets/2012/", typed(county, towns, resume="1"))

    assert answer.status_code == 200
    assert 'value="4000"' in answer.content.decode()
    assert Target.objects.count() == 2


@pytest.mark.parametrize(
    "as_of", ["2012-02-30", "2011-06-30", "2013-01-01", "2012-08-01", "x", "\x00"]
)
def test_an_odd_day_falls_back_to_the_last_one_that_makes_sense(client, county, towns, as_of):
    client.force_login(make_head(county))

    answer = client.post("/targets/2012/what-if/", typed(county, towns, as_of=as_of))

    assert answer.context["as_of"] in (day("2012-06-30"), day("2012-07-10"))


def test_a_refused_cell_leads_back_to_the_grid(client, county, towns):
    client.force_login(make_head(county))
    sent = typed(county, towns) | {f"first-{towns[0].pk}": "1e5"}

    answer = client.post("/targets/2012/what-if/", sent)

    assert answer.status_code == 422
    assert list(answer.context["grid"].errors)[-1] == f"first-{towns[0].pk}"


def test_only_the_head_asks_what_if(client, county, towns):
    """quality 5"""
    client.force_login(make_verifier(county))

    assert client.post("/targets/2012/what-if/").status_code == 403
    assert client.get("/targets/2012/what-if/").status_code == 405
