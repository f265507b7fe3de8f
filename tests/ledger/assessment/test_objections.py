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
    typed = {"item": "money", "text": "", "seen": ScoreRemark.objects.get().pk}
    assert client.post(f"{sheet}objections/", typed).status_code == 422
    assert client.post(f"{sheet}objections/", typed | {"text": "无误"}).status_code == 302
    client.force_login(clerk)
    assert "无误" in client.get(sheet).content.decode()
    assert client.post(f"{sheet}objections/", typed | {"text": "又"}).status_code == 422  # too late


def test_an_answer_is_to_the_objection_that_was_read(made, client):
    """quality 18: the second objection is not closed by an answer to the first"""
    head, unit, clerk = made
    sheet = f"/score/2012-06/{unit.code}/"
    first = remark(unit, clerk)
    remark(unit, head, text="已核实")
    remark(unit, clerk, text="另一项异议")
    client.force_login(head)

    for seen in ({"seen": first.pk}, {}):
        late = client.post(f"{sheet}objections/", {"item": "work", "text": "维持原分"} | seen)
        assert late.status_code == 409
        assert 'value="维持原分"' in late.text
    assert [each.text for each in objections.waiting(unit.county)] == ["另一项异议"]


def test_an_objection_is_about_an_item_of_the_units_own_group(made):
    head, unit, clerk = made
    towns = DATED.replace('code = "work"', 'code = "work"\ngroups = ["department"]', 1)
    record.record(towns, unit.county, by=head, at=AT)

    with pytest.raises(Refusal):
        remark(unit, clerk)


def test_an_objection_is_answered_though_its_item_has_left_the_scheme(made):
    head, unit, clerk = made
    remark(unit, clerk)
    record.record(DATED.replace('code = "work"', 'code = "works"', 1), unit.county, by=head, at=AT)

    remark(unit, head, text="该项已取消")

    assert not objections.waiting(unit.county)


def test_what_is_too_long_is_said_and_kept(made, client):
    _head, unit, clerk = made
    client.force_login(clerk)
    sheet, long = f"/score/2012-06/{unit.code}/", "长" * 501

    answer = client.post(f"{sheet}objections/", {"item": "work", "text": long})
    assert (answer.status_code, "500" in answer.text, long in answer.text) == (422, True, True)
    typed = {"item": "work", "points": "1.234", "reason": "全部按时"}
    answer = client.post(f"{sheet}points/", typed)
    assert (answer.status_code, 'value="全部按时"' in answer.text) == (422, True)


def test_a_scheme_recorded_meanwhile_is_shown_and_then_replaced(made, client):
    head, unit, _clerk = made
    client.force_login(head)
    typed = {"text": DATED.replace("5号", "6号"), "seen": "0"}

    late = client.post("/score/schemes/2012/", typed)

    assert late.status_code == 409
    assert "现已登记" in late.text
    again = typed | {"seen": str(record.newest(unit.county, 2012).pk)}
    assert f'name="seen" value="{again["seen"]}"' in late.text
    assert client.post("/score/schemes/2012/", again).status_code == 302
    other = client.post("/score/schemes/2013/", typed | {"seen": "0"})
    assert (other.status_code, "2012" in other.text) == (422, True)


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
