"""A refusal: a sentence in the user's language that says what to do.

Owns: the one exception by which a verb says no, and saying no to text that cannot be kept. Must
never: carry a technical message; whoever raises it words it for the person who reads it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.ground.text import TextError, clean


class Refusal(Exception):
    """A rule says no. ``field`` names the form field the sentence belongs beside, if any."""

    def __init__(self, sentence: str | Promise, field: str | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class Conflict(Refusal):
    """What the person saw has changed since, or the same key came with another content."""


def clean_or_refuse(written: str, field: str, *, multiline: bool = False) -> str:
    """Free text as it is stored; one with a character that cannot be kept is refused at ``field``."""
    try:
        return clean(written, multiline=multiline)
    except TextError as error:
        raise Refusal(_(error.sentence), field) from error
