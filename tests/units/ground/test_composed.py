"""Statements that are composed once: each must find what its queryset finds."""

from datetime import date

import pytest
from django.db.models import Count, F, Q, Sum

from tests.builders import make_county, make_unit
from units.ground.composed import _statement, among, composed_once
from units.models import Unit

pytestmark = pytest.mark.django_db
JUNE = date(2012, 6, 30)


@composed_once
def _named(counties, kind, order):
    return Unit.objects.filter(among("county_id", counties), kind=kind, order__gte=order)


@composed_once
def _counted(counties, since):
    rows = Unit.objects.filter(among("county_id", counties)).order_by("county__code")
    if since is not None:
        rows = rows.filter(Q(active_from__isnull=True) | Q(active_from__gt=since))
    return rows.values_list("county__code").annotate(Count("pk"), sum=Sum(F("order") * 2))


@composed_once
def _with_county(day):
    rows = Unit.objects.filter(active_from=day).select_related("county", "successor")
    return rows.annotate(double=F("order") * 2).order_by("pk")


@pytest.fixture
def counties():
    found = [make_county("611023"), make_county("611022")]
    for county in found:
        for order in (1, 2, 3):
            make_unit(county, f"{county.code}镇{order}", order=order)
    return found


def test_a_kept_statement_is_filled_in_with_the_values_of_each_call(counties):
    one, other = ([county.pk] for county in counties)

    assert [unit.order for unit in _named(one, "town", 2)] == [2, 3]
    assert [unit.county_id for unit in _named(other, "town", 3)] == other
    assert len(_named(one + other, "town", 1)) == 6
    assert not _named(one, "enterprise", 1)
    assert not _named([], "town", 1)


def test_values_are_converted_as_django_converts_them(counties):
    ids = [county.pk for county in counties]

    found = _counted(ids, None)

    assert found == list(_counted.__wrapped__(ids, None)) == [("611022", 3, 12), ("611023", 3, 12)]
    assert _counted(ids, JUNE) == list(_counted.__wrapped__(ids, JUNE))


def test_instances_come_with_what_was_selected_and_annotated(counties, django_assert_num_queries):
    Unit.objects.filter(order=3).update(active_from=JUNE)

    with django_assert_num_queries(1):
        found = _with_county(JUNE)
        told = [(unit.county.code, unit.successor, unit.double) for unit in found]

    assert told == [("611023", None, 6), ("611022", None, 6)]
    assert not found[0]._state.adding
    assert found == list(_with_county.__wrapped__(JUNE))


def test_composing_happens_once_for_a_shape(counties):
    _named([counties[0].pk], "town", 1)
    before = _statement.cache_info()
    for order in range(5):
        _named([counties[1].pk], "town", order)
    after = _statement.cache_info()

    assert after.misses == before.misses
    assert after.hits == before.hits + 5
