"""No administrator decides alone: what a reset of a password or a role needs before it opens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.inbox.context import of
from ledger.quarter.checks import ADVISORY
from tests import acting
from tests.access.pages import forms_of
from tests.builders import make_head, make_verifier, moment
from units import register
from units.ground.refusal import Refusal
from units.models import NoticeChoice, OutboxMessage, Reset, Role, Sending, Trail, User
from units.people import actions as people
from units.people import resets
from units.people.actions import Place

pytestmark = pytest.mark.django_db
NOW = moment("2012-07-02")
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
KNOWN = [str(number) for number in sorted(ADVISORY)]
OWN = "Weizhi-2012-x"
AGAIN = {"password": "sample"}


@pytest.fixture
def office(office):
    return office.ready("system", "security", "verifier", "head", "period")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


def reset(office, user, at=NOW):
    people.give_password(user.pk, by=office.system, at=at)
    user.refresh_from_db()
    return Reset.objects.filter(person=user).latest("pk")


def sign_in(username, password):
    client = Client()
    return client, client.post("/accounts/login/", {"username": username, "password": password})


def taken_over(office, user, *, released):
    """What an administrator with a stolen or borrowed account does to become somebody else."""
    system = Client()
    system.force_login(office.system)
    page = f"/people/{user.pk}/"
    slip = acting.send(system, page, f"{page}password/", **AGAIN)
    if released:
        security = Client()
        security.force_login(office.security)
        typed = {"seen": Reset.objects.filter(person=user).latest("pk").pk, **AGAIN}
        assert security.post(f"/people/{user.pk}/allow/", typed).status_code == 302
    client, _answer = sign_in(user.username, slip.context["password"])
    client.post(
        "/accounts/password/",
        {
            "old_password": slip.context["password"],
            "new_password1": OWN,
            "new_password2": OWN,
        },
    )
    return client


def close(office, first, second):
    path = f"/periods/{office.period.pk}/"
    given = {"known": KNOWN, "password": OWN}
    answers = [acting.send(first, path, f"{path}propose/", **given)]
    answers.append(acting.send(second, path, f"{path}confirm/", **given))
    office.period.refresh_from_db()
    return answers


@pytest.mark.parametrize("released", [False, True])
def test_an_administrator_who_resets_two_people_closes_no_quarter_alone(office, clock, released):
    """quality 7"""
    first = taken_over(office, office.verifier, released=released)
    second = taken_over(office, office.head, released=released)

    answers = close(office, first, second)

    assert office.period.state != "closed"
    assert not Trail.objects.filter(action="period.close", refused=False).exists()
    if released:
        assert answers[0].status_code == 422
        assert "7月3日" in answers[0].text


def test_a_reset_password_opens_only_after_the_security_administrator(office, clock, sit):
    """quality 7"""
    page = f"/people/{office.verifier.pk}/"
    slip = acting.send(sit(office.system), page, f"{page}password/", **AGAIN)
    name, password = office.verifier.username, slip.context["password"]

    _client, answer = sign_in(name, password)
    assert "安全管理员" in answer.text
    row = Reset.objects.get()
    shown = sit(office.security).get(page)
    assert f'name="seen" value="{row.pk}"' in shown.text
    late = sit(office.security).post(
        f"/people/{office.verifier.pk}/allow/", {"seen": row.pk - 1, **AGAIN}
    )
    assert late.status_code == 409
    typed = {"seen": row.pk, **AGAIN}
    sit(office.security).post(f"/people/{office.verifier.pk}/allow/", typed)

    assert sign_in(name, password)[1].status_code == 302


def test_a_second_step_is_refused_to_an_account_reset_meanwhile(office, clock):
    """quality 8: switched off and on again, it waits whatever password it has."""
    people.switch(office.verifier.pk, False, by=office.system, at=NOW)
    people.switch(office.verifier.pk, True, by=office.system, at=NOW)

    answer = sign_in(office.verifier.username, "sample")[1]

    assert "安全管理员" in answer.text


@pytest.mark.parametrize(("after", "decides"), [(-MINUTE, False), (MINUTE, True)])
def test_it_decides_again_after_24_hours(office, clock, after, decides):
    """quality 7"""
    reset(office, office.verifier)
    clock.move_to(NOW + DAY + after)

    if decides:
        acting.close(office.period.pk, by=office.verifier, at=NOW + DAY, known=ADVISORY)
    else:
        with pytest.raises(Refusal, match="7月3日"):
            acting.close(office.period.pk, by=office.verifier, at=NOW + DAY, known=ADVISORY)


def deeds(office):
    reset(office, office.verifier)
    return {
        "verify": lambda: acting.verify(
            office.receipt.pk, office.receipt.version, by=office.verifier, at=NOW
        ),
        "reverse": lambda: acting.reverse(office.entry.pk, "错", by=office.verifier, at=NOW),
        "close": lambda: acting.close(office.period.pk, by=office.verifier, at=NOW, known=ADVISORY),
    }


@pytest.mark.parametrize("action", ["verify", "reverse", "close"])
def test_a_reset_account_neither_verifies_nor_proposes(office, clock, action):
    """quality 7"""
    office.ready("entry", "receipt")

    with pytest.raises(Refusal, match="管理员"):
        deeds(office)[action]()


def settings_of(office):
    """What a head sets alone, and what is typed there besides what the page holds."""
    return {
        "/county/": {"report_day": "9"},
        "/targets/2012/": {},
    }


def test_a_reset_head_sets_nothing_that_decides_figures(office, clock, sit):
    """quality 7"""
    office.head.barred_until = NOW + DAY
    office.head.save()
    client = sit(office.head)

    for path, typed in settings_of(office).items():
        html = client.get(path).text
        [form] = [form for form in forms_of(html, path) if form.action == path][:1]
        sent = {}
        for name, value in form.pairs:
            sent.setdefault(name, []).append(value)
        answer = client.post(path, sent | typed)

        assert answer.status_code in (409, 422), path
        assert "7月3日" in answer.text, path
    draft = register.draft_of(office.town)
    with pytest.raises(Refusal, match="7月3日"):
        register.save(draft, county=office.county, unit=office.town, by=office.head, at=NOW)


def test_a_reset_head_confirms_nothing(office, clock):
    """quality 7"""
    acting.close(office.period.pk, by=office.verifier, at=NOW, known=ADVISORY)
    reset(office, office.head)

    with pytest.raises(Refusal):
        acting.confirm(office.period.pk, by=office.head, at=NOW, known=ADVISORY)


# Released earlier


def test_another_head_releases_and_then_it_decides(office, clock, sit):
    row = reset(office, office.verifier)
    answer = sit(office.head).post(f"/resets/{row.pk}/release/")

    assert answer.status_code == 302
    office.verifier.refresh_from_db()
    acting.close(office.period.pk, by=office.verifier, at=NOW, known=ADVISORY)
    row.refresh_from_db()
    assert (row.released_by, row.released_at) == (office.head, NOW)
    assert Trail.objects.filter(action="reset.release", actor=office.head).count() == 1


def test_the_one_head_of_a_county_waits(office, clock):
    row = reset(office, office.head)

    with pytest.raises(Refusal):
        resets.release(row.pk, by=office.head, at=NOW)
    acting.close(office.period.pk, by=office.verifier, at=NOW, known=ADVISORY)
    with pytest.raises(Refusal, match="没有其他局长"):
        acting.confirm(office.period.pk, by=office.head, at=NOW, known=ADVISORY)


@pytest.mark.parametrize("releaser_first", [True, False])
def test_nobody_reset_releases(office, clock, releaser_first):
    """Not while barred, nor whoever was reset after the account, though released since."""
    other, third = make_head(office.county), make_head(office.county)
    order = [other, office.head] if releaser_first else [office.head, other]
    for minutes, user in enumerate(order):
        reset(office, user, NOW + minutes * MINUTE)
    of_head, of_other = (Reset.objects.get(person=user) for user in (office.head, other))
    at = NOW + 5 * MINUTE
    clock.move_to(at)

    with pytest.raises(Refusal):
        resets.release(of_head.pk, by=other, at=at)
    resets.release(of_other.pk, by=third, at=at)
    other.refresh_from_db()
    if releaser_first:
        resets.release(of_head.pk, by=other, at=at)
    else:
        with pytest.raises(Refusal):
            resets.release(of_head.pk, by=other, at=at)


def test_wrong_people_release_nothing(office, clock, sit):
    row = reset(office, office.verifier)

    for by in (make_verifier(office.county), office.system, office.security):
        assert sit(by).post(f"/resets/{row.pk}/release/").status_code == 403
        with pytest.raises(PermissionDenied):
            resets.release(row.pk, by=by, at=NOW)
    assert sit(office.far_head).post(f"/resets/{row.pk}/release/").status_code == 404
    with pytest.raises(PermissionDenied):
        people.allow(office.verifier.pk, row.pk, by=office.system, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_at_once_one_releases(office, clock):
    row = reset(office, office.verifier)
    heads, start = [office.head, make_head(office.county)], Barrier(2)

    def go(head):
        start.wait()
        try:
            resets.release(row.pk, by=head, at=NOW)
        except Refusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(go, heads))

    assert sorted(done) == [False, True]
    assert Trail.objects.filter(action="reset.release").count() == 1


# Ways around


def test_a_granted_role_and_a_lost_telephone_bar_as_well(office, clock):
    people.take_factor(office.head.pk, by=office.security, at=NOW)
    place = Place(office.county)
    new, _password = people.add("xin", "新人", place, by=office.system, at=NOW)
    people.grant(new.pk, Role.VERIFIER, by=office.security, at=NOW)

    barred = {user.username for user in User.objects.filter(barred_until=NOW + DAY)}
    assert barred == {office.head.username, "xin"}
    assert not Reset.objects.held().exists()  # the security administrator has acted themselves


def test_other_roles_are_not_concerned(office, clock):
    people.give_password(office.clerk.pk, by=office.system, at=NOW)
    people.grant(office.clerk.pk, Role.UNIT_HEAD, by=office.security, at=NOW)

    assert not Reset.objects.exists()


# Told


def test_the_person_and_the_heads_are_told(office, clock, sit):
    Sending.objects.create(county=office.county, is_on=True)
    for user in (office.verifier, office.head, make_verifier(office.county)):
        NoticeChoice.objects.create(person=user, way=NoticeChoice.Way.SINGLE, address="a@b.cn")
    reset(office, office.verifier)

    told = set(OutboxMessage.objects.values_list("person", flat=True))
    assert told == {office.verifier.pk, office.head.pk}
    assert [each.line.name for each in of(office.head) if each.url == "/resets/"] == ["reset"]
    office.verifier.refresh_from_db()
    assert [e.line.name for e in of(office.verifier) if e.url == "/resets/"] == ["barred"]
    assert [e.line.name for e in of(office.security) if e.url == "/resets/"] == ["held"]
    assert "/resets/" in sit(office.security).get("/people/").text
    client = sit(office.head)
    with CaptureQueriesContext(connection) as of_one:
        client.get("/resets/")
    for _more in range(5):
        reset(office, make_verifier(office.county))
    with CaptureQueriesContext(connection) as of_six:
        page = client.get("/resets/")
    assert len(of_six) == len(of_one) <= 15
    assert page.text.count('action="/resets/') == 6
    User.objects.filter(pk=office.verifier.pk).update(must_change_password=False)
    own = sit(office.verifier).get("/resets/")
    assert own.text.count('id="reset-') == 1
