"""How often a password may be guessed, by whom and from where."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from tests.builders import make_county, make_person
from units.models import FailedSignIn, Role, User
from units.sign_in import hashing, lockout, rate_limit

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def guess(client, name, password="wrong", **more):
    typed = {"username": name, "password": password}
    return client.post("/accounts/login/", typed, **more)


@pytest.fixture
def person():
    return make_person(make_county(), Role.LEADER)


def test_an_account_stands_five_guesses_in_any_thirty_minutes_from_all_addresses(person):
    """quality 20"""
    answers = []
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        for number in range(12):
            answers.append(guess(Client(REMOTE_ADDR=f"10.0.0.{number}"), person.username))
            clock.shift(MINUTE)

        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 8
        assert guess(Client(), person.username, "sample").status_code == 429
        clock.shift(19 * MINUTE)  # 31 minutes after the first
        assert guess(Client(), person.username, "sample").url == "/"


def test_a_refused_guess_does_not_prolong_the_wait(person):
    """quality 20"""
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        for _number in range(5):
            guess(Client(), person.username)
        for _number in range(6):
            clock.shift(4 * MINUTE)
            assert guess(Client(), person.username).status_code == 429
        clock.shift(7 * MINUTE)

        assert guess(Client(), person.username, "sample").url == "/"


def test_colleagues_at_the_same_address_still_sign_in(person):
    """quality 20"""
    colleague = make_person(person.county, Role.LEADER)
    for _number in range(6):
        guess(Client(REMOTE_ADDR="10.1.1.1"), person.username)

    assert guess(Client(REMOTE_ADDR="10.1.1.1"), colleague.username, "sample").url == "/"


def test_a_stranger_cannot_keep_a_person_from_the_browser_that_he_knows(person):
    """quality 20"""
    own = Client()
    guess(own, person.username, "sample")
    own.post("/accounts/logout/")
    for _number in range(9):
        locked = guess(Client(), person.username, REMOTE_ADDR="10.9.9.9")

    assert locked.status_code == 429
    assert guess(own, person.username, "sample").url == "/"


def test_a_known_browser_has_five_guesses_too_and_only_for_its_people(person):
    """quality 20"""
    own, other = Client(), make_person(person.county, Role.LEADER)
    guess(own, person.username, "sample")
    own.post("/accounts/logout/")
    for _number in range(5):
        guess(own, person.username)
    for _number in range(5):
        guess(Client(), other.username)

    assert guess(own, person.username, "sample").status_code == 429
    assert guess(own, other.username, "sample").status_code == 429


def test_a_made_up_cookie_knows_nobody(person):
    """quality 20"""
    for _number in range(5):
        guess(Client(), person.username)
    client = Client()
    client.cookies["known"] = "eyJuYW1lcyI6W119:1abcde:forged"

    assert guess(client, person.username, "sample").status_code == 429


def test_a_forged_address_changes_nothing(person):
    """quality 20"""
    for number in range(6):
        answer = guess(Client(), person.username, HTTP_X_FORWARDED_FOR=f"6.6.6.{number}")

    assert answer.status_code == 429


@pytest.mark.parametrize("written", ["LEADERX", "ｌｅａｄｅｒｘ", " leaderx ", "LｅaDerＸ"])
def test_width_and_case_make_one_account(written):
    """quality 20"""
    county = make_county()
    User.objects.create_user("LeaderX", password="sample", county=county, role=Role.LEADER)
    for name in ("leaderx", "LEADERX", "ｌｅａｄｅｒｘ", "Leaderx", written):
        guess(Client(), name)

    assert guess(Client(), "leaderx", "sample").status_code == 429
    lockout.unlock(User.objects.get(username="leaderx"))
    assert guess(Client(), written, "sample").url == "/"


def test_a_right_password_is_no_guess_and_forgives_none(person):
    """quality 20"""
    for _number in range(4):
        guess(Client(), person.username)
    for _number in range(3):
        assert guess(Client(), person.username, "sample").url == "/"

    assert guess(Client(), person.username).status_code == 429


def test_unknown_names_are_counted_like_known_ones(person):
    """quality 20: a name that nobody has answers as one that somebody has"""
    answers = {
        name: [guess(Client(), name).status_code for _number in range(6)]
        for name in (person.username, "nobody-here")
    }

    assert answers[person.username] == answers["nobody-here"] == [200] * 4 + [429] * 2


@override_settings(PASSWORD_HASHERS=["units.sign_in.hashing.Argon2id"])
@pytest.mark.parametrize(("has_former", "cost"), [(False, [19]), (True, [19, 100])])
def test_every_failed_sign_in_costs_the_same(person, monkeypatch, has_former, cost):
    """quality 20: names with a new hash, with one of the former parameters, and that nobody has"""
    hashers = {"new": hashing.Argon2id(), "former": hashing.FormerArgon2id()}
    for name in ["new", "former"] if has_former else ["new"]:
        encoded = hashers[name].encode("Some-pass-77", hashers[name].salt())
        User.objects.create(username=name, password=encoded, county=person.county, role=Role.LEADER)
    work = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encoded_at_cost(self, password, salt):
        work.append(self.memory_cost // 1024)
        return encode(self, password, salt)

    def verified_at_cost(self, password, encoded):
        work.append(self.decode(encoded)["memory_cost"] // 1024)
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encoded_at_cost)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified_at_cost)
    for name in [*User.objects.filter(password__startswith="argon2"), "nobody-here"]:
        work.clear()
        guess(Client(), str(name))
        assert sorted(work) == cost, name


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_five_get_through():
    """quality 20: the burst at the threshold"""
    passed, start = [], threading.Barrier(25)

    def burst():
        start.wait()
        for _number in range(2):
            if rate_limit.take("one", 5, 30 * MINUTE, timezone.now()):
                passed.append(1)
        connection.close()

    threads = [threading.Thread(target=burst) for _number in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(passed) == 5


def test_a_password_takes_what_owasp_asks_for_and_former_hashes_still_hold():
    ours, djangos = hashing.Argon2id(), Argon2PasswordHasher()
    encoded = ours.encode("Shangnan-2012", ours.salt())

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert ours.verify("Shangnan-2012", encoded)
    assert not ours.must_update(encoded)
    for before in (djangos, hashing.FormerArgon2id()):
        former = before.encode("Shangnan-2012", before.salt())
        assert former.startswith(hashing.FORMER)
        assert ours.verify("Shangnan-2012", former)
        assert ours.must_update(former)


# What is kept of it


def test_a_failure_is_kept_with_account_address_and_browser_and_nothing_typed(person, caplog):
    """quality 20: people type their password into the field of the name"""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0"
    client = Client(REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT=agent)
    guess(client, person.username.upper(), "My-secret-77")
    guess(client, "My-secret-77", "x")
    guess(client, person.username, "sample")
    client.post("/accounts/logout/")
    guess(client, person.username)

    rows = FailedSignIn.objects.order_by("pk").values_list("user", "address", "browser", "is_known")
    assert list(rows) == [
        (person.pk, "10.0.0.7", "Chrome, Windows", False),
        (None, "10.0.0.7", "Chrome, Windows", False),
        (person.pk, "10.0.0.7", "Chrome, Windows", True),
    ]
    assert f"account {person.pk}, from 10.0.0.7" in caplog.text
    assert "secret" not in caplog.text


def test_what_is_refused_unlooked_at_fills_no_disk(person):
    for _number in range(9):
        guess(Client(), person.username)

    assert FailedSignIn.objects.count() == 5


def test_nobody_changes_a_failure_and_it_goes_after_half_a_year(person):
    now = timezone.now()
    for days in (1, 183, 186):
        FailedSignIn.objects.create(at=now - timedelta(days=days), user=person, is_known=False)
    for meddled in (
        lambda rows: rows.update(user=None),
        lambda rows: rows.filter(at__gt=now - timedelta(days=184)).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            meddled(FailedSignIn.objects.all())

    guess(Client(), person.username, "sample")

    assert [(now - row.at).days for row in FailedSignIn.objects.order_by("-at")] == [1, 183]


def test_the_security_administrator_reads_the_failures_of_the_county(person):
    elsewhere = make_person(make_county("611024", "山阳县"), Role.LEADER)
    for name in (person.username, elsewhere.username, "nobody-here"):
        guess(Client(REMOTE_ADDR="10.0.0.7"), name)
    client = Client()
    client.force_login(make_person(person.county, Role.SECURITY_ADMIN))

    page = client.get("/people/failures/").text

    assert f'<a href="/people/{person.pk}/">{person}</a>' in page
    assert page.count("10.0.0.7") == 2
    assert elsewhere.username not in page
    assert "/people/failures/" in client.get("/people/").text
