"""Lists as CSV: read back as an office program does."""

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.sheets import csv_file
from ledger.sheets.book import Column, Live, Styled
from ledger.sheets.cell_styles import WAN


def test_values_come_back_and_texts_never_become_formulas():
    file = io.BytesIO()
    columns = [Column("单位", 10), Column("金额", 10), Column("日期", 10)]
    rows = [
        ["甲镇，乙镇", Styled(Decimal("-0.01"), WAN), date(2012, 6, 30)],
        ["=1+1", 12, None],
        ["\t+1", Fraction(1, 2), Live("=A1")],
    ]

    csv_file.write(columns, rows, file)

    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))) == [
        ["单位", "金额", "日期"],
        ["甲镇，乙镇", "-0.01", "2012-06-30"],
        ["'=1+1", "12", ""],
        ["'\t+1", "0.5", ""],
    ]
