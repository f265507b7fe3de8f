"""The decisions about a workbook as JSON, there and back."""

import pytest

from ledger.reading.columns import Part
from ledger.reading.mapping import How, Mapping, MappingError

PLAIN = {
    "sheets": {
        "商南县": {
            "part": "projects",
            "heading_rows": [2, 3],
            "money_unit": "万元",
            "columns": {"B": "name", "F": "", "H": "unit"},
            "fill": {"introduced": "=total_investment", "unit": "招商局"},
        },
        "汇总": {"part": ""},
    },
    "units": {"水沟": "水沟镇"},
}


def test_a_mapping_comes_back_as_it_went():
    mapping = Mapping.of(PLAIN)

    assert mapping.plain() == PLAIN
    assert mapping.is_whole
    assert mapping.sheets["商南县"].part is Part.PROJECTS
    assert mapping.sheets["汇总"].part is None


def test_a_remembered_mapping_leaves_other_sheets_alone():
    assert not Mapping.of(PLAIN, How.REMEMBERED).is_whole


def test_other_names_of_a_field_are_understood():
    columns = {"A": "lead", "B": "introduced_amount"}
    mapping = Mapping.of({"sheets": {"x": {"part": "projects", "columns": columns}}})

    assert mapping.sheets["x"].columns == {"A": "unit", "B": "introduced"}


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"sheets": []},
        {"sheets": {"x": 1}},
        {"sheets": {"x": {"part": "people"}}},
        {"sheets": {"x": {"part": "projects", "money_unit": "万美元"}}},
        {"sheets": {"x": {"part": "projects", "heading_rows": ["2"]}}},
        {"sheets": {"x": {"part": "projects", "heading_rows": [0]}}},
        {"sheets": {"x": {"part": "projects", "columns": {"1": "name"}}}},
        {"sheets": {"x": {"part": "projects", "columns": {"A": "voucher"}}}},
        {"sheets": {"x": {"part": "projects", "columns": {"A": 1}}}},
        {"sheets": {"x": {"part": "projects", "fill": {"introduced": "=voucher"}}}},
        {"sheets": {"x": {"part": "projects", "fill": {"nothing": "1"}}}},
        {"sheets": {"x": {"part": "projects", "hidden": "perhaps"}}},
        {"sheets": {}, "units": {"水沟": 3}},
    ],
)
def test_what_is_no_mapping_is_refused_with_a_sentence(plain):
    with pytest.raises(MappingError) as error:
        Mapping.of(plain)

    assert str(error.value)
