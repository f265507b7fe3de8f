"""The score of a county by a scheme: command, pages, given points, closing and proof."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.assessment import frozen, record
from ledger.assessment.record import Mark
from ledger.assessment.table import document, score_table
from ledger.models import AssessmentScheme, Period
from ledger.quarter import proof
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from projects.models import Project
from tests import acting, builders
from tests.builders import day, moment
from tests.ledger.indicators.counties import AT, file_verified, make_county, owe
from units.ground.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")
TEXT = """\
name = "2012年招商引资考核办法"
year = 2012
document_no = "商办发〔2012〕5号"
full_points = 100

[[item]]
code = "money"
content = "到位资金"
name = "到位资金任务"
indicator = "received"
points = 60
method = "rate"
cap = 1.2

[[item]]
code = "started"
content = "项目建设"
name = "开工项目"
indicator = "started"
points = 20
method = "spread"
base = 10

[[item]]
code = "work"
content = "基础工作"
name = "信息报送"
points = 20
method = "given"

[[bonus]]
code = "trips"
name = "外出招商"
indicator = "trips"
points = 0.5
method = "each"
most = 1

[[veto]]
name = "未签约项目"
indicator = "signed"
least = 1
groups = ["town"]
"""


@pytest.fixture
def made():
    county, head, indicators, units = make_county()
    record.record(TEXT, county, by=head, at=AT)
    return county, head, indicators, units


def give(unit, points, by, at=AT, item="work", reason="报送及时"):
    return record.give(Mark(unit, item, points, reason), 2012, by=by, at=at)


def rows(county):
    table = score_table(league_table(county, JUNE))
    return {row["code"]: row for group in document(table)["groups"] for row in group["rows"]}


def test_points_come_from_entries_projects_figures_and_marks(made):
    """水沟镇: 60 x 300/600 + 20 + 18 + 1; 试马镇: 60 x 1 + 20; both started one, so both get 20."""
    county, head, indicators, (a, b, bureau) = made
    give(a, 18, head)
    file_verified(a, indicators["trips"], 3)

    found = rows(county)

    assert (found[a.code]["total"], found[a.code]["rank"]) == ("69", 2)
    assert (found[b.code]["total"], found[b.code]["rank"]) == ("80", 1)
    assert [item["points"] for item in found[a.code]["items"]] == ["30", "20", "18", "1"]
    assert found[a.code]["items"][0] == {
        "name": "到位资金任务",
        "value": "3000000",
        "target": "6000000",
        "rate": "0.5",
        "points": "30",
        "method": "rate",
    }
    assert found[bureau.code]["vetoed"] == []  # the veto is for towns


def test_a_unit_without_a_signed_project_is_not_assessed(made):
    county, _head, _indicators, _units = made
    idle = builders.make_unit(county, "白浪镇")

    found = rows(county)[idle.code]

    assert (found["total"], found["rank"], found["vetoed"]) == (None, None, ["未签约项目"])


def test_a_claim_counts_nothing_and_stands_beside_the_mark(made):
    county, head, _indicators, (a, b, _bureau) = made
    clerk = builders.make_clerk(a)
    give(a, 20, clerk)
    assert rows(county)[a.code]["items"][2]["points"] == "0"

    give(a, 15, head, reason="缺报一次")

    assert rows(county)[a.code]["items"][2]["points"] == "15"
    with pytest.raises(Refusal):
        give(b, 20, clerk)
    with pytest.raises(Refusal):
        give(a, 21, head)
    with pytest.raises(Refusal):
        give(a, 5, head, item="money")
    with pytest.raises(Refusal):
        give(a, 5, head, reason=" ")


def test_the_command_prints_what_the_page_shows(made):
    county, _head, _indicators, (_a, *_others) = made
    out = StringIO()

    call_command("score", "2012-06", "--county", county.code, "--json", stdout=out)

    found = json.loads(out.getvalue())
    assert found["scheme"]["document_no"] == "商办发〔2012〕5号"
    assert [group["group"] for group in found["groups"]] == ["town", "department"]
    assert set(found["groups"][0]["rows"][0]) == {
        "code",
        "name",
        "rank",
        "total",
        "vetoed",
        "items",
    }
    with pytest.raises(CommandError):
        call_command("score", "2012-06", "--county", "999999")


def test_a_file_is_loaded_and_exported_as_it_is(made, client, tmp_path):
    county, head, _indicators, _units = made
    path = tmp_path / "scheme.toml"
    path.write_text(TEXT.replace("points = 60", "points = 50"), "utf-8")

    with pytest.raises(CommandError, match="90"):
        call_command("load_scheme", str(path), "--county", county.code)
    path.write_text(TEXT.replace("5号", "6号"), "utf-8")
    call_command("load_scheme", str(path), "--county", county.code, stdout=StringIO())

    stored = AssessmentScheme.objects.last()
    client.force_login(head)
    assert client.get(f"/score/schemes/files/{stored.pk}/").content == path.read_bytes()


def test_the_head_writes_a_scheme_on_the_page(made, client):
    _county, head, _indicators, _units = made
    client.force_login(head)
    seen = AssessmentScheme.objects.get().pk
    typed = {"seen": seen, "text": TEXT.replace("cap = 1.2", "cap = 1.5")}

    assert client.get("/score/schemes/2013/").status_code == 200
    assert client.post("/score/schemes/2012/", typed).status_code == 302
    assert (
        client.post("/score/schemes/2012/", typed).status_code == 409
    )  # a version newer than seen
    wrong = client.post("/score/schemes/2012/", {"seen": seen + 1, "text": TEXT + "\n[[item]]\n"})
    assert wrong.status_code == 422
    assert "item 4" in wrong.content.decode()
    unknown = TEXT.replace('indicator = "started"', 'indicator = "unknown"')
    assert (
        "unknown" in client.post("/score/schemes/2012/", typed | {"text": unknown}).content.decode()
    )


def test_every_point_explains_itself_on_the_sheet_of_a_unit(made, client):
    county, _head, indicators, (a, *_others) = made
    file_verified(a, indicators["trips"], 3)
    client.force_login(builders.make_person(county, "leader"))

    page = client.get(f"/score/2012-06/{a.code}/").content.decode()

    assert "60 × 3,000,000 ÷ 6,000,000 = 30" in page
    assert f"/units/{a.code}/explain/" in page
    assert f"/indicators/2012-06/started/{a.code}/" in page
    assert "+10" in page  # 60 points x one million of six
    table = client.get("/score/2012-06/").content.decode()
    assert "到位资金任务" in table
    workbook = client.get("/score/2012-06.xlsx")
    assert b"".join(workbook.streaming_content)[:2] == b"PK"


def test_points_are_claimed_and_given_on_the_sheet(made, client):
    county, _head, _indicators, (a, b, _bureau) = made
    client.force_login(builders.make_clerk(a))
    typed = {"item": "work", "points": "20", "reason": "全部按时"}

    assert client.post(f"/score/2012-06/{a.code}/points/", typed).status_code == 302
    assert client.post(f"/score/2012-06/{b.code}/points/", typed).status_code in (404, 422)
    client.force_login(builders.make_verifier(county))
    assert (
        client.post(f"/score/2012-06/{a.code}/points/", typed | {"points": "18"}).status_code == 302
    )
    assert (
        client.post(f"/score/2012-06/{a.code}/points/", typed | {"points": "x"}).status_code == 422
    )
    assert rows(county)[a.code]["items"][2]["points"] == "18"


def test_a_closing_freezes_the_score_and_the_proof_follows_it(made):
    """Rule 17: later edits of projects, marks and schemes move nothing announced."""
    county, head, _indicators, (a, *_others) = made
    settlement = close_half(county, head)
    announced = document(frozen.table_of(announced_table(settlement)))

    Project.objects.filter(lead_unit=a).update(started_on=None)
    give(a, 20, head, at=moment("2012-08-01"))
    record.record(TEXT.replace("5号", "7号"), county, by=head, at=moment("2012-08-01"))

    assert document(frozen.table_of(announced_table(settlement))) == announced
    assert document(score_table(league_table(county, JUNE))) != announced
    assert not list(frozen.differing(county))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_score DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE ledger_score SET document = replace(document::text, '80', '81')::jsonb"
        )
    assert 9 in [finding.check for finding in proof.findings(proof.Scope(county))]


def close_half(county, head):
    """The second quarter closed by two people."""
    verifier = builders.make_verifier(county)
    known = {"known": frozenset(range(1, 20))}
    settlement = None
    for quarter in (1, 2):
        period, _new = Period.objects.get_or_create(county=county, year=2012, quarter=quarter)
        at = moment("2012-07-10")
        acting.close(period.pk, by=verifier, at=at, **known)
        settlement = acting.confirm(period.pk, by=head, at=at, **known)
    return settlement


def test_the_number_of_statements_does_not_grow_with_units(made):
    county, head, indicators, _units = made

    def count():
        with CaptureQueriesContext(connection) as queries:
            score_table(league_table(county, JUNE))
        return len(queries)

    before = count()
    for number in range(8):
        unit = builders.make_unit(county, f"新镇{number}")
        owe(unit, indicators["started"], 4)
        builders.make_verified(builders.make_project(unit), 10)
        give(unit, 10, head)

    assert count() == before


def test_a_scheme_that_was_changed_meanwhile_is_a_conflict(made):
    county, head, _indicators, _units = made

    with pytest.raises(Conflict):
        record.record(TEXT.replace("5号", "6号"), county, by=head, at=AT, seen=0)
