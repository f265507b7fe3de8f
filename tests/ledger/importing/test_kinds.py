"""The kinds of error of a county's own workbook, each in several shapes: none may pass silently.

Every workbook is small and built here; what is right is compared as programs get it
(``document.of_plan``).
"""

from datetime import date, datetime

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.builders import make_receipt, set_target
from tests.ledger.importing import books

pytestmark = pytest.mark.django_db

RECEIPTS = ["项目名称", "到位日期", "到位资金", "凭证号"]
PROJECTS = [
    "项目名称",
    "投资方",
    "责任单位",
    "总投资",
    "引资额",
    "签约时间",
    "项目阶段",
    "资金来源",
]


def receipt(amount, number="样-1", on="2012-06-05", name="石英砂项目"):
    return [name, on, amount, number]


def of_project(name, total, introduced, unit="水沟镇"):
    return [name, "样例公司", unit, total, introduced, "2012.3.15", "合同", "省外"]


def sentences(found):
    doubts = [doubt["sentence"] for sheet in found["sheets"] for doubt in sheet["doubts"]]
    return " ".join([*doubts, *(refusal["sentence"] for refusal in found["refusals"])])


def left_out(sheet):
    return [left["row"] for left in sheet["left_out"]]


# Units of money


@pytest.mark.parametrize(
    ("above", "heading", "below", "yuan"),
    [
        ("单位：万元", "到位资金", None, "10000.00"),
        ("计量单位：元", "到位资金", None, "1.00"),
        ("商南县到位资金（千元）", "到位金额", None, "1000.00"),
        (None, "到位资金（百万元）", None, "1000000.00"),
        (None, "到位资金\n亿元", None, "100000000.00"),
        (None, "到位资金", "注：表中金额以元为单位", "1.00"),
        ("单位：笔、万元", "到位资金", None, "10000.00"),
        ("货币单位：人民币（万元）", "到位资金", None, "10000.00"),
    ],
)
def test_the_unit_of_money_is_read_wherever_it_stands(above, heading, below, yuan, project, read):
    rows = [[above]] if above else []
    rows += [["项目名称", "到位日期", heading, "凭证号"], receipt(1)]
    rows += [[below]] if below else []

    found, sheet = read(rows)

    assert found["outcome"] == "ready"
    assert sheet["sums"] == {"amount": yuan}
    assert sheet["money_from"]


@pytest.mark.parametrize(
    ("above", "heading"),
    [
        (None, "到位资金"),
        ("单位：亿元", "到位资金（万元）"),
        ("单位：百元", "到位资金"),
        ("单位：万元、元", "到位资金"),
        (None, "到位资金（万元/亩）"),
        ("单位：万元、万美元", "到位资金"),
    ],
)
def test_an_unknown_or_second_unit_of_money_is_asked(above, heading, project, read):
    rows = [[above]] if above else []
    rows += [["项目名称", "到位日期", heading, "凭证号"], receipt(120)]

    found, sheet = read(rows)

    assert found["outcome"] == "needs_mapping"
    assert sheet["missing"] == ["money_unit"]
    assert sheet["sums"] == {}


@pytest.mark.parametrize(
    ("above", "heading"),
    [
        ("单位：万美元", "到位资金"),
        ("金额单位：个、万港元", "到位资金"),
        (None, "到位资金（USD）"),
        (None, "到位资金/万欧元"),
        ("利用外资（万美元）", "到位资金"),
    ],
)
def test_foreign_money_is_refused_and_never_read_as_rmb(above, heading, project, read):
    rows = [[above]] if above else []
    rows += [["项目名称", "到位日期", heading, "凭证号"], receipt(120)]

    found, sheet = read(rows)

    assert found["outcome"] == "refused"
    assert "外币" in found["refusals"][0]["sentence"]
    assert sheet["sums"] == {}


