"""The handbook: one page per role, rendered from the Markdown files in docs/guide.

Pages and pictures come from that folder only, and HTML in the Markdown is not rendered.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ledger.guide.texts import FOLDER
from units.models import Role

PAGES: Final[dict[str, str | Promise]] = {
    "clerk": _("Clerk of a unit"),
    "verifier": _("Verifier of the bureau"),
    "head": _("Head of the investment bureau"),
    "leader": _("Leader of the county"),
    "administrators": _("The three administrators"),
}
FIRST: Final = "leader"  # for those whose role has no page
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
    """The page of a role; the first page for a visitor."""
    return _OF_ROLE.get(role, "")


@cache
def page_html(page: str, language: str) -> SafeString:
    """A handbook page (``zh`` or ``en``) as HTML. Its text comes from the repository only."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((FOLDER / language / f"{page}.md").read_text(encoding="utf-8"))
    for token in tokens:
        if token.children:
            token.children = [part for child in token.children for part in _for_the_program(child)]
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    # Our own file, rendered with HTML switched off: no visitor's input in it.
    return mark_safe(html)


def picture(name: str) -> Path | None:
    """By the names that are there: what is typed in an address never becomes a path."""
    return next((path for path in (FOLDER / "pictures").glob("*.png") if path.name == name), None)


def _for_the_program(token: Token) -> list[Token]:
    """Links between files become URLs; a URL in code becomes a link."""
    target = str(token.attrs.get("href", ""))
    if token.type == "link_open" and target.endswith(".md"):
        token.attrs["href"] = f"../{target.removesuffix('.md')}/"
    if token.type == "code_inline" and _ADDRESS.fullmatch(token.content):
        return [
            Token("link_open", "a", 1, attrs={"href": token.content}),
            Token("text", "", 0, content=token.content),
            Token("link_close", "a", -1),
        ]
    return [token]
