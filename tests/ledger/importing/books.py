"""Small workbooks for tests: one plain county as a stranger would type it, and ways to bend it."""

import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook

from ledger.importing import lines
from ledger.importing import plan as planning
from ledger.reading import workbook
from tests.builders import day
from units.models import County, User

HEADINGS = {
    "单位": ["单位名称", "类别", "排序"],
    "任务": ["单位名称", "年度", "年度任务（万元）"],
    "项目": [
        *(
            "项目名称",
            "投资方",
            "责任单位",
            "份额",
            "阶段",
            "签约日期",
            "总投资（万元）",
            "引资额（万元）",
            "行业",
        ),
        "资金来源",
    ],
    "到位资金": ["项目名称", "到位日期", "金额（万元）", "凭证号"],
}
ROWS = {
    "单位": [
        ["水沟镇", "镇", 1],
        ["魏家台镇", "镇", 2],
        ["招商局", "部门", 1],
        ["国税局", "部门", 2],
        ["商南茶业公司", "企业", 1],
    ],
    "任务": [
        ["水沟镇", 2012, 7000],
        ["魏家台镇", 2012, 6000.5],
        ["招商局", 2012, 3000],
        ["国税局", 2012, 2500],
    ],
    "项目": [
        [
            *("金丝峡索道", "西安山河旅游公司", "水沟镇", "水沟镇 60%; 招商局 40%", "合同"),
            *("2012-02-10", 9000, 8000, "旅游服务", "省外"),
        ],
        [
            *("石英砂加工", "陕西秦岭矿业公司", "魏家台镇", "", "合同"),
            *("2011-09-01", 5000, 5000, "矿产品加工", "市外"),
        ],
        [
            *("茶叶深加工", "香港茗园公司", "国税局", "国税局 100%", "意向"),
            *("2012-04-20", 1200, 1000, "农产品加工", "境外"),
        ],
    ],
    "到位资金": [
        ["金丝峡索道", "2012-03-15", 1000.01, "商农行2012-031"],
        ["金丝峡索道", "2012-06-30", 2500, "商农行2012-088"],
        ["石英砂加工", "2012-05-02", 1234.56, "信社-17"],
        ["茶叶深加工", "2012-06-01", 300, "0042"],
    ],
}


def plain() -> Workbook:
    """The plain county: sheets 单位, 任务, 项目, 到位资金 with the fewest headings."""
    book = Workbook()
    book.remove(book.active)
    for name, headings in HEADINGS.items():
        sheet = book.create_sheet(name)
        sheet.append(headings)
        for row in ROWS[name]:
            sheet.append([value if value != "" else None for value in row])
    return book


def saved(book: Workbook, folder: Path, name: str = "book.xlsx") -> Path:
    path = folder / name
    book.save(path)
    return path


def written(folder: Path, sheets: dict[str, list[list[object]]], name: str = "book.xlsx") -> Path:
    """A workbook of just these sheets and rows."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return saved(book, folder, name)


def content(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def edited(
    source: bytes, changes: dict[str, object], added: dict[str, bytes] | None = None
) -> bytes:
    """The archive with parts rewritten; a change is bytes, or a function of the old bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(source)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            change = changes.get(entry.filename, part)
            new.writestr(entry.filename, change(part) if callable(change) else change)
        for name, part in (added or {}).items():
            new.writestr(name, part)
    return stream.getvalue()


def part_of(source: bytes, sheet: str) -> str:
    """The part of the archive that holds a sheet."""
    names = load_workbook(io.BytesIO(source), read_only=True).sheetnames
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def substituted(pattern: bytes, replacement: bytes):
    return lambda part: re.sub(pattern, replacement, part)


def planned(path: Path, county: County, by: User, *, is_verified: bool = False, today=None):

    book = workbook.read(path)
    return planning.make(
        book, county, by=by, today=today or day("2012-07-16"), is_verified=is_verified
    )


def digest(plan) -> str:
    return lines.digest(lines.lines(plan))


def actions(plan) -> dict[str, list[tuple]]:
    """All that a plan would do, as values that can be compared."""
    return {
        "units": [(row.draft.name, row.draft.kind, row.draft.order) for row in plan.units],
        "targets": sorted(
            (row.unit.name, row.year, row.amount, row.due, row.effective_on) for row in plan.targets
        ),
        "projects": sorted(
            (
                row.draft.name,
                row.draft.investor.name,
                row.draft.investor.origin,
                row.draft.industry.code,
                str(row.draft.stage),
                [(unit.name, points) for unit, points in row.draft.shares],
                row.draft.intention_on or row.draft.contract_on,
                row.draft.total_investment,
                row.draft.introduced_amount,
            )
            for row in plan.projects
        ),
        "receipts": sorted(
            (row.draft.project.name, row.draft.received_on, row.draft.amount, row.draft.voucher_no)
            for row in plan.receipts
        ),
    }


def places(plan) -> list[tuple[str, int, str]]:
    """Where a plan refuses: sheet, row, our heading."""
    return [(r.sheet, r.row, r.heading) for r in plan.remarks.refusals]
