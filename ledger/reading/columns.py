"""The columns of the workbook: headings, their synonyms, and what their cells hold.

Data only, collected from ledgers and monthly forms that counties published.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from units.ground.money import WAN, YI, YUAN, Scale
from units.ground.text import key


class Part(StrEnum):
    """What a sheet is about, in the order in which sheets depend on each other."""

    UNITS = "units"
    TARGETS = "targets"
    PROJECTS = "projects"
    RECEIPTS = "receipts"


class Form(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NAME = "name"  # repeated over merged cells
    WORD = "word"  # one of a list of words
    AMOUNT = "amount"
    DAY = "day"
    YEAR = "year"
    COUNT = "count"
    SHARES = "shares"


# A merged cell counts for each of its rows, except where that would count money twice.
REPEATED: Final = frozenset(Form) - {Form.AMOUNT, Form.COUNT}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its synonyms, and whether it is required."""

    field: str
    heading: str
    form: Form = Form.TEXT
    synonyms: tuple[str, ...] = ()
    is_required: bool = False


def _column(
    field: str, heading: str, form: Form = Form.TEXT, synonyms: str = "", required: bool = False
) -> Column:
    return Column(field, heading, form, tuple(synonyms.split()), required)


COLUMNS: Final[dict[Part, tuple[Column, ...]]] = {
    Part.UNITS: (
        _column("name", "单位名称", Form.NAME, "单位 单位全称 名称 镇（部门） 责任单位 unit", True),
        _column("kind", "类别", Form.WORD, "单位类别 单位性质 类型 单位类型 性质 kind", True),
        _column("order", "排序", Form.COUNT, "序位 次序 排列顺序 顺序 顺序号 排序号 order"),
        _column("code", "单位代码", Form.TEXT, "代码 编码 单位编码 code"),
        _column("active_from", "设立日期", Form.DAY, "启用日期 成立日期"),
        _column("ended_on", "撤销日期", Form.DAY, "停用日期 撤并日期"),
        _column("successor", "并入单位", Form.NAME, "承接单位 合并到"),
    ),
    Part.TARGETS: (
        _column(
            "unit",
            "单位名称",
            Form.NAME,
            "单位 责任单位 承担单位 任务单位 镇（部门） 名称 unit",
            True,
        ),
        _column("year", "年度", Form.YEAR, "年份 任务年度 考核年度 year", True),
        _column(
            "amount",
            "年度任务",
            Form.AMOUNT,
            "年度目标任务 年度目标 目标任务 全年任务 任务数 年任务 年度任务数 全年目标 到位资金任务"
            " 年度到位资金任务 任务 目标 target",
            True,
        ),
        _column(
            "due_first",
            "一季度",
            Form.AMOUNT,
            "第一季度 1季度 一季度任务 一季度累计 一季度末 1—3月",
        ),
        _column(
            "due_second",
            "二季度",
            Form.AMOUNT,
            "第二季度 2季度 二季度任务 二季度累计 二季度末 上半年 半年目标 半年任务 上半年任务 1—6月",
        ),
        _column(
            "due_third",
            "三季度",
            Form.AMOUNT,
            "第三季度 3季度 三季度任务 三季度累计 三季度末 前三季度 1—9月",
        ),
        _column(
            "due_fourth",
            "四季度",
            Form.AMOUNT,
            "第四季度 4季度 四季度任务 四季度累计 四季度末 全年 1—12月",
        ),
        _column(
            "effective_on", "生效日期", Form.DAY, "下达日期 执行日期 起始日期 下达时间 生效时间"
        ),
        _column(
            "document_no", "文号", Form.NAME, "文件号 文件编号 发文字号 下达文号 依据 依据文件"
        ),
        _column("issuer", "下达单位", Form.WORD, "下达层级 任务来源 下达机关"),
    ),
    Part.PROJECTS: (
        _column("name", "项目名称", Form.NAME, "项目 名称 招商项目 签约项目 project", True),
        _column(
            "investor",
            "投资方",
            Form.NAME,
            "投资方名称 投资主体 投资商 投资企业 投资单位 客商 客商名称 投资者 业主 investor",
        ),
        _column(
            "lead",
            "责任单位",
            Form.NAME,
            "引进单位 负责单位 引资单位 招商单位 牵头单位 报送单位 填报单位 承办单位 单位 单位名称"
            " 报送区 镇（部门）",
            True,
        ),
        _column("shares", "份额", Form.SHARES, "引资份额 分享份额 份额分配 引资份额分配 分成比例"),
        _column(
            "stage",
            "阶段",
            Form.WORD,
            "项目阶段 协议类型 签约类型 进展阶段 项目进展阶段 项目状态 合同类型 进展 进度 stage",
        ),
        _column(
            "signed_on",
            "签约日期",
            Form.DAY,
            "签约时间 签订日期 签订时间 签约日 签约年月日 签署日期",
        ),
        _column(
            "total_investment",
            "总投资",
            Form.AMOUNT,
            "总投资额 投资总额 计划总投资 计划投资总额 项目总投资 合同总投资 总投资规模 投资规模",
            True,
        ),
        _column(
            "introduced_amount",
            "引资额",
            Form.AMOUNT,
            "引进资金 引资金额 拟引资 拟引资额 合同引资 合同引资额 协议引资 协议引资额 签约金额"
            " 合同金额 协议资金 合同资金 引资 计划引资 计划引资额 招商引资额",
            True,
        ),
        _column("industry", "行业", Form.WORD, "产业类别 行业类别 行业门类 所属行业 产业 产业类型"),
        _column(
            "source",
            "资金来源",
            Form.WORD,
            "来源 资金来源地 资金性质 来源类别 内外资 引资来源 资金类型",
        ),
        _column(
            "origin_place",
            "来源地",
            Form.TEXT,
            "投资方所在地 投资方地址 投资来源地 客商所在地 投资方来源地",
        ),
        _column("credit_code", "统一社会信用代码", Form.TEXT, "信用代码 社会信用代码"),
        _column("reserved_on", "储备日期", Form.DAY, "入库日期 包装日期 策划日期"),
        _column("intention_on", "意向日期", Form.DAY, "意向签订日期 意向协议日期 意向签订时间"),
        _column("agreement_on", "协议日期", Form.DAY, "协议签订日期 框架协议日期 协议签订时间"),
        _column("contract_on", "合同日期", Form.DAY, "合同签订日期 正式合同日期 合同签订时间"),
        _column("started_on", "开工日期", Form.DAY, "开工时间 动工日期 动工时间"),
        _column(
            "production_on",
            "投产日期",
            Form.DAY,
            "投产时间 竣工日期 竣工时间 建成日期 投产竣工时间",
        ),
        _column("location", "建设地点", Form.TEXT, "项目地点 建设地址 项目选址 落地地点 地点"),
        _column(
            "content",
            "建设内容",
            Form.TEXT,
            "项目简介 建设内容及规模 建设规模及内容 项目内容 主要建设内容",
        ),
        _column("sponsor", "包抓领导", Form.TEXT, "责任领导 包联领导 包抓县级领导 联系领导"),
        _column("contact", "联系人", Form.TEXT, "项目联系人"),
        _column("phone", "联系电话", Form.TEXT, "电话 手机"),
    ),
    Part.RECEIPTS: (
        _column("project", "项目名称", Form.NAME, "项目 名称 所属项目 招商项目 project", True),
        _column(
            "received_on",
            "到位日期",
            Form.DAY,
            "到位时间 到账日期 到账时间 到资日期 到资时间 入账日期 收款日期 资金到位日期"
            " 资金到位时间 日期 时间",
            True,
        ),
        _column(
            "amount",
            "金额",
            Form.AMOUNT,
            "到位金额 到位资金 到账金额 到资金额 实到资金 实际到位资金 到位资金额 资金到位额"
            " 到位资金金额 到账资金 amount",
            True,
        ),
        _column(
            "voucher_no",
            "凭证号",
            Form.TEXT,
            "凭证编号 凭证号码 凭证 票据号 票据号码 单据号 到位凭证号 银行凭证号 到位凭证 回单号 流水号",
            True,
        ),
        _column(
            "kind", "资金类别", Form.WORD, "资金用途 资金种类 到位资金类别 到位资金用途 款项 用途"
        ),
        _column("note", "备注", Form.TEXT, "说明 到位资金用途说明 摘要"),
        _column("state", "状态", Form.WORD, "认定状态 认定情况 审核状态"),
    ),
}

