"""The county's scope of the main indicator: what the league table, a closing and the papers count."""

from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from ledger.explain.composition import composition
from ledger.models import Period
from ledger.papers.bulletin import bulletin
from ledger.papers.sources import background
from ledger.quarter import checks
from ledger.ranking.announced import announced_table, differing
from ledger.ranking.league import league_table
from ledger.ranking.series import of_table
from ledger.ranking.summaries import computed
from ledger.rules.standing import Tier
from tests import builders
from tests.builders import day, moment, wan
from tests.ledger.papers.papers import close_first_quarter, paper_of
from units.county import settings
from units.ground.refusal import Refusal
from units.models import County

pytestmark = pytest.mark.django_db
MARCH = day("2012-03-31")


@pytest.fixture
def county():
    """水沟镇 owes 1000: 100 from abroad, 60 from another city, 30 of property from another county;
    试马镇 owes 1000: 250 of property. By 31 March 250 are due of each."""
    county = builders.make_county()
    towns = [builders.make_unit(county, name) for name in ("水沟镇", "试马镇")]
    for town in towns:
        builders.set_target(town, 1000)
    for town, amount, origin, industry in (
        (towns[0], 100, "foreign", "tourism"),
        (towns[0], 60, "other_city", "tourism"),
        (towns[0], 30, "other_county", "property"),
        (towns[1], 250, "other_province", "property"),
    ):
        project = builders.make_project(
            town, f"{origin}{amount}", signed="2012-01-05", origin=origin, industry=industry
        )
        builders.make_verified(project, amount, "2012-02-10")
    return county


def counting(county, *left_out):
    head = builders.make_head(county)
    return settings.change(
        county, {"not_counted": list(left_out)}, by=head, at=moment("2012-02-20")
    )


def received(table):
    return {row.name: row.received for row in table.rows}


def test_everything_counts_until_the_county_says_otherwise(county):
    assert received(league_table(county, MARCH)) == {"试马镇": wan(250), "水沟镇": wan(190)}


@pytest.mark.parametrize(
    ("left_out", "first", "second"),
    [
        (("property",), 160, 0),
        (("same_city",), 160, 250),
        (("same_province",), 100, 250),
        (("same_province", "property"), 100, 0),
        (("carry_over",), 190, 250),
    ],
)
def test_the_table_counts_the_scope_of_the_county(county, left_out, first, second):
    table = league_table(counting(county, *left_out), MARCH)

    assert received(table) == {"水沟镇": wan(first), "试马镇": wan(second)}
    assert table.total.received == wan(first + second)
    assert of_table(table).this_year[-1] == wan(first + second)
    assert computed([table.county], MARCH)[0].total.received == wan(first + second)


def test_money_out_of_scope_makes_no_rank_and_no_tier(county):
    table = league_table(counting(county, "property"), MARCH)
    first, second = table.rows

    assert (first.name, first.rank, first.tier) == ("水沟镇", 1, Tier.BEHIND)
    assert first.completion == Fraction(16, 100)
    assert (second.rank, second.tier) == (None, Tier.NO_FUNDS)


def test_each_county_of_a_statement_has_its_own_scope(county):
    other = builders.make_county("611022", "丹凤县")
    town = builders.make_unit(other, "龙驹寨镇")
    builders.make_verified(builders.make_project(town, industry="property"), 70, "2012-02-10")
    scoped = counting(county, "property")

    found = {each.county.code: each.total.received for each in computed([scoped, other], MARCH)}

    assert found == {"611023": wan(160), "611022": wan(70)}


def test_what_awaits_verification_is_shown_in_the_same_scope(county):
    project = builders.make_project(
        county.units.get(name="试马镇"),
        "商场",
        signed="2012-01-05",
        origin="foreign",
        industry="property",
    )
    builders.make_receipt(project, 40, "2012-03-01")

    assert league_table(county, MARCH).total.pending == wan(40)
    assert league_table(counting(county, "property"), MARCH).total.pending == 0


def test_composition_shows_all_the_money_beside_what_counts(county):
    found = composition(league_table(counting(county, "property"), MARCH))

    assert (found.received, found.all_received) == (wan(160), wan(440))


def test_the_sums_of_the_checks_agree_in_a_scope(county):
    scoped = counting(county, "property", "same_city")
    check = checks._sums(Period.objects.get(county=scoped, year=2012, quarter=1))

    assert check.count == 0


def test_a_closing_keeps_the_scope_that_it_was_made_with(county):
    settlement = close_first_quarter(counting(county, "property"))
    assert settlement.received == wan(160)
    counting(county)  # from the next quarter on everything counts

    settlement.refresh_from_db()
    table = announced_table(settlement)
    assert received(table) == {"水沟镇": wan(160), "试马镇": wan(0)}
    assert differing(settlement) is None
    assert of_table(table).this_year[-1] == wan(160)


def test_papers_name_the_scope(county):
    text = paper_of(league_table(counting(county, "property", "same_city"), MARCH)).text
    assert "到位资金口径：不计入房地产、市内其他县区资金。" in text
    assert "不计入" not in paper_of(league_table(counting(county), MARCH)).text


def test_an_unknown_kind_of_money_is_refused(county):
    with pytest.raises(Refusal):
        counting(county, "gold")
    with pytest.raises(IntegrityError), transaction.atomic():
        County.objects.update(not_counted=["gold"])


def test_the_account_of_a_unit_counts_in_the_same_scope(client, county):
    county = counting(county, "property")
    town = county.units.get(name="水沟镇")
    client.force_login(builders.make_clerk(town))

    page = client.get(f"/units/{town.code}/entries/?as_of=2012-03-31").content.decode()

    assert "foreign100" in page
    assert "other_county30" not in page


def test_an_account_names_the_scope_and_a_bulletin_only_what_counts(client, county):
    county = counting(county, "property")
    client.force_login(builders.make_head(county))
    [town] = [unit for unit in county.units.all() if unit.name == "试马镇"]

    account = client.get(f"/units/{town.code}/?as_of=2012-03-31").text

    assert "到位资金口径：不计入房地产" in account
    text = bulletin(table := league_table(county, MARCH), background(table)).text
    assert "原矿开采和房地产合计" not in text
