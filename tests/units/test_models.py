"""What the database itself holds of people: one role, the place that fits it, administrators apart."""

import pytest
from django.db import IntegrityError, transaction

from tests.builders import make_county, make_person, make_unit
from units.models import ADMIN_ROLES, BUSINESS_ROLES, UNIT_ROLES, Role, User

pytestmark = pytest.mark.django_db

PLACES = {
    "nowhere": {},
    "county": {"county": "611023"},
    "unit": {"county": "611023", "unit": "611023"},
    "unit without its county": {"unit": "611023"},
    "unit of another county": {"county": "611022", "unit": "611023"},
    "city": {"region": "6110"},
    "city and county": {"region": "6110", "county": "611023"},
    "half a code": {"region": "611"},
}
# The places that each role may have; all others are refused.
FITTING = {
    Role.NONE: {"county", "unit", "city"},
    Role.CLERK: {"unit"},
    Role.UNIT_HEAD: {"unit"},
    Role.VERIFIER: {"county"},
    Role.BUREAU_HEAD: {"county"},
    Role.LEADER: {"county", "city"},
    Role.SYSTEM_ADMIN: {"nowhere", "county"},
    Role.SECURITY_ADMIN: {"nowhere", "county"},
    Role.AUDIT_ADMIN: {"nowhere", "county"},
}


@pytest.fixture
def places():
    counties = {"611023": make_county(), "611022": make_county("611022", "丹凤县")}
    units = {code: make_unit(county) for code, county in counties.items()}
    made = {"county": counties, "unit": units}
    return {
        name: {field: made[field][code] if field in made else code for field, code in place.items()}
        for name, place in PLACES.items()
    }


def is_kept(**fields):
    try:
        with transaction.atomic():
            User.objects.create(**fields)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize("role", Role)
def test_a_role_stands_only_with_the_places_that_fit_it(places, role):
    """quality 7"""
    kept = {
        name
        for name, place in places.items()
        if is_kept(username=f"{role} of {name}", role=role, **place)
    }

    assert kept == FITTING[role]


@pytest.mark.parametrize("role", ["", "emperor", "clerk,leader", "CLERK"])
def test_no_other_role_exists_nor_two_in_one(role):
    """quality 7"""
    assert not is_kept(username="somebody", role=role, county=make_county())


def test_a_new_account_has_no_role():
    assert User(username="somebody").role == Role.NONE


@pytest.mark.parametrize("field", ["is_staff", "is_superuser"])
def test_nobody_has_a_master_key(field):
    """quality 7"""
    assert not is_kept(username="root", role=Role.SYSTEM_ADMIN, **{field: True})


@pytest.mark.parametrize("was", ADMIN_ROLES)
@pytest.mark.parametrize("becomes", [role for role in Role if role not in UNIT_ROLES])
def test_an_administrator_never_becomes_anybody_else(was, becomes):
    """quality 7"""
    person = make_person(make_county(), was)
    changed = User.objects.filter(pk=person.pk)

    if becomes == was:
        assert changed.update(role=becomes) == 1
        return
    with pytest.raises(IntegrityError, match="stay apart"):
        changed.update(role=becomes)


@pytest.mark.parametrize("was", [Role.NONE, *BUSINESS_ROLES])
@pytest.mark.parametrize("becomes", ADMIN_ROLES)
def test_nobody_else_becomes_an_administrator(was, becomes):
    """quality 7"""
    county = make_county()
    person = make_person(county, was, make_unit(county) if was in UNIT_ROLES else None)

    with pytest.raises(IntegrityError, match="stay apart"):
        User.objects.filter(pk=person.pk).update(role=becomes, unit=None)


def test_a_raised_round_ends_every_open_session(client):
    """quality 8"""
    person = make_person(make_county(), Role.LEADER)
    client.force_login(person)
    assert not client.get("/ranking/").url.startswith("/accounts/login/")

    User.objects.filter(pk=person.pk).update(session_round=1)

    assert client.get("/ranking/").url.startswith("/accounts/login/")
