"""The styles of cells in our workbooks: fonts, number formats, alignment, borders."""

from dataclasses import dataclass, replace

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

# The fonts of official papers; family and character set let a machine without them choose a like
# one.
TITLE_FACE, HEAD_FACE, TEXT_FACE = "方正小标宋简体", "黑体", "仿宋"
NUMBER_FACE = "Times New Roman"
_FAMILIES = {TITLE_FACE: 1, HEAD_FACE: 2, TEXT_FACE: 1, NUMBER_FACE: 1}
_CHINESE = 134

WAN_FORM, GAP_FORM = "#,##0.00####", "+#,##0.00####;-#,##0.00####;0.00"
COUNT_FORM, DAY_FORM, TEXT_FORM = "#,##0", "yyyy-mm-dd", "@"


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The style of a cell. ``across`` is its alignment, ``form`` its number format."""

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


TEXT = CellStyle()
WRAPPED = CellStyle(wraps=True)
SHRUNK = CellStyle(shrinks=True)
CENTRED = CellStyle(across="center")
NUMBER = CellStyle(face=NUMBER_FACE, across="right")
WAN = replace(NUMBER, form=WAN_FORM)
GAP = replace(NUMBER, form=GAP_FORM)
COUNT = replace(NUMBER, form=COUNT_FORM, across="center")
DAY = replace(NUMBER, form=DAY_FORM, across="center")
HEAD = CellStyle(face=HEAD_FACE, across="center", wraps=True, ground="F2EFE6")
TITLE = CellStyle(face=TITLE_FACE, size=22, across="center", is_ruled=False)
LINE = CellStyle(is_ruled=False)


def percent_form(places: int) -> str:
    """The number format of a percent with so many decimals."""
    return f"0.{'0' * places}%" if places else "0%"


def points_form(places: int) -> str:
    """The number format of a difference in percentage points."""
    digits = f"0.{'0' * places}" if places else "0"
    return f"+{digits};-{digits};{digits}"


def dressed(cell: Cell, style: CellStyle) -> Cell:
    cell.font = Font(
        name=style.face,
        sz=style.size,
        b=style.bold,
        color=f"FF{style.colour}",
        family=_FAMILIES.get(style.face),
        charset=None if style.face == NUMBER_FACE else _CHINESE,
    )
    cell.alignment = Alignment(
        horizontal=style.across,
        vertical="center",
        wrap_text=style.wraps,
        shrink_to_fit=style.shrinks,
    )
    cell.number_format = style.form
    if style.ground:
        cell.fill = PatternFill("solid", fgColor=f"FF{style.ground}")
    if style.is_ruled:
        side = Side(style="thin", color="FF7F7F7F")
        cell.border = Border(side, side, side, side)
    return cell


def shifted(style: CellStyle, place: int, count: int) -> CellStyle:
    """The style of one of several texts of a line: left, middle, right."""
    if count == 1:
        return style
    across = "left" if place == 0 else "right" if place == count - 1 else "center"
    return replace(style, across=across)
