"""Units that end: their money stays in the totals, and what was announced with them stays (rule 15)."""

import pytest

from ledger.models import Period
from ledger.ranking import summaries
from ledger.ranking.league import league_table
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
    wan,
)
from tests.ledger.papers.papers import close_first_quarter
from units import register
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db
JUNE, AT = day("2012-06-30"), moment("2012-06-20")


@pytest.fixture
def county():
    return make_county()


def end(unit, on, successor=None):
    draft = register.draft_of(unit)
    ended = register.UnitDraft(draft.name, draft.kind, draft.order, None, day(on), successor)
    return register.save(ended, county=unit.county, by=make_head(unit.county), at=AT, unit=unit)


def test_pending_money_of_an_ended_unit_stays_in_the_totals(county):
    unit, other = make_unit(county, "水沟镇"), make_unit(county, "试马镇")
    set_target(other, 100)
    make_receipt(make_project(unit), 40, "2012-03-20")
    end(unit, "2012-05-01")

    table = league_table(county, JUNE)

    assert [(row.name, row.pending) for row in table.rows if row.pending] == [("水沟镇", wan(40))]
    assert table.total.pending == wan(40)
    [summary] = summaries.computed([county], JUNE)
    assert (summary.total.pending, dict(summary.tiers)) == (
        wan(40),
        dict(summaries.Summary.of(table).tiers),
    )


def test_money_after_the_end_of_a_unit_without_successor_is_refused_when_entered(county):
    unit = make_unit(county, "水沟镇")
    project = make_project(unit)
    end(unit, "2012-05-01")
    project.refresh_from_db()

    make_receipt(project, 40, "2012-05-01")  # its last day
    with pytest.raises(Refusal, match="2012年5月1日") as refusal:
        make_receipt(project, 40, "2012-05-02")
    assert refusal.value.field == "received_on"


def test_money_after_the_end_of_a_sharer_is_refused_when_verified(county):
    unit, other = make_unit(county, "水沟镇"), make_unit(county, "试马镇")
    project = make_project(unit, shares={unit: 6_000, other: 4_000})
    end(other, "2012-05-01")

    make_verified(project, 40, "2012-05-01")
    with pytest.raises(Refusal, match="试马镇"):
        make_verified(project, 40, "2012-05-02")


def test_later_money_of_a_merged_unit_goes_to_its_successor(county):
    unit, other = make_unit(county, "水沟镇"), make_unit(county, "试马镇")
    project = make_project(unit)
    end(unit, "2012-05-01", other)
    project.refresh_from_db()

    make_verified(project, 40, "2012-05-20")

    received = {row.name: row.received for row in league_table(county, JUNE).rows}
    assert received == {"试马镇": wan(40)}


def test_end_dated_into_a_closed_quarter_is_refused(county):
    unit = make_unit(county, "水沟镇")
    set_target(unit, 100)
    make_verified(make_project(unit), 40, "2012-03-05")
    close_first_quarter(county)
    assert Period.objects.get().state == Period.State.CLOSED

    with pytest.raises(Refusal, match="2012年3月31日") as refusal:
        end(unit, "2012-03-30")
    assert refusal.value.field == "ended_on"
    assert end(unit, "2012-03-31").ended_on == day("2012-03-31")
    unit.refresh_from_db()
    draft = register.draft_of(unit)
    changed = register.UnitDraft("水沟新镇", draft.kind, 3, None, draft.ended_on)
    register.save(changed, county=county, by=make_head(county), at=AT, unit=unit)
