"""Which version of a target holds, what a revision records, and what it refuses."""

import pytest
from django.core.exceptions import PermissionDenied

from tests.builders import (
    day,
    make_county,
    make_unit,
    make_verifier,
    moment,
    set_target,
    wan,
)
from units.ground.refusal import Conflict, Refusal
from units.models import Schedule, Target, Trail
from units.targets import record as targets
from units.targets.record import TargetDraft

pytestmark = pytest.mark.django_db

NOW = moment("2012-07-01")


def draft(unit, amount, *due):
    parts = due or (amount / 4, amount / 2, amount * 3 / 4)
    return TargetDraft(unit, wan(amount), tuple(wan(part) for part in parts))


def revise(
    county, head, *drafts, effective_on="2012-07-01", document_no="商政发〔2012〕30号", **options
):
    options.setdefault("seen", targets.newest_id(county, 2012))
    return targets.revise(
        county,
        2012,
        drafts,
        effective_on=day(effective_on),
        document_no=document_no,
        by=head,
        at=NOW,
        **options,
    )


def test_a_revision_records_only_what_changed(county, head, town):
    other = make_unit(county, "城关镇")
    for unit in (town, other):
        set_target(unit, 8_000)

    versions = revise(county, head, draft(town, 6_000), draft(other, 8_000))

    assert [version.unit for version in versions] == [town]
    assert Target.objects.count() == 3
    assert Trail.objects.filter(action="target.record").count() == 3


def test_the_table_before_the_day_keeps_the_old_target(county, head, town):
    set_target(town, 8_000)
    revise(county, head, draft(town, 6_000), effective_on="2012-07-01")

    before = targets.in_force(county, 2012, day("2012-06-30")).get()
    after = targets.in_force(county, 2012, day("2012-07-01")).get()

    assert (before.amount, after.amount) == (wan(8_000), wan(6_000))


def test_a_quarter_alone_makes_a_version(county, head, town):
    set_target(town, 8_000)

    [version] = revise(county, head, draft(town, 8_000, 1_000, 4_000, 6_000))

    assert version.due == (wan(1_000), wan(4_000), wan(6_000), wan(8_000))


def test_zero_takes_a_task_away_and_sets_none(county, head, town):
    other = make_unit(county, "城关镇")
    set_target(town, 8_000)

    versions = revise(county, head, draft(town, 0), draft(other, 0))

    assert [(version.unit, version.amount) for version in versions] == [(town, 0)]


def test_a_revision_of_what_was_not_seen_is_a_conflict(county, head, town):
    set_target(town, 8_000)
    seen = targets.newest_id(county, 2012)
    revise(county, head, draft(town, 7_000))

    with pytest.raises(Conflict):
        revise(county, head, draft(town, 6_000), seen=seen)

    assert targets.current(county, 2012)[town.pk].amount == wan(7_000)


def test_a_revision_never_reaches_behind_a_later_version(county, head, town):
    set_target(town, 8_000)
    revise(county, head, draft(town, 7_000), effective_on="2012-07-01")

    with pytest.raises(Refusal) as caught:
        revise(county, head, draft(town, 6_000), effective_on="2012-06-30")

    assert caught.value.field == "effective_on"


def test_a_correction_of_the_same_day_holds(county, head, town):
    revise(county, head, draft(town, 7_000))
    revise(county, head, draft(town, 6_000))

    assert targets.current(county, 2012)[town.pk].amount == wan(6_000)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"effective_on": "2011-12-31"}, "effective_on"),
        ({"effective_on": "2013-01-01"}, "effective_on"),
        ({"document_no": ""}, "document_no"),
    ],
)
def test_day_and_document_must_fit(county, head, town, options, field):
    with pytest.raises(Refusal) as caught:
        revise(county, head, draft(town, 8_000), **options)

    assert caught.value.field == field
    assert not Target.objects.exists()


def test_quarters_that_fall_are_refused(county, head, town):
    with pytest.raises(Refusal):
        revise(county, head, draft(town, 8_000, 4_000, 3_000, 6_000))
    with pytest.raises(Refusal):
        revise(county, head, draft(town, 8_000, 2_000, 4_000, 8_001))


def test_a_unit_of_another_county_is_refused(county, head):
    foreign = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")

    with pytest.raises(Refusal):
        revise(county, head, draft(foreign, 8_000))


def test_only_the_head_sets_targets_and_schedule(county, town):
    verifier = make_verifier(county)

    with pytest.raises(PermissionDenied):
        revise(county, verifier, draft(town, 8_000))
    with pytest.raises(PermissionDenied):
        targets.set_schedule(county, 2012, (2_000, 4_930, 7_500), by=verifier, at=NOW)


def test_a_schedule_is_kept_with_trail(county, head):
    targets.set_schedule(county, 2012, (2_000, 4_930, 7_500), by=head, at=NOW)

    assert targets.schedule(county, 2012).parts == (2_000, 4_930, 7_500, 10_000)
    assert targets.schedule(county, 2013).parts == (2_500, 5_000, 7_500, 10_000)
    line = Trail.objects.get(action="schedule.set")
    assert line.before == {"parts": [2_500, 5_000, 7_500, 10_000]}


@pytest.mark.parametrize("parts", [(3_000, 2_000, 7_500), (2_500, 5_000, 10_001), (-1, 0, 0)])
def test_a_schedule_that_falls_is_refused(county, head, parts):
    with pytest.raises(Refusal):
        targets.set_schedule(county, 2012, parts, by=head, at=NOW)

    assert not Schedule.objects.exists()
