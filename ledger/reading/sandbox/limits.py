"""What a file may hold at most, and how it is refused."""

from typing import Final

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ENTRIES: Final = 1_000
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_MARKUP: Final = 64 * 1024 * 1024
MAX_SHEETS: Final = 60
MAX_ROWS: Final = 99_999
MAX_COLUMNS: Final = 256
MAX_CELLS: Final = 1_000_000
MAX_DRAWN: Final = 1_500_000  # cells in the markup, most of them perhaps only formatted
LONGEST_TEXT: Final = 4_000
MAX_MARKED: Final = 20_000  # cells of a sheet with any one mark
CHUNK: Final = 256 * 1024


class Refused(Exception):
    """Why the file is refused: a code, and values for its sentence."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.document = {"refused": code, **words}
