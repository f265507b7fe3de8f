"""The unified social credit code (统一社会信用代码) of GB 32100-2015: 17 characters and a check digit.

Standard library only. A wrong code is refused, never corrected.
"""

from typing import Final

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH: Final = 18


def is_credit_code(code: str) -> bool:
    """Whether the characters are allowed and the check digit is right."""
    if len(code) != _LENGTH or any(character not in _CHARACTERS for character in code):
        return False
    return code[-1] == check_character(code[:-1])


def check_character(body: str) -> str:
    """Weights are the powers of 3 modulo 31; the sum with the check digit is a multiple of 31."""
    total = sum(
        _CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(body)
    )
    return _CHARACTERS[-total % 31]
