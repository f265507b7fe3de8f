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


@override_settings(PASSWORD_HASHERS=["units.sign_in.hashing.CappedArgon2"])
def test_an_unknown_name_costs_one_computation_like_a_known_one(person, monkeypatch):
    """quality 20: no more and no less work, so that the time tells nothing"""
    person.set_password("Some-pass-77")
    person.save()
    work = []
    for name in ("encode", "verify"):
        plain = getattr(Argon2PasswordHasher, name)

        def counted(self, *args, plain=plain):
            work.append(1)
            return plain(self, *args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)

    costs = []
    for name in (person.username, "nobody-here"):
        guess(Client(), name)
        costs.append(len(work))
        work.clear()

    assert costs == [1, 1]


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


def test_only_so_many_passwords_are_looked_at_in_the_same_moment(monkeypatch, settings):
    """quality 45: argon2 takes about 100 MiB each"""
    inside, most, lock = [0], [0], threading.Lock()

    def slow(self, password, salt):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)
        with lock:
            inside[0] -= 1
        return "argon2$"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    hasher = hashing.CappedArgon2()
    threads = [threading.Thread(target=hasher.encode, args=("p", "s")) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most[0] == settings.PASSWORD_CHECKS


def test_a_password_takes_one_processor_and_no_less_work_than_django_asks_for():
    """quality 45: the others are for pages"""
    ours, djangos = hashing.CappedArgon2(), Argon2PasswordHasher()
    encoded = ours.encode("Shangnan-2012", ours.salt())

    assert "$m=102400,t=2,p=1$" in encoded
    assert ours.verify("Shangnan-2012", encoded)
    assert not ours.must_update(encoded)
    before = djangos.encode("Shangnan-2012", djangos.salt())
    assert ours.verify("Shangnan-2012", before)
    assert ours.must_update(before)


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
