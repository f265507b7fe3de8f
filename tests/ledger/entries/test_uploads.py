"""What a request may carry, and the scanner that an office may put before its files."""

import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.entries import evidence
from ledger.reading import workbook
from tests.pdfs import PDF, pdf
from units.ground.refusal import Refusal

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INFECTED_PDF = pdf(EICAR)
# As clamdscan answers: 0 clean, 1 infected, 2 when something is wrong.
SCANNER = "import sys; sys.exit(b'EICAR-STANDARD' in open(sys.argv[1], 'rb').read())"


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "evidence"
    return settings.MEDIA_ROOT


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def store(content):
    return evidence.store(SimpleUploadedFile("a.pdf", content))


def test_a_scanner_refuses_what_it_knows(folder, settings):
    """quality 18: EICAR inside a well-formed PDF"""
    store(INFECTED_PDF)
    assert len(kept(folder)) == 1  # no scanner is set
    settings.SCAN_COMMAND = [sys.executable, "-c", SCANNER]

    with pytest.raises(Refusal) as refused:
        store(INFECTED_PDF + b"%%EOF")
    store(PDF)

    assert refused.value.field == "evidence"
    assert len(kept(folder)) == 2


@pytest.mark.parametrize(
    "command", [["/no/such/scanner"], [sys.executable, "-c", "import sys; sys.exit(2)"]]
)
def test_while_the_scanner_does_not_work_nothing_passes(folder, settings, command):
    """quality 18, quality 29"""
    settings.SCAN_COMMAND = command

    with pytest.raises(Refusal):
        store(PDF)

    assert kept(folder) == []


def test_workbooks_are_scanned_before_they_are_read(tmp_path, settings):
    """quality 18"""
    settings.SCAN_COMMAND = [sys.executable, "-c", SCANNER]
    (tmp_path / "book.csv").write_bytes(EICAR)

    with pytest.raises(Refusal) as refused:
        workbook.read(tmp_path / "book.csv")

    assert "病毒" in str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {f"field{number}": "x" for number in range(2_000)},
        {"username": "x" * 3_000_000},
        {f"file{number}": SimpleUploadedFile("a", b"x") for number in range(150)},
    ],
)
def test_a_body_of_too_many_parts_or_too_much_text_is_refused(client, body):
    """quality 15"""
    assert client.post("/accounts/login/", body).status_code in (400, 413)
