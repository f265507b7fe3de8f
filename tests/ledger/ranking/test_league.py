"""The league table of one small county by hand, compared whole."""

from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.models import Entry, Period, Settlement
from ledger.quarter.checks import ADVISORY
from ledger.ranking.announced import announced_table
from ledger.ranking.gathering import EXCLUSIONS, Signed, entries_of
from ledger.ranking.league import league_table, section_of
from ledger.rules.standing import Tier
from tests import acting
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def lines(table):
    """What a reader sees of each row, by name."""
    return {
        row.name: (row.rank, row.target, row.received, row.pending, row.tier) for row in table.rows
    }


def test_whole_table_of_a_small_county(county):
    first, second, third = (make_unit(county, name) for name in ("甲镇", "乙镇", "丙镇"))
    bureau = make_unit(county, "丁局", "department")
    idle = make_unit(county, "戊局", "department")
    for unit, amount in ((first, 1000), (second, 500), (third, 2000), (bureau, 400)):
        set_target(unit, amount)
    shared = make_project(first, shares={first: 6_000, bureau: 4_000})
    make_verified(shared, 1000)
    make_verified(make_project(second, signed="2011-05-01", origin="other_city"), 300)
    make_receipt(make_project(third), 70)

    table = league_table(county, JUNE)

    assert lines(table) == {
        "甲镇": (1, wan(1000), wan(600), 0, Tier.ON_SCHEDULE),
        "乙镇": (1, wan(500), wan(300), 0, Tier.ON_SCHEDULE),
        "丙镇": (None, wan(2000), 0, wan(70), Tier.NO_FUNDS),
        "丁局": (1, wan(400), wan(400), 0, Tier.COMPLETED),
        "戊局": (None, None, 0, 0, Tier.NO_TARGET),
    }
    assert [section.kind for section in table.sections] == ["town", "department"]
    assert table.section("town").tiers[Tier.ON_SCHEDULE] == 2
    assert table.section("enterprise").rows == ()
    assert asdict(table.total.sums) == {
        "received": wan(1300),
        "new": wan(1000),
        "outside": wan(1000),
        "adjusted": 0,
    }
    assert table.total.target == wan(3900)
    assert table.total.benchmark == wan(1950)
    assert table.total.benchmark_percent == 50
    assert table.over_half is False
    assert table.signed == Signed(2, 2, wan(20_000), wan(16_000))
    assert idle.name == table.rows[-1].name


def test_gap_is_exact_in_yuan_and_in_points(county):
    unit = make_unit(county)
    set_target(unit, 300)
    make_verified(make_project(unit), 100, "2012-04-05")

    [row] = league_table(county, day("2012-04-30")).rows

    assert row.benchmark == wan(100)
    assert row.gap == 0
    assert row.gap_points == 0
    assert row.completion == Fraction(1, 3)


