"""What one person may take out in a while."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.builders import make_county, make_person
from units.models import Role
from units.sign_in import rate_limited

pytestmark = pytest.mark.django_db


def used(person, ration, left):
    for _number in range(ration.most - left):
        assert ration.take(person)


def test_files_that_are_refused_count_too_and_what_was_typed_stays(client, office):
    """Looking through a file is what costs."""
    client.force_login(office.clerk)
    used(office.clerk, rate_limited.UPLOADS, left=2)
    page = f"/projects/{office.project.pk}/receipts/new/"

    def send():
        # Right in all but the file.
        typed = {"received_on": "2012-05-10", "amount": "100", "kind": "construction"}
        typed |= {"voucher_no": "凭证0417", "key": str(uuid.uuid4()), "evidence_kind": "bank_slip"}
        file = SimpleUploadedFile("a.pdf", b"not a pdf")
        return client.post(page, typed | {"evidence": file, "confirmed": "on"})

    answers = [send() for _number in range(3)]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "只能" in answers[1].text or "PDF" in answers[1].text
    assert "200" in answers[2].text
    assert "凭证0417" in answers[2].text


def test_checks_of_a_quarter_are_rationed(client, office):
    client.force_login(office.head)
    page = f"/periods/{office.period.pk}/"
    used(office.head, rate_limited.PROOFS, left=1)

    answers = [client.get(page) for _number in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1]["Retry-After"] == "600"


def test_whole_lists_as_files_are_rationed_for_each_person(client):
    """quality 23"""
    person = make_person(make_county(), Role.LEADER)
    client.force_login(person)
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        used(person, rate_limited.FILES, left=3)
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
