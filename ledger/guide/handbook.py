"""The handbook: docs/guide, one page a role, the same text in the program as in the repository.

Owns: which page belongs to a role, and turning Markdown into HTML. Must never: take a page or a picture
from anywhere but its folder, or let HTML through.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from units.models import Role

FOLDER: Final = Path(settings.BASE_DIR) / "docs" / "guide"
PAGES: Final[dict[str, str | Promise]] = {
    "clerk": _("Clerk of a unit"),
    "verifier": _("Verifier of the bureau"),
    "head": _("Head of the investment bureau"),
    "leader": _("Leader of the county"),
    "administrators": _("The three administrators"),
}
FIRST: Final = "leader"  # for whoever has no page of his own
_OF_ROLE: Final[dict[str, str]] = {
    Role.CLERK: "clerk",
    Role.UNIT_HEAD: "clerk",
    Role.VERIFIER: "verifier",
    Role.BUREAU_HEAD: "head",
    Role.LEADER: "leader",
    Role.SYSTEM_ADMIN: "administrators",
    Role.SECURITY_ADMIN: "administrators",
    Role.AUDIT_ADMIN: "administrators",
}
_ADDRESS: Final = re.compile(r"/[a-z0-9/-]*")


def role_page(role: str) -> str:
    """The page of a role; a visitor has none."""
    return _OF_ROLE.get(role, "")


def page_html(page: str, language: str) -> SafeString:
    """A page of the handbook in Chinese or English. Its text comes from the repository only."""
    path = FOLDER / ("en" if language == "en" else "zh") / f"{page}.md"
    return _rendered(path, path.stat().st_mtime_ns)


def picture(name: str) -> Path:
    return FOLDER / "pictures" / name


@lru_cache(maxsize=32)
def _rendered(path: Path, _changed: int) -> SafeString:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    for token in tokens:
        token.children = [_for_the_program(child) for child in token.children or ()] or None
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    # Our own file, rendered with HTML switched off: nothing in it comes from a visitor.
    return mark_safe(html)


def _for_the_program(token: Token) -> Token:
    """Links between pages lead to addresses; an address in code becomes a link."""
    target: Any = token.attrs.get("href", "")
    if token.type == "link_open" and str(target).endswith(".md"):
        token.attrs["href"] = f"../{str(target).removesuffix('.md')}/"
    if token.type == "code_inline" and _ADDRESS.fullmatch(token.content):
        return Token("html_inline", "", 0, content=f'<a href="{token.content}">{token.content}</a>')
    return token
