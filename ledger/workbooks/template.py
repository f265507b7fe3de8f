"""Writes the workbook that people fill in: headings, drop-downs, lists, an explaining sheet.

The headings are those of ``columns.py``, in Chinese whatever the page's language. It offers no word
that the import does not understand.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Final

from ledger.reading import vocabulary
from ledger.reading.columns import COLUMNS, SHEET_NAMES, Form, Part, template_columns
from ledger.reading.columns import Column as BookColumn
from ledger.sheets import book as sheets
from ledger.sheets import cell_styles
from ledger.sheets.book import Book, Column, Value
from ledger.sheets.cell_styles import CellStyle
from ledger.workbooks.contents import Contents

SPARE_ROWS: Final = 200
LISTS: Final = "代码"
TEXT: Final = replace(cell_styles.TEXT, form=cell_styles.TEXT_FORM, size=10.5)
STYLES: Final[dict[Form, CellStyle]] = {
    Form.AMOUNT: cell_styles.WAN,
    Form.DAY: cell_styles.DAY,
    Form.YEAR: replace(cell_styles.NUMBER, form="0", across="center"),
    Form.COUNT: replace(cell_styles.NUMBER, form="0", across="center"),
    Form.WORD: replace(TEXT, across="center"),
}
WIDTHS: Final = {
    "name": 26,
    "unit": 18,
    "project": 30,
    "investor": 28,
    "shares": 28,
    "content": 36,
    "document": 20,
    "voucher": 24,
    "note": 28,
    "credit_code": 22,
    "location": 20,
}
# Columns whose drop-down words the template itself lists.
WORDS: Final = {
    (Part.TARGETS, "issuer"): vocabulary.ISSUERS,
    (Part.PROJECTS, "stage"): vocabulary.STAGES,
    (Part.PROJECTS, "origin"): vocabulary.SOURCES,
    (Part.RECEIPTS, "kind"): vocabulary.MONEY,
    (Part.RECEIPTS, "state"): vocabulary.STATES,
}
# Columns whose drop-down is a column of the sheet of lists.
LISTED: Final = {
    (Part.UNITS, "successor"): 0,
    (Part.TARGETS, "unit"): 0,
    (Part.PROJECTS, "unit"): 0,
    (Part.PROJECTS, "industry"): 1,
    (Part.RECEIPTS, "project"): 2,
}
REFUSAL: Final = "请从下拉列表中选择。"
HELP: Final = (
    "一、表头带 * 的列必须填写，其余可以不填；列的先后可以调整，可以增加自己的列（导入时不读取）。",
    "二、金额默认以万元填写，最多六位小数；也可在表头注明（元）（亿元），或在单元格内写明单位，如 0.8亿元。",
    "三、日期可写成 2012-06-30、2012.6.30、2012年6月30日 或 20120630。",
    "四、《单位》：类别填本县设置的组别，如镇、部门、企业；排序为同组单位的公布顺序。",
    "五、《任务》：各季度为累计数，四季度等于年度任务；不填季度数时按县上进度计划生成。"
    "年中调整任务的，另起一行，填写新任务数、生效日期和文号，原任务不改。",
    "六、《项目》：份额写成 水沟镇 60%; 招商局 40%，合计须为 100%；不填时全部计入责任单位。"
    "签约日期为首次签约（意向、协议或合同）的日期。",
    "七、《到位资金》：每笔一行，凭证号必填；同一项目、同日、同额、同凭证号视为同一笔，只计一次。",
    "八、单元格为空表示不修改，不会清空已登记的内容；同一份表重复导入不产生变化。",
    "九、导入前先预览：逐表列出新增、变更、未变和退回的行数及原因，确认后才写入。",
)


def write(contents: Contents, file: IO[bytes]) -> None:
    """The template with its lists, and the rows of the contents."""
    whose = contents.unit or contents.county
    with Book(f"{whose}招商引资台账") as book:
        _write_help(book, whose)
        for part in Part:
            if not contents.unit or part not in OF_THE_COUNTY or contents.rows.get(part):
                _write_part(book, part, contents)
        _write_lists(book, contents)
        book.save(file)


def _write_help(book: Book, whose: str) -> None:
    wrapped = replace(cell_styles.LINE, wraps=True, size=12)
    sheet = book.sheet(
        "填表说明", [Column("填写要求", 110, wrapped)], title=f"{whose}招商引资台账填表说明"
    )
    for line in HELP:
        sheet.add([line], height=36 if len(line) > 52 else 20)


def _write_part(book: Book, part: Part, contents: Contents) -> None:
    columns = template_columns(part)
    whose = contents.unit or contents.county
    sheet = book.sheet(
        SHEET_NAMES[part],
        [_column(column) for column in columns],
        title=f"{whose}{TITLES[part]}",
        lines=[["带 * 的列必须填写", "单位：万元" if _has_money(part) else ""]],
        kept=1,
    )
    top = sheet.row + 1
    for row in contents.rows.get(part, ()):
        sheet.add([row.get(column.field) for column in columns])
    for _spare in range(SPARE_ROWS):
        sheet.add([None] * len(columns))
    _add_choices(sheet, part, contents, top)


# A unit's template has these only if there are rows to read: it may not change them.
OF_THE_COUNTY: Final = (Part.UNITS, Part.TARGETS)
TITLES: Final = {
    Part.UNITS: "单位名录",
    Part.TARGETS: "招商引资年度任务表",
    Part.PROJECTS: "招商引资项目台账",
    Part.RECEIPTS: "到位资金明细表",
}


def _has_money(part: Part) -> bool:
    return any(column.form is Form.AMOUNT for column in COLUMNS[part])


def _column(column: BookColumn) -> Column:
    style = STYLES.get(column.form, TEXT)
    star = "*" if column.is_required else ""
    unit = "（万元）" if column.form is Form.AMOUNT else ""
    return Column(f"{star}{column.heading}{unit}", WIDTHS.get(column.field, 13), style)


def _add_choices(sheet: sheets.Sheet, part: Part, contents: Contents, top: int) -> None:
    lists = _lists(contents)
    for place, column in enumerate(template_columns(part)):
        words = _offered(part, column.field, contents)
        listed = LISTED.get((part, column.field))
        if words is not None:
            source = f'"{",".join(words)}"'
        elif listed is not None and lists[listed]:
            letter = "ABC"[listed]
            source = f"'{LISTS}'!${letter}$2:${letter}${len(lists[listed]) + 1}"
        else:
            continue
        sheet.choices(top, place, sheet.row, source, REFUSAL)


def _offered(part: Part, field: str, contents: Contents) -> Sequence[str] | None:
    """The words of a short drop-down: the county's groups, or those of a fixed list."""
    if (part, field) == (Part.UNITS, "kind"):
        return contents.groups
    words = WORDS.get((part, field))
    return vocabulary.offered(words) if words else None


def _lists(contents: Contents) -> tuple[Sequence[str], ...]:
    return contents.units, contents.industries, contents.projects


def _write_lists(book: Book, contents: Contents) -> None:
    """The lists behind the drop-downs, on a hidden sheet."""
    headings = ("单位", "行业", "项目")
    sheet = book.sheet(LISTS, [Column(heading, 20, TEXT) for heading in headings])
    lists = _lists(contents)
    for place in range(max(len(words) for words in lists)):
        row: list[Value] = [words[place] if place < len(words) else None for words in lists]
        sheet.add(row)
    sheet.grid.sheet_state = "hidden"
