"""The handbook: one page per role, rendered from the Markdown files in docs/guide.

Pages and pictures come from that folder only, and HTML in the Markdown is not rendered.
"""

from functools import cache
from pathlib import Path
from typing import Final

from django.urls import resolve
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ledger.guide.texts import FOLDER
from units.access import RIGHTS
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


def role_page(role: str) -> str:
    """The page of a role; the first page for a visitor."""
    return _OF_ROLE.get(role, "")


@cache
def page_html(page: str, language: str, role: str) -> SafeString:
    """A handbook page (``zh`` or ``en``) as HTML for a reader of that role.

    Its text comes from the repository only. A page that the role may not open is named, not linked.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((FOLDER / language / f"{page}.md").read_text(encoding="utf-8"))
    for token in tokens:
        token.children = _linked(token.children, role) if token.children else token.children
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    # Our own file, rendered with HTML switched off: no visitor's input in it.
    return mark_safe(html)


def picture(name: str) -> Path | None:
    """By the names that are there: what is typed in an address never becomes a path."""
    return next((path for path in (FOLDER / "pictures").glob("*.png") if path.name == name), None)


def _linked(tokens: list[Token], role: str) -> list[Token]:
    """Links between files become URLs; those to pages that the role may not open become text."""
    kept: list[Token] = []
    is_open = True  # of the link that the next link_close belongs to
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrs["href"])
            if target.endswith(".md"):
                token.attrs["href"] = f"../{target.removesuffix('.md')}/"
            is_open = not target.startswith("/") or _may_open(target, role)
        if is_open or token.type not in ("link_open", "link_close"):
            kept.append(token)
    return kept


def _may_open(address: str, role: str) -> bool:
    right = getattr(resolve(address).func, "right", None)
    return right is None or right in RIGHTS.get(role, frozenset())
