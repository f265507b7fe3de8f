"""What a workbook would change in accounts that hold something already, and who may ask for it."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from ledger.importing.commit import ImportOptions, apply, planned_under_lock
from ledger.importing.plan_types import Outcome
from ledger.models import Entry, Period, Receipt
from ledger.reading.workbook import read
from projects.industries import record
from projects.industries.record import WordDraft
from projects.models import Industry, Investor, Project
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_unit,
    make_verifier,
    moment,
    set_target,
    wan,
)
from tests.ledger.importing import books
from units.county import settings
from units.models import Target, Unit

pytestmark = pytest.mark.django_db
TODAY = "2012-07-16"


def options(by, **fields):
    return ImportOptions(by=by, at=moment(TODAY), today=day(TODAY), file_name="book.xlsx", **fields)


def imported(path, county, by, **fields):
    """The plan that was carried out."""
    book = read(path)
    query = options(by, **fields)
    plan = planned_under_lock(book, county, query)
    apply(plan, query)
    return plan


def bent(folder, bend):
    book = books.plain()
    bend(book)
    return books.saved(book, folder, "bent.xlsx")


@pytest.fixture
def stored(county, head, tmp_path):
    """The plain workbook, imported: its receipts await verification."""
    return imported(books.saved(books.plain(), tmp_path), county, head)


def counted(plan):
    return {tally.sheet: dict(tally.counts) for tally in plan.tallies}


# The same again


def test_the_same_file_twice_changes_nothing(county, head, stored, tmp_path):
    before = [model.objects.count() for model in (Unit, Target, Project, Receipt, Entry)]

    plan = imported(books.saved(books.plain(), tmp_path), county, head)

    assert plan.is_empty
    assert plan.counts == {Outcome.UNCHANGED: 16}
    assert [model.objects.count() for model in (Unit, Target, Project, Receipt, Entry)] == before


def test_a_receipt_entered_by_form_is_known_in_a_workbook(county, head, stored, tmp_path):
    """The same project, day, amount and voucher number, however the number is spelt."""

    def bend(book):
        book["到位资金"]["D2"] = "商农行２０１２－０３１"

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert plan.is_empty


def test_a_withdrawn_receipt_may_come_again(county, head, stored, tmp_path):
    receipt = Receipt.objects.get(voucher_no="0042")
    Receipt.objects.filter(pk=receipt.pk).update(state=Receipt.State.WITHDRAWN)

    plan = books.planned(books.saved(books.plain(), tmp_path), county, head)

    assert [row.draft.voucher_no for row in plan.receipts] == ["0042"]


# Changes


def test_another_rank_in_the_order_changes_the_unit(county, head, stored, tmp_path):
    def bend(book):
        book["单位"]["C2"] = 9

    plan = imported(bent(tmp_path, bend), county, head)

    assert counted(plan)["单位"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 4}
    assert Unit.objects.get(name="水沟镇").order == 9


def test_another_target_asks_for_its_day(county, head, stored, tmp_path):
    def bend(book):
        book["任务"]["C2"] = 8000

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert books.places(plan) == [("任务", 2, "年度任务")]
    assert "7,000" in plan.remarks.refusals[0].sentence


def test_a_target_changed_with_day_and_document_is_a_new_version(county, head, stored, tmp_path):
    """The earlier one stays: an earlier table keeps the target it was made with."""

    def bend(book):
        book["任务"]["D1"], book["任务"]["E1"] = "生效日期", "文号"
        book["任务"]["D2"], book["任务"]["E2"] = "2012-07-01", "商政发〔2012〕40号"
        book["任务"]["C2"] = 8000

    plan = imported(bent(tmp_path, bend), county, head)

    assert counted(plan)["任务"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 3}
    versions = Target.objects.filter(unit__name="水沟镇").order_by("pk")
    assert [version.amount for version in versions] == [wan(7000), wan(8000)]
    assert versions[1].due[:3] == (wan(2000), wan(4000), wan(6000))
    assert imported(bent(tmp_path, bend), county, head).is_empty


def test_two_versions_of_a_target_in_one_sheet_come_in_once(county, head, tmp_path):
    """The first without a day counts from the first of January."""
    rows = [
        ["单位名称", "年度", "年度任务（万元）", "生效日期"],
        ["水沟镇", 2012, 7000, None],
        ["水沟镇", 2012, 8000, "2012-07-01"],
    ]
    make_unit(county, "水沟镇")
    path = books.written(tmp_path, {"任务": rows})

    imported(path, county, head)

    days = Target.objects.order_by("effective_on").values_list("effective_on", flat=True)
    assert list(days) == [day("2012-01-01"), day("2012-07-01")]
    assert imported(path, county, head).is_empty


def test_a_reserve_project_promises_nothing_yet(county, head, tmp_path):
    make_unit(county, "水沟镇")
    row = ["桑蚕基地", None, "水沟镇", None, "储备", None, 800, None, "种养业", None]
    path = books.written(tmp_path, {"项目": [books.HEADINGS["项目"], row]})

    imported(path, county, head)

    project = Project.objects.get()
    assert (project.stage, project.introduced_amount, project.signed_on) == ("reserve", 0, None)
    assert imported(path, county, head).is_empty


def test_a_further_stage_changes_the_project(county, head, stored, tmp_path):
    def bend(book):
        book["项目"]["K1"], book["项目"]["K2"] = "开工日期", "2012-05-20"
        book["项目"]["E2"] = "在建"

    plan = imported(bent(tmp_path, bend), county, head)

    assert counted(plan)["项目"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 2}
    project = Project.objects.get(name="金丝峡索道")
    assert (project.stage, project.started_on, project.version) == (
        "started",
        day("2012-05-20"),
        2,
    )


def test_earlier_books_may_not_tell_when_works_began(county, head, tmp_path):
    def bend(book):
        book["项目"]["E2"] = "已开工"

    imported(bent(tmp_path, bend), county, head)

    project = Project.objects.get(name="金丝峡索道")
    assert (project.stage, project.contract_on, project.started_on) == (
        "started",
        day("2012-02-10"),
        None,
    )


def test_an_empty_cell_clears_nothing(county, head, stored, tmp_path):
    def bend(book):
        for column in "BDEIJ":
            book["项目"][f"{column}2"] = None

    assert books.planned(bent(tmp_path, bend), county, head).is_empty


def test_a_note_is_added_to_a_receipt_that_waits(county, head, stored, tmp_path):
    def bend(book):
        book["到位资金"]["E1"], book["到位资金"]["E2"] = "备注", "设备款"

    plan = imported(bent(tmp_path, bend), county, head)

    assert counted(plan)["到位资金"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 3}
    receipt = Receipt.objects.get(voucher_no="商农行2012-031")
    assert (receipt.note, receipt.version, receipt.state) == ("设备款", 2, "submitted")


def test_a_verified_receipt_is_not_changed(county, head, stored, tmp_path):
    receipt = Receipt.objects.get(voucher_no="商农行2012-031")
    acting.verify(
        receipt.pk, receipt.version, by=make_verifier(county), at=moment(TODAY), word="已核对"
    )

    def bend(book):
        book["到位资金"]["E1"], book["到位资金"]["E2"] = "备注", "设备款"

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert books.places(plan) == [("到位资金", 2, "备注")]


@pytest.mark.parametrize(
    ("day_", "document", "place"),
    [
        ("2012-06-01", None, "文号"),
        ("2011-12-31", "商政发〔2012〕9号", "生效日期"),
        ("2012-02-28", "商政发〔2012〕9号", "生效日期"),
    ],
)
def test_a_changed_target_is_asked_what_its_page_asks(
    county, head, stored, tmp_path, day_, document, place
):
    town = Unit.objects.get(name="水沟镇")
    set_target(town, 7_500, effective_on="2012-03-01")

    def bend(book):
        sheet = book["任务"]
        sheet["D1"], sheet["E1"], sheet["C2"] = "生效日期", "文号", 8_000
        sheet["D2"], sheet["E2"] = day_, document

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert books.places(plan) == [("任务", 2, place)]


def bent_amount(book):
    """The same voucher, 102 instead of what the book says."""
    book["到位资金"]["C2"] = 102


def test_a_corrected_row_changes_the_receipt_that_waits(county, head, stored, tmp_path):
    before = Receipt.objects.get(voucher_no="商农行2012-031")

    plan = imported(bent(tmp_path, bent_amount), county, head)

    assert counted(plan)["到位资金"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 3}
    receipt = Receipt.objects.get(voucher_no="商农行2012-031")
    assert (receipt.pk, receipt.amount, receipt.state) == (before.pk, wan(102), "submitted")


def test_a_corrected_row_of_verified_money_becomes_a_proposal(county, head, stored, tmp_path):
    old = Receipt.objects.get(voucher_no="商农行2012-031")
    verifier = make_verifier(county)
    acting.verify(old.pk, old.version, by=verifier, at=moment(TODAY), word="已核对")
    path = bent(tmp_path, bent_amount)

    plan = imported(path, county, head)

    assert counted(plan)["到位资金"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 3}
    assert "102" not in str(Entry.objects.values_list("amount"))
    acting.confirm_proposal(old, by=verifier, at=moment(TODAY))
    assert Entry.objects.aggregate(all=Sum("amount"))["all"] == wan(102)
    assert imported(path, county, head).is_empty


def test_two_new_rows_of_one_voucher_correct_nothing_by_themselves(county, head, stored, tmp_path):
    def bend(book):
        sheet = book["到位资金"]
        sheet.append([cell.value for cell in sheet[2]])
        sheet["C2"], sheet.cell(sheet.max_row, 3).value = 60, 42

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert counted(plan)["到位资金"] == {Outcome.NEW: 2, Outcome.UNCHANGED: 3}


def test_a_recorded_investor_stands(county, head, stored, tmp_path):
    def bend(book):
        book["项目"]["J2"] = "市外"

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert plan.is_empty
    assert [remark.row for remark in plan.remarks.notices] == [2]
    assert Investor.objects.get(name="西安山河旅游公司").origin == "other_province"


def test_one_investor_is_from_where_any_of_its_rows_tells(county, head, tmp_path):
    def bend(book):
        book["项目"]["B3"], book["项目"]["J2"] = "西安山河旅游公司", None
        book["项目"]["J3"] = "省外"

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert {row.draft.investor.origin for row in plan.projects[:2]} == {"other_province"}


def test_a_place_tells_the_origin_and_is_kept(county, head, tmp_path):
    def bend(book):
        book["项目"]["J2"] = "浙江温州"

    plan = books.planned(bent(tmp_path, bend), county, head)

    investor = plan.projects[0].draft.investor
    assert (investor.origin, investor.origin_place) == ("other_province", "浙江温州")


def test_an_unknown_origin_comes_in_with_a_notice(county, head, tmp_path):
    def bend(book):
        book["项目"]["J2"] = "不详"

    plan = books.planned(bent(tmp_path, bend), county, head)

    draft = plan.projects[0].draft
    assert draft.investor.origin == "other_county"
    assert [(remark.row, remark.heading) for remark in plan.remarks.notices] == [(2, "资金来源")]


@pytest.mark.parametrize(
    ("cell", "written", "heading"), [("I2", "元宇宙", "行业"), ("J2", "本地", "资金来源")]
)
def test_a_word_that_decides_a_figure_is_asked_about(
    county, head, tmp_path, cell, written, heading
):
    """An unknown industry, and money of the county itself, are never guessed (rule 21)."""

    def bend(book):
        book["项目"][cell] = written

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert (2, heading) in [(remark.row, remark.heading) for remark in plan.remarks.refusals]


def test_a_recorded_word_answers_for_the_next_import(county, head, tmp_path):
    meaning = WordDraft("元宇宙", industry=Industry.objects.get(code="electronics"))
    record.record(county, meaning, by=head, at=moment(TODAY))

    def bend(book):
        book["项目"]["I2"], book["项目"]["J2"] = "元宇宙", "省际"

    draft = books.planned(bent(tmp_path, bend), county, head).projects[0].draft

    assert (draft.industry.code, draft.investor.origin) == ("electronics", "other_province")


def test_more_than_introduced_is_noticed_not_refused(county, head, tmp_path):
    def bend(book):
        book["到位资金"]["C5"] = 1500

    plan = books.planned(bent(tmp_path, bend), county, head)

    assert books.places(plan) == []
    assert [(remark.row, remark.heading) for remark in plan.remarks.notices] == [(5, "金额")]


# Quarters


def test_money_of_a_closed_quarter_is_said_to_count_later(county, head, tmp_path):
    Period.objects.create(county=county, year=2012, quarter=1, state=Period.State.CLOSED)

    plan = books.planned(books.saved(books.plain(), tmp_path), county, head, is_verified=True)

    [remark] = plan.remarks.notices
    assert (remark.row, remark.heading) == (2, "到位日期")
    assert "2012年4月1日" in remark.sentence


def test_a_unit_enters_nothing_into_a_quarter_in_review(county, stored, tmp_path):
    clerk = make_clerk(Unit.objects.get(name="水沟镇"))
    Period.objects.update_or_create(
        county=county, year=2012, quarter=2, defaults={"state": Period.State.REVIEW}
    )
    rows = [books.HEADINGS["到位资金"], ["金丝峡索道", "2012-06-29", 10, "新1"]]

    plan = books.planned(books.written(tmp_path, {"到位资金": rows}), county, clerk)

    assert books.places(plan) == [("到位资金", 2, "到位日期")]


# Who may


def test_a_clerk_imports_projects_and_receipts_of_the_own_unit(county, stored, tmp_path):
    clerk = make_clerk(Unit.objects.get(name="水沟镇"))
    project = ["新索道", "甲公司", "水沟镇", "", "合同", "2012-05-01", 900, 800, "旅游", "省外"]
    sheets = {
        "项目": [books.HEADINGS["项目"], project],
        "到位资金": [
            books.HEADINGS["到位资金"],
            ["新索道", "2012-06-01", 10, "甲1"],
            ["金丝峡索道", "2012-06-02", 20, "甲2"],
        ],
    }

    plan = imported(books.written(tmp_path, sheets), county, clerk)

    assert plan.counts == {Outcome.NEW: 3}
    assert set(Receipt.objects.filter(entered_by=clerk).values_list("unit__name", "state")) == {
        ("水沟镇", "submitted")
    }


def test_a_clerk_is_refused_what_belongs_to_others(county, stored, tmp_path):
    """quality 6: whether another unit's project exists is not told"""
    clerk = make_clerk(Unit.objects.get(name="魏家台镇"))
    project = ["别人的项目", "甲公司", "水沟镇", "", "合同", "2012-05-01", 900, 800, "旅游", "省外"]
    sheets = {
        "单位": [books.HEADINGS["单位"], ["新镇", "镇", 5]],
        "任务": [books.HEADINGS["任务"], ["魏家台镇", 2013, 5]],
        "项目": [books.HEADINGS["项目"], project],
        "到位资金": [
            books.HEADINGS["到位资金"],
            ["金丝峡索道", "2012-06-02", 20, "乙1"],
            ["没有的项目", "2012-06-02", 20, "乙2"],
        ],
    }

    plan = books.planned(books.written(tmp_path, sheets), county, clerk)

    assert books.places(plan) == [
        ("单位", 2, "单位名称"),
        ("任务", 2, "年度任务"),
        ("项目", 2, "责任单位"),
        ("到位资金", 2, "项目名称"),
        ("到位资金", 3, "项目名称"),
    ]
    existing, missing = plan.remarks.refusals[-2:]
    assert existing.sentence == missing.sentence


