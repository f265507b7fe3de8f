"""The county's settings: one verb for every door, refusals, conflicts, the trail; the database's own word."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests import builders
from tests.builders import in_order, moment, wan
from units import register
from units.county import settings
from units.ground.refusal import Conflict, Refusal
from units.models import County, Role, Trail, Unit

pytestmark = pytest.mark.django_db
AT = moment("2012-03-01")


@pytest.fixture
def county():
    return builders.make_county()


@pytest.fixture
def head(county):
    return builders.make_head(county)


def change(county, head, seen=None, **given):
    return settings.change(county, given, by=head, at=AT, seen=seen)


def test_what_is_given_is_set_and_the_rest_stays(county, head):
    before = settings.values(County.objects.get())

    change(county, head, name="商南新县", reports_from=date(2012, 3, 1), mega_from=wan(200_000))

    given = {
        "name": "商南新县",
        "reports_from": date(2012, 3, 1),
        "mega_from": wan(200_000),
    }
    assert settings.values(County.objects.get()) == before | given


def test_the_trail_names_what_differs(county, head):
    change(county, head, report_day=9, groups=in_order("department", "town", "enterprise"))

    line = Trail.objects.get(action="county.change")
    assert line.before == {"report_day": 5, "groups": in_order("town", "department", "enterprise")}
    assert line.after == {"report_day": 9, "groups": in_order("department", "town", "enterprise")}
    assert (line.record, line.actor_id) == (f"county:{county.pk}", head.pk)


def test_the_same_again_changes_nothing_and_leaves_no_line(county, head):
    """quality 30"""
    change(county, head, report_day=9)
    change(county, head, report_day=9)

    assert Trail.objects.filter(action="county.change").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "商"}, "name"),
        ({"name": "商" * 51}, "name"),
        ({"name": "商\u202e南县"}, "name"),
        ({"large_from": wan(0), "name": "商南县"}, "large_from"),
        ({"large_from": wan(50_000)}, "major_from"),
        ({"mega_from": wan(50_000)}, "mega_from"),
        ({"report_day": 0}, "report_day"),
        ({"report_day": 29}, "report_day"),
        ({"groups": []}, "groups"),
        ({"groups": in_order("town", "town", "department")}, "groups"),
        (
            {"groups": [{"code": "g1", "name": "部门", "name_en": ""}, *in_order("department")]},
            "groups",
        ),
        ({"reports_from": date(2012, 3, 2)}, "reports_from"),
        ({"issuing_office": "局" * 51}, "issuing_office"),
    ],
)
def test_what_is_no_setting_is_refused_beside_its_field(county, head, given, field):
    with pytest.raises(Refusal) as refusal:
        change(county, head, **given)

    assert refusal.value.field == field
    assert not Trail.objects.filter(action="county.change").exists()


def test_what_was_changed_meanwhile_is_not_overwritten(county, head):
    """Rule 18: also by the other door of the same setting."""
    seen = settings.fingerprint(County.objects.get())
    change(county, head, report_day=9)

    with pytest.raises(Conflict):
        change(county, head, seen=seen, name="商南新县")

    assert County.objects.get().name == "商南县"


def test_only_the_head_of_the_own_bureau_changes_them(county):
    """quality 5"""
    stranger = builders.make_head(builders.make_county("611022", "丹凤县"))

    with pytest.raises(PermissionDenied):
        change(county, builders.make_verifier(county), report_day=9)
    with pytest.raises(Refusal):
        change(county, stranger, report_day=9)


@pytest.mark.parametrize(
    "given",
    [
        {"large_from": wan(0)},
        {"major_from": wan(10_000)},
        {"report_day": 29},
        {"groups": in_order("town", "town", "department")},
        {"groups": []},
        {"reports_from": date(2012, 3, 2)},
    ],
)
def test_the_database_refuses_it_as_well(county, given):
    with pytest.raises(IntegrityError), transaction.atomic():
        County.objects.update(**given)


# The page


def typed_groups(held):
    """The rows of the groups as they are sent."""
    return {
        f"groups-{row}-{part}": value
        for row, group in enumerate(held)
        for part, value in (group | {"place": str(row + 1)}).items()
    }


def sent(county, **typed):
    """The form as the page shows it, with what was typed."""
    return {
        "seen": settings.fingerprint(County.objects.get(pk=county.pk)),
        "name": county.name,
        **typed_groups(county.groups),
        "large_from": "10000",
        "major_from": "50000",
        "mega_from": "100000",
        "report_day": "5",
        "health_start_months": "12",
        "health_money_months": "3",
        "health_percent": "15",
        "reports_from": "2000-01",
    } | typed


def test_the_head_sets_all_of_it_on_one_page(client, county, head):
    client.force_login(head)
    typed = {
        **typed_groups(in_order("enterprise", "department", "town")),
        "mega_from": "20亿",
        "reports_from": "2012年3月",
        "evidence_required": "on",
        "issuing_office": "中共商南县委办公室",
        "title_name": "陕西省商南县",
        "addressees": "各镇党委、政府",
    }

    answer = client.post("/county/", sent(county, **typed))

    county.refresh_from_db()
    assert answer.status_code == 302
    assert county.groups == in_order("enterprise", "department", "town")
    assert (county.mega_from, county.reports_from) == (wan(200_000), date(2012, 3, 1))
    assert county.evidence_required
    assert county.title_name == "陕西省商南县"
    shown = client.get("/county/").content.decode()
    assert all(word in shown for word in ("2012-03", "中共商南县委办公室", "200000"))


def test_the_page_as_it_is_shown_changes_nothing(client, county, head):
    client.force_login(head)
    before = settings.values(County.objects.get())

    assert client.post("/county/", sent(county)).status_code == 302

    assert settings.values(County.objects.get()) == before
    assert not Trail.objects.filter(action="county.change").exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"report_day": "29"},
        {"reports_from": "2012-13"},
        {"reports_from": "三月"},
        {"groups-1-name": "镇"},
        {"large_from": "60000"},
        {"title_name": "a\u202eb"},
    ],
)
def test_what_is_refused_stays_typed(client, county, head, typed):
    client.force_login(head)

    answer = client.post("/county/", sent(county, issuing_office="县委办") | typed)

    assert answer.status_code == 422
    assert "县委办" in answer.content.decode()
    assert County.objects.get().issuing_office == ""


def test_two_heads_at_once_see_both_versions(client, county, head):
    client.force_login(head)
    form = sent(county, issuing_office="县委办")
    change(county, head, report_day=9)

    answer = client.post("/county/", form)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "<td>9</td><td>5</td>" in page
    assert County.objects.get().report_day == 9

    again = form | {"seen": settings.fingerprint(County.objects.get())}
    assert again["seen"] in page
    assert client.post("/county/", again).status_code == 302
    assert (County.objects.get().report_day, County.objects.get().issuing_office) == (5, "县委办")


def test_a_form_without_what_was_seen_is_a_conflict(client, county, head):
    client.force_login(head)

    assert client.post("/county/", sent(county, name="商南新县", seen="")).status_code == 409


def test_only_the_head_finds_the_page(client, county, head):
    client.force_login(head)
    assert 'href="/county/"' in client.get("/units/").content.decode()

    client.force_login(builders.make_person(county, Role.LEADER))
    assert 'href="/county/"' not in client.get("/units/").content.decode()
    assert client.get("/county/").status_code == 403


def test_a_county_writes_its_own_groups(client, county, head):
    """A new group gets a code, a renamed one keeps its own, an emptied one goes."""
    client.force_login(head)
    typed = {
        "groups-0-name": "一类镇",
        "groups-0-name_en": "",
        "groups-2-name": "",
        "groups-3-name": "园区",
        "groups-3-name_en": "Parks",
        "groups-3-place": "1",
        "groups-0-place": "２",
        "groups-4-name": "招商小组",
    }

    assert client.post("/county/", sent(county, **typed)).status_code == 302

    county.refresh_from_db()
    assert [(group.code, group.name, group.name_en) for group in county.kinds] == [
        ("g1", "园区", "Parks"),
        ("town", "一类镇", ""),
        ("department", "部门", "Departments"),
        ("g2", "招商小组", ""),
    ]


def test_a_group_with_units_stays_on_the_list(client, county, head):
    """Also one that a unit has left: earlier tables rank it there."""
    town = builders.make_unit(county)
    draft = replace(register.draft_of(town), kind="department", kind_from=date(2012, 3, 1))
    register.save(draft, county=county, by=head, at=AT, unit=town)
    client.force_login(head)

    answer = client.post("/county/", sent(county, **{"groups-0-name": ""}))

    assert answer.status_code == 422
    assert "镇" in answer.context["form"].errors["groups"][0]
    for codes in (["town"], ["department"]):
        with pytest.raises(IntegrityError), transaction.atomic():
            County.objects.update(groups=in_order(*codes))


def test_the_database_knows_no_group_that_the_county_has_not(county):
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.make_unit(county, kind="g1")
    unit = builders.make_unit(county)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(kind="g1")
