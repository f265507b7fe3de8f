"""Decides in which unit a column's amounts are, from everything that the sheet says of it.

One plain unit of RMB that nothing contradicts is taken; everything else is asked, and foreign money
is refused. A unit that a person chose decides what the sheet leaves open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from ledger.reading import money_units
from ledger.reading.headings import LEVEL, one_line
from ledger.reading.money_units import SCALES, MoneyWords
from ledger.reading.workbook import Grid
from units.ground.money import Scale


class Doubtful(StrEnum):
    """Why a column's unit of money is not taken."""

    UNSAID = "unsaid"
    TWO = "two"
    STRANGE = "strange"
    FORMAT = "format"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of one column: its word and where it was read, or why it is not taken."""

    word: str = ""
    source: str = ""
    doubt: Doubtful | None = None
    said: str = ""

    @property
    def scale(self) -> Scale:
        return SCALES[self.word]


@dataclass(frozen=True, slots=True)
class Lines:
    """The units that lines outside the table name, and the row of the first such line."""

    words: MoneyWords = money_units.NONE
    row: int = 0
    text: str = ""


def lines_of(grid: Grid, outside: Iterable[int]) -> Lines:
    """What the title, the lines above and the notes below say; ``outside`` are their rows."""
    numbers = set(outside)
    found = Lines(money_units.in_line(grid.name), 0, grid.name)
    if not found.words:
        found = Lines()
    for number, row in grid.rows:
        if number not in numbers:
            continue
        for cell in row:
            words = money_units.in_line(cell) if isinstance(cell, str) else money_units.NONE
            if words:
                first = (found.row, found.text) if found.words else (number, cell.strip())
                found = Lines(found.words | words, *first)
    return found


def of_column(
    grid: Grid, place: int, text: str, lines: Lines, rows: Iterable[int], chosen: str
) -> Unit:
    """The unit of the amounts in a column. ``rows`` are the numbers of its records."""
    own = money_units.in_heading(text.replace(LEVEL, "\n"))
    formats = {grid.formats.get((number, place + 1), "") for number in rows}
    of_formats = [money_units.in_format(code) for code in formats if code]
    heading = _("heading “%(text)s”") % {"text": one_line(text)}
    found = _said(own, lines, heading)
    found = _with_formats(found, of_formats, covers="" not in formats)
    return _chosen(found, own, chosen)


def of_lines(lines: Lines) -> Unit:
    """The unit of the sheet by the lines outside its table alone."""
    return _said(money_units.NONE, lines, "")


def of_text(text: str) -> Unit:
    """The unit in a row's own cell, such as 元."""
    return _alone(money_units.word(text), "")


def _said(own: MoneyWords, lines: Lines, heading: str) -> Unit:
    if own:
        if own.plain and lines.words and lines.words != own:
            return Unit(doubt=Doubtful.TWO, said=f"{own}、{lines.words}")
        return _alone(own, heading)
    line = _("line %(row)s, “%(text)s”") if lines.row else _("name of the sheet")
    return _alone(lines.words, line % {"row": lines.row, "text": lines.text[:60]})


def _alone(words: MoneyWords, source: str) -> Unit:
    """One unit, plain and alone."""
    if not words:
        return Unit(doubt=Doubtful.UNSAID)
    if words.foreign and not words.plain:
        return Unit(doubt=Doubtful.FOREIGN, said=str(words))
    if words.strange:
        return Unit(doubt=Doubtful.STRANGE, said=str(words))
    if len(words.plain) > 1 or words.foreign:
        return Unit(doubt=Doubtful.TWO, said=str(words))
    return Unit(next(iter(words.plain)), source)


def _with_formats(found: Unit, formats: list[Any], *, covers: bool) -> Unit:
    """A format that names another unit, or shows another number, contradicts."""
    words = money_units.NONE
    for each in formats:
        words |= each.words
    if words.foreign:
        return Unit(doubt=Doubtful.FOREIGN, said=str(words))
    if any(each.is_scaled for each in formats):
        return Unit(doubt=Doubtful.FORMAT, said=str(words))
    if not words:
        return found
    if found.word:
        is_same = words.plain == {found.word}
        return found if is_same else Unit(doubt=Doubtful.TWO, said=f"{found.word}、{words}")
    if found.doubt is Doubtful.UNSAID and covers:
        return _alone(words, _("number format"))
    return found


def _chosen(found: Unit, own: MoneyWords, chosen: str) -> Unit:
    """A person's choice decides what is open; a heading's own unit stands."""
    if not chosen or found.doubt is Doubtful.FOREIGN:
        return found
    stands = found.word and own.plain == {found.word}
    return found if stands else Unit(chosen, _("chosen"))


def sentence(unit: Unit, heading: str) -> str:
    """What to do about a unit that is not taken."""
    words = {"heading": heading, "said": unit.said}
    return {
        Doubtful.UNSAID: _(
            "The unit of money of “%(heading)s” is written nowhere. Write it, for example （万元）, or"
            " choose it."
        ),
        Doubtful.TWO: _(
            "The sheet names several units of money for “%(heading)s”: %(said)s. Choose the right one."
        ),
        Doubtful.STRANGE: _(
            "The unit of money “%(said)s” of “%(heading)s” is not understood. Choose 元, 万元 or 亿元."
        ),
        Doubtful.FORMAT: _(
            "The number format of “%(heading)s” shows other figures (%(said)s) than the cells hold."
            " Choose the unit of what the cells hold, or change the format to plain numbers."
        ),
        Doubtful.FOREIGN: _(
            "The amounts of “%(heading)s” are in foreign money (%(said)s), which is not taken as RMB."
            " Convert them to 万元, or leave the sheet out."
        ),
    }[unit.doubt or Doubtful.UNSAID] % words


def names_another(heading: str, unit: Unit) -> bool:
    """Whether a heading names another unit than the row's own cell."""
    own = money_units.in_heading(heading.replace("/", "\n")).plain
    return bool(own) and own != {unit.word}
