"""The shape of a page's help. Must never: hold a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class PageHelp:
    """What a page is for, the official terms on it, and what happens next, for some roles apart.

    ``terms`` are anchors of the glossary.
    """

    purpose: str | Promise
    terms: tuple[str, ...]
    next: str | Promise
    next_for: Mapping[str, str | Promise] = field(default_factory=dict)
