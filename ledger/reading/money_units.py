"""Units of money in headings, lines and number formats: 万元 is understood, 万美元 is told apart.

Nothing is guessed: a word that looks like money and is not understood is reported as such. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from units.ground.money import Scale
from units.ground.text import half_width

SCALES: Final[dict[str, Scale]] = {
    "元": 1,
    "千元": 1_000,
    "万元": 10_000,
    "百万元": 1_000_000,
    "亿元": 100_000_000,
}
_SHORT: Final = {
    "千": "千元",
    "仟元": "千元",
    "万": "万元",
    "萬元": "万元",
    "百万": "百万元",
    "亿": "亿元",
}
_FOREIGN: Final = re.compile(
    r"美元|美金|欧元|港元|港币|日元|英镑|韩元|韩币|台币|新加坡元|新元|澳元|澳币|加元|法郎|卢布|澳门元|外币|外汇"
    r"|USD|EUR|HKD|JPY|GBP|KRW|TWD|SGD|AUD|CAD|[$€£]",
    re.IGNORECASE,
)
_NO_MONEY: Final = re.compile(r"单元|多元|公元|一元化|二元|三元|多元化|元素|元件|元器件")
_SPACE: Final = str.maketrans("", "", " \t\r\n\u00a0\u3000")
_BRACKETS: Final = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_TRAILING: Final = re.compile(
    r"(?:[/:,]([^/:,()]{1,8})|((?:十|百|千|仟|万|亿)+(?:元|美元|美金|欧元|港元|港币|日元)))$"
)
# 单位：万元 above the headings; 填报单位：招商局 names the reporting unit, not a unit of money.
_UNIT_LINE: Final = re.compile(
    r"(?<!填报)(?<!汇总)(?<!责任)(?<!编制)(?<!报送)(?<!制表)(?<!主管)(?<!牵头)(?<!承办)(?<!负责)(?<!实施)"
    r"(?<!引进)(?<!引资)(?<!填表)(?<!上报)(?<!统计)(?<!建设)(?<!考核)(?<!申报)(?<!招商)(?<!编报)"
    r"单位(?:均?为|是|:)?(?P<words>[(]?[^。;)\d]{1,20})"
)
_UNIT_AFTER: Final = re.compile(
    r"(?:以|按|均为|均以|均按|都是|为)(?P<word>[人民币]{0,3}[千仟百万亿]{0,2}[一-龥]{0,2}元)"
    r"(?:为(?:计量)?单位|计(?:算)?|填报|填列|表示)?(?=$|[,。;、)])"
)
_SPLIT: Final = re.compile(r"[、,;/:和及与]|或")
_PREFIX: Final = re.compile(
    r"^(?:(?:金额|货币|计量|投资|资金)?单位|金额|币种|人民币|RMB|CNY|[¥￥])+", re.I
)
_SUFFIX: Final = re.compile(r"(?:人民币|为单位|计|整|RMB|CNY)+$", re.I)
_LITERAL: Final = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|!(.)')
_SCALED: Final = re.compile(r'[\\!]\.|"\."|[0#?],+(?:[^0#?]|$)')


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The units that a text names: plain ones of RMB, foreign ones, and what is not understood."""

    plain: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    strange: frozenset[str] = frozenset()

    def __or__(self, other: "MoneyWords") -> "MoneyWords":
        return MoneyWords(
            self.plain | other.plain, self.foreign | other.foreign, self.strange | other.strange
        )

    def __bool__(self) -> bool:
        return bool(self.plain or self.foreign or self.strange)

    def __str__(self) -> str:
        return "、".join(sorted(self.plain | self.foreign | self.strange))


NONE: Final = MoneyWords()


