"""The data interface: who gets in, what is in an answer, paging, sieves, refusals."""

from datetime import date
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client, override_settings

from ledger.api import gate
from ledger.entries import posting
from ledger.ranking import document
from ledger.ranking.query import TableQuery, answer
from ledger.rules.months import Month
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_leader_of,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
)
from units.models import AccessKey, Role, Trail
from units.people import keys

pytestmark = pytest.mark.django_db

LISTS = ("counties", "units", "projects", "receipts", "entries")


@pytest.fixture(autouse=True)
def today():
    cache.clear()
    with time_machine.travel("2012-07-01 12:00+08:00", tick=False):
        yield


@pytest.fixture
def town(county):
    return make_unit(county, "水沟镇", code="611023T01")


@pytest.fixture
def bureau(county):
    return make_unit(county, "招商局", "department", code="611023D01")


@pytest.fixture
def project(county, town, bureau):
    make_head(county)
    set_target(town, 300)
    return make_project(town, "水沟酒厂", shares={town: 6_000, bureau: 4_000})


@pytest.fixture
def receipts(project):
    return [make_verified(project, 100), make_receipt(project, 5, "2012-06-20")]


def key_for(reader, until="2012-12-31"):
    by = make_head(reader.county) if reader.county else None
    last = date.fromisoformat(until)
    return keys.make(
        AccessKey.Purpose.API, "市招商平台", reader, last, by=by, at=moment("2012-07-01")
    )


def asking(reader):
    """A program that holds a key of this person."""
    _key, secret = key_for(reader)
    return Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})


@pytest.fixture
def program(county):
    return asking(make_person(county, Role.LEADER))


def items(program, address):
    answered = program.get(f"/api/v1/{address}")
    assert answered.status_code == 200, answered.content.decode()
    return answered.json()["items"]


# --- who gets in -----------------------------------------------------------------------------------


def test_without_a_valid_key_nothing_is_told(client, county):
    """quality 5"""
    reader = make_person(county, Role.LEADER)
    _key, secret = key_for(reader)
    client.force_login(reader)  # a session is no key

    for header in ({}, {"Authorization": "Bearer jz_wrong"}, {"Authorization": f"Basic {secret}"}):
        for name in ("ranking", *LISTS, "units/611023T01"):
            refused = client.get(f"/api/v1/{name}", headers=header)
            assert refused.status_code == 401
            assert refused["WWW-Authenticate"].startswith("Bearer")
            assert refused["Content-Type"] == "application/problem+json"


def test_a_key_reads_what_its_person_reads(county, town, bureau, project, receipts):
    """quality 6: a clerk's key shows his unit, a leader's his county, nobody's another county"""
    there = make_county("611022", "丹凤县")
    elsewhere = make_project(make_unit(there, "龙驹寨镇"), "丹凤铜矿")
    make_verified(elsewhere, 7)
    clerk, leader = make_clerk(bureau), make_person(county, Role.LEADER)

    own, all_of_it = asking(clerk), asking(leader)

    assert [row["code"] for row in items(own, "units")] == ["611023D01"]
    assert [row["unit"] for row in items(own, "entries")] == ["611023D01"]
    assert items(own, "receipts") == []
    assert [row["name"] for row in items(own, "projects")] == ["水沟酒厂"]
    assert {row["unit"] for row in items(all_of_it, "entries")} == {"611023T01", "611023D01"}
    assert [row["id"] for row in items(all_of_it, "receipts")] == [r.pk for r in receipts]
    assert own.get(f"/api/v1/receipts/{receipts[0].pk}").status_code == 404
    assert all_of_it.get(f"/api/v1/projects/{elsewhere.pk}").status_code == 404
    assert all_of_it.get("/api/v1/ranking?county=611022").status_code == 404


def test_a_key_of_a_region_names_the_county(county, project, receipts):
    make_county("611022", "丹凤县")
    program = asking(make_leader_of("6110"))

    refused = program.get("/api/v1/ranking")

    assert refused.status_code == 400
    assert refused.json()["parameters"][0]["name"] == "county"
    assert program.get("/api/v1/ranking?county=611023").json()["county"] == "611023"
    assert {row["code"] for row in items(program, "counties")} == {"611022", "611023"}
    assert items(program, "projects?county=611022") == []


def test_a_person_without_the_right_is_refused_and_it_is_in_the_trail(county):
    reader = make_person(county, Role.LEADER)
    program = asking(reader)
    reader.role = Role.NONE
    reader.save()

    refused = program.get("/api/v1/units")

    assert refused.status_code == 403
    line = Trail.objects.get(action="key.read")
    assert (line.refused, line.label, line.actor, line.actor_name) == (
        True,
        "/api/v1/units",
        None,
        "市招商平台",
    )