def test_a_day_inside_the_year_counts_up_to_it_and_not_beyond(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    project = make_project(unit, signed="2011-12-01")
    for received in ("2011-12-31", "2012-01-01", "2012-06-30", "2012-07-01"):
        make_verified(project, 10, received)

    assert league_table(county, JUNE).total.received == wan(20)
    assert league_table(county, day("2012-06-29")).total.received == wan(10)
    assert league_table(county, day("2011-12-31")).total.received == wan(10)


def test_known_by_leaves_out_what_was_posted_later(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    project = make_project(unit)
    make_verified(project, 10, "2012-05-10", at=moment("2012-05-11"))
    make_verified(project, 20, "2012-05-10", at=moment("2012-07-20"))

    assert league_table(county, JUNE).total.received == wan(30)
    assert league_table(county, JUNE, moment("2012-07-01")).total.received == wan(10)


def test_target_of_the_day_is_used_and_a_later_change_leaves_it_alone(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    set_target(unit, 400, effective_on="2012-07-01", at=moment("2012-07-01"))
    make_verified(make_project(unit), 400)

    [june] = league_table(county, JUNE).rows
    [july] = league_table(county, day("2012-07-01")).rows

    assert (june.target, june.tier) == (wan(1000), Tier.BEHIND)
    assert (july.target, july.tier) == (wan(400), Tier.COMPLETED)


def test_other_county_and_other_issuer_do_not_count(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    set_target(unit, 7000, issuer="city")
    other = make_county("611024", "山阳县")
    make_verified(make_project(make_unit(other, "丰阳镇")), 99)

    assert league_table(county, JUNE).total.received == 0
    assert league_table(county, JUNE).total.target == wan(1000)
    assert [row.name for row in league_table(county, JUNE).rows] == [unit.name]


def test_a_contract_counts_from_the_day_of_its_signing(county):
    make_project(make_unit(county), signed="2012-06-30")

    before, on_the_day = (league_table(county, day(f"2012-06-{n}")).signed for n in (29, 30))

    assert (before.contracts, on_the_day.contracts) == (0, 1)


def test_a_table_is_made_of_its_own_countys_entries_alone(county):
    elsewhere = make_county("611022", "丹凤县")
    make_head(elsewhere)
    make_verified(make_project(make_unit(elsewhere)), 70)
    own = make_verified(make_project(make_unit(county)), 30)

    entries = entries_of(county, JUNE, None)

    assert [entry.receipt for entry in entries] == [own]


def test_reversal_takes_the_money_out_again(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    receipt = make_verified(make_project(unit), 600)
    entry = Entry.objects.get(receipt=receipt)

    acting.reverse(entry.pk, "重复填报", by=make_verifier(county), at=moment("2012-05-20"))

    [row] = league_table(county, JUNE).rows
    assert (row.received, row.tier) == (0, Tier.NO_FUNDS)


@pytest.mark.parametrize(
    ("without", "left"),
    [((), 1111), (("resource",), 1110), (("property",), 1101), (("carry_over",), 1011)],
)
def test_money_is_left_out_on_request(county, without, left):
    unit = make_unit(county)
    set_target(unit, 5000)
    make_verified(make_project(unit, industry="mining"), 1)
    make_verified(make_project(unit, industry="property"), 10)
    make_verified(make_project(unit, signed="2011-02-01"), 100)
    make_verified(make_project(unit), 1000)

    assert league_table(county, JUNE, without=without).total.received == wan(left)


def test_every_exclusion_at_once_leaves_what_was_really_brought_in(county):
    unit = make_unit(county)
    make_verified(make_project(unit, industry="mining", signed="2011-02-01"), 1)
    make_verified(make_project(unit), 1000)

    assert league_table(county, JUNE, without=EXCLUSIONS).total.received == wan(1000)


def test_merged_unit_counts_in_its_successor_from_then_on(county):
    """Rule 15: later tables sum the predecessor in, earlier tables stay as they were."""
    heir = make_unit(county, "城关镇")
    merged = make_unit(county, "水沟镇", ended_on=day("2012-05-31"), successor=heir)
    for unit in (heir, merged):
        set_target(unit, 1000)
    make_verified(make_project(merged), 300)
    make_receipt(make_project(merged), 40)

    may, june = league_table(county, day("2012-05-31")), league_table(county, JUNE)

    assert {row.name: row.received for row in may.rows} == {"城关镇": 0, "水沟镇": wan(300)}
    assert {row.name: row.received for row in june.rows} == {"城关镇": wan(300)}
    assert june.rows[0].pending == wan(40)


def test_a_section_by_itself_is_that_of_the_table(county):
    """Also with a merged unit's money."""
    heir, other = make_unit(county, "城关镇"), make_unit(county, "富水镇")
    merged = make_unit(county, "水沟镇", ended_on=day("2012-05-31"), successor=heir)
    bureau = make_unit(county, "招商局", "department")
    for unit in (heir, other, bureau):
        set_target(unit, 1000)
    for number, unit in enumerate((merged, other, bureau), start=1):
        make_verified(make_project(unit), 100 * number)
        make_receipt(make_project(unit), 10 * number)
    table = league_table(county, JUNE)

    for kind, unit in (("town", heir), ("department", bureau)):
        whole = [replace(row, reported=False) for row in table.section(kind).rows]
        found = section_of(unit, JUNE).rows
        assert [replace(row, reported=False) for row in found] == whole
    assert section_of(merged, JUNE) is None


def test_money_of_a_unit_that_ended_without_a_successor_is_not_lost(county):
    """quality 2: the table's total stays the sum of the entries."""
    gone = make_unit(county, "撤销局", "department", ended_on=day("2012-05-31"))
    make_verified(make_project(gone), 300)

    june = league_table(county, JUNE)

    assert [(row.name, row.received) for row in june.rows] == [("撤销局", wan(300))]
    assert june.total.received == wan(300)


def test_unit_not_yet_active_has_no_line(county):
    make_unit(county, active_from=day("2012-07-01"))

    assert league_table(county, JUNE).rows == ()


def test_other_targets_can_be_tried_without_recording_them(county):
    unit = make_unit(county)
    set_target(unit, 1000)
    make_verified(make_project(unit), 400)
    tried = (wan(400), (wan(100), wan(200), wan(300), wan(400)))

    [row] = league_table(county, JUNE, targets_instead={unit.pk: tried}).rows

    assert row.tier is Tier.COMPLETED
    assert league_table(county, JUNE).rows[0].tier is Tier.BEHIND


def test_shares_of_one_fen_add_up_over_the_table(county):
    units = [make_unit(county, name) for name in ("甲镇", "乙镇", "丙镇")]
    shares = dict(zip(units, (3_333, 3_333, 3_334), strict=True))
    make_verified(make_project(units[0], shares=shares), "0.000001")

    table = league_table(county, JUNE)

    assert table.total.received == Decimal("0.01")


def test_number_of_queries_grows_neither_with_units_nor_with_receipts(
    county, django_assert_num_queries
):
    def grow(units):
        for number in range(units):
            unit = make_unit(county, f"{Entry.objects.count()}-{number}镇")
            set_target(unit, 100)
            make_verified(make_project(unit), 10)

    grow(2)
    with django_assert_num_queries(3):
        league_table(county, JUNE)

    grow(8)
    with django_assert_num_queries(3):
        league_table(county, JUNE)


def test_announced_table_is_the_table_of_the_closing(county):
    unit, rival = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    for one in (unit, rival):
        set_target(one, 1000)
    make_verified(make_project(unit), 250, "2012-03-05")
    settlement = close_first_quarter(county)
    make_verified(make_project(rival), 400, "2012-03-06", at=moment("2012-04-20"))

    announced = announced_table(Settlement.objects.get(pk=settlement.pk))
    computed = league_table(county, day("2012-03-31"), settlement.known_by)
    june = league_table(county, JUNE)

    assert announced.rows == computed.rows
    assert announced.signed == Signed(1, 1, wan(10_000), wan(8_000))
    assert [(row.name, row.rank, row.movement) for row in june.rows] == [
        ("乙镇", 1, None),  # without funds there was no rank to move from
        ("甲镇", 2, -1),
    ]
    assert june.compared_with == settlement


def test_late_money_is_in_the_table_of_the_quarter_in_which_it_counts(county):
    """Rule 7."""
    unit = make_unit(county)
    project = make_project(unit)
    make_verified(project, 10, "2012-03-05")
    close_first_quarter(county)
    make_verified(project, 5, "2012-03-06", at=moment("2012-04-20"))

    assert league_table(county, day("2012-03-31")).total.received == wan(10)
    assert league_table(county, day("2012-04-01")).total.received == wan(15)


def test_movement_is_not_measured_against_the_quarter_itself(county):
    make_verified(make_project(make_unit(county)), 10, "2012-03-05")
    settlement = close_first_quarter(county)

    assert league_table(county, day("2012-03-31")).compared_with is None
    assert league_table(county, day("2012-04-01")).compared_with == settlement


def close_first_quarter(county):
    period = Period.objects.get(county=county, year=2012, quarter=1)
    acting.close(period.pk, by=make_verifier(county), at=moment("2012-04-10"), known=ADVISORY)
    return acting.confirm(period.pk, by=make_head(county), at=moment("2012-04-11"), known=ADVISORY)


def test_units_without_money_stand_after_those_with_money(county):
    """Neither has a target, so neither is ranked; the official order alone would turn them round."""
    idle, busy = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    make_verified(make_project(busy), 10, "2012-05-10")

    section = league_table(county, day("2012-06-30")).section("town")

    names = [row.name for row in section.rows if row.name in ("甲镇", "乙镇")]
    assert (names, idle.order < busy.order) == (["乙镇", "甲镇"], True)


def test_ranks_do_not_move_across_the_year(county):
    """The tasks of another year were others, so the first table of a year has no base."""
    unit, rival = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    for one in (unit, rival):
        set_target(one, 1000)
        set_target(one, 1000, year=2013, effective_on="2013-01-01")
    make_verified(make_project(unit), 250, "2012-03-05")
    settlement = close_first_quarter(county)
    make_verified(make_project(rival, signed="2013-01-02"), 10, "2013-01-06")

    january = league_table(county, day("2013-01-31"))

    assert january.compared_with == settlement
    assert not january.has_movement
    assert {row.previous_rank for row in january.rows} == {None}
    assert league_table(county, JUNE).has_movement
