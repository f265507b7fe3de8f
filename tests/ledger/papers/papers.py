"""Papers made of a league table, for the tests that read them again."""

import io

import openpyxl

from ledger.models import Period
from ledger.papers import bulletin, settlement, sources
from ledger.quarter.checks import ADVISORY
from tests import acting
from tests.builders import make_head, make_verifier, moment

SHEETS = ["概况", "排名表", "项目明细", "到位资金明细", "会后变动", "未报送单位", "校验"]


def book_bytes(table, user=None):
    """The settlement workbook as the bureau head, or another person, gets it."""
    background = sources.background(table)
    details = sources.details(table, user or make_head(table.county))
    file = io.BytesIO()
    settlement.settlement_workbook(table, background, details, file)
    return file.getvalue()


def book_of(table, user=None):
    return openpyxl.load_workbook(io.BytesIO(book_bytes(table, user)))


def rows_of(sheet):
    """Rows of values, without the empty ones at the end of each."""
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def row_of(sheet, name, column=2):
    """The row in whose column the name stands."""
    return next(row for row in rows_of(sheet) if row[column] == name)


def paper_of(table):
    return bulletin.bulletin(table, sources.background(table))


def close_first_quarter(county):
    """Proposed on 10 April 2012, confirmed the day after; the settlement."""
    period, _ = Period.objects.get_or_create(county=county, year=2012, quarter=1)
    acting.close(period.pk, by=make_verifier(county), at=moment("2012-04-10"), known=ADVISORY)
    return acting.confirm(period.pk, by=make_head(county), at=moment("2012-04-11"), known=ADVISORY)


def sheet_of(response, name=None):
    """The rows of a sheet that an answer carries, the first if none is named."""
    book = openpyxl.load_workbook(io.BytesIO(response.getvalue()))
    return list((book[name] if name else book.worksheets[0]).iter_rows(values_only=True))
