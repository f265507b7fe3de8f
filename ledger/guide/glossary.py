"""The official terms of docs/guide/glossary.toml: Chinese term, English word, meaning."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from ledger.guide import texts


@dataclass(frozen=True, slots=True)
class Term:
    """``word`` is in the reader's language; ``anchor`` never changes: printed papers point to it."""

    anchor: str
    chinese: str
    english: str
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    terms: tuple[Term, ...]


@cache
def chapters(language: str) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(written[language], _terms(written["terms"], language))
        for written in texts.read("glossary.toml")["chapters"]
    )


def _terms(written: dict[str, Any], language: str) -> tuple[Term, ...]:
    return tuple(
        Term(anchor, term["zh"], term["en"], term[language], term["meaning"][language])
        for anchor, term in written.items()
    )


@cache
def terms(language: str) -> dict[str, Term]:
    """All terms by anchor."""
    return {term.anchor: term for chapter in chapters(language) for term in chapter.terms}
