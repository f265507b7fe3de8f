"""A quarter that is opened again says so, and its versions stay readable, comparable and proved."""

import pytest

from ledger.models import Notice, Period
from ledger.papers.bulletin import bulletin
from ledger.papers.ranking_sheet import notes
from ledger.papers.sources import background
from ledger.quarter.checks import ADVISORY, EARLIER, run
from ledger.ranking.query import answer, read
from ledger.ranking.snapshot import check_code
from ledger.rules.months import Month
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db
DECEMBER, TODAY = Month(2012, 12), day("2013-01-20")


@pytest.fixture
def town():
    unit = make_unit(make_county(), "甲镇")
    set_target(unit, 1000)
    return unit


@pytest.fixture
def people(town):
    return make_verifier(town.county), make_head(town.county)


@pytest.fixture
def quarter(town, people):
    """Announced with 300 on 5 January; 80 of it is false, so it is opened again."""
    project = make_project(town)
    make_verified(project, 220, "2012-10-15")
    make_verified(project, 80, "2012-12-15")
    period = Period.objects.get(county=town.county, year=2012, quarter=4)
    close(period, people, "2013-01-05")
    acting.propose_reopening(period.pk, "核实发现虚假到位", by=people[0], at=moment("2013-01-08"))
    acting.reopen(period.pk, by=people[1], at=moment("2013-01-09"))
    return period


@pytest.fixture
def second(quarter, people, town):
    """Closed again without the false money, as version 2."""
    false = town.receipts.get(received_on="2012-12-15")
    entry = false.entries.get()
    at = moment("2013-01-10")
    acting.reverse(entry.pk, "回单系伪造", by=people[0], second=people[1], at=at)
    close(quarter, people, "2013-01-12")
    return false


def close(period, people, on):
    acting.close(period.pk, by=people[0], at=moment(on), known=ADVISORY)
    return acting.confirm(period.pk, by=people[1], at=moment(on), known=ADVISORY)


def table(county, version=""):
    return answer(county, read(DECEMBER, "", "", (), version), TODAY)


def text_of(shown):
    return bulletin(shown, background(shown)).text


def test_a_quarter_under_correction_says_so_everywhere(client, town, people, quarter):
    said = "曾于2013年1月5日公布第1版（0.03亿元），正在更正，原因：核实发现虚假到位"
    shown = table(town.county)
    client.force_login(people[1])

    assert said in client.get("/ranking/2012-12/").text
    assert said in client.get("/meeting/2012-12/").text
    assert said in client.get("/screen/").text
    assert said in text_of(shown)
    assert any(said in note for note in notes(shown, "", None))


def test_the_second_version_names_what_it_changed_by_unit_and_cause(client, town, people, second):
    shown, project = table(town.county), second.project.name
    said = "甲镇：累计到位资金 300.00万元 → 220.00万元"
    because = f"{project}，{second.voucher_no}冲销，−80.00万元：回单系伪造"
    client.force_login(people[1])
    page = client.get("/ranking/2012-12/").text

    assert f"{said}（原因：{because}）" in text_of(shown)
    assert any(said in note and because in note for note in notes(shown, "", None))
    assert said in page
    assert because in page
    assert "本通报为第2版，替代第1版，更正如下：" in text_of(shown)


def test_each_version_keeps_its_papers_and_code_and_is_compared(client, town, people, second):
    first, now = table(town.county, "1"), table(town.county)
    client.force_login(people[1])

    assert (first.total.received, now.total.received) == (3_000_000, 2_200_000)
    assert "300万元" in text_of(first)
    codes = {check_code(each.settlement) for each in (first, now)}
    assert len(codes) == 2
    page = client.get("/ranking/2012-12/?version=1").text
    assert "本表为第1版，已被后续版本替代" in page
    assert "已被后续版本替代" not in client.get("/ranking/2012-12/").text
    assert check_code(first.settlement) in page
    assert len(client.get("/ranking/2012-12.xlsx?version=1").getvalue()) > 1000
    for unknown in ("3", "0", "-1", "1e3", "x", "9" * 30):
        assert client.get(f"/ranking/2012-12/?version={unknown}").status_code == 404, unknown
    assert "/ranking/compare/?left=2012-12-31" in client.get("/ranking/2012-12/").text


def test_reversed_money_reads_reversed_and_its_unit_is_told(client, town, people, second):
    clerk = make_clerk(town)
    told = Notice.objects.get(kind=Notice.Kind.RECEIPT_REVERSED)
    client.force_login(clerk)

    assert told.unit == town
    for page in (f"/receipts/{second.pk}/", f"/units/{town.code}/", "/receipts/?state=all"):
        assert "已冲销" in client.get(page).text, page
    assert "已冲销" in client.get(f"/projects/{second.project_id}/").text
    assert "回单系伪造" in client.get("/", follow=True).text


def test_what_would_stop_a_closing_is_among_its_checks(town, people, quarter):
    later = make_verified(make_project(town, signed="2013-01-02"), 10, "2013-01-15")
    period = Period.objects.get(county=town.county, year=2013, quarter=1)

    check = next(check for check in run(period) if check.number == EARLIER)

    assert later.counted_on == day("2013-01-15")
    assert check.blocks
    assert check.records == (quarter,)


def test_a_reopening_that_cannot_be_is_refused_at_the_first_person(town, people):
    project = make_project(town)
    make_verified(project, 10, "2012-02-15")
    make_verified(project, 10, "2012-05-15")
    first, following = Period.objects.filter(county=town.county).order_by("quarter")
    close(first, people, "2012-07-05")
    close(following, people, "2012-07-06")

    with pytest.raises(Refusal, match="2012"):
        acting.propose_reopening(first.pk, "更正", by=people[0], at=moment("2012-07-08"))