SHEET_NAMES: Final[dict[Part, str]] = {
    Part.UNITS: "单位",
    Part.TARGETS: "任务",
    Part.PROJECTS: "项目",
    Part.RECEIPTS: "到位资金",
}
_SHEET_WORDS: Final[dict[Part, str]] = {
    Part.UNITS: "单位名录 单位名单 单位表 责任单位 镇和部门 units",
    Part.TARGETS: "年度任务 目标任务 任务表 任务分解 年度目标任务 任务分解表 年度任务分解表 targets",
    Part.PROJECTS: "项目台账 签约项目 项目表 项目明细 招商项目 项目库 签约项目台账 projects",
    Part.RECEIPTS: "到位资金明细 到位资金表 资金到位 资金到位明细 到资记录 资金 到位资金台账 receipts",
}

# Sheets of ours without rows, and columns that never hold anything of ours.
IGNORED_SHEETS: Final = frozenset({key("填表说明"), key("代码"), key("导入问题")})
IGNORED_HEADINGS: Final = frozenset(key(word) for word in ("序号", "编号", "导入问题", "No."))

_UNIT_WORDS: Final[dict[str, Scale]] = {"元": YUAN, "万元": WAN, "万": WAN, "亿元": YI, "亿": YI}
_OTHER_MONEY: Final = ("美元", "欧元", "港元", "港币", "日元", "英镑", "千元", "百万元", "百元")
_PLAIN_SPACE: Final = str.maketrans("", "", " \t\r\n\u00a0\u3000")
_BRACKETS: Final = re.compile(r"[（(\[【〔]([^（()）\[\]【】〔〕]*)[）)\]】〕]")
_TRAILING_UNIT: Final = re.compile(r"[/／:：,，](万元|亿元|元|万|亿)$")
# 单位：万元 above the headings; 填报单位：招商局 names the reporting unit, not a unit of money.
_UNIT_LINE: Final = re.compile(
    r"(?:金额|计量|货币|资金)?单位[:：]?(?:人民币)?[（(]?(人民币)?(\w*元)[）)]?"
)


