"""Free text: how it is cleaned for storage (``clean``) and how names are compared (``key``).

Invisible characters are refused: they make one company look like another. Spelling is never
corrected. Imports no Django. Refusals are codes; the caller translates ``TEXT_SENTENCES[code]``.
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

# Arabic letter mark, the two marks, the embeddings, overrides and isolates.
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Rendered as nothing or as a blank although their category is not "format".
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_SPACES: Final = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
# Only full-width forms are folded where an amount or a day is parsed: NFKC as a whole would also
# read 10² as 102 and ① as 1.
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Real scripts stack four; normalising a long stack takes quadratic time.
_MAX_MARKS: Final = 8


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the catalogue. Pure modules have no gettext; the caller translates."""
    return sentence


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as plain ones; everything else unchanged."""
    return text.translate(_FULL_WIDTH)


class TextCode(StrEnum):
    """Why a text was refused."""

    BROKEN = "broken"
    CONTROL = "control"
    BIDI = "bidi"
    INVISIBLE = "invisible"
    STACKED = "stacked"


TEXT_SENTENCES: Final[dict[TextCode, str]] = {
    TextCode.BROKEN: gettext_noop(
        "The text contains a broken character. Delete it and type it again by keyboard."
    ),
    TextCode.CONTROL: gettext_noop(
        "The text contains a control character or a line break that does not belong here. "
        "Delete it, or type the text instead of pasting it."
    ),
    TextCode.BIDI: gettext_noop(
        "The text contains an invisible character that reverses the direction of writing. "
        "Type the text instead of pasting it."
    ),
    TextCode.INVISIBLE: gettext_noop(
        "The text contains an invisible character. Type the text instead of pasting it."
    ),
    TextCode.STACKED: gettext_noop(
        "The text contains a character with too many marks above or below it. Type it without them."
    ),
}


class TextError(ValueError):
    """A text with a character that cannot be stored."""

    def __init__(self, code: TextCode) -> None:
        super().__init__(TEXT_SENTENCES[code])
        self.code = code
        self.sentence = TEXT_SENTENCES[code]


def clean(text: str, *, multiline: bool = False) -> str:
    """The text as stored: NFC, stripped, every character visible."""
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(_SPACES)
    for character in text:
        code = None if multiline and character in "\n\t" else _objection(character)
        if code:
            raise TextError(code)
    if _unstacked(text) != text:
        raise TextError(TextCode.STACKED)
    return unicodedata.normalize("NFC", text)


def key(text: str) -> str:
    """Key for comparing names: ignores width, case, white space and punctuation.

    A name of nothing but punctuation keeps it, so that it equals only its like.
    """
    folded = unicodedata.normalize("NFKC", _unstacked(text)).casefold()
    kept = "".join(character for character in folded if _counts(character))
    return unicodedata.normalize("NFKC", kept or folded.strip())


def folded(text: str) -> str:
    """A sign-in name as stored and looked up: width and case make no difference."""
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return lowered.strip(_SPACES)


def _objection(character: str) -> TextCode | None:
    if character.isascii() and character.isprintable():
        return None
    if character in _BIDI:
        return TextCode.BIDI
    if character in _BLANK:
        return TextCode.INVISIBLE
    if character == _REPLACEMENT or _is_noncharacter(character):
        return TextCode.BROKEN
    return _BY_CATEGORY.get(unicodedata.category(character))


_BY_CATEGORY: Final = {
    "Cs": TextCode.BROKEN,
    "Cc": TextCode.CONTROL,
    "Zl": TextCode.CONTROL,
    "Zp": TextCode.CONTROL,
    # Zero-width space and joiners, byte order mark, soft hyphen, tags.
    "Cf": TextCode.INVISIBLE,
}


def _is_noncharacter(character: str) -> bool:
    # Other unassigned code points are allowed: this Python may not know the newest rare Han.
    code = ord(character)
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _counts(character: str) -> bool:
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return False  # variation selectors: another drawing of the same character
    # Unassigned code points count: an older Python does not know every rare Han.
    category = unicodedata.category(character)
    return character not in _BLANK and category[0] not in "PZ" and category not in ("Cc", "Cf")


def _unstacked(text: str) -> str:
    return "".join(_below_limit(text))


def _below_limit(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            yield character
