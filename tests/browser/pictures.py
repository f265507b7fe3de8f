"""The list of pictures of the sample county: page, person, width.

Names are file names and must not change: docs/ and README show them. `make screenshots` takes them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDE, PHONE = 1440, 390
BOTH = (WIDE, PHONE)


@dataclass(frozen=True, slots=True)
class Picture:
    """`follow` is a link to press first, `before` does more; `part` crops to one element."""

    name: str
    who: str
    address: str
    follow: str = ""
    before: Callable[[Page], None] | None = None
    part: str = ""
    widths: tuple[int, ...] = BOTH
    height: int = 900
    paper: bool = False


PICTURES = (
    Picture("sign-in", "", "/accounts/login/"),
    Picture("ranking", "leader", "/ranking/2012-06/", paper=True),
    Picture("compare", "leader", "/ranking/compare/"),
    Picture("explain-ranking", "leader", "/ranking/2012-06/explain/"),
    Picture("explain-unit", "leader", "/units/611023T13/explain/"),
    Picture("bulletin", "leader", "/ranking/2012-06/bulletin/", paper=True),
    Picture("composition", "leader", "/composition/2012-06/"),
    Picture("meeting", "leader", "/meeting/2012-06/", paper=True),
    Picture("screen", "leader", "/screen/", widths=(1920, PHONE), height=1080),
    Picture("account", "t13", "/", paper=True),
    Picture("account-leader", "leader", "/ranking/2012-06/", follow=".ranking tbody .who a"),
    Picture("projects", "leader", "/projects/"),
    Picture("board", "leader", "/projects/board/"),
    Picture("project", "t13", "/projects/", follow=".ledger tbody a"),
    Picture("project-new", "t13", "/projects/new/"),
    Picture("receipt-new", "t13", "/", follow="a[href$='/receipts/new/']"),
    Picture("queue", "verifier", "/receipts/"),
    Picture("receipt", "verifier", "/receipts/", follow=".ledger tbody a"),
    Picture("services", "leader", "/services/"),
    Picture("reports", "verifier", "/reports/"),
    Picture("claims", "verifier", "/claims/"),
    Picture("targets", "head", "/targets/2012/"),
    Picture("units", "head", "/units/"),
    Picture("periods", "head", "/periods/"),
    Picture("period", "head", "/periods/", follow=".ledger tbody a"),
    Picture("import", "head", "/import/"),
    Picture("trail", "head", "/trail/"),
    Picture("search", "leader", "/search/?q=水沟"),
    Picture("glossary", "leader", "/glossary/"),
)