def word(text: str) -> MoneyWords:
    """One word: 万元, 人民币万元, 万人民币, 万美元; empty for what is no money (个)."""
    bare = _bare(text)
    stripped = _SUFFIX.sub("", _PREFIX.sub("", bare))
    known = _SHORT.get(stripped, stripped)
    if known in SCALES:
        return MoneyWords(plain=frozenset((known,)))
    if _FOREIGN.search(bare):
        return MoneyWords(foreign=frozenset((bare,)))
    looks_like_money = re.search("元(?:$|/)", bare) and not _NO_MONEY.search(bare)
    if looks_like_money or (stripped != bare and re.fullmatch(r"[十百千万亿]+", stripped)):
        return MoneyWords(strange=frozenset((bare,)))
    return NONE


def foreign_word(text: str) -> bool:
    """Whether a cell says nothing but a foreign currency: 美元, 万美元, USD."""
    return (
        re.fullmatch(rf"[千万百亿]*(?:{_FOREIGN.pattern})", _bare(text), re.IGNORECASE) is not None
    )


def in_heading(heading: str) -> MoneyWords:
    """年度任务（万元）, 总投资/亿元, 引资额万元, 合同外资(万美元)."""
    found = NONE
    for part in heading.split("\n"):
        bare = _bare(part)
        if match := _TRAILING.search(bare):
            found |= word(match[1] or match[2])
        for words in _BRACKETS.findall(bare):
            for each in _SPLIT.split(words) if "元/" not in words else (words,):
                if len(each) <= 10 and not re.search(r"\d", each):
                    found |= word(each)
    joined = _bare(heading)
    if not found and (match := _TRAILING.search(joined)):
        found |= word(match[1] or match[2])
    return found


def in_line(text: str) -> MoneyWords:
    """A title, a line above or a note below the table: 单位：万元, （亿元）, 以万元计."""
    found = _in_bare_line(_bare(text))
    if found:
        return found
    # 单位：万元   汇率：6.3 names two things side by side.
    pieces = re.split(r"[ \t\u3000]{2,}", text.strip())
    return _union(_in_bare_line(_bare(piece)) for piece in pieces) if len(pieces) > 1 else NONE


def _in_bare_line(bare: str) -> MoneyWords:
    found = _whole(bare)
    for match in _UNIT_LINE.finditer(bare):
        found |= _all(match["words"])
    for match in _UNIT_AFTER.finditer(bare):
        found |= word(match["word"])
    for words in _BRACKETS.findall(bare):
        each = [word(part) for part in _SPLIT.split(words) if part]
        if each and all(each):
            found |= _union(each)
        else:
            found |= _whole(words)
    return found


def _whole(bare: str) -> MoneyWords:
    """A line of nothing but a unit: （万元）, 金额：万元."""
    text = _PREFIX.sub("", bare.strip("()")).lstrip(":").strip("()")
    found = word(text)
    is_one = len(text) <= 8 and not _SPLIT.search(text)
    return MoneyWords(found.plain, found.foreign) if is_one else NONE


def _all(words: str) -> MoneyWords:
    """The units at the beginning of ``words``, up to the first that is too long to be one."""
    found = NONE
    for part in _SPLIT.split(re.sub("[()]", ",", words).strip(",")):
        if len(part) > 8:
            break
        found |= word(part)
    return found


def _union(every: Iterable[MoneyWords]) -> MoneyWords:
    found = NONE
    for each in every:
        found |= each
    return found


@dataclass(frozen=True, slots=True)
class FormatWords:
    """What a number format says of an amount. ``is_scaled``: it shows another number than it holds."""

    words: MoneyWords = field(default_factory=MoneyWords)
    is_scaled: bool = False


def in_format(code: str) -> FormatWords:
    """``0.00"万元"`` names the unit; ``0!.0000"万"`` shows 3200 for 32,000,000; ``$`` is foreign."""
    section = code.split(";")[0]
    literals = ["".join(match) for match in _LITERAL.findall(section)]
    words = _union(
        word(literal) for literal in literals if literal.strip("¥￥元") or "元" in literal
    )
    outside = _LITERAL.sub("", section)
    if "$" in outside:
        words |= MoneyWords(foreign=frozenset("$"))
    return FormatWords(words, bool(_SCALED.search(section)) or "%" in outside)


def _bare(text: str) -> str:
    return half_width(text).translate(_SPACE).replace("﹕", ":").replace("：", ":")
