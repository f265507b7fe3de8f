"""The bulletin as a Word file in the layout of an official paper (公文).

Title 小标宋 二号 centred, text 仿宋 三号 with two characters of indent and 28 points a line, page numbers
below. The words of the bulletin are never changed.
"""

import io
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import IO, Any

from django.utils import timezone
from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Printed

from ledger.papers import annexes_docx
from ledger.papers.bulletin import Bulletin, Role
from ledger.papers.faces import face
from ledger.papers.proof_line import Proof
from ledger.sheets.book import office_language, writable
from ledger.sheets.cell_styles import HEAD_FACE, TEXT_FACE, TITLE_FACE

SECOND, THIRD, FOURTH = Pt(22), Pt(16), Pt(14)  # 二号, 三号, 四号
LINE_HEIGHT = Pt(28)
INDENT = 2 * THIRD  # two characters
AFTER_COMPAT = [
    qn(name)
    for name in (
        *("w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema", "w:themeFontLang"),
        *("w:clrSchemeMapping", "w:doNotIncludeSubdocsInStats", "w:shapeDefaults"),
        *("w:decimalSymbol", "w:listSeparator"),
    )
]
SUBSTITUTES = {TITLE_FACE: "宋体", TEXT_FACE: "仿宋_GB2312", HEAD_FACE: "SimHei"}


def write(bulletin: Bulletin, file: IO[bytes]) -> None:
    paper = Document()
    _set_up_page(paper)
    _set_up_text(paper)
    _name_substitutes(paper)
    _set_properties(paper, bulletin)
    _set_up_office(paper)
    _title(paper, bulletin.title_lines)
    _add(paper, bulletin.addressees, indent=False)
    for part, following in pairwise([*bulletin.paragraphs, None]):
        if part is not None:
            line = _WRITERS[part.role](paper, part.text)
            # A signature never stands alone on a page.
            signed = following is not None and following.role is Role.SIGNATURE
            line.paragraph_format.keep_with_next = signed or part.role is Role.HEADING
    annexes_docx.write(paper, bulletin.annexes)
    if bulletin.proof is not None:
        _imprint(paper, bulletin.proof, annexes_docx.WIDTH_MM if bulletin.annexes else 156)
    paper.save(file)


def _set_properties(paper: Paper, bulletin: Bulletin) -> None:
    """In the county's name; the template that python-docx ships speaks of itself and of 2013."""
    properties, now = paper.core_properties, timezone.now()
    properties.title = writable(bulletin.title)[:255]
    properties.author = properties.last_modified_by = writable(bulletin.issuer)[:255]
    properties.created = properties.modified = now.replace(tzinfo=None)
    properties.language = office_language()
    properties.comments = properties.keywords = properties.subject = properties.category = ""
    properties.revision = 1


def _set_up_office(paper: Paper) -> None:
    """The language of the text, and the mode of today: no office opens it as an old file."""
    for lang in paper.styles.element.iter(qn("w:lang")):
        for script in ("val", "eastAsia"):
            lang.set(qn(f"w:{script}"), office_language())
    settings = paper.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    mode = OxmlElement("w:compatSetting")
    mode.set(qn("w:name"), "compatibilityMode")
    mode.set(qn("w:uri"), "http://schemas.microsoft.com/office/word")
    mode.set(qn("w:val"), "15")
    compat = OxmlElement("w:compat")
    compat.append(mode)
    _before(settings, compat, AFTER_COMPAT)


def _before(parent: Any, child: Any, following: Sequence[str]) -> None:
    """Insert the child where the schema's order wants it: before the first of ``following``."""
    places = [place for place, other in enumerate(parent) if other.tag in following]
    parent.insert(min(places, default=len(parent)), child)


def _imprint(paper: Paper, proof: Proof, width_mm: int) -> None:
    """The 版记, on the last page: the check code between two rules, and beside it the QR code of its address."""
    paper.add_paragraph().paragraph_format.line_spacing = Pt(12)
    table = paper.add_table(rows=1, cols=2)
    table.autofit = False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
    words, picture = table.rows[0].cells
    words.width, picture.width = Mm(width_mm - 26), Mm(26)
    for cell in (words, picture):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for number, text in enumerate(proof.lines):
        line = words.paragraphs[0] if number == 0 else words.add_paragraph()
        line.paragraph_format.line_spacing = Pt(20)
        face(line.add_run(writable(text)), TEXT_FACE, FOURTH if number == 0 else Pt(10.5))
    drawn = picture.paragraphs[0]
    drawn.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    drawn.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    drawn.add_run().add_picture(io.BytesIO(proof.picture()), width=Mm(20))


def _set_up_page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    paper.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _number(footer: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 — on the outer side, one character from the edge of the text."""
    line = footer.paragraphs[0]
    line.alignment = side
    form = line.paragraph_format
    form.first_line_indent, form.left_indent, form.right_indent = Pt(0), FOURTH, FOURTH
    for text in ("— ", None, " —"):
        run = line.add_run(text or "")
        face(run, "宋体", FOURTH)
        if text is None:
            _page_number(run)


def _page_number(run: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _name_substitutes(paper: Paper) -> None:
    """The fonts that replace the official ones on a machine without them."""
    [part] = [p for p in paper.part.package.iter_parts() if p.partname == "/word/fontTable.xml"]
    fonts = parse_xml(part.blob)
    for name, substitute in SUBSTITUTES.items():
        font = OxmlElement("w:font")
        font.set(qn("w:name"), name)
        # GB 2312 and the family let an office without either font choose a like one.
        for part_name, value in (
            ("altName", substitute),
            ("charset", "86"),
            ("family", "modern" if name == HEAD_FACE else "roman"),
        ):
            told = OxmlElement(f"w:{part_name}")
            told.set(qn("w:val"), value)
            font.append(told)
        fonts.append(font)
    part._blob = serialize_part_xml(fonts)


def _set_up_text(paper: Paper) -> None:
    style = paper.styles["Normal"]
    assert style.type is WD_STYLE_TYPE.PARAGRAPH
    face(style, TEXT_FACE, THIRD)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE_HEIGHT
    form.space_before = form.space_after = Pt(0)


def _title(paper: Paper, lines: Sequence[str]) -> None:
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(34)
    title.paragraph_format.space_after = LINE_HEIGHT
    for number, line in enumerate(lines):
        run = title.add_run()
        if number:
            run.add_break()
        run.add_text(writable(line.strip()))
        face(run, TITLE_FACE, SECOND)


def _text(paper: Paper, text: str) -> Printed:
    line = _add(paper, text)
    line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    return line


def _heading(paper: Paper, text: str) -> Printed:
    return _add(paper, text, HEAD_FACE)


def _note(paper: Paper, text: str) -> Printed:
    line = _add(paper, text, size=FOURTH)
    line.paragraph_format.line_spacing = Pt(24)
    return line


def _signature(paper: Paper, text: str) -> Printed:
    line = _add(paper, text, indent=False)
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line.paragraph_format.right_indent = INDENT
    return line


def _add(
    paper: Paper, text: str, named: str = TEXT_FACE, size: Pt = THIRD, *, indent: bool = True
) -> Printed:
    line = paper.add_paragraph()
    line.paragraph_format.first_line_indent = INDENT if indent else Pt(0)
    face(line.add_run(writable(text)), named, size)
    return line


_WRITERS: dict[Role, Callable[[Paper, str], Printed]] = {
    Role.TEXT: _text,
    Role.HEADING: _heading,
    Role.ITEM: _add,
    Role.NOTE: _note,
    Role.SIGNATURE: _signature,
    Role.ANNEX: _add,
}
