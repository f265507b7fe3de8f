"""A pasted list of units: kinds by name, numbering, targets on the same line, doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.founding import one_time
from ledger.founding.unit_list import amounts_for, doubled, kind_of, read_lines
from units.ground.text import TextError


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("水沟镇", "town"),
        ("城关街道办事处", "town"),
        ("城关街道办（筹）", "town"),
        ("赵川乡", "town"),
        ("富水镇人民政府", "town"),
        ("湘河镇政府", "town"),
        ("乡镇企业局", "department"),
        ("城镇管理局", "department"),
        ("县委办", "department"),
        ("农行", "department"),
        ("商南县矿业有限公司", "enterprise"),
        ("金丝峡旅游集团", "enterprise"),
        ("钒厂", "enterprise"),
    ],
)
def test_the_kind_is_recognised_by_the_name(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("1. 水沟镇", ("水沟镇", "town", "")),
        ("（二）富水镇", ("富水镇", "town", "")),
        ("3\t财政局\t部门\t1,200", ("财政局", "department", "1,200")),
        ("试马镇 5000", ("试马镇", "town", "5000")),
        ("白浪镇，镇，８００．５", ("白浪镇", "town", "８００．５")),
        ("电力局\t企业", ("电力局", "enterprise", "")),
        ("二七街道", ("二七街道", "town", "")),
        ("工业园区\t园区\t9000", ("工业园区", "园区", "9000")),
        ("国税局\t中省驻县单位\t300", ("国税局", "中省驻县单位", "300")),
        ("林业局\t县直部门", ("林业局", "县直部门", "")),
    ],
)
def test_a_line_brings_kind_and_target_along(line, found):
    (unit,) = read_lines(line)

    assert (unit.name, unit.kind, unit.amount) == found


def test_headings_sums_and_empty_lines_are_no_units():
    text = "序号\t单位名称\t任务\n\n1\t水沟镇\t100\n合计\t\t100\n"

    assert [unit.name for unit in read_lines(text)] == ["水沟镇"]


def test_names_that_look_alike_are_doubles():
    assert doubled(["水沟镇", "富水镇", "", "水沟 镇", ""]) == {3: 0}


def test_pasted_targets_find_their_unit_or_are_named():
    names = ["水沟镇", "富水镇"]

    assert amounts_for("富水镇\t300\n青山镇 5\n水沟镇 1,000.5", names) == (
        {1: "300", 0: "1,000.5"},
        ["青山镇 5"],
    )
    assert amounts_for("100\n200\n300", names) == ({0: "100", 1: "200"}, ["300"])


@given(st.text(max_size=60))
def test_any_text_gives_units_with_names_or_a_sentence(text):
    try:
        found = read_lines(text)
    except TextError:
        return

    assert all(unit.name and unit.kind for unit in found)
    assert len(found) <= len(text.splitlines())


def test_a_slip_is_the_same_for_a_seed_and_differs_between_people():
    seed, other = one_time.new_seed(), one_time.new_seed()
    names = [f"d{number:02}" for number in range(200)]

    slips = [one_time.password(seed, name) for name in names]

    assert slips == [one_time.password(seed, name) for name in names]
    assert len({*slips, *(one_time.password(other, name) for name in names)}) == 400
    assert all(len(slip) == 14 and not set("0O1lI") & set(slip) for slip in slips)
