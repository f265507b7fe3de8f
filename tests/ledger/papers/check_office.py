"""The settlement workbook in LibreOffice: it opens whole, recalculates to the same values, ✓ everywhere.

Run by ``make check-office``. Each workbook is opened headless, recalculated and saved again by
LibreOffice; what comes back is compared cell by cell.
"""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import translation

from ledger.models import Entry, Settlement
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from tests import acting
from tests.builders import (
    day,
    make_county,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from tests.ledger.papers.papers import book_bytes, close_first_quarter
from units.models import County

EVIL = ("=1+1", "+1镇", "-2镇", "@SUM(A1)", "＝2镇", "{=3}", '=HYPERLINK("http://example.invalid")')
PATIENCE = 300
PACKAGE = "libreoffice-calc-nogui"
# Comma, quotation mark, UTF-8, from row 1; cells as shown, every sheet a file of its own.
EVERY_SHEET_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
HEAD_OF_CHECKS, FIRST_LIVE = 4, 4


@pytest.fixture(scope="session")
def office():
    """LibreOffice, installed where it is missing and that is possible; else said what to install."""
    if not shutil.which("soffice") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
            subprocess.run(["apt-get", "--quiet", *command], check=False)
    found = shutil.which("soffice")
    if not found:
        pytest.exit(f"Install LibreOffice Calc first (Debian: apt-get install {PACKAGE}).", 1)
    return found


@pytest.fixture
def converted(office, tmp_path):
    """Names of workbooks and their bytes in; the folder of what LibreOffice makes of them out."""

    def run(books: dict[str, bytes], kind: str = "xlsx") -> Path:
        for name, data in books.items():
            (tmp_path / f"{name}.xlsx").write_bytes(data)
        out = tmp_path / "out"
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        files = [str(tmp_path / f"{name}.xlsx") for name in books]
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
        subprocess.run([*command, *files], capture_output=True, timeout=PATIENCE, check=True)
        return out

    return run


@pytest.fixture
def recalculated(converted):
    """Names of workbooks and their bytes in; the same, saved by LibreOffice, out."""

    def run(books: dict[str, bytes]) -> dict[str, bytes]:
        out = converted(books)
        return {name: (out / f"{name}.xlsx").read_bytes() for name in books}

    return run


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_sample", verbosity=0)
        yield County.objects.get()
        transaction.set_rollback(True)


def test_sample_county_opens_and_agrees(sample, django_db_blocker, recalculated):
    with django_db_blocker.unblock():
        june = league_table(sample, day("2012-06-30"))
        may = league_table(sample, day("2012-05-31"), without=["resource", "property"])
        march = announced_table(Settlement.objects.get(as_of=day("2012-03-31")))
        books = {"june": book_bytes(june), "may": book_bytes(may), "march": book_bytes(march)}
        with translation.override("en"):
            books["english"] = book_bytes(june)

    for name, data in recalculated(books).items():
        agree(books[name], data)


@pytest.mark.django_db
def test_awkward_county_opens_and_agrees(recalculated):
    """Thirds of a fen, ties, no target, negative sums, changes after closing, evil names."""
    county = awkward_county()
    days = ("2012-02-29", "2012-04-30", "2012-06-15", "2012-06-30", "2012-12-31")
    books = {f"on-{text}": book_bytes(league_table(county, day(text))) for text in days}
    books["empty"] = book_bytes(league_table(make_county("611024", "空县"), day("2012-06-30")))

    for name, data in recalculated(books).items():
        agree(books[name], data)


@pytest.mark.django_db
def test_text_stays_text_as_csv_too(converted):
    """quality 12"""
    data = book_bytes(league_table(awkward_county(), day("2012-06-30")))

    out = converted({"evil": data}, EVERY_SHEET_AS_CSV)

    with (out / "evil-排名表.csv").open(encoding="utf-8", newline="") as lines:
        names = [row[2] for row in csv.reader(lines)]
    assert set(EVIL) <= set(names)


@pytest.mark.django_db
def test_a_changed_figure_is_found(recalculated):
    """The check is able to fail."""
    county = make_county()
    unit = make_unit(county, "甲镇")
    set_target(unit, 1000)
    make_verified(make_project(unit), 600)
    data = book_bytes(league_table(county, day("2012-06-30")))

    books = {f"changed-{number}": changed(data, *change) for number, change in enumerate(CHANGES)}

    unfound = [name for name, saved in recalculated(books).items() if "✗" not in results(saved)]
    assert unfound == []


CHANGES = (
    ("排名表", "F6", 1),
    ("排名表", "A6", 9),
    ("排名表", "J6", 0.123),
    ("排名表", "K6", 0.000001),
    ("排名表", "M6", "完成全年任务"),
    ("到位资金明细", "H4", 0.01),
    ("项目明细", "H4", "续建"),
    ("概况", "B6", 5),
    ("概况", "B24", 7),
)


def changed(data: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book[sheet][cell].value is not None
    book[sheet][cell].value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def awkward_county():
    county = make_county()
    units = [make_unit(county, name, "town") for name in EVIL]
    for number, unit in enumerate(units):
        set_target(unit, "100.000001", due=("0.00001", "33.333333", "66.666667"))
        make_verified(make_project(unit, f"{EVIL[number]}项目"), "12.345678", "2012-02-01")
    third = [make_unit(county, name, "department") for name in ("甲局", "乙局", "丙局")]
    shares = dict(zip(third, (3_333, 3_333, 3_334), strict=True))
    set_target(third[0], 300)
    set_target(third[1], "0.01")
    shared = make_project(third[0], "=共享", shares=shares, signed="2012-01-02")
    late = make_verified(shared, "100.000001", "2012-03-30")
    close_first_quarter(county)
    make_verified(shared, "0.000001", "2012-03-31", at=moment("2012-04-20"))
    entry = Entry.objects.filter(receipt=late).first()
    acting.reverse(entry.pk, "+冲销", by=make_verifier(county), at=moment("2012-05-20"))
    make_receipt(shared, 7)
    set_target(make_unit(county, "商南茶业", "enterprise"), 50)
    return county


def agree(written: bytes, saved: bytes) -> None:
    """Same sheets, same values, and ✓ on every line of the checks."""
    before = openpyxl.load_workbook(io.BytesIO(written))
    after = openpyxl.load_workbook(io.BytesIO(saved), data_only=True)
    assert before.sheetnames == after.sheetnames
    for sheet in before.worksheets:
        assert plain(sheet) == plain(after[sheet.title])
        assert sheet.merged_cells.ranges == after[sheet.title].merged_cells.ranges
    lines = checks(saved)
    assert [line for line in lines if line[-1] != "✓"] == []
    assert len(lines) == before.worksheets[-1].max_row - HEAD_OF_CHECKS


def plain(sheet) -> dict[str, object]:
    """Every value that is no formula, by cell; a number to fifteen digits."""
    return {
        cell.coordinate: float(f"{cell.value:.15g}")
        if isinstance(cell.value, int | float)
        else cell.value
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "") and not is_checked(sheet, cell)
    }


def is_checked(sheet, cell) -> bool:
    return sheet == sheet.parent.worksheets[-1] and cell.column > FIRST_LIVE


def results(saved: bytes) -> list[str]:
    return [line[-1] for line in checks(saved)]


def checks(saved: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(saved), data_only=True).worksheets[-1]
    return list(sheet.iter_rows(min_row=HEAD_OF_CHECKS + 1, max_col=7, values_only=True))
