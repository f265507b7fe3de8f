"""What one person may take out in a while."""

from datetime import timedelta

import pytest
import time_machine

from tests.builders import make_county, make_person
from units.models import Role
from units.sign_in import rate_limited

pytestmark = pytest.mark.django_db


def test_whole_lists_as_files_are_rationed_for_each_person(client, monkeypatch):
    """quality 23"""
    monkeypatch.setattr(rate_limited, "MAX", 3)
    person = make_person(make_county(), Role.LEADER)
    client.force_login(person)
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        files = ["/projects.xlsx", "/receipts.xlsx", "/services.xlsx", "/projects.xlsx"]
        answers = [client.get(address) for address in files]
        for answer in answers:
            answer.getvalue()
        refused = answers[-1]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert refused["Retry-After"] == "600"
        assert "十分钟" in refused.text or "10" in refused.text
        assert client.get("/projects/").status_code == 200
        client.force_login(make_person(person.county, Role.LEADER))
        others = client.get("/projects.xlsx")
        others.getvalue()
        assert others.status_code == 200
        client.force_login(person)
        clock.shift(timedelta(minutes=10, seconds=1))
        later = client.get("/projects.xlsx")
        later.getvalue()
        assert later.status_code == 200