def test_a_verifier_sets_no_targets_and_adds_no_units(county, tmp_path):
    make_unit(county, "水沟镇")
    verifier = make_verifier(county)

    plan = books.planned(books.saved(books.plain(), tmp_path), county, verifier)

    assert {place[0] for place in books.places(plan)} >= {"单位", "任务"}
    assert plan.units == plan.targets == []


def test_another_countys_units_are_unknown(county, head, tmp_path):
    make_unit(make_county("611022", "丹凤县"), "武关镇")
    sheets = {"任务": [books.HEADINGS["任务"], ["武关镇", 2012, 5]]}

    plan = books.planned(books.written(tmp_path, sheets), county, head)

    assert books.places(plan) == [("任务", 2, "单位名称")]


# Units that come and go


def test_a_town_that_ended_names_its_successor(county, head, tmp_path):
    rows = [
        ["单位名称", "类别", "排序", "撤销日期", "并入单位"],
        ["十里坪镇", "镇", 1, "2011-12-31", "金丝峡镇"],
        ["金丝峡镇", "镇", 2, None, None],
    ]
    path = books.written(tmp_path, {"单位": rows})

    imported(path, county, head)

    ended = Unit.objects.get(name="十里坪镇")
    assert (ended.ended_on, ended.successor.name) == (day("2011-12-31"), "金丝峡镇")
    assert imported(path, county, head).is_empty


