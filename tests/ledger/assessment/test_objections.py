"""Self-assessment until a day, objection and answer, and a unit's score sheet as a workbook."""

import io

import openpyxl
import pytest
from django.db import DatabaseError, transaction

from ledger.assessment import objections, record
from ledger.assessment import scheme as schemes
from ledger.assessment.record import Mark
from ledger.models import ScoreRemark
from tests import builders
from tests.builders import day, moment
from tests.ledger.assessment.test_pages import TEXT
from tests.ledger.indicators.counties import AT, make_county
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db
DATED = TEXT.replace(
    "full_points = 100",
    "full_points = 100\nclaims_until = 2012-07-10\nobjections_until = 2012-07-20",
)


@pytest.fixture
def made():
    county, head, _indicators, units = make_county()
    record.record(DATED, county, by=head, at=AT)
    return head, units[0], builders.make_clerk(units[0])


def claim(unit, by, at):
    return record.give(Mark(unit, "work", 20, "全部按时"), 2012, by=by, at=moment(at))


def remark(unit, by, at="2012-07-15", text="二季度并未缺报", item="work"):
    return objections.record(unit, item, text, 2012, by=by, at=moment(at))


def test_the_days_are_part_of_the_scheme():
    found = schemes.read(DATED)

    assert (found.claims_until, found.objections_until) == (day("2012-07-10"), day("2012-07-20"))
    with pytest.raises(schemes.SchemeError, match="claims_until"):
        schemes.read(DATED.replace("2012-07-10", "10"))
    with pytest.raises(schemes.SchemeError):  # nobody could object to what is not claimed yet
        schemes.read(DATED.replace("2012-07-20", "2012-07-09"))


def test_a_unit_assesses_itself_on_the_last_day_and_not_after(made):
    head, unit, clerk = made

    claim(unit, clerk, "2012-07-10")
    with pytest.raises(Refusal):
        claim(unit, clerk, "2012-07-11")
    claim(unit, head, "2012-07-11")  # the bureau gives points after it


def test_an_objection_waits_for_its_answer(made):
    head, unit, clerk = made
    remark(unit, clerk)

    assert [each.text for each in objections.waiting(unit.county)] == ["二季度并未缺报"]
    with pytest.raises(Refusal):  # one at a time
        remark(unit, clerk, text="再次提出")
    remark(unit, head, text="已核实，补记2分")

    assert not objections.waiting(unit.county)
    assert [each.is_answer for each in objections.of_unit(unit, 2012)] == [False, True]
    with pytest.raises(Refusal):  # nothing left to answer
        remark(unit, head, text="又一次")
    remark(unit, clerk, text="仍有异议")
    assert len(objections.waiting(unit.county)) == 1


def test_who_may_object_and_until_when(made):
    _head, unit, clerk = made
    other = builders.make_clerk(builders.make_unit(unit.county, "白浪镇"))

    for by, more in (
        (other, {}),
        (clerk, {"text": " "}),
        (clerk, {"item": "unknown"}),
        (clerk, {"at": "2012-07-21"}),
    ):
        with pytest.raises(Refusal):
            remark(unit, by, **more)
    remark(unit, clerk, at="2012-07-20", item="money")


def test_the_database_keeps_what_was_said(made):
    _head, unit, clerk = made
    remark(unit, clerk)

    for change in (lambda rows: rows.update(text="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(ScoreRemark.objects.all())


def test_it_is_walked_on_the_pages(made, client):
    head, unit, clerk = made
    sheet = f"/score/2012-06/{unit.code}/"
    objections.record(unit, "money", "请复核", 2012, by=clerk, at=moment("2012-07-15"))

    client.force_login(head)
    assert f'href="{sheet}#objections"' in client.get("/score/2012-06/").content.decode()
    assert "请复核" in client.get(sheet).content.decode()
    typed = {"item": "money", "text": ""}
    assert client.post(f"{sheet}objections/", typed).status_code == 422
    assert client.post(f"{sheet}objections/", typed | {"text": "无误"}).status_code == 302
    client.force_login(clerk)
    assert "无误" in client.get(sheet).content.decode()
    assert client.post(f"{sheet}objections/", typed | {"text": "又"}).status_code == 422  # too late


def test_the_sheet_of_a_unit_is_a_workbook(made, client):
    head, unit, clerk = made
    claim(unit, clerk, "2012-07-10")
    record.give(Mark(unit, "work", 18, "缺报一次"), 2012, by=head, at=moment("2012-07-12"))
    client.force_login(clerk)

    answer = client.get(f"/score/2012-06/{unit.code}.xlsx")

    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    heads = next(place for place, row in enumerate(rows) if row[0] == "考核内容")
    assert rows[heads] == ("考核内容", "指标", "分值", "评分办法", "自评", "考核得分", "备注")
    work = next(row for row in rows if row[1] == "信息报送")
    assert (work[2], work[4], work[5], work[6]) == (20, 20, 18, "缺报一次")
    assert rows[-1][0] == "合计"
    other = builders.make_unit(unit.county, "白浪镇")
    assert client.get(f"/score/2012-06/{other.code}.xlsx").status_code == 404
