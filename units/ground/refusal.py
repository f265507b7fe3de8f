"""The exception by which an action refuses, with a sentence that says what to do.

The sentence is in the user's language and never technical.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.ground.text import TextError, clean


class Refusal(Exception):
    """A rule forbids it. ``field`` names the form field to show the sentence beside, if any."""

    def __init__(self, sentence: str | Promise, field: str | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class Conflict(Refusal):
    """The record has changed since it was shown, or the same key came with other content."""


def clean_or_refuse(written: str, field: str, *, multiline: bool = False) -> str:
    """Free text as stored; raises Refusal at ``field`` for a character that cannot be stored."""
    try:
        return clean(written, multiline=multiline)
    except TextError as error:
        raise Refusal(_(error.sentence), field) from error
