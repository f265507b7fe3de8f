"""Money of an earlier year that is corrected later stands beside the year, never in it."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.entries import corrections
from ledger.explain.composition import composition
from ledger.models import Entry, Period, Receipt
from ledger.papers.bulletin import bulletin
from ledger.papers.sources import background
from ledger.quarter import proof
from ledger.quarter.checks import ADVISORY, SUMS, run
from ledger.ranking import announced, document, series
from ledger.ranking.league import league_table
from ledger.regions import rollup
from ledger.rules.standing import Tier
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
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
from units.ground.money import ZERO
from units.models import County

pytestmark = pytest.mark.django_db
MARCH, APRIL = day("2013-03-31"), day("2013-04-30")
LATER = moment("2013-04-10")
FEN = Decimal("0.01")


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def people(county):
    return make_verifier(county), make_head(county)


@pytest.fixture
def town(county):
    """甲镇 has a task of 1000 in 2013, and 乙镇 too, with 200 received."""
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    for unit in (first, second):
        set_target(unit, 1000, year=2013, effective_on="2013-01-01")
    make_verified(make_project(second, signed="2013-01-05"), 200, "2013-01-20")
    return first


@pytest.fixture
def project(town):
    return make_project(town, signed="2012-02-01", total=100_000, introduced=100_000)


def close_all(county, people, at="2013-01-05"):
    for quarter in range(1, 5):
        Period.objects.get_or_create(county=county, year=2012, quarter=quarter)
    for period in Period.objects.filter(county=county, year=2012).order_by("quarter"):
        acting.close(period.pk, by=people[0], at=moment(at), known=ADVISORY)
        acting.confirm(period.pk, by=people[1], at=moment(at), known=ADVISORY)


def reverse(receipt, people, at=LATER):
    acting.reverse(receipt.entries.first().pk, "查实为虚假", by=people[0], second=people[1], at=at)


def row(county, name="甲镇", as_of=APRIL):
    return next(each for each in league_table(county, as_of).rows if each.name == name)


def findings(county):
    return list(proof.findings(proof.Scope(county)))


@pytest.fixture
def false_money(county, project, people):
    """380 of June 2012, announced, found false in April 2013; 300 arrived in January."""
    receipt = make_verified(project, 380, "2012-06-15")
    close_all(county, people)
    make_verified(project, 300, "2013-01-10")
    before = row(county)
    reverse(receipt, people)
    return receipt, before


def test_false_money_of_last_year_leaves_this_years_standing(county, false_money):
    _receipt, before = false_money
    now = row(county)

    assert (now.sums.received, now.sums.new, now.sums.adjusted) == (wan(300), ZERO, wan(-380))
    assert (now.tier, now.rank, now.completion) == (before.tier, before.rank, before.completion)
    assert (now.rank, row(county, "乙镇").rank) == (1, 2)
    assert findings(county) == []


def test_it_is_in_no_share_month_region_or_growth(county, false_money):
    table = league_table(county, APRIL)
    made_of = composition(table)
    months = series.by_month(county, APRIL, None)

    assert made_of.received == wan(500)
    assert months.this_year == (wan(500), wan(500), wan(500), wan(500))
    assert series.of_units([county.units.get(name="甲镇")], APRIL).this_year[-1] == wan(300)
    assert rollup.received([county.pk], APRIL)[county.pk].received == wan(500)
    assert row(county, as_of=day("2014-04-30")).received_before == wan(300)


def test_pages_and_papers_show_it_on_a_line_of_its_own(client, county, people, false_money):
    client.force_login(people[1])
    said = "调整以前年度：−380.00万元（甲镇 −380.00万元）"
    table = league_table(county, APRIL)

    told = [p.text for p in bulletin(table, background(table)).paragraphs]
    page = client.get("/ranking/2013-04/").text
    unit = county.units.get(name="甲镇")
    account = client.get(f"/units/{unit.code}/?as_of=2013-04-30").text
    entries = client.get(f"/units/{unit.code}/entries/?as_of=2013-04-30").text

    [text] = [text for text in told if "调整以前年度" in text]
    assert text.startswith(said)
    assert any("续建项目到位300万元" in text for text in told)
    assert "以前年度" in page
    assert "−380.00" in page
    assert "调整以前年度" in account
    assert "调整以前年度" in entries
    [first] = document.document(table)["sections"][0]["rows"][:1]
    assert (first["received"], first["adjusted"]) == ("3000000.00", "-3800000.00")


def test_a_year_without_corrections_shows_no_such_column(client, county, people, project):
    make_verified(project, 300, "2013-01-10")
    client.force_login(people[1])

    assert "以前年度" not in client.get("/ranking/2013-04/").text


def test_the_unit_finds_a_reversal_in_its_inbox_and_not_as_a_claim(client, town, false_money):
    client.force_login(make_clerk(town))

    page = client.get("/inbox/").text

    assert "1笔到位资金已冲销，待阅" in page
    assert "份额申请已裁定" not in page


def test_a_comparison_has_the_column_only_where_a_line_has_it(client, people, false_money):
    client.force_login(people[1])

    def page(left, right):
        return client.get(f"/ranking/compare/?left_day={left}&right_day={right}").content.decode()

    assert "调整以前年度" in page("2013-03-31", "2013-04-30")
    assert "调整以前年度" not in page("2012-03-31", "2012-06-30")


def test_a_settlement_keeps_it_and_proves_it(county, people, false_money):
    periods = Period.objects.filter(county=county, year=2013).order_by("quarter")
    for period in periods:
        assert next(c for c in run(period) if c.number == SUMS).count == 0
        acting.close(period.pk, by=people[0], at=moment("2013-07-02"), known=ADVISORY)
        settled = acting.confirm(period.pk, by=people[1], at=moment("2013-07-02"), known=ADVISORY)
    kept = announced.announced_table(settled)

    [line] = [each for each in kept.rows if each.name == "甲镇"]
    counted_in = Entry.objects.get(kind="reversal").counted_on
    assert counted_in >= day("2013-01-01")
    assert (line.received, line.sums.adjusted) == (wan(300), wan(-380))
    assert announced.partial(settled, ["resource"]).rows[0].sums.adjusted == wan(-380)
    assert findings(county) == []


def test_posting_again_moves_the_earlier_year_beside_both_units(county, project, people):
    receipt = make_verified(project, 380, "2012-06-15")
    close_all(county, people)
    other = county.units.get(name="乙镇")
    project.shares.update(unit=other)

    acting.repost(receipt.pk, "份额更正", by=people[0], second=people[1], at=LATER)

    assert (row(county).received, row(county).sums.adjusted) == (ZERO, wan(-380))
    moved = row(county, "乙镇")
    assert (moved.received, moved.sums.adjusted) == (wan(200), wan(380))
    assert findings(county) == []


def correction(old, people, clerk, received, amount=380):
    """A receipt of another day or amount that takes the place of ``old``, confirmed by two."""
    typed = draft(old.project, amount, received)
    new = corrections.posting.submit(typed, by=clerk, at=LATER, today=day("2013-04-10"))
    seen = corrections.seen_correction(old, Receipt.objects.get(pk=new.pk))
    corrections.propose_correction(new.pk, old.pk, seen, "抄录有误", by=clerk, at=LATER)
    acting.confirm_proposal(old, by=people[1], at=LATER)
    return Receipt.objects.get(pk=new.pk)


@pytest.mark.parametrize(("received", "counts"), [("2012-06-20", False), ("2013-02-01", True)])
def test_a_corrected_receipt_adjusts_unless_it_is_dated_this_year(
    county, project, people, received, counts
):
    old = make_verified(project, 380, "2012-06-15")
    close_all(county, people)
    correction(old, people, make_clerk(project.lead_unit), received, 400)

    now = row(county)
    expected = (wan(400), wan(-380)) if counts else (ZERO, wan(20))
    assert (now.received, now.sums.adjusted) == expected
    assert findings(county) == []


def test_posting_again_after_a_reversal_of_its_own_is_an_adjustment_too(
    county, people, false_money
):
    """Reversed as one deed and posted again as another: the same as both in one."""
    receipt, before = false_money

    acting.repost(receipt.pk, "查实无误", by=people[0], second=people[1], at=LATER)

    now = row(county)
    assert (now.sums.received, now.sums.adjusted) == (before.sums.received, ZERO)
    assert findings(county) == []


def test_a_chain_of_corrections_belongs_to_the_year_in_which_the_money_first_counted(
    county, town, people, false_money
):
    """Dated this year by mistake, then put right: as if it had been right at once."""
    receipt, before = false_money
    acting.repost(receipt.pk, "查实无误", by=people[0], second=people[1], at=LATER)
    clerk = make_clerk(town)

    wrong = correction(receipt, people, clerk, "2013-04-01")
    assert (row(county).sums.received, row(county).sums.adjusted) == (wan(680), wan(-380))
    correction(wrong, people, clerk, "2012-06-16")

    now = row(county)
    assert (now.sums.received, now.sums.adjusted) == (before.sums.received, ZERO)
    assert (now.rank, now.tier) == (before.rank, before.tier)
    assert findings(county) == []


def test_what_leaves_out_carry_over_leaves_no_adjustment_out(county, false_money):
    """In its own year the money was new; beside a later year it is neither."""
    [line] = [
        r for r in league_table(county, APRIL, without={"carry_over"}).rows if r.name == "甲镇"
    ]

    assert line.sums.adjusted == wan(-380)


def test_late_money_counts_and_its_reversal_takes_it_out_again(county, project, people):
    make_verified(project, 1, "2012-06-15")
    close_all(county, people)
    late = make_verified(project, 50, "2012-12-28", at=moment("2013-01-08"))

    assert (row(county).received, row(county).sums.adjusted) == (wan(50), ZERO)
    reverse(late, people)
    assert (row(county).received, row(county).sums.adjusted) == (ZERO, ZERO)


@pytest.mark.parametrize(
    ("received", "tier"),
    [("1000", Tier.COMPLETED), ("999.999999", Tier.ON_SCHEDULE)],
)
def test_one_fen_of_an_earlier_year_moves_no_tier(county, project, people, received, tier):
    old = make_verified(project, "0.000001", "2012-06-15")
    gone = make_verified(project, "0.000001", "2012-06-16")
    close_all(county, people)
    make_verified(project, received, "2013-01-10")
    assert row(county).tier is tier

    reverse(old, people)
    assert (row(county).tier, row(county).sums.adjusted) == (tier, -FEN)
    clerk = make_clerk(project.lead_unit)
    typed = draft(project, "0.000003", "2012-06-16")
    new = corrections.posting.submit(typed, by=clerk, at=LATER, today=day("2013-04-10"))
    seen = corrections.seen_correction(gone, Receipt.objects.get(pk=new.pk))
    corrections.propose_correction(new.pk, gone.pk, seen, "更正", by=clerk, at=LATER)
    acting.confirm_proposal(gone, by=people[1], at=LATER)
    assert (row(county).tier, row(county).sums.adjusted) == (tier, FEN)


AMOUNTS = st.lists(st.tuples(st.integers(1, 10**8), st.booleans()), min_size=1, max_size=2)


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(earlier=AMOUNTS, now=AMOUNTS)
def test_year_and_adjustments_always_make_all_entries(earlier, now):
    county = make_county(f"{611_100 + County.objects.count()}")
    people = make_verifier(county), make_head(county)
    town = make_unit(county, "甲镇")
    set_target(town, 1000, year=2013, effective_on="2013-01-01")
    project = make_project(town, signed="2012-02-01", total=10**8, introduced=10**8)
    of_2012 = [make_verified(project, Decimal(n) / 10**6, "2012-06-15") for n, _ in earlier]
    close_all(county, people)
    of_2013 = [make_verified(project, Decimal(n) / 10**6, "2013-01-15") for n, _ in now]
    for receipt, (_n, is_false) in zip([*of_2012, *of_2013], [*earlier, *now], strict=True):
        if is_false:
            reverse(receipt, people)

    sums = row(county).sums
    assert sums.received == sum(Decimal(n) / 100 for n, is_false in now if not is_false)
    assert sums.adjusted == -sum(Decimal(n) / 100 for n, is_false in earlier if is_false)
    entries = Entry.objects.filter(county=county, counted_on__year=2013)
    assert sums.received + sums.adjusted == sum((e.amount for e in entries), ZERO)
    assert findings(county) == []
