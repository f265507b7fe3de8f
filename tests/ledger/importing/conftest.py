"""What the tests of workbooks share: a town, its project, and what programs are told of a sheet."""

import pytest
from openpyxl import Workbook

from ledger.importing import document
from ledger.importing import plan as planning
from ledger.reading import workbook
from ledger.reading.mapping import Mapping
from tests.builders import day, make_project, make_unit
from tests.ledger.importing import books


@pytest.fixture
def town(county):
    return make_unit(county, "水沟镇")


@pytest.fixture
def project(town):
    return make_project(town, "石英砂项目")


@pytest.fixture
def understood(county, head):
    """What programs are told of a file, and of its first sheet."""

    def of(path, mapping=None):
        chosen = {"mapping": Mapping.of(mapping)} if mapping else {}
        book = workbook.read(path)
        plan = planning.make(book, county, by=head, today=day("2012-07-16"), **chosen)
        found = document.of_plan(plan)
        return found, found["sheets"][0]

    return of


@pytest.fixture
def read(understood, tmp_path):
    """The same of a sheet of these rows; ``bend`` changes the sheet first."""

    def of(rows, *, name="Sheet1", bend=None, mapping=None):
        book = Workbook()
        sheet = book.active
        sheet.title = name
        for row in rows:
            sheet.append(row)
        if bend is not None:
            bend(sheet)
        path = books.saved(book, tmp_path)
        return understood(path, {"sheets": {name: mapping}} if mapping else None)

    return of
