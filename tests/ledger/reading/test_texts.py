"""Text files, web pages and XML tables that come as workbooks."""

import pytest

from ledger.reading import workbook

TABLE = [["项目名称", "总投资（万元）"], ["石英砂项目", "3,200"], ["茶叶项目", 0.5], ["0042", None]]
LINES = "项目名称{0}总投资（万元）\n石英砂项目{0}3200\n茶叶项目{0}0.5\n0042{0}\n"
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="项目"><Table>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">台账</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">石英砂</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="Number">3200</Data></Cell>
<Cell><Data ss:Type="DateTime">2012-06-30T00:00:00.000</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def grids(folder, content, name="book.xls"):
    path = folder / name
    path.write_bytes(content)
    return workbook.read(path).grids


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_every_usual_form(delimiter, encoding, tmp_path):
    [grid] = grids(tmp_path, LINES.format(delimiter).encode(encoding), "book.csv")

    assert grid.rows == [
        (1, ["项目名称", "总投资（万元）"]),
        (2, ["石英砂项目", 3200]),
        (3, ["茶叶项目", 0.5]),
        (4, ["0042"]),
    ]


def test_quoted_commas_and_lines_stay_in_their_cell(tmp_path):
    [grid] = grids(tmp_path, '名称,总投资\n"甲,乙\n项目","3,200"\n'.encode(), "book.csv")

    assert grid.rows[1] == (2, ["甲,乙\n项目", "3,200"])


def test_a_web_page_keeps_its_spans(tmp_path):
    page = (
        '<html><meta charset="gb2312"><table><tr><td colspan=2>台账</td></tr>'
        "<tr><td rowspan=2>水沟镇<td>3200</tr><tr><td>1800</td></tr></table></html>"
    )

    [grid] = grids(tmp_path, page.encode("gb2312"))

    assert grid.rows == [(1, ["台账"]), (2, ["水沟镇", 3200]), (3, [None, 1800])]
    assert grid.merged == [[1, 1, 1, 2], [2, 1, 3, 1]]


def test_an_xml_table_keeps_its_indexes(tmp_path):
    [grid] = grids(tmp_path, XML.encode())

    assert grid.name == "项目"
    assert grid.rows == [
        (1, ["台账"]),
        (3, ["石英砂", None, 3200, {"day": "2012-06-30T00:00:00"}]),
    ]
    assert grid.merged == [[1, 1, 1, 2]]
