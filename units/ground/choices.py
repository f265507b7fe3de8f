"""The word by which a value of choices is shown, looked up once per language.

Owns: that table of words. Django's ``get_kind_display`` translates and hashes the words of all choices at
every call, which a list of receipts felt in a tenth of its time. Must never: fail on a value it
does not know; that is shown as it is, as Django does.
"""

from functools import cache

from django.db.models import Choices
from django.utils.translation import get_language


def word(choices: type[Choices], value: str | int) -> str:
    return _words(choices, get_language()).get(value, str(value))


@cache
def _words(choices: type[Choices], _language: str | None) -> dict[str | int, str]:
    return {value: str(label) for value, label in choices.choices}
