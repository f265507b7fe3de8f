"""One county from October 2012 to April 2013: every figure and sentence was worked out by hand.

甲镇 and 乙镇 have 1,000万元 each in 2012, and 2,000 and 1,000 in 2013. Played once; the tests only read.

| day | what happens | 2012 甲 | 2012 乙 | 2013 甲 | 2013 乙 |
| --- | --- | --- | --- | --- | --- |
| 10-20, 11-20 | 甲 700 and 300, 乙 400 | 1,000 | 400 | | |
| 01-05 | the fourth quarter is closed | | | | |
| 01-08 | 50 of 28 December for 乙 come late | | | | 50 |
| 01-10 | 甲 receives 600 | | | 600 | |
| 01-15 | opened again: 300 of 甲 is false, reversed | 700 | 400 | | |
| 01-18 | closed again, as version 2 | | | | |
| 04-05 | the first quarter of 2013 is closed | | | | |
| 04-20 | 100 of the 400 of 乙 is found false | | | | adjusted −100 |
"""

from types import SimpleNamespace

import pytest
from django.db import transaction

from ledger.models import Period
from ledger.papers.bulletin import bulletin
from ledger.papers.sources import background
from ledger.quarter import proof
from ledger.quarter.checks import ADVISORY
from ledger.ranking.league import league_table
from ledger.ranking.query import answer, read
from ledger.rules.months import Month
from ledger.rules.standing import Tier
from tests import acting
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)

pytestmark = pytest.mark.django_db
APRIL = day("2013-04-30")


def _close(period, people, on):
    acting.close(period.pk, by=people[0], at=moment(on), known=ADVISORY)
    return acting.confirm(period.pk, by=people[1], at=moment(on), known=ADVISORY)


def _reverse(receipt, people, on):
    entry = receipt.entries.get()
    acting.reverse(entry.pk, "回单系伪造", by=people[0], second=people[1], at=moment(on))


def _play():
    county = make_county()
    people = make_verifier(county), make_head(county)
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    for unit, task in ((first, 2000), (second, 1000)):
        set_target(unit, 1000)
        set_target(unit, task, year=2013, effective_on="2013-01-01")
    one, two = make_project(first), make_project(second)
    make_verified(one, 700, "2012-10-20")
    false = make_verified(one, 300, "2012-11-20")
    make_verified(two, 300, "2012-11-20")
    later = make_verified(two, 100, "2012-11-21")
    fourth = Period.objects.get(year=2012, quarter=4)
    states = []

    def proved():
        states.append(list(proof.findings(proof.Scope(county))))

    _close(fourth, people, "2013-01-05")
    proved()
    make_verified(two, 50, "2012-12-28", at=moment("2013-01-08"))
    make_verified(make_project(first, signed="2013-01-09"), 600, "2013-01-10")
    acting.propose_reopening(fourth.pk, "核实发现虚假到位", by=people[0], at=moment("2013-01-14"))
    acting.reopen(fourth.pk, by=people[1], at=moment("2013-01-15"))
    under = _papers(county, Month(2012, 12), "2013-01-15")
    _reverse(false, people, "2013-01-15")
    _close(fourth, people, "2013-01-18")
    proved()
    _close(Period.objects.get(year=2013, quarter=1), people, "2013-04-05")
    before = league_table(county, APRIL)
    _reverse(later, people, "2013-04-20")
    proved()
    return SimpleNamespace(county=county, states=states, under=under, before=before)


def _papers(county, month, today, version=""):
    table = answer(county, read(month, "", "", (), version), day(today))
    return table, bulletin(table, background(table)).text


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield _play()
        transaction.set_rollback(True)


def rows(table):
    return {
        row.name: (row.received, row.sums.adjusted, row.rank, row.movement, row.tier)
        for row in table.rows
    }


def test_the_proof_agrees_at_every_step(story):
    assert story.states == [[], [], []]


def test_the_year_as_it_was_announced_first_and_corrected(story):
    first, said = _papers(story.county, Month(2012, 12), "2013-05-01", "1")
    assert rows(first) == {
        "甲镇": (wan(1000), 0, 1, None, Tier.COMPLETED),
        "乙镇": (wan(400), 0, 2, None, Tier.BEHIND),
    }
    assert "完成年度任务2,000万元的70.0%" in said
    assert "双过半" not in said

    second, said = _papers(story.county, Month(2012, 12), "2013-05-01")
    assert rows(second) == {
        "甲镇": (wan(700), 0, 1, None, Tier.BEHIND),
        "乙镇": (wan(400), 0, 2, None, Tier.BEHIND),
    }
    assert "本通报为第2版，替代第1版，更正如下：" in said
    assert (
        "甲镇：累计到位资金 1,000.00万元 → 700.00万元；档次 完成全年任务 → 未达到计划进度" in said
    )


def test_while_it_was_corrected_the_papers_said_so(story):
    table, said = story.under
    assert table.settlement is None
    assert "曾于2013年1月5日公布第1版（0.14亿元），正在更正，原因：核实发现虚假到位" in said


def test_the_new_year_begins_with_its_own_money_and_without_movement(story):
    table, said = _papers(story.county, Month(2013, 3), "2013-05-01")
    assert rows(table) == {
        "甲镇": (wan(600), 0, 1, None, Tier.ON_SCHEDULE),
        "乙镇": (wan(50), 0, 2, None, Tier.BEHIND),
    }
    assert "全县累计到位资金650万元" in said
    assert "完成年度任务3,000万元的21.7%" in said


def test_false_money_of_last_year_moves_nothing_in_april(story):
    now, before = league_table(story.county, APRIL), story.before
    assert rows(now)["乙镇"] == (wan(50), wan(-100), 2, 0, Tier.BEHIND)
    assert rows(now)["甲镇"] == rows(before)["甲镇"]
    said = bulletin(now, background(now)).text
    assert "调整以前年度：−100.00万元（乙镇 −100.00万元）" in said
    assert "全县累计到位资金650万元" in said
