"""Checking a paper by its code: which quarter and version, and that any stored change is noticed."""

import pytest
from django.db import connection

from ledger.quarter import proof
from ledger.ranking import snapshot
from ledger.rules import chain
from tests import acting
from tests.builders import (
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from tests.ledger.papers.papers import close_first_quarter

pytestmark = pytest.mark.django_db


@pytest.fixture
def settlement():
    county = make_county()
    unit = make_unit(county, "甲镇")
    set_target(unit, 1000)
    make_verified(make_project(unit, signed="2012-01-05"), 300, "2012-03-01")
    return close_first_quarter(county)


@pytest.fixture
def head(client, settlement):
    head = make_head(settlement.period.county)
    client.force_login(head)
    client.cookies["django_language"] = "zh-hans"
    return head


def asked(client, code):
    return client.get("/check/", {"code": code})


def anchored(*codes):
    return [finding.record for finding in proof.findings(proof.Scope(), codes)]


def test_the_code_names_county_quarter_and_version(client, settlement, head):
    page = asked(client, snapshot.check_code(settlement).lower())

    assert "<b>商南县 2012年第一季度第1版</b>" in page.text
    assert snapshot.digest_of(settlement) in page.text
    assert "/ranking/2012-03/bulletin/" in page.text


def test_long_code_and_printed_head_are_understood(client, settlement, head):
    for code in (snapshot.digest_of(settlement), chain.short(settlement.chain_head)):
        assert "第1版</b>" in asked(client, code).text
    assert "分录链首，只能证明" in asked(client, settlement.chain_head).text


def test_a_superseded_version_says_so(client, settlement, head):
    code, period = snapshot.check_code(settlement), settlement.period
    verifier, at = make_verifier(period.county), moment("2012-04-20")
    acting.propose_reopening(period.pk, "漏记", by=verifier, at=at)
    acting.reopen(period.pk, by=head, at=at)
    again = close_first_quarter(period.county)

    assert "现行的是第2版" in asked(client, code).text
    assert snapshot.check_code(again) != code
    assert "现行的是" not in asked(client, snapshot.check_code(again)).text


def test_an_unknown_code_and_another_countys_belong_to_nothing(client, settlement, head):
    other = make_county("611024", "山阳县")
    client.force_login(make_head(other))

    assert "此码不属于山阳县" in asked(client, snapshot.check_code(settlement)).text
    assert "此码不属于山阳县" in asked(client, settlement.chain_head).text
    refused = asked(client, "看不清")
    assert (refused.status_code, "看不清" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_settlementline", "pending = pending + 0.01"),
        ("ledger_settlement", "contracts = contracts + 1"),
        ("ledger_settlement", "chain_head = repeat('a', 64)"),
        ("ledger_snapshot", "details = jsonb_set(details, '{planned}', '[1]')"),
    ],
)
def test_any_stored_change_leaves_the_code_without_paper(settlement, table, change):
    code = snapshot.check_code(settlement)
    assert anchored(code) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {change}")

    assert f"anchor:{code.replace('-', '')}" in anchored(code)


def test_the_picture_holds_the_address(client, settlement, head):
    page = client.get("/check/picture/", {"code": snapshot.check_code(settlement)})

    assert (page["Content-Type"], page.content[:5]) == ("image/svg+xml", b"<?xml")
    assert client.get("/check/picture/").status_code == 404
