"""The columns of the workbook: headings, their synonyms, and what their cells hold.

Data only, collected from ledgers and monthly forms that counties published.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

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
    MONEY_UNIT = "money_unit"  # 万元 or 元, for the amounts of its row


# A merged cell counts for each of its rows, except where that would count money twice.
REPEATED: Final = frozenset(Form) - {Form.AMOUNT, Form.COUNT}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its synonyms, and whether it is required.

    ``hints`` are words inside an unknown heading that make this column a guess, never more.
    """

    field: str
    heading: str
    form: Form = Form.TEXT
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    hints: tuple[str, ...] = ()
    in_template: bool = True


def _column(
    field: str,
    heading: str,
    form: Form = Form.TEXT,
    synonyms: str = "",
    required: bool = False,
    *,
    hints: str = "",
    in_template: bool = True,
) -> Column:
    words, inside = tuple(synonyms.split()), tuple(hints.split())
    return Column(field, heading, form, words, required, inside, in_template)


_MONEY_UNIT_WORDS: Final = "计量单位 货币单位 资金单位 币种单位"
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
            "单位 责任单位 承担单位 任务单位 考核单位 目标单位 被考核单位 镇（部门） 镇（办） 名称 unit",
            True,
            hints="单位 镇 部门",
        ),
        _column("year", "年度", Form.YEAR, "年份 任务年度 考核年度 year", True),
        _column(
            "target",
            "年度任务",
            Form.AMOUNT,
            "年度目标任务 年度目标 目标任务 全年任务 任务数 年任务 年度任务数 全年目标 到位资金任务"
            " 年度到位资金任务 任务 目标 任务额 任务金额 目标任务数 本年任务 全年目标任务 考核指标"
            " 考核任务 年计划 年度计划 全年计划 年度到位资金目标 招商引资任务 招商引资目标任务"
            " 到位资金目标 引资任务 年度引资任务 target",
            True,
            hints="任务 目标 指标 计划",
        ),
        _column(
            "due_first",
            "一季度",
            Form.AMOUNT,
            "第一季度 1季度 一季度任务 一季度累计 一季度末 1—3月",
        ),
        _column(
            "due_half",
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
        _column("document", "文号", Form.NAME, "文件号 文件编号 发文字号 下达文号 依据 依据文件"),
        _column("issuer", "下达单位", Form.WORD, "下达层级 任务来源 下达机关"),
    ),
    Part.PROJECTS: (
        _column(
            "name",
            "项目名称",
            Form.NAME,
            "项目 名称 招商项目 签约项目 招商项目名称 签约项目名称 工程名称 项目全称 project",
            True,
        ),
        _column(
            "investor",
            "投资方",
            Form.NAME,
            "投资方名称 投资主体 投资商 投资企业 投资单位 投资商名称 投资企业名称 投资单位名称"
            " 投资公司 客商 客商名称 投资者 业主 业主名称 引进企业 客商单位 投资人 investor",
            hints="投资方 投资商 投资主体 投资企业 客商 业主",
        ),
        _column(
            "unit",
            "责任单位",
            Form.NAME,
            "引进单位 负责单位 引资单位 招商单位 牵头单位 报送单位 填报单位 承办单位 申报单位 单位"
            " 单位名称 招引单位 责任部门 牵头部门 承担单位 主办单位 引荐单位 招商责任单位"
            " 报送区 镇（部门） 镇（办）",
            True,
            hints="责任单位 承办 牵头 引资单位 主管部门 责任部门 挂钩",
        ),
        _column(
            "shares",
            "份额",
            Form.SHARES,
            "引资份额 分享份额 份额分配 引资份额分配 分成比例 牵头单位及份额",
        ),
        _column(
            "stage",
            "阶段",
            Form.WORD,
            "项目阶段 协议类型 签约类型 进展阶段 项目进展阶段 项目状态 合同类型 进展 进度 签约种类"
            " stage",
            hints="进展 阶段 状态",
        ),
        _column(
            "signed_on",
            "签约日期",
            Form.DAY,
            "签约时间 签订日期 签订时间 签约日 签约年月日 签署日期 签署时间 签约年月 合同签约时间",
            hints="签约 签订",
        ),
        _column(
            "total_investment",
            "总投资",
            Form.AMOUNT,
            "总投资额 投资总额 计划总投资 计划投资总额 项目总投资 项目总投资额 合同总投资 总投资规模"
            " 投资规模 估算投资 估算总投资 概算总投资 预计总投资 计划总投资额 投资总规模 投资额"
            " 项目投资总额 拟总投资",
            True,
            hints="总投资 投资总额 投资规模 估算投资",
        ),
        _column(
            "introduced",
            "引资额",
            Form.AMOUNT,
            "引进资金 引资金额 拟引资 拟引资额 合同引资 合同引资额 协议引资 协议引资额 签约金额"
            " 合同金额 协议资金 合同资金 引资 计划引资 计划引资额 招商引资额 利用县外资金 利用市外资金"
            " 利用省外资金 拟引资金 拟引进资金 引进资金额 引资总额 签约引资额 引进县外资金 引进外资额"
            " 合同引进资金 利用外来资金",
            True,
            hints="引资 引进资金 利用县外 合同金额",
        ),
        _column("industry", "行业", Form.WORD, "产业类别 行业类别 行业门类 所属行业 产业 产业类型"),
        _column(
            "origin",
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
        _column("started_on", "开工日期", Form.DAY, "开工时间 动工日期 动工时间", hints="开工"),
        _column(
            "production_on",
            "投产日期",
            Form.DAY,
            "投产时间 竣工日期 竣工时间 建成日期 投产竣工时间",
            hints="投产 竣工 完工",
        ),
        _column(
            "location",
            "建设地点",
            Form.TEXT,
            "项目地点 建设地址 项目选址 落地地点 地点 属地 项目属地 建设位置",
        ),
        _column(
            "content",
            "建设内容",
            Form.TEXT,
            "项目简介 建设内容及规模 建设规模及内容 项目内容 主要建设内容 项目建设规模和内容"
            " 建设内容和规模 项目建设内容 建设规模和内容 主要建设内容及规模 项目建设内容及规模",
            hints="建设内容 建设规模",
        ),
        _column("sponsor", "包抓领导", Form.TEXT, "责任领导 包联领导 包抓县级领导 联系领导"),
        _column("contact", "联系人", Form.TEXT, "项目联系人 联络人", hints="联系人"),
        _column("phone", "联系电话", Form.TEXT, "电话 手机"),
        _column("money_unit", "金额单位", Form.MONEY_UNIT, _MONEY_UNIT_WORDS, in_template=False),
    ),
    Part.RECEIPTS: (
        _column(
            "project",
            "项目名称",
            Form.NAME,
            "项目 名称 所属项目 招商项目 招商项目名称 签约项目 签约项目名称 到位项目 project",
            True,
        ),
        _column(
            "unit",
            "责任单位",
            Form.NAME,
            "引进单位 负责单位 引资单位 招商单位 牵头单位 报送单位 填报单位 承办单位 单位 单位名称"
            " 招引单位",
            in_template=False,
        ),
        _column(
            "received_on",
            "到位日期",
            Form.DAY,
            "到位时间 到账日期 到账时间 到资日期 到资时间 入账日期 入账时间 收款日期 收款时间"
            " 资金到位日期 资金到位时间 资金到账日期 资金到账时间 到款日期 到款时间 进账日期 进账时间"
            " 日期 时间",
            True,
            hints="日期 时间",
        ),
        _column(
            "amount",
            "金额",
            Form.AMOUNT,
            "到位金额 到位资金 到账金额 到资金额 实到资金 实际到位资金 到位资金额 资金到位额 实际到位"
            " 到资 到资额 实到金额 到账资金额 到位额 到款金额 进账金额 实际到账金额 实际到位金额"
            " 到位资金金额 到账资金 本次到位资金 本次到位金额 本笔到位资金 amount",
            True,
            hints="到位 到账 到资 实到",
        ),
        _column(
            "voucher",
            "凭证号",
            Form.TEXT,
            "凭证编号 凭证号码 凭证 票据号 票据号码 单据号 到位凭证号 银行凭证号 到位凭证 回单号 流水号"
            " 票据编号 回单编号 银行回单号 进账单号 银行流水号 到账凭证号 记账凭证号",
            True,
            hints="凭证 票据 回单",
        ),
        _column(
            "kind", "资金类别", Form.WORD, "资金用途 资金种类 到位资金类别 到位资金用途 款项 用途"
        ),
        _column("note", "备注", Form.TEXT, "说明 到位资金用途说明 摘要"),
        _column("state", "状态", Form.WORD, "认定状态 认定情况 审核状态"),
        _column("money_unit", "金额单位", Form.MONEY_UNIT, _MONEY_UNIT_WORDS, in_template=False),
    ),
}