def words_of(column: Column) -> tuple[str, ...]:
    return (column.heading, *column.synonyms)


@cache
def by_word(part: Part) -> dict[str, Column]:
    """Columns by heading key, for sheets of this part."""
    return {key(word): column for column in COLUMNS[part] for word in words_of(column)}


@cache
def parts_by_name() -> dict[str, Part]:
    names = {key(name): part for part, name in SHEET_NAMES.items()}
    return names | {
        key(word): part for part, words in _SHEET_WORDS.items() for word in words.split()
    }


def part_of_name(name: str) -> Part | None:
    """The part that a sheet's name says, also after a year: 2012年任务."""
    return parts_by_name().get(key(re.sub(r"^\d{4}年?度?", "", name.strip())))


def column_of(heading: str, part: Part) -> Column | None:
    """The column of a heading: as it stands, or without what is in brackets."""
    bare = heading.translate(_PLAIN_SPACE).strip("*＊")
    known = by_word(part)
    for form in (bare, _TRAILING_UNIT.sub("", bare), _BRACKETS.sub("", bare)):
        column = known.get(key(form.strip("*＊")))
        if column is not None:
            return column
    return None


def scale_of(heading: str) -> Scale | None:
    """The unit of money in a heading: 年度任务（万元）, 总投资/亿元."""
    bare = heading.translate(_PLAIN_SPACE)
    named = [*_BRACKETS.findall(bare), *_TRAILING_UNIT.findall(bare)]
    for words in named:
        for word in re.split(r"[:：,，;；]", words):
            scale = _UNIT_WORDS.get(word.removeprefix("单位").removeprefix("人民币"))
            if scale is not None:
                return scale
    return None


def other_money(heading: str) -> str:
    """A unit of money in a heading that we do not accept, such as 万美元."""
    return next((word for word in _OTHER_MONEY if word in heading), "")


def scale_of_line(text: str) -> Scale | None:
    """The unit of money in a line above the headings: 单位：万元."""
    for match in _UNIT_LINE.finditer(text.translate(_PLAIN_SPACE)):
        scale = _UNIT_WORDS.get(match[2])
        if scale is not None:
            return scale
    return None


def year_of_line(text: str) -> int | None:
    """The one year in a title: 2012年招商引资任务分解表."""
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d{2})年", text)}
    return years.pop() if len(years) == 1 else None
