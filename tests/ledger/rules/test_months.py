"""A month in an address."""

import pytest

from ledger.rules.months import Month, MonthConverter


@pytest.mark.parametrize("text", ["2012-06", "1979-01", "2999-12"])
def test_a_month_reads_and_writes_itself(text):
    assert str(Month.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2012-13",
        "2012-00",
        "0000-01",
        "0001-01",
        "9999-12",
        "2012-6",
        "201206",
        "２０１２-06",
        "",
        "-",
    ],
)
def test_what_is_no_month_of_our_years_is_refused(text):
    with pytest.raises(ValueError):
        MonthConverter().to_python(text)


def test_a_month_knows_its_days_and_its_quarter():
    month = Month(2012, 2)

    assert (month.first_day.isoformat(), month.last_day.isoformat()) == ("2012-02-01", "2012-02-29")
    assert [Month(2012, m).quarter for m in (1, 3, 4, 12)] == [1, 1, 2, 4]
    assert [m for m in range(1, 13) if Month(2012, m).ends_quarter] == [3, 6, 9, 12]
