"""How the cells of an office workbook look: faces, number formats, alignment, rules.

Owns: the named looks of our papers. Must never: hold a value, or know what a ledger is.
"""

from dataclasses import dataclass, replace

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

# The faces of official papers; family and character set let a machine without them choose a like one.
TITLE_FACE, HEAD_FACE, TEXT_FACE = "方正小标宋简体", "黑体", "仿宋"
NUMBER_FACE = "Times New Roman"
_FAMILIES = {TITLE_FACE: 1, HEAD_FACE: 2, TEXT_FACE: 1, NUMBER_FACE: 1}
_CHINESE = 134

WAN_FORM, GAP_FORM = "#,##0.00####", "+#,##0.00####;-#,##0.00####;0.00"
COUNT_FORM, DAY_FORM, TEXT_FORM = "#,##0", "yyyy-mm-dd", "@"


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. ``across`` is its alignment, ``form`` its number format."""

    face: str = TEXT_FACE
    size: float = 11
    bold: bool = False
    colour: str = "000000"
    ground: str = ""
    across: str = "left"
    is_ruled: bool = True
    wraps: bool = False
    shrinks: bool = False
    form: str = "General"


TEXT = Look()
WRAPPED = Look(wraps=True)
SHRUNK = Look(shrinks=True)
CENTRED = Look(across="center")
NUMBER = Look(face=NUMBER_FACE, across="right")
WAN = replace(NUMBER, form=WAN_FORM)
GAP = replace(NUMBER, form=GAP_FORM)
COUNT = replace(NUMBER, form=COUNT_FORM, across="center")
DAY = replace(NUMBER, form=DAY_FORM, across="center")
HEAD = Look(face=HEAD_FACE, across="center", wraps=True, ground="F2EFE6")
TITLE = Look(face=TITLE_FACE, size=22, across="center", is_ruled=False)
LINE = Look(is_ruled=False)


def percent_form(places: int) -> str:
    """The number format of a percent with so many decimals."""
    return f"0.{'0' * places}%" if places else "0%"


def points_form(places: int) -> str:
    """The number format of a difference in percentage points."""
    digits = f"0.{'0' * places}" if places else "0"
    return f"+{digits};-{digits};{digits}"


def dressed(cell: Cell, look: Look) -> Cell:
    cell.font = Font(
        name=look.face,
        sz=look.size,
        b=look.bold,
        color=f"FF{look.colour}",
        family=_FAMILIES.get(look.face),
        charset=None if look.face == NUMBER_FACE else _CHINESE,
    )
    cell.alignment = Alignment(
        horizontal=look.across,
        vertical="center",
        wrap_text=look.wraps,
        shrink_to_fit=look.shrinks,
    )
    cell.number_format = look.form
    if look.ground:
        cell.fill = PatternFill("solid", fgColor=f"FF{look.ground}")
    if look.is_ruled:
        side = Side(style="thin", color="FF7F7F7F")
        cell.border = Border(side, side, side, side)
    return cell


def shifted(look: Look, place: int, count: int) -> Look:
    """The look of one of several texts of a line: left, middle, right."""
    if count == 1:
        return look
    across = "left" if place == 0 else "right" if place == count - 1 else "center"
    return replace(look, across=across)
