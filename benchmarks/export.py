"""The settlement workbook of a county with 100,000 receipts: peak memory, time, overhead.

    VAR_DIR=var/bench python benchmarks/export.py            100,000 receipts (quality 48)
    VAR_DIR=var/bench python benchmarks/export.py 20000      any other number

Prints (1) the ratio of our sheet of receipts to openpyxl's own write-only loop on the same cells,
over interleaved rounds; (2) the peak memory of the whole workbook with about 1,000 and with all
receipts, each in a process of its own. Needs an empty database or the one that it filled before.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")

import django  # noqa: E402

django.setup()

import generate  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from openpyxl import Workbook  # noqa: E402
from openpyxl.cell import WriteOnlyCell  # noqa: E402

from ledger.models import Entry  # noqa: E402
from ledger.papers import settlement, sources  # noqa: E402
from ledger.ranking.league import league_table  # noqa: E402
from ledger.sheets.book import Book, Styled, Value  # noqa: E402
from ledger.sheets.cell_styles import dressed  # noqa: E402
from units.models import County, User  # noqa: E402

ROUNDS, LOOP_ROWS = 5, 10_000
EARLY, ALL = date(2012, 1, 2), date(2012, 6, 30)
MEGABYTE = 1024


def main(receipts: int) -> None:
    call_command("migrate", verbosity=0)
    if not County.objects.exists():
        fill(receipts)
    print(f"{Entry.objects.count():,} receipts; {sys.version.split()[0]}, {os.cpu_count()} cores")
    compare_loops()
    small, large = measured(EARLY), measured(ALL)
    print(f"peak of the whole workbook: {large / small:.2f} times that of a day's receipts")


def fill(receipts: int) -> None:
    """One county, one year, a hundred projects."""
    generate.YEARS = (2012,)
    generate.RECEIPTS_A_PROJECT = receipts // generate.PROJECTS_A_YEAR
    rows = generate.county_rows(0)
    with connection.cursor() as cursor:
        for table, columns in generate.COLUMNS.items():
            generate.copy(cursor, table, columns, rows[table])
        cursor.execute("VACUUM (ANALYZE)")


# --- (1) our loop and theirs ------------------------------------------------------------------------


def compare_loops() -> None:
    table = league_table(County.objects.get(), ALL)
    found = sources.details(table, User.objects.filter(role="bureau_head").get()).entries
    lines = [line for line, _ in zip(found, range(LOOP_ROWS), strict=False)]
    rows = list(settlement._entry_rows(lines))
    ratios = []
    for _round in range(ROUNDS):
        ratios.append(timed(ours, rows) / timed(theirs, rows))
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    ratio = statistics.median(ratios)
    print(f"our loop / openpyxl's write-only loop, same cells: {ratio:.2f} ({spread})")


def timed(write: Callable[[list[list[Value]]], None], rows: list[list[Value]]) -> float:
    begun = time.process_time()
    write(rows)
    return time.process_time() - begun


def ours(rows: list[list[Value]]) -> None:
    with Book() as book, TemporaryFile() as file:
        book.sheet("x", settlement.ENTRIES).extend(rows)
        book.save(file)


def theirs(rows: list[list[Value]]) -> None:
    """As in openpyxl's manual: a styled cell for each value."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    styles = [dressed(WriteOnlyCell(sheet), column.look)._style for column in settlement.ENTRIES]
    for row in rows:
        cells = []
        for value, style in zip(row, styles, strict=True):
            assert not isinstance(value, Styled)
            cell = WriteOnlyCell(sheet, value)
            cell._style = style
            cells.append(cell)
        sheet.append(cells)
    with TemporaryFile() as file:
        book.save(file)


# --- (2) memory -------------------------------------------------------------------------------------


def measured(as_of: date) -> int:
    """Peak resident memory, in KB, of a process that writes the workbook of a day."""
    command = [sys.executable, __file__, "--write", as_of.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout, end="")
    return int(done.stdout.split()[0])


def peak_kb() -> int:
    """Peak of this process alone; getrusage includes what its parent had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def write_once(as_of: date) -> None:
    user = User.objects.filter(role="bureau_head").get()
    table = league_table(County.objects.get(), as_of)
    before = peak_kb()
    begun = time.monotonic()
    with sources.one_moment(), TemporaryFile() as file:
        background, details = sources.background(table), sources.details(table, user)
        settlement.settlement_workbook(table, background, details, file)
        size = file.tell()
    seconds = time.monotonic() - begun
    peak = peak_kb()
    count = sources._entries(table).count()
    print(
        f"{peak} kB peak, {(peak - before) // MEGABYTE} MB of it for writing: {count:,} receipts, "
        f"{seconds:.1f} s, file {size / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write_once(date.fromisoformat(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