def test_a_successor_needs_the_last_day(county, head, tmp_path):
    rows = [
        ["单位名称", "类别", "并入单位"],
        ["十里坪镇", "镇", "金丝峡镇"],
        ["金丝峡镇", "镇", None],
    ]

    plan = books.planned(books.written(tmp_path, {"单位": rows}), county, head)

    assert [place[:2] for place in books.places(plan)] == [("单位", 2)]


def test_a_code_in_use_elsewhere_is_not_given_twice(county, head, tmp_path):
    other = make_county("611022", "丹凤县")
    make_unit(other, "武关镇", code="611022T01")
    rows = [["单位名称", "类别", "单位代码"], ["水沟镇", "镇", "611022T01"]]
    path = books.written(tmp_path, {"单位": rows})

    plan = imported(path, county, head)

    assert len(plan.remarks.notices) == 1
    assert Unit.objects.get(name="水沟镇").code == "611023T01"
    assert imported(path, county, head).is_empty


def test_the_plan_is_digested_by_what_it_would_do(county, head, tmp_path):
    first = books.planned(books.saved(books.plain(), tmp_path), county, head)
    again = books.planned(books.saved(books.plain(), tmp_path), county, head)
    make_unit(county, "水沟镇", order=1)
    other = books.planned(books.saved(books.plain(), tmp_path), county, head)

    assert books.digest(first) == books.digest(again) != books.digest(other)


