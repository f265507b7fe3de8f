"""Fonts of a Word paper: Chinese in its own font, letters and digits in Times."""

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Pt

from ledger.sheets.cell_styles import NUMBER_FACE


def face(of: Any, name: str, size: Pt) -> None:
    """Set the font of a run or a style."""
    of.font.name, of.font.size = NUMBER_FACE, size
    fonts = of._element.get_or_add_rPr().get_or_add_rFonts()
    for script, font in (("eastAsia", name), ("ascii", NUMBER_FACE), ("hAnsi", NUMBER_FACE)):
        fonts.set(qn(f"w:{script}"), font)
