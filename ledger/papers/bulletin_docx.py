"""The bulletin as a Word file in the layout of an official paper (公文).

Title 小标宋 二号 centred, text 仿宋 三号 with two characters of indent and 28 points a line, page numbers
below. The words of the bulletin are never changed.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import IO, Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Printed

from ledger.papers.bulletin import Bulletin, Role
from ledger.sheets.book import writable
from ledger.sheets.cell_styles import HEAD_FACE, NUMBER_FACE, TEXT_FACE, TITLE_FACE

SECOND, THIRD, FOURTH = Pt(22), Pt(16), Pt(14)  # 二号, 三号, 四号
LINE_HEIGHT = Pt(28)
INDENT = 2 * THIRD  # two characters
SUBSTITUTES = {TITLE_FACE: "宋体", TEXT_FACE: "仿宋_GB2312", HEAD_FACE: "SimHei"}


def write(bulletin: Bulletin, file: IO[bytes]) -> None:
    paper = Document()
    _set_up_page(paper)
    _set_up_text(paper)
    _name_substitutes(paper)
    paper.core_properties.title = writable(bulletin.title)[:255]
    paper.core_properties.author = ""
    _title(paper, bulletin.title_lines)
    _add(paper, bulletin.addressees, indent=False)
    for part, following in pairwise([*bulletin.paragraphs, None]):
        if part is not None:
            line = _WRITERS[part.role](paper, part.text)
            # A signature never stands alone on a page.
            signed = following is not None and following.role is Role.SIGNATURE
            line.paragraph_format.keep_with_next = signed or part.role is Role.HEADING
    paper.save(file)


def _set_up_page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.paragraph_format.first_line_indent = Pt(0)
    for text in ("— ", None, " —"):
        run = footer.add_run(text or "")
        _face(run, "宋体", FOURTH)
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
        font, other = OxmlElement("w:font"), OxmlElement("w:altName")
        font.set(qn("w:name"), name)
        other.set(qn("w:val"), substitute)
        font.append(other)
        fonts.append(font)
    part._blob = serialize_part_xml(fonts)


def _set_up_text(paper: Paper) -> None:
    style = paper.styles["Normal"]
    assert style.type is WD_STYLE_TYPE.PARAGRAPH
    _face(style, TEXT_FACE, THIRD)
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
        _face(run, TITLE_FACE, SECOND)


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
    paper: Paper, text: str, face: str = TEXT_FACE, size: Pt = THIRD, *, indent: bool = True
) -> Printed:
    line = paper.add_paragraph()
    line.paragraph_format.first_line_indent = INDENT if indent else Pt(0)
    _face(line.add_run(writable(text)), face, size)
    return line


def _face(of: Any, face: str, size: Pt) -> None:
    """Chinese in its own font, letters and digits in Times."""
    of.font.name, of.font.size = NUMBER_FACE, size
    fonts = of._element.get_or_add_rPr().get_or_add_rFonts()
    for script, name in (("eastAsia", face), ("ascii", NUMBER_FACE), ("hAnsi", NUMBER_FACE)):
        fonts.set(qn(f"w:{script}"), name)


_WRITERS: dict[Role, Callable[[Paper, str], Printed]] = {
    Role.TEXT: _text,
    Role.HEADING: _heading,
    Role.ITEM: _add,
    Role.NOTE: _note,
    Role.SIGNATURE: _signature,
}
