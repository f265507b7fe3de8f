"""Small scans for the sample's receipts, drawn while it is loaded. None is stored in the program.

Digits and lines only: a machine without a Chinese font draws them as well.
"""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from ledger.entries import evidence
from ledger.entries.draft import Draft
from ledger.entries.evidence import FIRST_RULES, Attachment
from ledger.models import Receipt

SIZE = (420, 240)
PAPER, INK, SEAL = "white", "black", "red"
KINDS = dict(FIRST_RULES)


def attached(draft: Draft, payer: str) -> Attachment:
    """The paper that a county asks for such money, with the receipt's own figures on it."""
    number = "".join(sign for sign in draft.voucher_no if sign.isascii())
    lines = (f"No. {number}", draft.received_on.isoformat(), f"CNY {draft.amount:,.2f}")
    file = ContentFile(_drawn(lines), name=f"{draft.voucher_no}.png")
    return Attachment(KINDS[Receipt.Kind(draft.kind)], evidence.store(file))


def _drawn(lines: tuple[str, ...]) -> bytes:
    picture = Image.new("P", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((8, 8, SIZE[0] - 9, SIZE[1] - 9), outline=INK)
    for row, line in enumerate(("SAMPLE", *lines)):
        pen.text((24, 24 + 44 * row), line, fill=INK, font_size=22)
        pen.line((24, 56 + 44 * row, 300, 56 + 44 * row), fill=INK)
    pen.ellipse((300, 120, 396, 216), outline=SEAL, width=3)
    file = BytesIO()
    picture.save(file, "PNG", optimize=False)
    return file.getvalue()
