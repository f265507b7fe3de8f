"""The sample county against the speech: every figure, and the tier of every unit it names."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from ledger.entries import evidence
from ledger.management.commands import load_sample
from ledger.models import Entry, Evidence, Period, Receipt, Settlement
from ledger.ranking.league import league_table
from ledger.rules.standing import Tier
from ledger.sample import loading
from tests.builders import day, make_county, wan
from units.ground.money import percent_text, yi_short
from units.models import County, Unit, User

JUNE = day("2012-06-30")
SPEECH = {
    Tier.COMPLETED: ("水沟镇", "魏家台镇", "国税局", "养老经办中心"),
    Tier.ON_SCHEDULE: (
        *("城关镇", "清油河镇", "青山镇", "十里坪镇", "金丝峡镇", "湘河镇", "试马镇"),
        *("红十字会", "畜牧中心", "纪委监察局", "招商局", "残联", "农管局", "工业园区管委会"),
        *("县委办", "计生局", "林业局", "财政局", "安监局"),
    ),
    Tier.BEHIND: ("白浪镇", "富水镇", "赵川镇", "过风楼镇", "农行"),
}


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The sample, loaded once for the tests of this module and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_sample", verbosity=0)
        yield County.objects.get()
        transaction.set_rollback(True)


@pytest.fixture
def table(county, django_db_blocker):
    with django_db_blocker.unblock():
        yield league_table(county, JUNE)


def test_every_receipt_has_its_own_scan(county, django_db_blocker):
    with django_db_blocker.unblock():
        scans = Evidence.objects.values_list("receipt", "sha256")
        receipts, files = zip(*scans, strict=True)

        assert set(receipts) == set(Receipt.objects.values_list("pk", flat=True))
        assert len(set(files)) == len(files)
        assert all(evidence.is_intact(file) for file in files[:5])


def test_headline_of_the_speech(table):
    total, signed = table.total, table.signed

    assert (yi_short(total.target), yi_short(total.received)) == ("27.9", "14.2")
    assert percent_text(total.received, total.target) == "50.9%"
    assert table.over_half
    assert (signed.projects, signed.contracts) == (46, 30)
    assert (yi_short(signed.total_investment), yi_short(signed.introduced)) == ("57.74", "53.96")
    assert (total.received, total.target) == (wan(142_000), wan(279_000))


def test_tiers_of_the_speech(table):
    counted = {
        section.kind: tuple(section.tiers[tier] for tier in Tier) for section in table.sections
    }

    assert counted == {"town": (2, 7, 4, 0, 0), "department": (2, 16, 20, 47, 2)}


def test_every_unit_that_the_speech_names_stands_in_its_tier(table):
    standing = {row.name: row.tier for row in table.rows}

    assert {name: standing[name] for names in SPEECH.values() for name in names} == {
        name: tier for tier, names in SPEECH.items() for name in names
    }


def test_the_tables_sum_is_the_databases_sum(table, county):
    """quality 2"""
    posted = Entry.objects.filter(county=county, counted_on__range=("2012-01-01", JUNE))

    assert table.total.received == posted.aggregate(all=Sum("amount"))["all"]


def test_quarters_before_the_meeting_are_closed_and_the_second_is_open(table, county):
    closed = Period.objects.filter(county=county, state=Period.State.CLOSED)

    assert sorted(map(str, closed)) == ["2011Q1", "2011Q2", "2011Q3", "2011Q4", "2012Q1"]
    assert table.compared_with == Settlement.objects.get(as_of="2012-03-31")
    assert any(row.movement for row in table.rows)


def test_every_unit_has_a_clerk_and_no_one_holds_a_master_key(table, county):
    assert Unit.objects.filter(people__role="clerk").distinct().count() == 100
    assert not User.objects.filter(is_superuser=True).exists()


def test_printed_sign_ins_are_what_they_say(table, county):
    printed = {name: User.objects.get(username=name) for name, _words in load_sample.SIGN_INS}

    assert {name: user.role for name, user in printed.items()} == {
        "leader": "leader",
        "head": "bureau_head",
        "verifier": "verifier",
        "t13": "clerk",
    }
    assert printed["t13"].unit.name == "水沟镇"
    assert all(user.check_password(loading.PASSWORD) for user in printed.values())


@pytest.mark.django_db
def test_sample_refuses_a_database_that_holds_a_county():
    make_county("611024", "山阳县")

    with pytest.raises(CommandError):
        call_command("load_sample")
    assert County.objects.count() == 1
