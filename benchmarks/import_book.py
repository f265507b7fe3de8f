"""Time and memory of importing a workbook of 20,000 receipts: parsing, preview, commit.

    VAR_DIR=var/bench python benchmarks/import_book.py [RECEIPTS] [PROJECTS]

Parsing is given as a ratio to openpyxl in read-only mode, in turn: python-calamine alone, and
everything that the program does before it trusts a cell (child process, archive checks, limits).
Goal: preview and commit in under 30 seconds on 2 cores, memory under 300 MB. Each step runs as its
own process, as the program starts it; each run creates the benchmark's county anew.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")

import django  # noqa: E402

django.setup()

import psutil  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from openpyxl import Workbook, load_workbook  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402
from rounds import rounds, table  # noqa: E402

from ledger.reading import workbook  # noqa: E402

ROUNDS = 5
UNITS = 100
DAYS = 165


def main() -> None:
    keep_database()
    receipts, projects = (int(word) for word in [*sys.argv[1:], "20000", "1500"][:2])
    code = f"{random.SystemRandom().randrange(100_000, 1_000_000)}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write(path, receipts, projects)
        size = path.stat().st_size / 1024
        print(f"{receipts} receipts, {projects} projects, {UNITS} units; {size:.0f} KB")
        compare_parsers(path)
        common = [str(path), "--county", code, "--create-county", "测试县", "--verified"]
        preview = measured("preview", [*common, "--dry-run"])
        commit = measured("commit", common)
        measured("again", common)
    print(f"preview and commit: {preview + commit:.1f} s (goal: under 30)")


def compare_parsers(path: Path) -> None:
    """Wall-clock seconds, because the program reads in a child process."""

    def openpyxl_reads() -> None:
        book = load_workbook(path, read_only=True)
        for sheet in book:
            for _row in sheet.iter_rows(values_only=True):
                pass
        book.close()

    def calamine_reads() -> None:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    found = rounds(
        {
            "openpyxl, read-only": openpyxl_reads,
            "python-calamine": calamine_reads,
            "the program's reading": lambda: workbook.read_plain(path),
        },
        ROUNDS,
        1,
    )
    table("Parsing", found)


def keep_database() -> None:
    """Migrate the database, and keep it running between the steps, as the server does."""
    call_command("migrate", verbosity=0)
    connection.ensure_connection()


def write(path: Path, receipts: int, projects: int) -> None:
    chance = random.Random(2012)
    book = Workbook(write_only=True)
    kinds = ("镇", "部门")
    units = [f"单位{number}" for number in range(UNITS)]
    sheet = book.create_sheet("单位")
    sheet.append(["单位名称", "类别", "排序"])
    for number, unit in enumerate(units):
        sheet.append([unit, kinds[number % 2], number + 1])
    sheet = book.create_sheet("任务")
    sheet.append(["单位名称", "年度", "年度任务（万元）"])
    for unit in units:
        sheet.append([unit, 2012, 5_000])
    sheet = book.create_sheet("项目")
    sheet.append(
        [
            "项目名称",
            "投资方",
            "责任单位",
            "份额",
            "阶段",
            "签约日期",
            "总投资（万元）",
            "引资额（万元）",
            "行业",
            "资金来源",
        ]
    )
    for number in range(projects):
        first, second = chance.sample(units, 2)
        shares = f"{first} 60%; {second} 40%" if number % 3 == 0 else ""
        signed = date(2012, 1, 1) + timedelta(days=number % 10)
        sheet.append(
            [
                f"项目{number}",
                f"公司{number}",
                first,
                shares,
                "合同",
                signed,
                9_000,
                8_000,
                "旅游",
                "省外",
            ]
        )
    sheet = book.create_sheet("到位资金")
    sheet.append(["项目名称", "到位日期", "金额（万元）", "凭证号"])
    for number in range(receipts):
        day = date(2012, 1, 15) + timedelta(days=chance.randrange(DAYS))
        amount = chance.randrange(1, 800_000) / 100
        sheet.append([f"项目{chance.randrange(projects)}", day, amount, f"凭证{number}"])
    book.save(path)


def measured(word: str, arguments: list[str]) -> float:
    """Seconds of one run; prints them with the peak memory of the process and its children."""
    started = time.monotonic()
    command = [sys.executable, str(ROOT / "manage.py"), "import_book", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(process.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - started
    print(f"{word:<8} {seconds:6.1f} s  {peak / 1024**2:6.0f} MB  exit {process.returncode}")
    return seconds


def _memory(pid: int) -> int:
    """Memory of the process and its children, without the database server."""
    try:
        process = psutil.Process(pid)
        children = [
            child for child in process.children() if "child.py" in " ".join(child.cmdline())
        ]
        return sum(each.memory_info().rss for each in [process, *children])
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main()
