"""What the register of units accepts, refuses and keeps."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from tests.builders import (
    day,
    in_order,
    make_clerk,
    make_county,
    make_head,
    make_unit,
    make_verifier,
    moment,
)
from units import register
from units.ground.refusal import Refusal
from units.models import Trail, Unit
from units.register import UnitDraft, draft_of

pytestmark = pytest.mark.django_db

NOW = moment("2012-06-30")


def refused(draft, county, head, unit=None):
    with pytest.raises(Refusal) as caught:
        register.save(draft, county=county, by=head, at=NOW, unit=unit)
    return caught.value.field


def test_a_unit_gets_the_next_code_of_its_kind(county, head):
    make_unit(county, "城关镇", code="611023T13")

    town = register.save(UnitDraft("试马镇", "town"), county=county, by=head, at=NOW)
    bureau = register.save(UnitDraft("招商局", "department"), county=county, by=head, at=NOW)

    assert (town.code, bureau.code) == ("611023T14", "611023D01")
    assert Trail.objects.filter(action="unit.add").count() == 2


def test_a_given_code_in_use_is_refused(county, head, town):
    with pytest.raises(Refusal):
        register.save(UnitDraft("试马镇", "town"), county=county, by=head, at=NOW, code=town.code)


def test_a_new_name_leaves_code_and_trail_of_both(county, head, town):
    code = town.code

    after = register.save(
        replace(draft_of(town), name="水沟新镇"), county=county, by=head, at=NOW, unit=town
    )

    line = Trail.objects.get(action="unit.change")
    assert after.code == code
    assert (line.before, line.after) == ({"name": "水沟镇"}, {"name": "水沟新镇"})


@pytest.mark.parametrize("name", ["水沟镇", "水沟 镇", "水沟镇。", "", "水\u200b沟", "镇" * 101])
def test_names_that_are_taken_or_cannot_be_kept_are_refused(county, head, town, name):
    """quality 28"""
    assert refused(UnitDraft(name, "town"), county, head) == "name"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "village"}, "kind"),
        ({"order": -1}, "order"),
        ({"order": 10_000}, "order"),
        ({"active_from": day("2012-02-01"), "ended_on": day("2012-01-31")}, "ended_on"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(county, head, fields, field):
    assert refused(replace(UnitDraft("试马镇", "town"), **fields), county, head) == field


def test_a_unit_ends_and_names_its_successor(county, head, town):
    successor = make_unit(county, "城关镇")
    draft = replace(draft_of(town), ended_on=day("2012-06-30"), successor=successor)

    after = register.save(draft, county=county, by=head, at=NOW, unit=town)

    assert (after.ended_on, after.successor) == (day("2012-06-30"), successor)
    assert Trail.objects.get().after == {"ended_on": "2012-06-30", "successor": "城关镇"}


def test_a_successor_needs_the_last_day(county, head, town):
    draft = replace(draft_of(town), successor=make_unit(county, "城关镇"))

    assert refused(draft, county, head, town) == "ended_on"


def test_a_unit_does_not_succeed_itself_even_through_others(county, head, town):
    between = make_unit(county, "城关镇", ended_on=day("2013-01-01"), successor=town)
    last = make_unit(county, "试马镇", ended_on=day("2013-01-01"), successor=between)
    draft = replace(draft_of(town), ended_on=day("2012-06-30"))

    assert refused(replace(draft, successor=town), county, head, town) == "successor"
    assert refused(replace(draft, successor=last), county, head, town) == "successor"


def test_a_successor_must_stand_and_be_of_the_county(county, head, town):
    gone = make_unit(county, "城关镇", ended_on=day("2012-06-30"))
    foreign = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")
    draft = replace(draft_of(town), ended_on=day("2012-06-30"))

    assert refused(replace(draft, successor=gone), county, head, town) == "successor"
    assert refused(replace(draft, successor=foreign), county, head, town) == "successor"


def test_only_the_head_of_the_own_county_keeps_the_register(county, town):
    draft = UnitDraft("试马镇", "town")

    for person in (make_clerk(town), make_verifier(county)):
        with pytest.raises(PermissionDenied):
            register.save(draft, county=county, by=person, at=NOW)
    stranger = make_head(make_county("611022", "丹凤县"))
    refused(draft, county, stranger)
    refused(replace(draft_of(town), name="x"), stranger.county, stranger, town)
    assert Unit.objects.count() == 1


def test_the_order_is_set_for_those_that_moved(county, head, town):
    other = make_unit(county, "城关镇")

    moved = register.arrange(
        {town.pk: town.order, other.pk: 3},
        register.order_seen([town, other]),
        county=county,
        by=head,
        at=NOW,
    )

    other.refresh_from_db()
    assert (moved, other.order) == (1, 3)
    assert Trail.objects.count() == 1


def test_the_order_of_another_county_stays(county, head):
    foreign = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇", order=5)

    register.arrange({foreign.pk: 1}, register.order_seen([]), county=county, by=head, at=NOW)

    foreign.refresh_from_db()
    assert foreign.order == 5


def test_a_change_of_group_holds_from_its_day(county, head, town):
    """Entered today without a day; the code of the unit stays."""
    code = town.code

    register.save(
        replace(draft_of(town), kind="department"), county=county, by=head, at=NOW, unit=town
    )

    town.refresh_from_db()
    change = town.group_changes.get()
    assert (town.kind, town.code) == ("department", code)
    assert (change.before, change.effective_on) == ("town", day("2012-06-30"))
    assert Trail.objects.get(action="unit.change").after["kind"] == "department"


def test_changes_of_group_follow_one_another(county, head, town):
    first = replace(draft_of(town), kind="department", kind_from=day("2012-06-01"))
    town = register.save(first, county=county, by=head, at=NOW, unit=town)

    earlier = replace(first, kind="enterprise", kind_from=day("2012-05-31"))

    assert refused(earlier, county, head, town) == "kind_from"
    register.save(
        replace(earlier, kind_from=day("2012-06-01")), county=county, by=head, at=NOW, unit=town
    )
    assert list(town.group_changes.values_list("before", flat=True)) == ["town", "department"]


def test_a_unit_of_a_group_of_the_county_gets_its_own_letter(county, head):
    county.groups = in_order("town", "g1")
    county.save()

    park = register.save(UnitDraft("工业园区", "g1"), county=county, by=head, at=NOW)

    assert (park.kind, park.code) == ("g1", "611023G01")
    assert refused(UnitDraft("林业局", "department"), county, head) == "kind"
