"""The help for the current page, from docs/guide/help.toml by URL name. Runs no query."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest

from ledger.guide import glossary, texts
from ledger.guide.handbook import role_page
from units.context import once_a_request
from units.models import User


@dataclass(frozen=True, slots=True)
class PageHelp:
    """What a page is for, its terms, and what happens next, for some roles and for everybody."""

    purpose: str
    terms: tuple[glossary.Term, ...]
    next: str
    next_for: Mapping[str, str]


@cache
def pages(language: str) -> dict[str, PageHelp]:
    """By URL name; an action that shows a page again on refusal uses that page's help."""
    found: dict[str, PageHelp] = {}
    for name, written in texts.read("help.toml").items():
        page = _page(written, language)
        found |= dict.fromkeys((name, *written.get("shown_by", ())), page)
    return found


def _page(written: Mapping[str, Any], language: str) -> PageHelp:
    terms = glossary.terms(language)
    return PageHelp(
        written["purpose"][language],
        tuple(terms[anchor] for anchor in written["terms"]),
        written["next"][language],
        {role: words[language] for role, words in written.get("for", {}).items()},
    )


@once_a_request
def page_help(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``page_help`` and the role's text, or nothing for a page without help."""
    match = request.resolver_match
    found = pages(texts.language()).get(match.url_name or "") if match else None
    if found is None:
        return {}
    user = getattr(request, "user", None)
    role = user.role if isinstance(user, User) else ""
    return {
        "page_help": found,
        "help_for_role": found.next_for.get(role, ""),
        "help_guide": role_page(role),
    }
