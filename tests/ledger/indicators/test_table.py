"""Values, targets and ranks of indicators of every source, by hand; the pages; the number of statements."""

from fractions import Fraction as F

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.indicators import record
from ledger.indicators.record import IndicatorDraft
from ledger.indicators.table import indicators_of, rankings
from ledger.ranking.league import league_table
from tests import builders
from tests.builders import day, moment
from tests.ledger.indicators.counties import AT, file_figure, file_verified, make_county, owe
from units.ground.refusal import Refusal
from units.models import Target
from units.targets import record as targets

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


def found(county, as_of=JUNE, known_by=None):
    table = league_table(county, as_of, known_by)
    return rankings(table, indicators_of(county))


def values(ranking):
    return {row.unit.name: row.value for row in ranking.rows}


def test_each_source_is_measured_by_its_scope():
    county, _head, indicators, (a, b, _bureau) = make_county()
    file_verified(a, indicators["trips"], 3)
    file_figure(b, indicators["trips"], 9)  # not verified: counts nothing

    of = found(county)

    assert list(of) == ["received", "outside", "signed", "started", "rate", "trips"]
    assert values(of["received"]) == {"水沟镇": 3_000_000, "试马镇": 1_000_000, "招商局": 0}
    assert values(of["outside"]) == {"水沟镇": 2_000_000, "试马镇": 0, "招商局": 0}
    assert values(of["signed"]) == {"水沟镇": 2, "试马镇": 1, "招商局": 0}
    assert values(of["started"]) == {"水沟镇": 1, "试马镇": 1, "招商局": 0}
    assert values(of["rate"]) == {"水沟镇": 50, "试马镇": 100, "招商局": None}
    assert values(of["trips"]) == {"水沟镇": 3, "试马镇": 0, "招商局": 0}
    assert of["rate"].whole == F(200, 3)  # two started of three signed, not a mean of rates
    assert of["signed"].whole == 3


def test_targets_of_an_indicator_rank_by_completion_and_leave_the_main_ones_alone():
    county, _head, indicators, (a, b, _bureau) = make_county()
    owe(a, indicators["started"], 4)
    owe(b, indicators["started"], 1)

    started = found(county)["started"]

    rows = {row.unit.name: row for row in started.rows}
    assert (rows["试马镇"].rank, rows["水沟镇"].rank, rows["招商局"].rank) == (1, 2, None)
    assert (rows["水沟镇"].due, rows["水沟镇"].completion) == (2, F(1, 4))
    assert [rows[name].tier for name in ("试马镇", "水沟镇", "招商局")] == [
        "completed",
        "behind",
        "no_target",
    ]
    assert Target.objects.count() == 3
    main = {row.name: row.target for row in league_table(county, JUNE).rows}
    assert main == {"水沟镇": 6_000_000, "试马镇": 1_000_000, "招商局": 500_000}
    assert set(targets.current(county, 2012, indicator=indicators["started"])) == {a.pk, b.pk}


def test_an_indicator_without_targets_ranks_by_value_with_shared_ranks():
    county, *_rest = make_county()

    rows = {row.unit.name: row.rank for row in found(county)["started"].rows}

    assert rows == {"水沟镇": 1, "试马镇": 1, "招商局": None}  # without any there is no rank


def test_a_rate_is_due_whole_at_any_time():
    county, _head, indicators, (a, *_others) = make_county()
    owe(a, indicators["rate"], 80)

    row = next(row for row in found(county)["rate"].rows if row.unit.name == "水沟镇")

    assert (row.due, row.gap, row.tier) == (80, -30, "behind")


def test_earlier_tables_keep_what_was_known_then():
    county, _head, indicators, (a, *_others) = make_county()
    file_verified(a, indicators["trips"], 3)

    assert values(found(county, known_by=moment("2012-06-01"))["trips"])["水沟镇"] == 0
    assert values(found(county, as_of=day("2012-04-30"))["started"])["水沟镇"] == 0


def test_a_merged_unit_brings_its_values_along():
    county, _head, _indicators, (a, b, _bureau) = make_county()
    type(a).objects.filter(pk=a.pk).update(ended_on=day("2012-05-31"), successor=b)

    assert values(found(county)["signed"]) == {"试马镇": 3, "招商局": 0}


