"""Number formats that change what a cell means, and fonts that strike it through.

A format is of interest if it hides a day, scales, names a unit of money, or shows leading zeros.
"""

import re
import xml.etree.ElementTree as ElementTree
from typing import Final

_LITERAL: Final = re.compile(r'"[^"]*"|\\.|!.|_.|\*.|\[[^\]]*\]')
_PLAIN_NUMBER: Final = re.compile(r"[#?]*(,[#?]*)?[#?]*0?(\.[0#?]+)?")
_SAID: Final = re.compile(r"[万亿千百元$€£]|USD|EUR|HKD|JPY|GBP|RMB|CNY", re.IGNORECASE)
_DATE: Final = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
# Formats of Excel that are not written in the file; of those in Chinese, the ones without a day.
BUILT_IN: Final = {
    9: "0%",
    10: "0.00%",
    17: "mmm-yy",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
}


def is_of_interest(code: str) -> bool:
    """Whether a value under this format is more, or less, than its plain number or day."""
    section = code.split(";")[0]
    if shows_nothing(code):
        return True
    bare = _LITERAL.sub("", section).strip()
    if not bare or bare.casefold() in ("general", "@", "g/通用格式", "standard"):
        return _SAID.search(section) is not None
    if _DATE.search(bare):
        dates = bare.casefold()
        return "d" not in dates and "日" not in section and bool(re.search("[ym年月]", dates))
    if "万" in section or "亿" in section or _SAID.search(_without_yuan(section)):
        return True
    return _PLAIN_NUMBER.fullmatch(bare) is None


def shows_nothing(code: str) -> bool:
    """``;;;`` hides the value of its cell."""
    return ";" in code and not code.split(";")[0].strip()


def _without_yuan(section: str) -> str:
    """¥ and 元 as a sign of money say nothing about the scale; ``[$¥-804]`` neither."""
    return re.sub(r"\[\$(?:¥|￥|元|CNY)?(?:-[0-9A-Fa-f]+)?\]", "", section)


class Styles:
    """By style id of a cell: the format if it is of interest, and which styles strike through."""

    def __init__(self, formats: dict[int, str], struck: set[int]) -> None:
        self.formats, self.struck = formats, struck


def read(markup: bytes) -> Styles:
    """The styles of ``xl/styles.xml``; a broken part has none."""
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError:
        return Styles({}, set())
    codes = dict(BUILT_IN)
    for element in _all(root, "numFmt"):
        codes[_number(element, "numFmtId")] = element.get("formatCode", "")
    fonts = [
        any(_is_on(mark) for mark in _all(font, "strike"))
        for holder in _all(root, "fonts")
        for font in _all(holder, "font")
    ]
    styles = [xf for holder in _all(root, "cellXfs") for xf in _all(holder, "xf")]
    formats, struck = {}, set()
    for place, style in enumerate(styles):
        code = codes.get(_number(style, "numFmtId"), "")
        if code and is_of_interest(code):
            formats[place] = code[:100]
        font = _number(style, "fontId")
        if font < len(fonts) and fonts[font]:
            struck.add(place)
    return Styles(formats, struck)


def _all(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [child for child in element.iter() if child.tag.rpartition("}")[2] == tag]


def _is_on(mark: ElementTree.Element) -> bool:
    return mark.get("val", "1") not in ("0", "false")


def _number(element: ElementTree.Element, name: str) -> int:
    written = element.get(name, "0")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0
