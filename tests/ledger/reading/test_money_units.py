"""Units of money in headings, lines and formats; amounts and days in every written form."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.reading import cells
from ledger.reading.money_units import SCALES, in_format, in_heading, in_line, word

UNITS = st.sampled_from(sorted(SCALES))


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        *(("年度任务（万元）", "万元"), ("总投资(亿元)", "亿元"), ("金额/元", "元")),
        *(("到位资金：万元", "万元"), ("金额（单位：元）", "元"), ("金额（人民币，万元）", "万元")),
        *(("年度任务", ""), ("项目名称（全称）", ""), ("总投资（万美元）", "万美元")),
        *(("估算投资\n（万元）", "万元"), ("引资额万元", "万元"), ("建设内容（50字以内）", "")),
        *(("套数（单元）", ""), ("价格（元/吨）", "元/吨"), ("投资（万人民币）", "万元")),
    ],
)
def test_a_heading_names_the_unit_of_money(heading, said):
    assert str(in_heading(heading)) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *(("单位：万元", "万元"), ("单位:元", "元"), ("金额单位：亿元", "亿元")),
        *(("单位：（万元）", "万元"), ("单位：人民币万元", "万元"), ("单 位 ： 万 元", "万元")),
        *(("填报单位：商南县招商局    单位：万元", "万元"), ("填报单位：商南县招商局", "")),
        *(("单位：商元集团", ""), ("2012年6月30日", ""), ("单位：个、万元", "万元")),
        *(
            ("注：到位资金20万元以上的项目", ""),
            ("备注：万元以下不计", ""),
            ("本表数据以万元计", "万元"),
        ),
        *(
            ("商南县2013年任务分解表（亿元）", "亿元"),
            ("金额：千元", "千元"),
            ("单位：百元", "百元"),
        ),
    ],
)
def test_a_line_names_the_unit_of_money(line, said):
    assert str(in_line(line)) == said


@given(
    UNITS, st.sampled_from(["（{}）", "({})", "/{}", "（单位：{}）", "\n（{}）", "（人民币{}）"])
)
def test_a_unit_in_brackets_behind_a_heading_is_that_unit(unit, form):
    assert in_heading("到位资金" + form.format(unit)).plain == {unit}


@given(UNITS, st.sampled_from(["美元", "欧元", "港元", "日元"]))
def test_foreign_money_is_never_plain(unit, currency):
    foreign = unit.replace("元", currency)

    assert word(foreign).foreign
    assert not word(foreign).plain
    assert not in_line(f"单位：{foreign}").plain


@given(st.text(alphabet="甲乙丙丁项目资金到位单位（）：、万亿千元美", max_size=12))
def test_any_text_is_read_without_failing(text):
    for read in (in_heading, in_line, word, in_format):
        read(text)


@pytest.mark.parametrize(
    ("code", "said", "is_scaled"),
    [
        *(('0!.0000"万"', "万元", True), ('0.00"万元"', "万元", False), ("#,##0,", "", True)),
        *(("0%", "", True), ('"$"#,##0', "$", False), ("[$¥-804]#,##0.00", "", False)),
        *(("[$€-2] #,##0", "€", False), ("000000", "", False), ('#,##0.00"元"', "元", False)),
    ],
)
def test_a_number_format_says_what_it_shows(code, said, is_scaled):
    found = in_format(code)

    assert (str(found.words), found.is_scaled) == (said, is_scaled)


# Amounts and days as texts

FEN = st.integers(min_value=1, max_value=10**13)


@given(FEN, UNITS, st.sampled_from(["{}{}", "{}（{}）", "{} ({})", " {}{} "]))
def test_an_amount_with_its_own_unit_is_that_amount(fen, unit, form):
    yuan = Decimal(fen).scaleb(-2)
    shown = yuan / SCALES[unit]
    if shown.as_tuple().exponent < -6 or (unit in ("千元", "百万元") and form[0] == " "):
        return

    assert cells.amount(form.format(f"{shown:f}", unit), 10_000) == yuan


@given(
    st.integers(min_value=1, max_value=10**6),
    st.sampled_from(
        ["约{}", "{}左右", "{}+300", "{}-9000", "{}万美元", "近{}万", "{}余", "＜{}", "{}?"]
    ),
)
def test_an_amount_that_is_not_plain_is_refused(number, form):
    with pytest.raises(cells.CellError):
        cells.amount(form.format(number))


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31)),
    st.sampled_from(
        ["{0}-{1}-{2}", "{0}.{1}.{2}", "{0}年{1}月{2}日", "{0}/{1}/{2}", "{0:04}{1:02}{2:02}"]
    ),
)
def test_every_clear_form_of_a_day_is_that_day(on, form):
    written = form.format(on.year, on.month, on.day)

    assert cells.day(written) == on
    assert cells.month(written) is None


@given(
    st.integers(min_value=1990, max_value=2090),
    st.integers(min_value=1, max_value=12),
    st.sampled_from(
        ["{0}年{1}月", "{0}.{1}", "{0}-{1:02}", "{0}/{1}", "{0}年{1}月份", "{1}月", "{1}月份"]
    ),
)
def test_a_month_is_a_month_and_never_a_day(year, month, form):
    written = form.format(year, month)

    assert cells.month(written) == (year if "{0}" in form else None, month)
    with pytest.raises(cells.CellError):
        cells.day(written)


@pytest.mark.parametrize(
    "written", ["6月上旬", "2012年6月8日—10日", "2012.13", "上半年", "12", 2012.6]
)
def test_what_is_neither_day_nor_month_is_neither(written):
    assert cells.month(written) is None
    with pytest.raises(cells.CellError):
        cells.day(written)
