"""The unified social credit code (统一社会信用代码) by GB 32100-2015: 17 characters and a check digit.

Pure: the standard library only. Must never: correct a code; one that does not check is refused.
"""

from typing import Final

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH: Final = 18


def is_credit_code(code: str) -> bool:
    """Whether the characters are allowed ones and the last one checks the others."""
    if len(code) != _LENGTH or any(character not in _CHARACTERS for character in code):
        return False
    return code[-1] == check_character(code[:-1])


def check_character(body: str) -> str:
    """Weights are the powers of 3 modulo 31; the sum with the check digit is a multiple of 31."""
    total = sum(
        _CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(body)
    )
    return _CHARACTERS[-total % 31]