def test_each_reading_is_in_the_trail_in_the_name_of_the_key(program, project):
    answered = program.get("/api/v1/units?kind=town")
    program.get("/api/v1/units?kind=town", headers={"If-None-Match": answered["ETag"]})

    line = Trail.objects.get(action="key.read")
    assert (line.actor_name, line.label, line.county) == (
        "市招商平台",
        "/api/v1/units",
        project.county,
    )
    assert line.after == {"parameters": {"kind": ["town"]}}


def test_too_many_requests_are_told_to_wait(program, monkeypatch):
    monkeypatch.setattr(gate, "PER_MINUTE", 3)

    statuses = [program.get("/api/v1/counties").status_code for _ in range(4)]
    refused = program.get("/api/v1/counties")

    assert statuses == [200, 200, 200, 429]
    assert refused["Retry-After"] == "60"
    with time_machine.travel("2012-07-01 12:01+08:00", tick=False):
        assert program.get("/api/v1/counties").status_code == 200


# --- what is answered ------------------------------------------------------------------------------


def test_the_league_table_is_the_document_of_the_page(client, county, program, receipts):
    client.force_login(make_person(county, Role.LEADER))
    table_query = "month=2012-05&without=resource&without=property"

    answered = program.get(f"/api/v1/ranking?{table_query}")

    page = client.get("/ranking/2012-05.json?without=resource&without=property")
    assert answered.content == page.content
    newest = document.document(answer(county, TableQuery(Month(2012, 5)), date(2012, 7, 1)))
    assert program.get("/api/v1/ranking").json() == newest


def test_a_receipt_says_what_it_is_and_no_name_of_a_person(program, receipts, project):
    assert program.get(f"/api/v1/receipts/{receipts[0].pk}").json() == {
        "id": receipts[0].pk,
        "version": receipts[0].version,
        "county": "611023",
        "project": project.pk,
        "unit": "611023T01",
        "state": "verified",
        "kind": "construction",
        "amount": "1000000.00",
        "voucher_no": receipts[0].voucher_no,
        "received_on": "2012-05-10",
        "counted_on": "2012-05-10",
        "submitted_at": "2012-05-10T12:00:00+08:00",
        "verified_at": "2012-05-10T12:00:00+08:00",
    }


def test_entries_add_up_to_the_league_table(program, receipts):
    """quality 27"""
    make_verified(receipts[0].project, 30)
    acting.reverse(
        receipts[0].entries.first().pk,
        "重复",
        by=make_person(receipts[0].county, Role.VERIFIER),
        at=moment("2012-06-30"),
    )

    fen = sum(int(row["amount"].replace(".", "")) for row in items(program, "entries"))

    headline = program.get("/api/v1/ranking?month=2012-06").json()["headline"]
    assert fen == int(headline["received"].replace(".", "")) == 30_000_000
    assert {row["kind"] for row in items(program, "entries?kind=reversal")} == {"reversal"}


def test_pages_follow_each_other_without_gap_or_repetition(
    program, county, django_assert_max_num_queries
):
    codes = [make_unit(county, f"{number}镇").code for number in range(7)]
    seen, address = [], "/api/v1/units?kind=town&limit=3"

    while address:
        with django_assert_max_num_queries(6):
            answered = program.get(address).json()
        seen += [row["code"] for row in answered["items"]]
        address = answered["next"]

    assert seen == codes


def test_lists_are_sieved(program, town, bureau, project, receipts):
    other = make_project(bureau, "储备", signed=None)

    assert [r["id"] for r in items(program, "projects?unit=611023T01")] == [project.pk]
    assert [r["id"] for r in items(program, "projects?stage=reserve")] == [other.pk]
    assert [r["id"] for r in items(program, "projects?month=2012-02")] == [project.pk]
    assert [r["id"] for r in items(program, "receipts?state=submitted")] == [receipts[1].pk]
    assert [r["id"] for r in items(program, "receipts?month=2012-05")] == [receipts[0].pk]
    assert items(program, "receipts?kind=land") == []
    assert len(items(program, "entries?month=2012-05&unit=611023D01")) == 1
    assert items(program, "entries?month=2012-06") == []