@pytest.mark.parametrize(
    ("form", "outcome", "heading"),
    [
        ('0!.0000"万"', "needs_mapping", "到位资金（万元）"),
        ("#,##0,", "needs_mapping", "到位资金（元）"),
        ('0.00"亿元"', "needs_mapping", "到位资金（万元）"),
        ("0.00%", "needs_mapping", "到位资金（万元）"),
        ('"US$"#,##0', "refused", "到位资金（万元）"),
        ('0.00"万元"', "ready", "到位资金"),
        ("#,##0.00_ ", "ready", "到位资金（万元）"),
        ("[$¥-804]#,##0.00", "ready", "到位资金（万元）"),
    ],
)
def test_a_number_format_that_says_another_unit_is_not_passed_over(
    form, outcome, heading, project, read
):
    def formatted(sheet):
        sheet["C2"].number_format = form

    rows = [["项目名称", "到位日期", heading, "凭证号"], receipt(120)]
    found, _sheet = read(rows, bend=formatted)

    assert found["outcome"] == outcome


def test_each_row_may_name_its_own_unit(project, read):
    rows = [
        ["项目名称", "到位日期", "金额", "计量单位", "凭证号"],
        ["石英砂项目", "2012-06-05", 120, "万元", "样-1"],
        ["石英砂项目", "2012-06-06", 350000, "元", "样-2"],
        ["石英砂项目", "2012-06-07", 9, "万美元", "样-3"],
    ]

    found, sheet = read(rows)

    assert sheet["sums"] == {"amount": "1550000.00"}
    assert [refusal["row"] for refusal in found["refusals"]] == [4]


def test_a_chosen_unit_answers_but_a_headings_own_unit_stands(project, read):
    columns = {"A": "project", "B": "received_on", "C": "amount", "D": "voucher"}
    chosen = {"part": "receipts", "money_unit": "元", "columns": columns}

    _found, open_ = read([RECEIPTS, receipt(120)], mapping=chosen)
    own = ["项目名称", "到位日期", "到位资金（万元）", "凭证号"]
    _found, said = read([own, receipt(120)], mapping=chosen)

    assert open_["sums"] == {"amount": "120.00"}
    assert said["sums"] == {"amount": "1200000.00"}


# Totals and other rows that are no records


@pytest.mark.parametrize(
    "total",
    [
        ["合  计", None, None, 300, 200],
        [None, None, "总计", 300, 200],
        ["全县合计（2个）", "样例公司", "水沟镇", 300, 200, "2012.3.1"],
        ["本页小计：", None, None, 300, 200],
        ["累计", None, None, 300, 200],
        ["其中：新建", "样例公司", "水沟镇", 100, 100, "2012.3.1", "合同", "省外"],
        [None, None, None, 300, 200],
        ["农业类项目", None, None, 300, 200],
    ],
)
def test_a_total_is_no_record_wherever_its_word_stands(total, town, read):
    rows = [
        ["单位：万元"],
        PROJECTS,
        of_project("甲项目", 200, 100),
        of_project("乙项目", 100, 100),
    ]

    found, sheet = read([*rows, total])

    assert found["outcome"] == "ready"
    assert left_out(sheet) == [5]
    assert sheet["sums"]["total_investment"] == "3000000.00"
    assert "相差" not in sentences(found)


@pytest.mark.parametrize(
    "name",
    [
        "累计数据中心",
        "合计算力产业园",
        "总计划馆",
        "其中山庄",
        "小计量器具厂",
        "附属医院",
        "注塑车间",
        "合同能源站",
    ],
)
def test_a_project_that_only_sounds_like_a_total_is_a_project(name, town, read):
    found, sheet = read([["单位：万元"], PROJECTS, of_project(name, 200, 100)])

    assert found["outcome"] == "ready"
    assert sheet["rows"]["new"] == 1
    assert left_out(sheet) == []


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (["合计", None, 210, None], ("210", "200", "10")),
        (["总计", None, 80, None], ("80", "200", "120")),
        (["合计", None, 199.99, None], ("199.99", "200", "0.01")),
    ],
)
def test_a_stated_total_that_differs_is_told_with_both_figures(total, told, project, read):
    rows = [["单位：万元"], RECEIPTS, receipt(120), receipt(80, "样-2"), total]

    found, _sheet = read(rows)

    assert found["outcome"] == "ready"
    said = sentences(found)
    assert "相差" in said
    assert all(f"{figure}万元" in said for figure in told)


