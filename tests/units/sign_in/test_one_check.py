"""One way to check a password: each page that asks for one counts guesses and asks for the code."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.builders import make_clerk, make_county, make_head, make_person, make_unit
from units.models import AccessKey, FailedSignIn, Role, UserSession
from units.people import actions, keys
from units.sign_in import passwords, second_factor

pytestmark = pytest.mark.django_db
NOW = "2026-03-02T01:00:05Z"
NEW = "A-long-new-password-7"
PASSWORD, FACTOR = "/accounts/password/", "/accounts/second-factor/"


@pytest.fixture
def person():
    return make_person(make_county(), Role.VERIFIER)


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def code_of(person):
    device = TOTPDevice.objects.get(user=person)
    return f"{totp(device.bin_key, step=device.step, digits=device.digits):06d}"


def switched_on(person):
    second_factor.offered(person)
    return second_factor.switch_on(person, code_of(person), at=timezone.now())


def new_password(old, **more):
    return {"old_password": old, "new_password1": NEW, "new_password2": NEW, **more}


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        (PASSWORD, new_password("wrong")),
        (FACTOR, {"password": "wrong", "second_factor": "000000"}),
    ],
)
def test_the_old_password_cannot_be_guessed(client, person, page, typed):
    """Five guesses, counted as those of the sign-in are, and told to the administrator."""
    answers = [client.post(page, typed).status_code for _guess in range(7)]

    assert answers[:4] == [answers[0]] * 4
    assert answers[4:] == [429, 429, 429]
    assert FailedSignIn.objects.filter(user=person).count() == 5
    client.post(PASSWORD, new_password("sample"))
    person.refresh_from_db()
    assert person.check_password("sample")


def test_a_new_password_needs_the_code_too(client, person, clock):
    switched_on(person)
    clock.shift(60)

    without = client.post(PASSWORD, new_password("sample"))
    wrong = client.post(PASSWORD, new_password("sample", second_factor="000000"))

    person.refresh_from_db()
    assert person.check_password("sample")
    assert {without.status_code, wrong.status_code} == {200}
    clock.shift(60)
    client.post(PASSWORD, new_password("sample", second_factor=code_of(person)))
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_a_refused_new_password_uses_up_no_code(client, person, clock):
    switched_on(person)
    clock.shift(60)
    code = code_of(person)

    client.post(PASSWORD, new_password("sample", second_factor=code) | {"new_password2": "other"})
    client.post(PASSWORD, new_password("sample", second_factor=code))

    person.refresh_from_db()
    assert person.check_password(NEW)


def test_whoever_finds_an_open_desk_switches_no_second_factor_on(client, person, clock):
    client.get(FACTOR)

    answer = client.post(FACTOR, {"second_factor": code_of(person)})

    assert answer.status_code == 422
    assert not second_factor.is_on(person)


@pytest.mark.parametrize("change", ["own", "reset", "role"])
def test_a_first_step_ends_with_what_it_rested_on(person, clock, change):
    """The password was given; then it, or the rights, changed."""
    switched_on(person)
    clock.shift(60)
    client = Client()
    client.post("/accounts/login/", {"username": person.username, "password": "sample"})

    if change == "own":
        person.set_password(NEW)
        person.save()
    elif change == "reset":
        system = make_person(person.county, Role.SYSTEM_ADMIN)
        actions.give_password(person.pk, by=system, at=timezone.now())
    else:
        security = make_person(person.county, Role.SECURITY_ADMIN)
        actions.grant(person.pk, Role.BUREAU_HEAD, by=security, at=timezone.now())

    answer = client.post("/accounts/code/", {"second_factor": code_of(person)})
    assert answer.url == "/accounts/login/"
    assert client.get("/projects/").url.startswith("/accounts/login/")


@pytest.mark.django_db(transaction=True)
def test_a_one_time_password_opens_one_session_however_many_ask_at_once(person):
    password = passwords.give_one_time(person, by=None, at=timezone.now())

    def sign_in(_number):
        try:
            typed = {"username": person.username, "password": password}
            return Client().post("/accounts/login/", typed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(sign_in, range(4)))

    assert answers == [200, 200, 200, 302]
    assert UserSession.objects.filter(user=person).count() == 1


# Keys


@pytest.mark.parametrize("purpose", list(AccessKey.Purpose))
@pytest.mark.parametrize("deed", ["password", "factor", "off"])
def test_keys_end_with_a_reset_and_with_the_account(purpose, deed):
    county = make_county()
    reader = make_clerk(make_unit(county))
    by = reader if purpose == AccessKey.Purpose.CALENDAR else make_head(county)
    at = timezone.now()
    until = timezone.localdate(at) + timedelta(days=30)
    _key, secret = keys.make(purpose, "平台", reader, until, by=by, at=at)
    assert keys.known(secret, purpose, at=at)
    system, security = (
        make_person(county, role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    )

    if deed == "password":
        actions.give_password(reader.pk, by=system, at=at)
    elif deed == "factor":
        actions.take_factor(reader.pk, by=security, at=at)
    else:
        actions.switch(reader.pk, False, by=system, at=at)
        actions.switch(reader.pk, True, by=system, at=at)

    assert keys.known(secret, purpose, at=at) is None


def test_a_calendar_key_ends_within_a_year(person):
    at = timezone.now()
    calendar = AccessKey.Purpose.CALENDAR
    key, secret = keys.make(calendar, "日历", person, None, by=person, at=at)

    today = timezone.localdate(at)
    assert today < key.expires_on <= today + timedelta(days=367)
    assert keys.known(secret, calendar, at=at + timedelta(days=360))
    assert keys.known(secret, calendar, at=at + timedelta(days=368)) is None
