"""The second factor: on, asked for, used up, demanded, taken away."""

import re
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.test import Client, override_settings
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.builders import make_county, make_person
from units.models import Role, Trail
from units.sign_in import second_factor

pytestmark = pytest.mark.django_db
NOW = "2026-03-02T01:00:05Z"
SET_UP = {"password": "sample"}


@pytest.fixture
def person():
    return make_person(make_county(), Role.VERIFIER)


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


def password_step(person):
    client = Client(headers={"accept-language": "en"})
    typed = {"username": person.username, "password": "sample", "next": "/projects/"}
    return client, client.post("/accounts/login/", typed)


def test_it_is_switched_on_with_a_code_and_shows_ten_recovery_codes_once(person, clock):
    """quality 22"""
    client = Client()
    client.force_login(person)
    client.get("/accounts/second-factor/")
    assert client.get("/accounts/second-factor/key.svg")["Content-Type"] == "image/svg+xml"
    key = TOTPDevice.objects.get(user=person)
    assert second_factor.key_text(key) in client.get("/accounts/second-factor/").text

    wrong = client.post("/accounts/second-factor/", SET_UP | {"second_factor": "000000"})
    page = client.post("/accounts/second-factor/", SET_UP | {"second_factor": code_of(person)}).text

    assert wrong.status_code == 422
    assert len(set(re.findall("<code>([a-z2-7]{8})</code>", page))) == 10
    assert "no-store" in client.get("/accounts/second-factor/")["Cache-Control"]
    assert second_factor.key_text(key) not in client.get("/accounts/second-factor/").text


def test_nobody_is_in_before_the_second_step(person, clock):
    """quality 22"""
    switched_on(person)
    clock.shift(60)
    client, answer = password_step(person)

    assert answer.url == "/accounts/code/"
    assert client.get("/projects/").url.startswith("/accounts/login/")
    done = client.post("/accounts/code/", {"second_factor": code_of(person)})
    assert done.url == "/projects/"
    assert client.get("/projects/").status_code == 200


def test_a_code_works_once(person, clock):
    """quality 22"""
    switched_on(person)
    clock.shift(60)
    code = code_of(person)
    first, _answer = password_step(person)
    second, _answer = password_step(person)

    assert first.post("/accounts/code/", {"second_factor": code}).status_code == 302
    assert second.post("/accounts/code/", {"second_factor": code}).status_code == 422


def test_wrong_codes_are_made_dearer(person, clock):
    """quality 22: guessing a million codes takes longer than the world is old"""
    switched_on(person)
    clock.shift(60)
    client, _answer = password_step(person)
    for _number in range(3):
        client.post("/accounts/code/", {"second_factor": "000000"})

    page = client.post("/accounts/code/", {"second_factor": code_of(person)})

    assert page.status_code == 422
    assert "Too many wrong codes" in page.text


def test_a_recovery_code_works_once(person, clock):
    """quality 22"""
    code = switched_on(person)[0]
    for status in (302, 422):
        client, _answer = password_step(person)
        shown = f"{code[:4]} {code[4:].upper()}"
        answer = client.post("/accounts/code/", {"second_factor": shown})
        assert answer.status_code == status

    assert second_factor.codes_left(person) == 9


def test_no_recovery_code_can_be_read_in_the_database(person, clock):
    """quality 22"""
    codes = switched_on(person)
    kept = set(StaticToken.objects.values_list("token", flat=True))

    assert len(kept) == 10
    assert not kept & set(codes)
    assert kept <= {
        second_factor.hashed(code, person.staticdevice_set.get().name) for code in codes
    }
    assert second_factor.hashed(codes[0], "another paper") not in kept


def test_a_recovery_code_is_hashed_at_full_cost(monkeypatch):
    """Another result would make every paper that people hold worthless."""
    monkeypatch.setattr(second_factor, "COST", 2**14)

    assert second_factor.hashed("abcdefgh", "salt") == "SUDcNy0XNzGJBnLp"


def test_codes_from_before_they_were_hashed_stay_valid(person, clock):
    switched_on(person)
    paper = StaticDevice.objects.get(user=person)
    paper.token_set.all().delete()
    paper.token_set.create(token="abcd2345")
    import_module("units.migrations.0007_hash_recovery_codes").hash_codes(apps, None)

    assert not paper.token_set.filter(token="abcd2345").exists()
    assert second_factor.demand(person, "ABCD 2345") == paper


def test_the_first_step_holds_ten_minutes(person, clock):
    switched_on(person)
    client, _answer = password_step(person)
    clock.shift(601)

    assert (
        client.post("/accounts/code/", {"second_factor": code_of(person)}).url == "/accounts/login/"
    )
    assert Client().get("/accounts/code/").url == "/accounts/login/"


@override_settings(REQUIRE_SECOND_FACTOR=["verifier"])
def test_a_role_that_owes_one_sets_it_up_before_anything_else(person, clock):
    """quality 22: the switch for level 3"""
    client, _answer = password_step(person)
    assert client.get("/projects/").url == "/accounts/second-factor/?next=%2Fprojects%2F"
    client.get("/accounts/second-factor/")
    client.post("/accounts/second-factor/", SET_UP | {"second_factor": code_of(person)})
    assert client.get("/projects/").status_code == 200

    leader = Client()
    leader.force_login(make_person(person.county, Role.LEADER))
    assert leader.get("/projects/").status_code == 200


def test_switching_off_takes_password_and_code(person, clock):
    switched_on(person)
    clock.shift(60)
    client, _answer = password_step(person)
    client.post("/accounts/code/", {"second_factor": code_of(person)})
    clock.shift(60)

    bare = client.post("/accounts/second-factor/off/", {"password": "sample"})
    off = client.post(
        "/accounts/second-factor/off/", {"password": "sample", "second_factor": code_of(person)}
    )

    assert bare.status_code == 422
    assert off.url == "/accounts/me/"
    assert not second_factor.is_on(person)


def test_the_security_administrator_takes_a_lost_device_away(person, clock):
    switched_on(person)
    security = make_person(person.county, Role.SECURITY_ADMIN)

    second_factor.take_away(person, by=security, at=timezone.now())

    _client, answer = password_step(person)
    assert answer.url == "/projects/"
    line = Trail.objects.get(action="second_factor.off")
    assert (line.actor, line.record) == (security, f"user:{person.pk}")


def test_new_recovery_codes_end_the_old_ones(person, clock):
    old = switched_on(person)

    new = second_factor.new_codes(person, at=timezone.now())

    assert not set(old) & set(new)
    assert second_factor.codes_left(person) == 10


def test_who_it_is_holds_ten_minutes_for_the_next_deed(person, clock):
    """quality 7: asked again, once in ten minutes"""
    client = Client()
    client.force_login(person)
    switched_on(person)
    clock.shift(60)
    given = {"password": "sample", "second_factor": code_of(person)}

    assert client.post("/accounts/second-factor/codes/", {}).status_code == 422
    assert client.post("/accounts/second-factor/codes/", given).status_code == 200
    assert client.post("/accounts/second-factor/codes/", {}).status_code == 200
    clock.shift(601)
    assert client.post("/accounts/second-factor/codes/", {}).status_code == 422