def test_the_number_of_statements_does_not_grow_with_units():
    county, _head, indicators, _units = make_county()

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found(county)
        return len(queries)

    before = count()
    for number in range(8):
        unit = builders.make_unit(county, f"新镇{number}")
        owe(unit, indicators["started"], 4)
        builders.make_verified(builders.make_project(unit), 10)

    assert count() == before


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (IndicatorDraft("received", "到位资金", "wan", "received"), "code"),
        (IndicatorDraft("signed", "又一个", "count", "projects"), "code"),
        (IndicatorDraft("new", " ", "count", "projects"), "name"),
        (
            IndicatorDraft(
                "new", "率", "wan", "ratio", scope={"top": "started", "bottom": "signed"}
            ),
            "measure",
        ),
        (
            IndicatorDraft(
                "new", "率", "percent", "ratio", scope={"top": "started", "bottom": "no"}
            ),
            "top",
        ),
        (
            IndicatorDraft(
                "new", "率", "percent", "ratio", scope={"top": "rate", "bottom": "signed"}
            ),
            "top",
        ),
        (IndicatorDraft("new", "钱", "count", "received"), "measure"),
        (IndicatorDraft("new", "额", "count", "projects", scope={"counted": "total"}), "measure"),
    ],
)
def test_an_indicator_that_cannot_be_is_refused_beside_its_field(draft, field):
    county, head, *_rest = make_county()

    with pytest.raises(Refusal) as refusal:
        record.save(draft, county=county, by=head, at=AT)

    assert refusal.value.field == field


# Pages


def test_the_page_side_by_side_shows_value_and_rank(client):
    _county, head, indicators, (a, *_others) = make_county()
    owe(a, indicators["started"], 4)
    client.force_login(head)

    page = client.get("/indicators/2012-06/").content.decode()

    assert '300.00 <span class="soft">（2）</span>' in page
    assert '1 <span class="soft">（-）</span>' in page  # 试马镇 has no such target
    assert "/ranking/2012-06/?indicator=started" in page


def test_the_ranking_of_another_indicator_has_the_address_of_the_league_table(client):
    _county, head, indicators, (a, *_others) = make_county()
    owe(a, indicators["started"], 4)
    client.force_login(head)

    page = client.get("/ranking/2012-06/?indicator=started").content.decode()

    assert "新开工项目" in page
    assert "25.0%" in page
    assert client.get("/ranking/2012-06/?indicator=nonsense").status_code == 404
    main = client.get("/ranking/2012-06/?indicator=received")
    assert main.templates[0].name == "ledger/ranking/ranking.html"


def test_the_head_adds_an_indicator_and_sets_its_targets(client):
    county, head, _indicators, (a, *_others) = make_county()
    client.force_login(head)
    typed = {
        "name": "亿元以上项目",
        "code": "large",
        "source": "projects",
        "measure": "count",
        "stage": "contract",
        "counted": "number",
        "least": "10000",
    }

    assert client.post("/indicators/", typed).status_code == 302
    stored = county.indicators.get(code="large")
    assert stored.scope == {"stage": "contract", "counted": "number", "least": "100000000.00"}
    grid = client.get("/targets/2012/?indicator=large").context["grid"]
    sent = {
        f"{c}-{a.pk}": v
        for c, v in zip(("amount", "first", "second", "third"), "4123", strict=True)
    }
    sent |= {"seen": "0", "effective_on": "2012-01-01", "document_no": "商政发〔2012〕9号"}
    assert grid.measure == 1
    assert client.post("/targets/2012/?indicator=large", sent).status_code == 302
    target = Target.of_all.get(indicator=stored)
    assert (target.amount, target.due_first) == (4, 1)
    assert client.post("/indicators/", typed).status_code == 422


def test_a_value_leads_to_what_it_is_made_of(client):
    _county, head, indicators, (a, *_others) = make_county()
    file_verified(a, indicators["trips"], 3, voucher="会议签到表")
    client.force_login(head)

    def page(code):
        return client.get(f"/indicators/2012-06/{code}/{a.code}/").content.decode()

    assert "/receipts/" in page("outside")
    assert ">一</a>" in page("started")
    assert "会议签到表" in page("trips")
    assert page("rate").count("<section") == 2


def test_only_the_head_changes_indicators(client):
    county, *_rest = make_county()
    client.force_login(builders.make_verifier(county))

    assert client.get("/indicators/").status_code == 200
    assert client.post("/indicators/", {}).status_code == 403
    assert client.get("/indicators/started/").status_code == 403
