"""Checks an archive (.xlsx, .xlsm, .xlsb, .ods) before anything reads it, and collects its marks."""

import posixpath
import re
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from ledger.reading.sandbox import marks, ods, styles
from ledger.reading.sandbox.limits import (
    CHUNK,
    MAX_ENTRIES,
    MAX_MARKED,
    MAX_MARKUP,
    MAX_SHEETS,
    MAX_UNPACKED,
    Refused,
)
from ledger.reading.sandbox.marks import Marks

_END: Final = b"PK\x05\x06"
_DECLARATIONS: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MARKUP_NAMES: Final = (".xml", ".rels", ".vml")
_COMMENTS: Final = re.compile(r"comments?\d*\.xml$", re.IGNORECASE)
_SHEET_LINKS: Final = re.compile(r"^(.*worksheets/)_rels/([^/]+)\.rels$")
MAX_LINKS: Final = 2_000_000
LONGEST_COMMENT: Final = 300


def inspected(file: BinaryIO) -> tuple[dict[str, Marks], int]:
    """Check sizes before and while unpacking; the marks by name of sheet, and the epoch of days."""
    _demand_short_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _demand_sound(entries)
            return _unpacked(archive, entries)
    except (zipfile.BadZipFile, EOFError, struct.error, zlib.error, ValueError, OSError) as error:
        raise Refused("broken") from error
    except (NotImplementedError, RuntimeError) as error:
        raise Refused("encrypted") from error


def _demand_short_directory(file: BinaryIO) -> None:
    """Checks the declared entry count and length before the directory is read at all."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    start = tail.rfind(_END)
    if start < 0 or len(tail) < start + 22:
        raise Refused("broken")
    count, length = struct.unpack_from("<10xHL", tail, start)
    if count > MAX_ENTRIES or length > MAX_ENTRIES * 400:
        raise Refused("many_parts")


def _demand_sound(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Refused("many_parts")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused("large")
    if sum(entry.file_size for entry in entries if _is_markup(entry)) > MAX_MARKUP:
        raise Refused("large")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or any(_leads_outside(name) for name in names):
        raise Refused("broken")
    sheets = [name for name in names if re.search(r"worksheets/[^/]+\.(xml|bin)$", name)]
    if len(sheets) > MAX_SHEETS:
        raise Refused("many_sheets", most=MAX_SHEETS)
    known = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
    if not any(name.lower().lstrip("/") in known for name in names):
        raise Refused("not_a_workbook")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:  # overlapping: the same bytes unpacked again and again
            raise Refused("broken")
        end = entry.header_offset + 30 + entry.compress_size


def _leads_outside(name: str) -> bool:
    return "\\" in name or ":" in name or ".." in name.split("/")


def _is_markup(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(_MARKUP_NAMES)


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, Marks], int]:
    """Unpack every part once, counting; calamine then reads parts of checked size."""
    total = 0
    names, epoch = _sheet_names(archive, entries)
    strings = marks.struck_strings(_part(archive, entries, "xl/sharedStrings.xml"))
    of_cells = styles.read(_part(archive, entries, "xl/styles.xml"))
    found = _Found(names, of_cells, strings)
    for entry in entries:
        kept: list[bytes] = []
        for piece in _pieces(archive, entry):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise Refused("large")
            if _is_markup(entry):
                kept.append(piece)
        markup = b"".join(kept)
        if _DECLARATIONS.search(markup):
            raise Refused("broken")
        found.take(entry.filename, markup)
    return found.by_sheet(), epoch


class _Found:
    """What the parts of an archive say of its sheets, in whatever order they come."""

    def __init__(
        self, names: dict[str, str], of_cells: styles.Styles, strings: dict[int, marks.Struck]
    ) -> None:
        self.names, self.styles, self.strings = names, of_cells, strings
        self.marks: dict[str, Marks] = {}
        self.comments: dict[str, list[tuple[int, int, str]]] = {}
        self.linked: dict[str, list[str]] = {}  # parts by part of the sheet

    def take(self, part: str, markup: bytes) -> None:
        if part in self.names:
            self.marks[part] = marks.read(markup, self.names[part], self.styles, self.strings)
        elif part == "content.xml":
            self.marks |= ods.read(markup)
            self.names |= {name: name for name in self.marks}
        elif _COMMENTS.search(part):
            self.comments[part] = list(_comments(markup))
        elif (link := _SHEET_LINKS.match(part)) and len(markup) <= MAX_LINKS:
            targets = re.findall(rb'\bTarget="([^"]+)"', markup)
            self.linked[link[1] + link[2]] = [
                posixpath.normpath(posixpath.join(link[1], target.decode("utf-8", "replace")))
                for target in targets
            ]

    def by_sheet(self) -> dict[str, Marks]:
        for part, found in self.marks.items():
            for linked in self.linked.get(part, ()):
                found.comments += self.comments.get(linked.lstrip("/"), [])
        return {self.names[part]: found for part, found in self.marks.items()}


def _comments(markup: bytes) -> Iterator[tuple[int, int, str]]:
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError:
        return
    count = 0
    for element in root.iter():
        place = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", element.get("ref", ""))
        text = "".join(element.itertext()).strip()
        if place is not None and text and count < MAX_MARKED:
            count += 1
            column = marks.column_number(place[1].encode())
            yield int(place[2]), column, " ".join(text.split())[:LONGEST_COMMENT]


def _part(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> bytes:
    """The markup of a part of this name; empty if there is none."""
    for entry in entries:
        if entry.filename == name:
            markup = b"".join(_pieces(archive, entry))
            if _DECLARATIONS.search(markup):
                raise Refused("broken")
            return markup
    return b""


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        unpacked = 0
        while piece := part.read(CHUNK):
            unpacked += len(piece)
            if unpacked > entry.file_size:
                raise Refused("broken")
            yield piece


def _sheet_names(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, str], int]:
    """Sheet names by the part that holds each, and the epoch of day numbers."""
    by_name = {entry.filename: entry for entry in entries}
    workbook, links = by_name.get("xl/workbook.xml"), by_name.get("xl/_rels/workbook.xml.rels")
    if workbook is None or links is None or max(workbook.file_size, links.file_size) > MAX_LINKS:
        return {}, 1900
    try:
        book = ElementTree.fromstring(archive.read(workbook))
        relations = ElementTree.fromstring(archive.read(links))
    except ElementTree.ParseError as error:
        raise Refused("broken") from error
    targets = {link.get("Id"): link.get("Target", "") for link in relations}
    names, epoch = {}, 1900
    for element in book.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr" and element.get("date1904", "0") in ("1", "true"):
            epoch = 1904
        if tag == "sheet":
            link = next((value for name, value in element.items() if name.endswith("}id")), "")
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            names[part] = element.get("name", "")
    return names, epoch
