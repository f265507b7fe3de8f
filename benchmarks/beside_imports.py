"""How much other people's pages wait while one person uploads large workbooks.

    python benchmarks/beside_imports.py [--rows 20000] [--books 6]

One reader asks for the list of receipts, alone and then while a clerk sends one workbook after
another as fast as the program takes them. Goal: p95 beside the uploads within ten times the median
alone. Prints also how long each workbook took until its preview stood.
"""

import argparse
import contextlib
import io
import json
import statistics
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from rounds import machine  # noqa: E402
from settlement_day import percentile  # noqa: E402

from tests.drills.site import Person, Site  # noqa: E402

PAGE, ALONE, PAUSE = "/receipts/?state=all", 100, 0.05
SHEET, HEADINGS = "到位资金", ("项目名称", "到位日期", "金额", "凭证号")
AT_WORK = b'http-equiv="refresh"'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--books", type=int, default=6)
    asked = parser.parse_args()
    with TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        site = Site(Path(name), LOG_LEVEL="WARNING")
        stack.callback(site.stop)
        site.start()
        site.wait_until_ready()
        filled = site.run(str(ROOT / "benchmarks" / "settlement_county.py"))
        site.county = json.loads(filled.stdout.splitlines()[-1])
        print(machine())
        return measured(site, asked.rows, asked.books)


def measured(site: Site, rows: int, books: int) -> int:
    reader = Person(site.port, "leader0").sign_in()
    names = [name for (name,) in site.rows("SELECT name FROM projects_project")]
    content, over = workbook(names, rows), threading.Event()
    for _warming in range(10):
        timed(reader)
    alone = [timed(reader) for _page in range(ALONE)]
    taken: list[float] = []
    clerk = threading.Thread(target=send, args=(site, content, books, taken, over))
    clerk.start()
    beside: list[float] = []
    while not over.is_set():
        beside.append(timed(reader))
        time.sleep(PAUSE)
    clerk.join()
    median, p95 = statistics.median(alone), percentile(beside, 0.95)
    print(f"alone: median {median * 1000:.0f} ms, p95 {percentile(alone, 0.95) * 1000:.0f} ms")
    print(
        f"beside {books} workbooks of {rows} rows: median {statistics.median(beside) * 1000:.0f} ms,"
        f" p95 {p95 * 1000:.0f} ms, longest {max(beside) * 1000:.0f} ms of {len(beside)}"
    )
    print(f"p95 beside is {p95 / median:.1f} times the median alone (goal: 10)")
    print("until the preview: " + ", ".join(f"{seconds:.0f} s" for seconds in taken))
    return 0 if p95 <= 10 * median else 1


def timed(reader: Person) -> float:
    begun = time.monotonic()
    assert reader.ask("GET", PAGE, timeout=120).status == 200
    return time.monotonic() - begun


def send(site: Site, content: bytes, books: int, taken: list[float], over: threading.Event) -> None:
    """Each workbook as soon as the program takes it; two are read at a time."""
    clerk, waiting = Person(site.port, "verifier0").sign_in(), []
    try:
        for number in range(books):
            file = ("file", f"{number}.xlsx", content)
            while (
                sent := clerk.ask("POST", "/import/", {}, files=[file], timeout=120)
            ).status == 422:
                time.sleep(1)
            waiting.append((time.monotonic(), sent.location))
            finish(clerk, waiting, taken, 2)
        finish(clerk, waiting, taken, 1)
    finally:
        over.set()


def finish(clerk: Person, waiting: list[tuple[float, str]], taken: list[float], most: int) -> None:
    while len(waiting) >= most:
        for begun, path in list(waiting):
            if AT_WORK not in clerk.ask("GET", path, timeout=120).body:
                taken.append(time.monotonic() - begun)
                waiting.remove((begun, path))
        time.sleep(1)


def workbook(names: list[str], rows: int) -> bytes:
    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet(SHEET)
    sheet.append(HEADINGS)
    for row in range(rows):
        sheet.append((names[row % len(names)], "2012-05-20", row % 900 + 1, f"beside-{row}"))
    book.save(content)
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main())
