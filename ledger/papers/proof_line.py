"""The foot line of a paper of a closed quarter: its check code, and the address to check it at."""

import io
from dataclasses import dataclass

import segno
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.ranking.league import LeagueTable
from ledger.ranking.snapshot import check_code


@dataclass(frozen=True, slots=True)
class Proof:
    """``code`` as printed, ``site`` as people open it, such as ``http://10.1.2.3:8000``."""

    code: str
    version: int
    site: str = ""

    @property
    def page(self) -> str:
        return self.site.rstrip("/") + reverse("paper-check")

    @property
    def address(self) -> str:
        """The page with the code filled in: what the QR code holds."""
        return f"{self.page}?code={self.code.replace('-', '')}"

    @property
    def line(self) -> str:
        said = _("Check code: %(code)s (as announced, version %(version)s)")
        return said % {"code": self.code, "version": self.version}

    @property
    def lines(self) -> list[str]:
        return [self.line, _("To check it: %(address)s") % {"address": self.page}]

    def picture(self) -> bytes:
        """The QR code as PNG."""
        drawn = io.BytesIO()
        segno.make(self.address, error="m").save(drawn, kind="png", scale=6, border=2)
        return drawn.getvalue()


def proof_of(table: LeagueTable, site: str = "") -> Proof | None:
    """Of an announced table; None if the figures may still change."""
    settlement = table.settlement
    return Proof(check_code(settlement), settlement.version, site) if settlement else None