def test_totals_above_their_rows_and_of_groups_are_compared(town, read):
    rows = [
        ["单位：万元"],
        ["序号", *PROJECTS],
        ["合计", None, None, None, 600, 400],
        ["一", "工业", None, None, 300, 200],
        [1, *of_project("甲项目", 200, 100)],
        [2, *of_project("乙项目", 100, 100)],
        ["二", "农业", None, None, 300, 200],
        [1, *of_project("丙项目", 300, 200)],
    ]

    found, sheet = read(rows)

    assert left_out(sheet) == [3, 4, 7]
    assert sheet["sums"]["total_investment"] == "6000000.00"
    assert sheet["stated_totals"]["total_investment"] == "6000000.00"
    assert "相差" not in sentences(found)


@pytest.mark.parametrize(
    "row",
    [
        ["填表人：张三    审核人：李四"],
        ["备注：本表数据截至六月底"],
        ["二、在谈项目"],
        ["（一）工业园区"],
    ],
)
def test_labels_notes_and_signatures_are_told(row, town, read):
    _found, sheet = read([["单位：万元"], PROJECTS, of_project("甲项目", 200, 100), row])

    assert left_out(sheet) == [4]
    assert sheet["left_out"][0]["why"]


def test_a_record_without_its_name_is_refused_not_left_out(town, read):
    found, sheet = read([["单位：万元"], PROJECTS, of_project(None, 200, 100)])

    assert found["outcome"] == "refused"
    assert [refusal["row"] for refusal in found["refusals"]] == [3]
    assert left_out(sheet) == []


# Days


@pytest.mark.parametrize(
    "months",
    [["2012年5月", "2012年6月"], ["5月份", "六月"], ["2012.05", "2012-06"], [201205, 201206]],
)
def test_months_are_asked_once_and_answered_for_the_sheet(months, project, read):
    rows = [["商南县2012年到位资金（万元）"], RECEIPTS]
    rows += [receipt(1, f"样-{n}", month) for n, month in enumerate(months)]
    columns = {"A": "project", "B": "received_on", "C": "amount", "D": "voucher"}
    mapping = {"part": "receipts", "columns": columns, "fill": {"received_on": "month-end"}}

    asked, sheet = read(rows)
    answered, after = read(rows, mapping=mapping)

    assert (asked["outcome"], sheet["missing"]) == ("needs_mapping", ["received_on"])
    assert answered["outcome"] == "ready"
    assert after["rows"]["new"] == 2


@pytest.mark.parametrize("form", ['yyyy"年"m"月"', "yyyy-mm", "mmm-yy", '[$-804]yyyy"年"m"月";@'])
def test_a_real_day_shown_as_a_month_is_asked_like_a_month(form, project, read):
    def formatted(sheet):
        sheet["B3"] = date(2012, 6, 1)
        sheet["B3"].number_format = form

    found, sheet = read([["单位：万元"], RECEIPTS, receipt(1, on=None)], bend=formatted)

    assert found["outcome"] == "needs_mapping"
    assert sheet["missing"] == ["received_on"]


@pytest.mark.parametrize(
    "form", ["yyyy-mm-dd", 'm"月"d"日"', 'yyyy"年"m"月"d"日"', "[$-804]aaaa d"]
)
def test_a_day_that_is_shown_is_a_day(form, project, read):
    def formatted(sheet):
        sheet["B3"] = datetime(2012, 6, 1)  # noqa: DTZ001 - a sheet has no zones
        sheet["B3"].number_format = form

    found, _sheet = read([["单位：万元"], RECEIPTS, receipt(1, on=None)], bend=formatted)

    assert found["outcome"] == "ready"


def test_one_month_among_days_is_refused_at_its_cell(project, read):
    days = ["2012-06-01", "二〇一二年六月二日", "2012.6.3", "2012年6月", "6月上旬", 2012.6]
    rows = [receipt(1, f"样-{n}", on) for n, on in enumerate(days)]

    found, sheet = read([["单位：万元"], RECEIPTS, *rows])

    assert found["outcome"] == "refused"
    assert [refusal["row"] for refusal in found["refusals"]] == [6, 7, 8]
    assert sheet["rows"]["new"] == 3


# What is hidden


