"""The words for the county's lists: kinds of units, stages, sources of money, industries.

Maps written words to our choices; an unknown word is never taken for a known one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from units.ground.text import key

# our choice: its words; the template offers the first
KINDS: Final = {
    "town": "镇 乡镇 乡 街道 街道办 街道办事处 镇办 镇街 town",
    "department": "部门 单位 县直部门 县直单位 县级部门 机关 事业单位 党群部门 政府部门 垂直部门 department",
    "enterprise": "企业 公司 国有企业 县属企业 重点企业 enterprise",
}
STAGES: Final = {
    "reserve": "储备 储备项目 储备库 策划 包装 策划包装 谋划 在谈 洽谈 在洽谈 洽谈项目 在谈项目 reserve",
    "intention": "意向 意向协议 意向性协议 意向书 签订意向 意向项目 意向签约 intention",
    "agreement": "协议 框架协议 投资协议 协议项目 签订协议 协议签约 协议类 合作协议 agreement",
    "contract": "合同 合同项目 签约 已签约 正式合同 签订合同 正式签约 合同签约 签约项目 已签合同"
    " 投资合同 合同类 未开工 已签约未开工 contract",
    "started": "开工 在建 已开工 开工建设 动工 已动工 建设中 施工 施工中 正在建设 在建项目 开工项目"
    " 续建 started",
    "production": "投产 已投产 竣工 竣工投产 建成 建成投产 已竣工 已建成 完工 已完工 投入运营 投入使用"
    " 运营 营业 已营业 试生产 投产项目 production",
}
SOURCES: Final = {
    "foreign": "境外 外资 国外 境外资金 港澳台 境外（外资） 外商 外国 利用外资 FDI foreign",
    "other_province": "省外 省外境内 国内省外 外省 省外资金 省外内资 省外境内（内资） 境内省外"
    " 省际 省际资金 跨省",
    "other_city": "市外 省内市外 市外省内 省内 市外资金 省内市外资金 外市 省内其他市",
    "other_county": "市内县外 县外 县外市内 市内 外县 县外资金 市内县外资金 市内其他县",
}
ISSUERS: Final = {
    "county": "县 县级 本县 县下达 county",
    "city": "市 市级 市下达 city",
    "province": "省 省级 省下达 province",
}
MONEY: Final = {
    "land": "土地款 土地 土地出让金 土地费用 征地补偿 征地款 土地流转 土地流转费 land",
    "construction": "建安 建安投资 建筑安装 工程款 土建 建设投资 建安工程 工程投资 construction",
    "equipment": "设备 设备款 设备购置 购置设备 设备投资 equipment",
    "capital": "注册资本 注册资金 资本金 验资 capital",
    "working": "流动资金 流动资产 周转资金 working",
    "other": "其他 其它 其他资金 other",
}
STATES: Final = {
    "verified": "已认定 认定 已审核 已确认 审核通过 verified",
    "submitted": "待认定 未认定 待审核 未审核 已提交 待审 submitted",
}
# The county's own money: never investment from outside, so that it is asked about.
LOCAL: Final = frozenset(
    map(key, ["本地", "本县", "县内", "本地资金", "县内资金", "本县资金", "local"])
)
# Receipts in these states do not come in.
LEFT_STATES: Final = frozenset(
    key(word)
    for word in [
        "已退回",
        "退回",
        "已撤回",
        "撤回",
        "草稿",
        "已冲销",
        "冲销",
        "作废",
        "已作废",
        "returned",
        "withdrawn",
        "draft",
    ]
)


@cache
def _read(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {key(word): choice for choice, words in pairs for word in words.split()}


def choice(word: str, words: Mapping[str, str]) -> str | None:
    """Our choice for a written word, or None."""
    return _read(tuple(words.items())).get(key(word))


def offered(words: Mapping[str, str]) -> tuple[str, ...]:
    """The words that the template offers, one for each choice."""
    return tuple(every.split()[0] for every in words.values())


def word_for(chosen: str, words: Mapping[str, str]) -> str:
    """The template's word for one of our choices."""
    return words[chosen].split()[0]
