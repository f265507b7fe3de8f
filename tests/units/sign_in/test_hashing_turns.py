"""Password checks are rationed before they are computed: a flood leaves threads and time to pages."""

import threading

import pytest
from django.test import Client

from tests.builders import make_county, make_person
from units.models import Role
from units.sign_in import hashing, lockout

pytestmark = pytest.mark.django_db


def sign_in(person):
    typed = {"username": person.username, "password": "sample"}
    return Client().post("/accounts/login/", typed)


@pytest.mark.parametrize("taken", ["_present", "_hashing"])
def test_one_more_than_can_be_checked_is_refused_with_a_sentence_and_not_counted(
    monkeypatch, taken
):
    person = make_person(make_county(), Role.LEADER)
    monkeypatch.setattr(hashing, "PATIENCE", 0.1)
    monkeypatch.setattr(hashing, taken, semaphore := threading.BoundedSemaphore(1))
    monkeypatch.setattr(lockout, "authenticate", lambda *_args, **_given: 1 / 0)

    with semaphore:
        refused = [sign_in(person) for _number in range(7)]
    monkeypatch.undo()

    assert {answer.status_code for answer in refused} == {200}
    assert "正在核对大量密码" in refused[-1].text
    assert sign_in(person).status_code == 302