def test_hidden_rows_are_told_and_left_out_only_by_choice(project, read):
    def hidden(sheet):
        sheet.row_dimensions[4].hidden = True
        sheet.auto_filter.ref = "A2:D4"

    rows = [["单位：万元"], RECEIPTS, receipt(120), receipt(80, "样-2")]
    columns = {"A": "project", "B": "received_on", "C": "amount", "D": "voucher"}
    mapping = {"part": "receipts", "columns": columns, "hidden": "skip"}

    taken, sheet = read(rows, bend=hidden)
    _found, skipped = read(rows, bend=hidden, mapping=mapping)

    assert sheet["rows"]["new"] == 2
    assert "隐藏" in sentences(taken)
    assert left_out(skipped) == [4]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("金额（万元）", "到位金额（万元）"),
        ("实到资金（万元）", "到位资金（万元）"),
        ("金额（元）", "金额（万元）"),
    ],
)
def test_a_visible_column_wins_over_a_hidden_one_and_is_told(first, second, project, read):
    def hidden(sheet):
        sheet.column_dimensions["C"].hidden = True

    rows = [
        ["项目名称", "到位日期", first, second, "凭证号"],
        ["石英砂项目", "2012-06-05", 7, 77, "样-1"],
    ]

    found, sheet = read(rows, bend=hidden)

    assert sheet["sums"] == {"amount": "770000.00"}
    assert "隐藏" in sentences(found)


def test_two_visible_columns_of_money_are_asked(project, read):
    rows = [
        ["项目名称", "到位日期", "金额（万元）", "到位金额（万元）", "凭证号"],
        ["石英砂项目", "2012-06-05", 7, 77, "样-1"],
    ]

    found, sheet = read(rows)

    assert (found["outcome"], sheet["missing"]) == ("needs_mapping", ["amount"])


def test_struck_rows_are_left_out_and_comments_told(project, read):
    def struck(sheet):
        for cell in sheet[4]:
            cell.font = Font(strike=True)
        sheet["C3"].comment = Comment("其中30万元为上年结转", "张三")

    rows = [["单位：万元"], RECEIPTS, receipt(120), receipt(80, "样-2")]

    found, sheet = read(rows, bend=struck)

    assert left_out(sheet) == [4]
    assert sheet["sums"] == {"amount": "1200000.00"}
    assert "其中30万元为上年结转" in sentences(found)


def test_a_merged_unit_holds_for_all_its_rows_and_is_told(town, read):
    def merged(sheet):
        sheet["C4"] = None
        sheet.merge_cells("C3:C4")

    rows = [
        ["单位：万元"],
        PROJECTS,
        of_project("甲项目", 200, 100),
        of_project("乙项目", 100, 100),
    ]

    found, sheet = read(rows, bend=merged)

    assert sheet["rows"]["new"] == 2
    assert "合并单元格" in sentences(found)


@pytest.mark.parametrize(
    ("form", "voucher"), [("000000", "000123"), ("0000", "0123"), ('"收-"0000', "收-0123")]
)
def test_leading_zeros_of_vouchers_survive_their_format(form, voucher, project, read):
    def formatted(sheet):
        sheet["D4"].number_format = form

    rows = [["单位：万元"], RECEIPTS, receipt(120, voucher), receipt(120, 123)]

    found, _sheet = read(rows, bend=formatted)

    assert [refusal["row"] for refusal in found["refusals"]] == [4]


# Size and identity


def test_a_receipt_ten_times_the_largest_is_a_doubt_in_words(project, read):
    make_receipt(project, 100, "2012-05-01")

    found, _sheet = read([["单位：元"], RECEIPTS, receipt(12_505_000)])

    assert "一千二百五十万五千元" in sentences(found)


def test_a_project_above_the_countys_task_is_a_doubt_in_words(town, read):
    set_target(town, 1000)

    found, _sheet = read([["单位：万元"], PROJECTS, of_project("甲项目", 3200, 100)])

    assert "三千二百万元" in sentences(found)


