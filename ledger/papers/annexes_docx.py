"""The annexes of a bulletin in Word: landscape pages behind the text, headings on each of them."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell

from ledger.papers.annexes import Annex, Heading
from ledger.papers.faces import face
from ledger.sheets.book import writable
from ledger.sheets.cell_styles import HEAD_FACE, TEXT_FACE, TITLE_FACE

MARGIN = Mm(25)
WIDTH_MM = 297 - 2 * 25
NARROW = 8  # characters
MARK, TITLE, SMALL = Pt(16), Pt(18), Pt(10.5)
ROW_HEIGHT = Pt(17)
GRID = ("top", "left", "bottom", "right", "insideH", "insideV")


def write(paper: Paper, annexes: Iterable[Annex]) -> None:
    """Each annex begins on a page of its own."""
    for number, annex in enumerate(annexes):
        if number == 0:
            _turn(paper)
        _heads(paper, annex, starts_page=number > 0)
        _table(paper, annex)


def _turn(paper: Paper) -> None:
    """Landscape from here on; the page numbers run on."""
    section = paper.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Mm(24), Mm(24)
    section.footer_distance = Mm(14)


def _heads(paper: Paper, annex: Annex, *, starts_page: bool) -> None:
    for text, named, size, place in (
        (annex.mark, HEAD_FACE, MARK, WD_ALIGN_PARAGRAPH.LEFT),
        (annex.title, TITLE_FACE, TITLE, WD_ALIGN_PARAGRAPH.CENTER),
        (annex.below, TEXT_FACE, SMALL, WD_ALIGN_PARAGRAPH.RIGHT),
    ):
        line = paper.add_paragraph()
        line.alignment = place
        line.paragraph_format.line_spacing = Pt(size.pt * 1.5)
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.page_break_before = starts_page and text == annex.mark
        face(line.add_run(writable(text)), named, size)


def _table(paper: Paper, annex: Annex) -> None:
    """Two rows of headings, then the lines."""
    table = paper.add_table(rows=2 + len(annex.rows), cols=len(annex.headings))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table._tbl.tblPr.append(_borders())
    total = sum(heading.width for heading in annex.headings)
    widths = [Mm(WIDTH_MM * heading.width / total) for heading in annex.headings]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    rows = [row.cells for row in table.rows]
    _headings(rows[0], rows[1], annex.headings)
    is_last = len(annex.rows) - 1
    for place, (cells, texts) in enumerate(zip(rows[2:], annex.rows, strict=True)):
        for cell, text, heading in zip(cells, texts, annex.headings, strict=True):
            named = HEAD_FACE if place == is_last else TEXT_FACE
            _fill(cell, text, named, _side(heading))
    for row in table.rows:
        row.height = ROW_HEIGHT
        _mark(row._tr, "w:cantSplit")
    for row in table.rows[:2]:
        _mark(row._tr, "w:tblHeader")
    _set_widths(table, widths)


def _headings(top: Sequence[_Cell], under: Sequence[_Cell], headings: Sequence[Heading]) -> None:
    """A group spans its columns; a heading without one takes both rows."""
    for group, found in groupby(range(len(headings)), lambda place: str(headings[place].group)):
        places = list(found)
        if group:
            _fill(top[places[0]].merge(top[places[-1]]), group, HEAD_FACE)
        for place in places:
            cell = under[place] if group else top[place].merge(under[place])
            _fill(cell, str(headings[place].text), HEAD_FACE)


def _side(heading: Heading) -> WD_ALIGN_PARAGRAPH:
    """Figures at the right, names at the left, ranks in the middle."""
    if heading.is_figure:
        return WD_ALIGN_PARAGRAPH.RIGHT
    narrow = heading.width < NARROW
    return WD_ALIGN_PARAGRAPH.CENTER if narrow else WD_ALIGN_PARAGRAPH.LEFT


def _fill(
    cell: _Cell, text: str, named: str, side: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER
) -> None:
    line = cell.paragraphs[0]
    for other in cell.paragraphs[1:]:
        other._p.getparent().remove(other._p)
    line.alignment = side
    line.paragraph_format.line_spacing = Pt(13)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    face(line.add_run(writable(text)), named, SMALL)


def _set_widths(table: Table, widths: Sequence[Length]) -> None:
    """Every cell too: office programs read one or the other."""
    for row in table._tbl.tr_lst[2:]:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def _mark(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side in GRID:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    return borders
