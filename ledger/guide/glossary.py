"""The official terms: the Chinese term, the English word used here, and what it means in one sentence.

Owns: the terms and the anchors under which pages link to them. Must never: define a rule; where the
words and the rule differ, the rule is right.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Term:
    """``anchor`` never changes: help texts and printed papers point at it."""

    anchor: str
    chinese: str
    english: str
    meaning: str | Promise


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str | Promise
    terms: tuple[Term, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        _("Tasks and how units stand"),
        (
            Term(
                "unit",
                "单位",
                "unit",
                _(
                    "A town, department or enterprise that carries a task; each kind is ranked apart."
                ),
            ),
            Term(
                "target",
                "年度任务",
                "annual target",
                _(
                    "The funds that a unit must bring in during the year; every change is a new version with "
                    "its document and its day."
                ),
            ),
            Term(
                "quarter-target",
                "季度任务",
                "quarter target",
                _(
                    "What a unit must have received by the end of a quarter, counted from the first of January."
                ),
            ),
            Term(
                "schedule",
                "年度进度计划",
                "schedule",
                _(
                    "The percent of annual targets due by the end of each quarter, 25, 50, 75 and 100 unless the county sets others."
                ),
            ),
            Term(
                "county-target",
                "上级下达任务",
                "target from above",
                _(
                    "What the city or the province demands of the whole county; the same money is measured "
                    "against it and against the county's own target."
                ),
            ),
            Term(
                "issuer",
                "下达单位",
                "issuer",
                _("Who set a target: the county, the city or the province."),
            ),
            Term(
                "benchmark",
                "序时进度",
                "benchmark",
                _(
                    "What is due by a day: the cumulative quarter targets, growing inside a quarter by a third "
                    "for each completed month."
                ),
            ),
            Term(
                "completion",
                "完成率",
                "completion",
                _(
                    "Funds received as a part of the annual target; compared exactly, rounded for display only."
                ),
            ),
            Term(
                "gap",
                "超（欠）序时进度",
                "gap to benchmark",
                _(
                    "Funds received less what was due, in 万元 and in percentage points of the target."
                ),
            ),
            Term(
                "percentage-point",
                "百分点",
                "percentage point",
                _("The difference of two percents: from 50 % to 53 % are three percentage points."),
            ),
            Term(
                "tier",
                "档次",
                "tier",
                _(
                    "Completed, on schedule, behind or no funds yet, decided by comparing amounts; equality "
                    "counts as reached, and without a target there is no tier to reach."
                ),
            ),
            Term(
                "rank",
                "名次",
                "rank",
                _(
                    "The place by completion among units of the same kind; equal ones share a place and the "
                    "next is skipped."
                ),
            ),
            Term(
                "past-half",
                "双过半",
                "past half",
                _(
                    "Claimed when half the year is over and at least half of the annual target is received."
                ),
            ),
            Term(
                "league-table",
                "排名表",
                "league table",
                _("All units with target, funds, completion, tier and rank as of a day."),
            ),
        ),
    ),
    Chapter(
        _("Money"),
        (
            Term(
                "received",
                "到位资金",
                "funds received",
                _(
                    "Money of an investor that has arrived and is proved; only verified receipts count."
                ),
            ),
            Term(
                "receipt",
                "到位资金单",
                "receipt",
                _("One arrival of money for one project: day, amount, kind and voucher."),
            ),
            Term(
                "voucher",
                "凭证",
                "voucher",
                _(
                    "The paper that proves a receipt, such as a bank slip, an invoice or a land payment receipt."
                ),
            ),
            Term(
                "verify",
                "认定",
                "verify",
                _(
                    "The bureau finds a receipt proved; from then on it counts and nobody can change it."
                ),
            ),
            Term(
                "return",
                "退回",
                "return",
                _(
                    "The bureau sends a receipt back to the unit with the reason; it does not count."
                ),
            ),
            Term(
                "pending",
                "待认定",
                "pending",
                _("Submitted and not verified yet: shown beside the figures, never ranked."),
            ),
            Term(
                "entry",
                "分录",
                "entry",
                _("The credit of one receipt to one unit, written once and never changed."),
            ),
            Term(
                "reversal",
                "冲销",
                "reversal",
                _(
                    "A new entry that takes an earlier one back, with the reason, in an open quarter."
                ),
            ),
            Term(
                "chain",
                "分录链校验码",
                "head of the chain",
                _(
                    "A fingerprint of all entries of a quarter; printed on paper, it proves that nothing was "
                    "changed afterwards."
                ),
            ),
        ),
    ),
    Chapter(
        _("Projects"),
        (
            Term(
                "project",
                "签约项目",
                "signed project",
                _(
                    "A project under an intention, an agreement or a contract, from the first day of any signature."
                ),
            ),
            Term(
                "investor",
                "投资方",
                "investor",
                _("Who brings the money; units of the county and its budget are none."),
            ),
            Term(
                "source",
                "资金来源",
                "source of funds",
                _(
                    "Where the investor comes from: abroad, another province, another city of the province, or another county of the city."
                ),
            ),
            Term(
                "reserve",
                "储备项目",
                "reserve project",
                _(
                    "A compiled project without a signature; each unit compiles at least three a year."
                ),
            ),
            Term(
                "contract",
                "合同项目",
                "contract project",
                _(
                    "A signed project whose formal contract is signed, not only an agreement or an intention."
                ),
            ),
            Term(
                "total-investment",
                "总投资",
                "total investment",
                _("The planned investment of the whole project, also what local partners pay."),
            ),
            Term(
                "introduced",
                "引资额",
                "introduced amount",
                _(
                    "The part of the total investment that comes from outside; it bounds the funds received."
                ),
            ),
            Term(
                "share",
                "引资份额",
                "credit share",
                _(
                    "The part of a project's funds that is credited to a unit; the parts of a project make 100 %."
                ),
            ),
            Term(
                "claim",
                "份额申请",
                "credit claim",
                _(
                    "A unit's request for a share of a project that another unit leads, decided by the bureau."
                ),
            ),
            Term(
                "new",
                "新建项目",
                "new project",
                _("A project signed in the year of the table."),
            ),
            Term(
                "carry-over",
                "续建项目（往年项目）",
                "carry-over project",
                _("A project signed before the year of the table whose funds still arrive."),
            ),
            Term(
                "resource",
                "原矿开采",
                "resource extraction",
                _("Digging up ore without processing it; tables can be shown without it."),
            ),
            Term(
                "property",
                "房地产",
                "property",
                _("Building houses for sale; tables can be shown without it."),
            ),
            Term(
                "large",
                "亿元项目、重大项目、特大项目",
                "large, major and mega project",
                _(
                    "By total investment from 1, from 5 and from 10 亿元, unless the county has set other "
                    "thresholds."
                ),
            ),
            Term(
                "sponsor",
                "包抓领导",
                "sponsor",
                _("The leader who answers for a project and clears its way."),
            ),
            Term(
                "service",
                "服务代理",
                "agency service",
                _("An office does the procedures of a project in the investor's place."),
            ),
            Term(
                "deadline",
                "限时办结",
                "time limit",
                _("A step for a project must be finished by its day; a late one stays marked."),
            ),
            Term(
                "performance-rate",
                "履约率",
                "contract performance rate",
                _("Contracts under which funds were verified, of all contracts signed by the day."),
            ),
            Term(
                "start-rate",
                "开工率",
                "start-of-works rate",
                _("Projects whose works have started, of all projects signed by the day."),
            ),
            Term(
                "funding-rate",
                "资金到位率",
                "funds-in-place rate",
                _(
                    "Verified funds since the signing, of the introduced amount of all contracts signed by the "
                    "day."
                ),
            ),
            Term(
                "production-rate",
                "投产率",
                "production rate",
                _("Projects in production, of all projects signed by the day."),
            ),
        ),
    ),
    Chapter(
        _("Time and papers"),
        (
            Term(
                "as-of",
                "截至日期",
                "as of",
                _("The day up to which money is counted."),
            ),
            Term(
                "known-by",
                "记账截止时间",
                "known by",
                _(
                    "The moment up to which entries are taken, so that an earlier table can be shown as it was."
                ),
            ),
            Term(
                "period",
                "账期",
                "quarter of the accounts",
                _("A quarter of the county's accounts, open until two people close it."),
            ),
            Term(
                "review",
                "复核期",
                "review week",
                _(
                    "The weeks before closing in which only the bureau still enters money of the quarter."
                ),
            ),
            Term(
                "close",
                "结账",
                "close",
                _(
                    "One person proposes and a second confirms; from then on nothing counted in the quarter changes."
                ),
            ),
            Term(
                "reopen",
                "重新开账",
                "reopening",
                _(
                    "A closed quarter is opened again by two people with a reason; its first settlement stays."
                ),
            ),
            Term(
                "settlement",
                "交账报表",
                "settlement",
                _("The league table of a closed quarter as it was announced, kept for ever."),
            ),
            Term(
                "meeting",
                "交账会",
                "settlement meeting",
                _(
                    "The quarterly meeting at which the bulletin is read and units report or pledge."
                ),
            ),
            Term(
                "bulletin",
                "通报",
                "bulletin",
                _("The text read at the meeting, made from the league table."),
            ),
            Term(
                "pledge",
                "表态承诺",
                "pledge",
                _(
                    "What a unit promises at the meeting to have received by a day; the table of that day decides."
                ),
            ),
            Term(
                "report",
                "月报",
                "monthly report",
                _(
                    "Filed by every unit each month, also when there is nothing: having reported no funds is "
                    "not the same as not having reported."
                ),
            ),
            Term(
                "zero-report",
                "零报告",
                "report of nothing",
                _("A monthly report that says that nothing arrived."),
            ),
            Term(
                "trail",
                "操作记录",
                "trail",
                _("Who did what, when and from where; lines are only added."),
            ),
            Term(
                "audit-roles",
                "三员",
                "three administrators",
                _(
                    "System, security and audit administration by three people, none of whom enters or verifies figures."
                ),
            ),
            Term(
                "api-key",
                "接口密钥",
                "access key",
                _("A long secret with which a program takes figures out in one person's name."),
            ),
            Term(
                "region",
                "市、省",
                "region",
                _("A city or province whose leaders read the accounts of its counties."),
            ),
        ),
    ),
)