@pytest.mark.parametrize(
    "row",
    [
        receipt(102, "样-1", "2012-05-01"),
        receipt(120, "样-1", "2012-05-02"),
        receipt(120, "样-10", "2012-05-01"),
        receipt(99, "样-9", "2012-05-01"),
    ],
)
def test_a_row_that_corrects_a_recorded_receipt_is_never_plainly_new(row, project, read):
    make_receipt(project, 120, "2012-05-01", voucher_no="样-1")

    found, sheet = read([["单位：万元"], RECEIPTS, row])

    assert "更正" in sentences(found)
    assert [doubt["row"] for doubt in sheet["doubts"] if "更正" in doubt["sentence"]] == [3]


def test_a_unit_is_not_renamed_through_its_code(town, read):
    found, sheet = read(
        [["单位名称", "类别", "单位代码"], ["水沟街道", "镇", town.code]], name="单位"
    )

    assert found["outcome"] == "refused"
    assert "水沟镇" in found["refusals"][0]["sentence"]
    assert sheet["rows"]["new"] == 0


# Shapes


def test_a_second_table_in_the_sheet_has_its_own_columns(town, read):
    rows = [
        ["单位：万元"],
        PROJECTS,
        of_project("甲项目", 200, 100),
        ["二、在谈项目"],
        ["项目名称", "责任单位", "投资商", "拟引资额", "计划总投资", "项目阶段"],
        ["乙项目", "水沟镇", "样例公司", 50, 80, "在谈"],
    ]

    _found, sheet = read(rows)

    assert sheet["heading_rows"] == [2, 5]
    assert sheet["sums"] == {"total_investment": "2800000.00", "introduced": "1500000.00"}
    assert left_out(sheet) == [4]


def test_a_task_under_its_group_is_the_total_not_the_part(town, read):
    def merged(sheet):
        sheet.merge_cells("B2:C2")
        sheet.merge_cells("A2:A3")

    rows = [
        ["商南县2013年任务（万元）"],
        ["单位名称", "年度任务", None],
        [None, "合计", "其中：新建"],
        ["水沟镇", 7600, 3000],
    ]

    found, sheet = read(rows, bend=merged)

    assert found["outcome"] == "ready"
    assert sheet["heading_rows"] == [2, 3]
    assert sheet["sums"] == {"target": "76000000.00"}


def test_months_side_by_side_become_receipts_by_a_mapping(project, read):
    rows = [
        ["2012年到位资金（万元）"],
        ["项目名称", "4月", "5月", "6月", "累计"],
        ["石英砂项目", 10, None, 30, 40],
        ["石英砂项目", None, "—", 0, 0],
    ]
    columns = {"A": "project", "B": "amount", "C": "amount", "D": "amount", "E": ""}
    fill = {"received_on": "month-end", "voucher": "numbered"}
    mapping = {"part": "receipts", "columns": columns, "fill": fill}

    found, sheet = read(rows, name="到位资金", mapping=mapping)

    assert found["outcome"] == "ready"
    assert sheet["sums"] == {"amount": "400000.00"}
    assert left_out(sheet) == [4]


def test_a_fill_copies_a_column_and_gives_a_unit(town, read):
    rows = [["项目名称", "总投资（亿元）"], ["甲项目", 0.32]]
    fill = {"introduced": "=total_investment", "unit": "水沟镇"}
    columns = {"A": "name", "B": "total_investment"}

    asked, sheet = read(rows)
    _found, after = read(rows, mapping={"part": "projects", "columns": columns, "fill": fill})

    assert (asked["outcome"], sheet["missing"]) == ("needs_mapping", ["unit", "introduced"])
    assert after["sums"] == {"total_investment": "32000000.00", "introduced": "32000000.00"}


def test_a_card_is_refused_as_one(town, read):
    rows = [
        ["项目名称", "甲项目"],
        ["总投资（万元）", 5200],
        ["责任单位", "水沟镇"],
        ["存在问题", "无"],
    ]

    found, _sheet = read(rows)

    assert found["outcome"] == "refused"
    assert "卡片" in found["refusals"][0]["sentence"]


@pytest.mark.parametrize(
    "names", [["概况", "排名表", "校验"], ["排名表", "项目明细", "到位资金明细"]]
)
def test_our_own_settlement_workbook_is_refused_by_name(names, county, head, tmp_path):
    path = books.written(tmp_path, {name: [["单位", "任务"], ["水沟镇", 1]] for name in names})

    with pytest.raises(Exception, match="交账报表"):
        books.planned(path, county, head)