def test_what_changed_since_a_moment_is_told_by_the_trail(program, receipts):
    since = "receipts?changed_since="

    assert [r["id"] for r in items(program, f"{since}2012-06-20T11:59:59%2B08:00")] == [
        receipts[1].pk
    ]
    assert items(program, f"{since}2012-06-20T12:00:01%2B08:00") == []
    with time_machine.travel("2012-06-25 12:00+08:00", tick=False):
        posting.send_back(
            receipts[1].pk,
            receipts[1].version,
            "凭证不清",
            by=make_person(receipts[1].county, Role.VERIFIER),
            at=moment("2012-06-25"),
        )
    assert len(items(program, f"{since}2012-06-20T12:00:01%2B08:00")) == 1
    assert len(items(program, "entries?changed_since=2012-05-10T04:00:00Z")) == 2
    assert items(program, "entries?changed_since=2012-05-10T04:00:01Z") == []


def test_an_unchanged_answer_is_not_sent_again(program, receipts):
    first = program.get("/api/v1/ranking")

    again = program.get("/api/v1/ranking", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert "no-store" not in first["Cache-Control"]

    make_verified(receipts[0].project, 1, "2012-05-11")
    changed = program.get("/api/v1/ranking", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


# --- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("ranking?month=2012-13", "month"),
        ("ranking?month=2099-01", "month"),
        ("ranking?month=2012-05&as_of=2011-05-01", "as_of"),
        ("ranking?as_of=20120501", "as_of"),
        ("ranking?without=weather", "without"),
        ("ranking?moon=full", "moon"),
        ("units?kind=VILLAGE", "kind"),
        ("units?kind=town&kind=department", "kind"),
        ("units?limit=501", "limit"),
        ("units?limit=０", "limit"),
        ("receipts?after=-1", "after"),
        ("receipts?changed_since=2012-06-20", "changed_since"),
        ("entries?unit=6110'--", "unit"),
        ("units/611023T01?x=1", "x"),
    ],
)
def test_what_is_not_understood_is_named(program, town, address, named):
    refused = program.get(f"/api/v1/{address}")

    assert refused.status_code == 400
    assert [parameter["name"] for parameter in refused.json()["parameters"]] == [named]


def test_refusals_are_sentences_in_the_callers_language(program, client):
    english = program.get("/api/v1/nowhere/at/all")
    chinese = client.get("/api/v1/nowhere")

    assert english.status_code == chinese.status_code == 404
    assert english.json()["title"] == "Nothing here"
    assert chinese.json()["title"] == "这里没有内容"
    assert english["Content-Language"] == "en"


def test_only_reading_is_possible(program):
    """quality 9"""
    strict = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "patch", "delete", "options"):
        refused = getattr(strict, method)("/api/v1/units")
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
    assert program.head("/api/v1/units").status_code == 200


@override_settings(SECURE_SSL_REDIRECT=True)
def test_over_plain_http_nothing_is_read_and_nobody_led_on(program, town):
    """ASVS 4.1.2; pages are led on"""
    refused = program.get("/api/v1/units")

    assert (refused.status_code, "Upgrade" in refused) == (426, False)
    assert "https://" in refused.json()["detail"]
    assert not Trail.objects.filter(action="key.read").exists()
    assert program.get("/api/v1/units", secure=True).status_code == 200
    assert program.get("/accounts/login/").status_code == 301


def test_no_other_site_may_read_in_a_browser(program):
    answered = program.get("/api/v1/units", headers={"Origin": "https://example.org"})

    assert "Access-Control-Allow-Origin" not in answered


# --- description -----------------------------------------------------------------------------------


def test_the_page_for_people_shows_every_reading(client, county):
    client.force_login(make_head(county))

    page = client.get("/api/").content.decode()

    for name in ("ranking", *LISTS):
        assert f"/api/v1/{name}" in page
    assert "/api/keys/" in page
    assert Client().get("/api/").status_code == 302


def test_the_description_is_no_figure_that_was_taken_out(client, county):
    client.force_login(make_head(county))

    assert client.get("/api/v1/openapi.json").status_code == 200
    assert client.get("/api/").status_code == 200

    assert not Trail.objects.filter(action="page.export").exists()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (OperationalError("away"), 503, "数据库暂时没有响应"),
        (ValueError("inner"), 500, "X-Request-ID"),
    ],
)
def test_a_program_is_told_of_a_fault_as_a_problem(client, error, status, sentence):
    """quality 42"""
    client.raise_request_exception = False

    with patch("ledger.api.gate.keys.known", side_effect=error):
        answer = client.get("/api/v1/units", headers={"Authorization": "Bearer jz_any"})

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert answer.json()["status"] == status
    assert sentence in answer.json()["detail"]
    assert "away" not in answer.json()["detail"]
    assert answer["X-Request-ID"]