# Other names that JSON may give to a field.
FIELD_ALIASES: Final = {
    "introduced_amount": "introduced",
    "lead": "unit",
    "voucher_no": "voucher",
    "due_second": "due_half",
    "document_no": "document",
    "source": "origin",
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
PROBLEMS: Final = "导入问题"
IGNORED_SHEETS: Final = frozenset({key("填表说明"), key("代码"), key(PROBLEMS)})
# Figures of another time or kind: never offered for a column of ours, known only by the whole word.
NO_GUESS: Final = (
    *(
        "累计",
        "去年",
        "上年",
        "同期",
        "同比",
        "增长",
        "完成",
        "占",
        "比例",
        "其中",
        "率",
        "排名",
        "位次",
    ),
    *("年底", "余额", "未到位", "差额", "电话"),
)
IGNORED_HEADINGS: Final = frozenset(
    key(word) for word in ("序号", "编号", "导入问题", "No.", "排序号", "序")
)

_PLAIN_SPACE: Final = str.maketrans("", "", " \t\r\n\u00a0\u3000")
_BRACKETS: Final = re.compile(r"[（(\[【〔]([^（()）\[\]【】〔〕]*)[）)\]】〕]")
_TRAILING_UNIT: Final = re.compile(
    r"(?:[/／:：,，]?(?:人民币)?(?:千元|万元|百万元|亿元|(?<=[/／:：,，])(?:元|万|亿))"
    r"|[/／:：][^/／:：（()）]{0,5}[元币])$"
)
_EDGES: Final = "*＊★☆▲△#"
# 项目责任单位 is 责任单位; 项目单位 is somebody else.
_PREFIXES: Final = ("项目", "招商引资", "招商")
LEAST_AFTER_PREFIX: Final = 3


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
    """The column of a heading: as it stands, without what is in brackets, without its unit."""
    bare = heading.translate(_PLAIN_SPACE).strip(_EDGES)
    known = by_word(part)
    for form in _forms(bare, part):
        column = known.get(key(form.strip(_EDGES)))
        if column is not None:
            return column
    return None


def _forms(bare: str, part: Part) -> Iterator[str]:
    without = _TRAILING_UNIT.sub("", _BRACKETS.sub("", bare))
    yield from (bare, _TRAILING_UNIT.sub("", bare), _BRACKETS.sub("", bare), without)
    for prefix in _PREFIXES:
        rest = without.removeprefix(prefix)
        if rest != without and len(rest) >= LEAST_AFTER_PREFIX:
            yield rest
    if part is Part.TARGETS:
        yield re.sub(r"^(?:(?:19|20)\d{2}年?度?|本年度?|全县)", "", without)


def guessed(heading: str, part: Part) -> Column | None:
    """The column that an unknown heading may be: one of whose hints it has; never more than that."""
    bare = heading.translate(_PLAIN_SPACE)
    if any(word in bare for word in NO_GUESS):
        return None
    return next((c for c in COLUMNS[part] if any(hint in bare for hint in c.hints)), None)


def year_of_line(text: str) -> int | None:
    """The one year in a title: 2012年招商引资任务分解表."""
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d{2})年", text)}
    return years.pop() if len(years) == 1 else None


def column_named(field: str, part: Part) -> Column | None:
    """The column of a field, also by the other names that JSON may give it."""
    name = FIELD_ALIASES.get(field, field)
    if part is Part.TARGETS and name == "amount":
        name = "target"
    return next((column for column in COLUMNS[part] if column.field == name), None)


def template_columns(part: Part) -> tuple[Column, ...]:
    return tuple(column for column in COLUMNS[part] if column.in_template)
