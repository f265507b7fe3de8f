"""Reads a workbook in a child process (``sandbox``): file in, plain cells out.

Enforces the time limit and gives the sentence for each reason of refusal. The file is never opened
in this process.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries.scanning import demand_clean
from ledger.jobs import runner
from ledger.jobs.runner import MEGABYTE, Limits
from units.ground.refusal import Refusal

CHILD: Final = Path(__file__).with_name("sandbox")
# Two seconds of CPU, more of waiting on a busy machine; no written files.
LIMITS: Final = Limits(seconds=20, cpu=2, memory=192 * MEGABYTE, write=0, nice=0)
MAX_MEGABYTES: Final = 20
ACCEPTED: Final = ".xlsx,.xls,.et,.ods,.xlsm,.xlsb,.csv,.txt,.html,.htm,.xml"

_SAVE_AS = _(
    "Open it in Excel or WPS, choose “Save as”, “Excel workbook (.xlsx)”, and import that."
)
SENTENCES: Final[dict[str, str | Promise]] = {
    "empty": _("The file is empty. Choose it again."),
    "big_file": _("The file is larger than %(megabytes)s MB. Take pictures out, or divide it."),
    "encrypted": _(
        "The workbook is protected by a password. Open it, take the password off, save it and import"
        " it again."
    ),
    "pdf": _("This is a PDF file. Import the workbook that it was printed from."),
    "html": _("This is a web page without a table that can be read. %(save_as)s"),
    "xml": _("This is an old XML table that cannot be read. %(save_as)s"),
    "text": _("This text file holds no table. %(save_as)s"),
    "encoding": _("The characters of this text file cannot be read. %(save_as)s"),
    "unknown": _("This is not a workbook. %(save_as)s"),
    "not_a_workbook": _("This archive holds no workbook. %(save_as)s"),
    "broken": _(
        "The workbook is damaged or incomplete. Copy it again, or open it in Excel or WPS, save it"
        " and import it again."
    ),
    "large": _(
        "The workbook unpacks to far more than a county's accounts. Delete what does not belong to"
        " them, or divide it."
    ),
    "many_parts": _("The workbook has too many parts. Copy the rows into the template."),
    "many_sheets": _(
        "The workbook has more than %(most)s sheets. Delete those that are not needed."
    ),
    "far_cell": _(
        "The sheet “%(sheet)s” has something in the far cell %(cell)s. Delete the empty rows and"
        " columns behind the table, save it and import it again."
    ),
    "too_slow": _(
        "The workbook is too large to be read. Copy the rows that are needed into the template."
    ),
}


Place = tuple[int, int]  # row and column, from 1


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its rows by number, and marks on rows, columns and single cells, all from 1.

    ``is_blind``: its file (.xls, .et, .xlsb) does not let the marks be read.
    ``formats`` has only number formats that change what a cell means; ``comments`` are texts.
    """

    name: str
    rows: list[tuple[int, list[Any]]]
    is_hidden: bool = False
    merged: list[list[int]] = field(default_factory=list)
    faulty: list[Place] = field(default_factory=list)
    uncomputed: list[Place] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_filtered: bool = False
    struck: frozenset[Place] = frozenset()
    part_struck: frozenset[Place] = frozenset()
    is_text: bool = False
    is_blind: bool = False
    formats: dict[Place, str] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """What was read of a file. ``epoch`` is the year that bare day numbers count from."""

    grids: list[Grid]
    epoch: int = 1900

    @property
    def rows(self) -> int:
        return sum(len(grid.rows) for grid in self.grids)


def read(path: Path) -> Book:
    """The cells of a workbook. Raises Refusal with a sentence that says what to do."""
    return book_of(read_plain(path))


def read_plain(path: Path) -> dict[str, Any]:
    """The child's JSON document, as it can be stored. Raises Refusal."""
    demand_clean(path)
    try:
        with runner.turn():
            # An absolute path: the child has neither our folder nor our environment.
            printed = runner.run(
                *(CHILD, str(path.resolve())),
                limits=LIMITS,
                output=subprocess.PIPE,
                environment=runner.bare_environment(),
            )
    except runner.Unfinished as busy:
        raise Refusal(busy.sentence, "file") from busy
    except runner.TimedOut as slow:
        raise refusal("too_slow", {}) from slow
    except runner.Broken as broken:  # killed by a limit, or the library failed
        raise refusal("too_slow" if broken.status < 0 else "broken", {}) from broken
    document: dict[str, Any] = json.loads(printed)
    if "refused" in document:
        raise refusal(document["refused"], document)
    return document


def book_of(document: Mapping[str, Any]) -> Book:
    """The book from a stored document."""
    return Book([_grid(sheet) for sheet in document["sheets"]], document["epoch"])


def refusal(code: str, words: Mapping[str, Any]) -> Refusal:
    sentence = SENTENCES.get(code, SENTENCES["broken"])
    return Refusal(str(sentence) % {**words, "save_as": _SAVE_AS}, "file")


def _grid(sheet: Mapping[str, Any]) -> Grid:
    formats = sheet.get("formats", {})
    return Grid(
        name=sheet["name"],
        rows=[(number, cells) for number, cells in sheet["rows"]],
        is_hidden=sheet["is_hidden"],
        merged=sheet["merged"],
        faulty=[(row, column) for row, column in sheet["faulty"]],
        uncomputed=[(row, column) for row, column in sheet["uncomputed"]],
        hidden_rows=frozenset(sheet.get("hidden_rows", ())),
        hidden_columns=frozenset(sheet.get("hidden_columns", ())),
        is_filtered=sheet.get("is_filtered", False),
        struck=frozenset((row, column) for row, column in sheet.get("struck", ())),
        part_struck=frozenset((row, column) for row, column in sheet.get("part_struck", ())),
        is_text=sheet.get("is_text", False),
        is_blind=sheet.get("is_blind", False),
        formats={(row, column): code for code in formats for row, column in formats[code]},
        comments={(row, column): text for row, column, text in sheet.get("comments", ())},
    )
