"""Targets that the city and the province set for a county: versions, refusals, the page."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db.utils import DatabaseError

from tests import acting, builders
from tests.builders import day, moment, wan
from units.ground.refusal import Refusal
from units.models import CountyTarget, Role, Trail
from units.targets import county_targets
from units.targets.county_targets import CountyTargetDraft

PAGE = "/targets/2012/county/"
pytestmark = pytest.mark.django_db


def drafted(
    amount=1000, issuer="city", due=None, effective_on="2012-01-01", document_no="商政发〔2012〕3号"
):
    full = wan(amount)
    parts = tuple(wan(part) for part in due) if due else (full / 4, full / 2, full * 3 / 4)
    return CountyTargetDraft(issuer, full, parts, day(effective_on), document_no)


def record(county, head, **fields):
    draft = drafted(**fields)
    return county_targets.record(
        county,
        2012,
        draft,
        seen=county_targets.versions_seen(county, 2012),
        by=head,
        at=moment("2012-01-10"),
    )


def test_the_newest_version_of_each_issuer_holds_from_its_day(county, head):
    record(county, head)
    record(county, head, amount=1500, effective_on="2012-07-01")
    record(county, head, amount=900, issuer="province")

    def held(on):
        found = county_targets.in_force([county], day(on))
        return {issuer: target.amount for (_pk, issuer), target in found.items()}

    assert held("2012-06-30") == {"city": wan(1000), "province": wan(900)}
    assert held("2012-07-01") == {"city": wan(1500), "province": wan(900)}
    assert held("2013-01-01") == {}


def test_what_was_not_known_yet_does_not_hold(county, head):
    record(county, head)

    assert not county_targets.in_force([county], day("2012-06-30"), moment("2012-01-09"))


def test_the_same_version_twice_is_one(county, head):
    """quality 30"""
    assert record(county, head) == record(county, head)
    assert CountyTarget.objects.count() == 1
    assert Trail.objects.filter(action="county_target.record").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due": (600, 500, 700)}, "due_third"),
        ({"due": (100, 500, 1100)}, "due_third"),
        ({"effective_on": "2013-01-01"}, "effective_on"),
        ({"document_no": ""}, "document_no"),
    ],
)
def test_an_unsound_version_is_refused_beside_its_field(county, head, fields, field):
    with pytest.raises(Refusal) as refusal:
        record(county, head, **fields)

    assert refusal.value.field == field


def test_a_version_never_begins_before_the_one_it_replaces(county, head):
    record(county, head, effective_on="2012-07-01")

    with pytest.raises(Refusal) as refusal:
        record(county, head, amount=2000)

    assert refusal.value.field == "effective_on"


def test_only_the_head_of_the_countys_own_bureau_records(county, head):
    """quality 5, 6"""
    elsewhere = builders.make_head(builders.make_county("611022", "丹凤县"))

    with pytest.raises(Refusal):
        record(county, elsewhere)
    for role in (Role.LEADER, Role.VERIFIER):
        with pytest.raises(PermissionDenied):
            record(county, builders.make_person(county, role))


@pytest.mark.parametrize("action", ["update", "delete"])
def test_the_database_refuses_to_change_a_version(county, head, action):
    """quality 44"""
    record(county, head)
    rows = CountyTarget.objects.all()

    with pytest.raises(DatabaseError):
        rows.update(amount=1) if action == "update" else rows.delete()


# The page


def typed(**changes):
    return {
        "issuer": "city",
        "amount": "１０００",
        "due_first": "",
        "due_second": "",
        "due_third": "",
        "effective_on": "2012-01-01",
        "document_no": "商政发〔2012〕3号",
    } | changes


def test_empty_quarters_are_filled_from_the_schedule(county, head, client):
    client.force_login(head)

    answer = acting.send(client, PAGE, PAGE, **typed(due_third="800"))

    assert answer.url == "/targets/2012/county/"
    assert CountyTarget.objects.get().due == (wan(250), wan(500), wan(800), wan(1000))
    assert "1,000" in client.get("/targets/2012/county/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "county"),
        ("amount", "1e5"),
        ("amount", ""),
        ("due_first", "-1"),
        ("effective_on", "2012-02-30"),
        ("effective_on", "2011-12-31"),
        ("document_no", ""),
        ("document_no", "a\u202eb"),
    ],
)
def test_what_is_refused_stays_typed_with_a_sentence(county, head, client, field, value):
    """quality 24, 27, 28"""
    client.force_login(head)

    answer = acting.send(client, PAGE, PAGE, **typed() | {field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not CountyTarget.objects.exists()


def test_who_sets_no_targets_has_no_such_page(county, client):
    """quality 5"""
    client.force_login(builders.make_person(county, Role.LEADER))

    assert client.get("/targets/2012/county/").status_code == 403


def test_a_page_that_is_out_of_date_records_nothing(client, county, head):
    client.force_login(head)

    answer = client.post(PAGE, typed() | {"seen": "x"})

    assert answer.status_code == 409
    assert not CountyTarget.objects.exists()
    assert typed()["document_no"] in answer.content.decode()
