"""Downloads: responses with a file, and lists as workbooks ("what is on screen, with its filters").

Files are temporary and deleted once sent. The caller decides who may have the file.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _

from ledger.sheets import csv_file
from ledger.sheets.book import Book, Column, Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"
ROW_HEIGHT = 17


def file_response(name: str, media_type: str, write: Callable[[IO[bytes]], None]) -> FileResponse:
    """An attachment written to a temporary file, which is deleted when the response is sent."""
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        write(file)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response["Content-Length"] = str(size)
    return response


def list_response(
    request: HttpRequest,
    title: str,
    filters: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
) -> FileResponse:
    """A list as it is on screen, as a workbook or, by ``?format=csv``, as CSV.

    ``filters`` are names and values, written at the top of the workbook.
    """
    if request.GET.get("format") == "csv":
        return file_response(f"{title}.csv", CSV, partial(csv_file.write, columns, rows))

    def write(file: IO[bytes]) -> None:
        with Book(title) as book:
            said = "；".join(f"{label}：{value}" for label, value in filters if value)
            lines = [_("Filters: %(filters)s") % {"filters": said or _("none")}]
            sheet = book.sheet(title, columns, title=title, lines=lines, row_height=ROW_HEIGHT)
            head = sheet.row
            sheet.extend(rows)
            sheet.filterset(head)
            book.save(file)

    return file_response(f"{title}.xlsx", XLSX, write)