def test_amounts_are_yuan(county, head, tmp_path):
    plan = books.planned(books.saved(books.plain(), tmp_path), county, head)

    assert plan.receipts[0].draft.amount == Decimal("10000100.00")
    assert plan.targets[1].amount == Decimal("60005000.00")


# The county's own groups


def test_a_group_that_the_county_has_not_is_refused(county, head, stored, tmp_path):
    """A park never becomes a department in silence."""

    def bend(book):
        book["单位"]["B4"] = "园区"

    plan = books.planned(bent(tmp_path, bend), county, head)

    (remark,) = plan.remarks.refusals
    assert "园区" in remark.sentence
    assert "镇、部门、企业" in remark.sentence


def test_books_name_the_groups_of_a_county_without_units(county, head, tmp_path):
    def bend(book):
        book["单位"]["B2"], book["单位"]["B4"] = "一类镇", "园区"

    imported(bent(tmp_path, bend), county, head)

    county.refresh_from_db()
    named = {group.code: group.name for group in county.kinds}
    held = {unit.name: named[unit.kind] for unit in Unit.objects.all()}
    assert held["水沟镇"] == "一类镇"
    assert held["招商局"] == "园区"
    assert (held["魏家台镇"], held["国税局"]) == ("镇", "部门")


def test_a_recorded_group_is_found_by_its_name(county, head, stored, tmp_path):
    """Also by the one that it was given on the county's page."""
    given = [{"code": "town", "name": "镇办", "name_en": ""}, *county.groups[1:]]
    settings.change(county, {"groups": given}, by=head, at=moment(TODAY))
    county.refresh_from_db()

    def bend(book):
        book["单位"]["B2"] = "镇 办"

    assert books.planned(bent(tmp_path, bend), county, head).is_empty
