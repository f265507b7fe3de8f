"""The workbook that a county is written into, and what of a league table must come back from it."""

from ledger.workbooks import contents, template


def filled(county, folder, unit=None, name="filled.xlsx"):
    path = folder / name
    with path.open("wb") as file:
        found = contents.contents(county, unit, is_filled=True, year=2012)
        template.write(found, file)
    return path


def comparable(table):
    rows = [
        (r.name, r.kind, r.rank, r.target, r.due, r.benchmark, r.sums, r.pending, r.tier)
        for r in table.rows
    ]
    return rows, table.signed, table.total
