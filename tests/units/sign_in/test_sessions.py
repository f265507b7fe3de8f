"""Sittings: how they begin, end, and how their person sees them."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from tests.builders import make_clerk, make_county, make_person, make_unit
from units.models import Role, UserSession
from units.sign_in import sessions

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def person():
    return make_person(make_county(), Role.LEADER)


def signed_in(person, **more):
    client = Client(**more)
    typed = {"username": person.username, "password": "sample"}
    assert client.post("/accounts/login/", typed).status_code == 302
    return client


def is_in(client):
    return client.get("/projects/").status_code == 200


def test_a_sign_in_has_a_new_key_whatever_the_browser_brought(person):
    """quality 21: fixation"""
    client = Client()
    client.cookies["session"] = "chosenbytheattacker1234567890abc"
    client.post("/accounts/login/", {"username": person.username, "password": "sample"})

    assert client.cookies["session"].value != "chosenbytheattacker1234567890abc"
    assert len(client.cookies["session"].value) == 32
    assert is_in(client)


def test_a_sitting_ends_thirty_minutes_after_the_last_click(person):
    """quality 21"""
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        client = signed_in(person)
        for _click in range(4):
            clock.shift(timedelta(minutes=28))
            assert is_in(client)
        clock.shift(timedelta(minutes=30, seconds=1))
        assert not is_in(client)
        assert not is_in(client)


def test_a_sitting_ends_after_twelve_hours_however_busy(person):
    """quality 21"""
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        client = signed_in(person)
        for _click in range(35):
            clock.shift(timedelta(minutes=20))
            assert is_in(client)
        clock.shift(timedelta(minutes=20, seconds=1))
        assert not is_in(client)


def test_the_big_screen_goes_on_alone_and_keeps_nothing_else_open(person):
    """quality 21: the screen asks by itself, which is no click"""
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        client = signed_in(person)
        for _turn in range(8):
            clock.shift(timedelta(minutes=10))
            assert client.get("/screen/", follow=True).status_code == 200

        assert not is_in(client)
        assert client.get("/screen/").url.startswith("/accounts/login/")


def test_signing_out_kills_the_token(person):
    """quality 21"""
    client = signed_in(person)
    stolen = client.cookies["session"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["session"] = stolen

    assert not is_in(thief)
    assert UserSession.objects.get(pk=stolen).session_data == ""


def test_a_changed_password_ends_every_other_sitting(person):
    """quality 21"""
    here, there = signed_in(person), signed_in(person)
    typed = {"old_password": "sample", "new_password1": "Kx7-mmmm", "new_password2": "Kx7-mmmm"}
    here.post("/accounts/password/", typed)

    assert is_in(here)
    assert not is_in(there)


def test_an_account_switched_off_is_out_with_the_next_click(person):
    """quality 21"""
    client = signed_in(person)
    person.is_active = False
    person.save()

    assert not is_in(client)


def test_a_person_sees_where_he_is_signed_in_and_nobody_else(person):
    """quality 21"""
    other = make_person(person.county, Role.LEADER)
    signed_in(other, REMOTE_ADDR="10.7.7.7")
    signed_in(person, REMOTE_ADDR="10.2.2.2", headers={"user-agent": FIREFOX})
    client = signed_in(person, REMOTE_ADDR="10.3.3.3")

    page = client.get("/accounts/me/").text

    assert "10.2.2.2" in page
    assert "Firefox, Windows" in page
    assert "10.7.7.7" not in page
    assert all(key not in page for key in UserSession.objects.values_list("pk", flat=True))


def test_a_person_ends_one_sitting_or_all_others(person):
    """quality 21"""
    first, second, here = signed_in(person), signed_in(person), signed_in(person)
    lines = here.get("/accounts/me/").context["lines"]
    marks = {line.mark for line in lines if not line.is_this}

    here.post(f"/accounts/me/{marks.pop()}/end/")

    assert [is_in(first), is_in(second)].count(True) == 1
    here.post("/accounts/me/end-others/")
    assert [is_in(first), is_in(second), is_in(here)] == [False, False, True]


def test_nobody_ends_the_sitting_of_another(person):
    """quality 6"""
    theirs = signed_in(make_clerk(make_unit(person.county)))
    mark = theirs.get("/accounts/me/").context["lines"][0].mark

    signed_in(person).post(f"/accounts/me/{mark}/end/")

    assert is_in(theirs)


def test_what_was_seen_is_written_once_a_minute(person, django_assert_num_queries):
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        client = signed_in(person)
        clock.shift(timedelta(seconds=30))
        client.get("/accounts/me/")
        assert UserSession.objects.get(user=person).last_seen == timezone.now() - timedelta(
            seconds=30
        )
        clock.shift(timedelta(seconds=31))
        client.get("/accounts/me/")
        assert UserSession.objects.get(user=person).last_seen == timezone.now()


def test_a_database_that_goes_away_while_a_sitting_is_written_is_told_as_that(person, settings):
    """quality 42: not as a request that nobody understands"""
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
    client = signed_in(person, raise_request_exception=False)
    away = OperationalError("server closed the connection")

    with patch.object(UserSession, "save", side_effect=away):
        answer = client.post("/accounts/me/end-others/")

    assert answer.status_code == 503


def test_ended_sittings_are_removed_after_some_days(person):
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        signed_in(person).post("/accounts/logout/")
        clock.shift(timedelta(days=4))
        sessions.sweep(timezone.now())

    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Safari/537.36 Edg/140", "Edge, Android"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_so_that_people_know_it(sent, named):
    assert sessions.browser_named(sent) == named
