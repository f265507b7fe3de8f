"""Access keys: what a key opens, for how long, who makes one, and that its secret is kept nowhere."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from tests.builders import (
    make_clerk,
    make_county,
    make_leader_of,
    make_person,
    make_unit,
    make_verifier,
    moment,
)
from units.ground.refusal import Refusal
from units.models import AccessKey, Role, Trail
from units.people import keys

pytestmark = pytest.mark.django_db

NOON = moment("2012-07-01")
API = AccessKey.Purpose.API


@pytest.fixture
def today():
    with time_machine.travel("2012-07-01 12:00+08:00", tick=False):
        yield


@pytest.fixture
def leader(county):
    return make_person(county, Role.LEADER)


def made(head, reader, until="2012-12-31", at=NOON):
    return keys.make(API, "市招商平台", reader, date.fromisoformat(until), by=head, at=at)


def test_a_secret_opens_what_it_was_made_for_until_its_last_day(head, leader):
    key, secret = made(head, leader)

    assert keys.known(secret, API, at=moment("2012-12-31")).person == leader
    assert keys.known(secret, API, at=moment("2013-01-01")) is None
    assert keys.known(secret, AccessKey.Purpose.CALENDAR, at=NOON) is None
    assert keys.known(secret + "x", API, at=NOON) is None
    assert key.opening == secret[:8]


def test_no_secret_lies_in_the_database(head, leader):
    """quality 20"""
    _key, secret = made(head, leader)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM units_accesskey k")
        kept = cursor.fetchall()
        cursor.execute("SELECT row_to_json(t)::text FROM units_trail t")
        told = cursor.fetchall()
    assert len(kept) == 1
    assert told
    assert all(secret[8:] not in text for (text,) in kept + told)


def test_a_key_ends_when_it_is_revoked_and_when_its_person_is_locked(head, leader):
    other, second = made(head, leader)
    key, secret = made(head, leader)
    assert list(keys.keys_of(head)) == [key, other]

    keys.revoke(key.pk, by=head, at=NOON)
    keys.revoke(key.pk, by=head, at=NOON)
    assert keys.known(secret, API, at=NOON) is None
    assert list(keys.keys_of(head)) == [other, key]
    assert Trail.objects.filter(action="key.revoke").count() == 1

    assert keys.known(second, API, at=NOON) is not None
    leader.is_active = False
    leader.save()
    assert keys.known(second, API, at=NOON) is None


def test_the_last_use_is_noted_to_the_minute(head, leader):
    key, secret = made(head, leader)

    for seconds in (0, 30, 59, 61):
        keys.known(secret, API, at=NOON + timedelta(seconds=seconds))

    key.refresh_from_db()
    assert key.used_at == NOON + timedelta(seconds=61)


@pytest.mark.parametrize("until", ["2012-06-30", "2013-07-03"])
def test_a_key_of_a_program_ends_within_a_year(head, leader, until):
    with pytest.raises(Refusal) as refused:
        made(head, leader, until)

    assert refused.value.field == "expires_on"
    assert not AccessKey.objects.exists()


def test_the_database_refuses_a_key_of_a_program_without_end(leader):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessKey.objects.create(
            purpose=API, name="x", person=leader, sha256="0" * 64, made_at=NOON
        )


def test_a_key_is_made_for_people_of_the_own_county_who_read(head, county):
    other = make_county("611022", "丹凤县")
    admin = make_person(county, Role.SECURITY_ADMIN)
    for stranger in (make_person(other, Role.LEADER), make_leader_of("6110"), admin):
        with pytest.raises(Refusal) as refused:
            made(head, stranger)
        assert refused.value.field == "person"


def test_who_may_not_make_a_key_is_refused(county, leader):
    """quality 7: the security administrator ends keys, and makes none to read figures with"""
    clerk = make_clerk(make_unit(county))
    for person in (leader, clerk, make_verifier(county), make_person(county, Role.SECURITY_ADMIN)):
        with pytest.raises(PermissionDenied):
            made(person, leader)


def test_the_security_administrator_sees_and_ends_the_keys_of_his_county(head, leader, county):
    key, _secret = made(head, leader)
    guard = make_person(county, Role.SECURITY_ADMIN)
    elsewhere = make_person(make_county("611022", "丹凤县"), Role.SECURITY_ADMIN)
    everywhere = make_person(None, Role.SECURITY_ADMIN)

    assert list(keys.keys_of(guard)) == list(keys.keys_of(everywhere)) == [key]
    assert list(keys.keys_of(elsewhere)) == []
    assert keys.revoke(key.pk, by=guard, at=NOON).revoked_by == guard


def test_the_terminal_makes_a_key_for_the_leader_of_a_region(today):
    leader, printed = make_leader_of("6110"), StringIO()

    call_command(
        "make_key", "省平台", reads_as=leader.username, until=date(2012, 12, 31), stdout=printed
    )

    assert keys.known(printed.getvalue().strip(), API, at=NOON).person == leader
    for wrong in (
        {"reads_as": "nobody", "until": date(2012, 12, 31)},
        {"reads_as": leader.username, "until": date(2099, 12, 31)},
    ):
        with pytest.raises(CommandError):
            call_command("make_key", "省平台", **wrong)
    assert AccessKey.objects.count() == 1


# --- pages -----------------------------------------------------------------------------------------


def test_the_head_makes_a_key_and_its_secret_is_shown_once(client, head, leader, today):
    client.force_login(head)
    sent = {"name": "市招商平台", "person": leader.pk, "expires_on": "2012-12-31"}

    refused = client.post("/api/keys/", sent | {"password": "wrong"})
    assert refused.status_code == 422
    assert "市招商平台" in refused.content.decode()
    assert not AccessKey.objects.exists()

    page = client.post("/api/keys/", sent | {"password": "sample"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    listed = client.get("/api/keys/").content.decode()
    assert secret not in listed
    assert secret[:8] in listed

    key = AccessKey.objects.get()
    assert client.get(f"/api/keys/{key.pk}/revoke/").status_code == 200
    assert client.post(f"/api/keys/{key.pk}/revoke/").status_code == 302
    key.refresh_from_db()
    assert key.revoked_by == head


def test_the_page_of_keys_is_for_those_who_guard_them(client, head, leader, county, today):
    """quality 5"""
    key, _secret = made(head, leader)
    guard = make_person(county, Role.SECURITY_ADMIN)
    client.force_login(guard)
    page = client.get("/api/keys/")
    assert page.status_code == 200
    assert page.context["form"] is None
    assert client.post("/api/keys/", {"name": "x"}).status_code == 403
    assert AccessKey.objects.count() == 1

    client.force_login(make_verifier(county))
    assert client.get("/api/keys/").status_code == 403
    assert client.post(f"/api/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
