"""One cell: every form that is read, every doubt that is refused. Hypothesis writes the forms."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.reading import cells
from ledger.reading.cells import CellError
from units.ground.money import MAX_YUAN

DAYS = st.dates(min_value=cells.EARLIEST, max_value=cells.LATEST)
FEN = st.integers(min_value=1, max_value=10**12)
SCALES = st.sampled_from([1, 10_000, 100_000_000])
NUMERALS = "〇一二三四五六七八九"


def chinese(number):
    """As in 二十三 for 23."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return f"{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[ones] if ones else ''}"


FORMS = {
    "ISO": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "points": lambda d: f"{d.year}.{d.month}.{d.day}",
    "padded points": lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    "Chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "Chinese 号": lambda d: f"{d.year}年{d.month}月{d.day}号",
    "eight digits": lambda d: f"{d:%Y%m%d}",
    "eight digits as a number": lambda d: float(f"{d:%Y%m%d}"),
    "spaces": lambda d: f" {d.year} 年 {d.month} 月 {d.day} 日 ",
    "with a clock": lambda d: f"{d.isoformat()} 23:59:00",
    "full width": lambda d: d.isoformat().translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
    "numerals": lambda d: (
        "".join(NUMERALS[int(c)] for c in str(d.year)) + f"年{chinese(d.month)}月{chinese(d.day)}日"
    ),
    "date": lambda d: {"day": d.isoformat()},
    "moment": lambda d: {"day": f"{d.isoformat()}T23:59:59"},
    "bare number": lambda d: float((d - date(1899, 12, 30)).days),
}


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS)
def test_a_day_is_read_in_every_form(form, day):
    """quality 27"""
    assert cells.day(FORMS[form](day)) == day


@given(day=DAYS)
def test_a_bare_number_counts_from_the_workbooks_own_epoch(day):
    """quality 27"""
    assert cells.day((day - date(1904, 1, 1)).days, 1904) == day


@pytest.mark.parametrize(
    "written",
    [
        *("2012-02-30", "2012-13-01", "2012-00-10", "0001-01-01", "9999-12-31", "1979-12-31"),
        *("2012年6月", "2012.6", "2012", "6/30/2012", "12.6.30", "六月三十日", "一二年六月三十日"),
        *("2012-6-30-1", "2012--06-30", "明天", "", "2012年十十月一日", "2012-06-30 25"),
        *(True, 2012.5, 2012, 20121301, 12.5, 0, -1, 10**9, 1e300, {"time": "03:00"}),
    ],
)
def test_what_is_no_day_is_refused(written):
    """quality 27"""
    with pytest.raises(CellError):
        cells.day(written)


@given(value=st.one_of(st.text(), st.floats(allow_nan=True), st.booleans(), st.integers()))
@example("２０１２－０６－３１")
def test_any_cell_is_a_day_of_our_years_or_refused(value):
    """quality 27, quality 28"""
    try:
        day = cells.day(value)
    except CellError:
        return
    assert cells.EARLIEST <= day <= cells.LATEST


@given(fen=FEN, scale=SCALES)
def test_a_number_of_whole_fen_is_read_exactly_in_every_unit(fen, scale):
    """quality 24: a sheet keeps fifteen digits, and an amount below 100 billion needs no more"""
    written = float(Fraction(fen, 100 * scale))

    assert cells.amount(written, scale) == Decimal(fen) / 100


@given(fen=FEN, noise=st.integers(min_value=-4, max_value=4))
def test_binary_noise_does_not_move_an_amount(fen, noise):
    """quality 24: what =A1-B1 leaves behind the last digit"""
    value = fen / 1_000_000
    noisy = value + noise * 2**-52 * value

    assert cells.amount(noisy) == Decimal(fen) / 100


@given(fen=FEN)
def test_a_text_may_name_its_own_unit(fen):
    """quality 24"""
    yuan = Decimal(fen) / 100

    assert cells.amount(f"{yuan}元", 100_000_000) == yuan
    assert cells.amount(f"{yuan.scaleb(-4):f}万元", 1) == yuan


@pytest.mark.parametrize(
    "written",
    [
        *("", "五百", "约500", "500-600", "+5", "-5", "−5", "1e5", "1_000", "12.", "1,0000", "½"),
        *("12.3.4", "0x10", "NaN", "Infinity", "500 元/年", "￥500", "0", "0.0000001", "9" * 20),
        *(0, 0.0, -0.0, -1, 1000 / 3, 1e-9, 1e15, 1e300, float("nan"), float("inf"), True, False),
        *({"day": "2012-06-30"}, {"time": "03:00"}),
    ],
)
def test_what_is_no_amount_is_refused(written):
    """quality 24"""
    with pytest.raises(CellError):
        cells.amount(written)


@given(value=st.one_of(st.text(), st.floats(allow_nan=True), st.booleans(), st.integers()))
def test_any_cell_is_an_amount_in_bounds_or_refused(value):
    """quality 24, quality 28"""
    try:
        amount = cells.amount(value)
    except CellError:
        return
    assert 0 < amount <= MAX_YUAN
    assert amount == round(amount, 2)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("水沟镇", "水沟镇"), (" 水沟镇\u3000", "水沟镇"), (17.0, "17"), (1.5, "1.5")),
        *(("商南县\n招商局", "商南县招商局"), ("Sun\nCity", "Sun City"), (None, "")),
        *((2012001, "2012001"), ("0042", "0042"), ("𠮷野集团", "𠮷野集团")),
    ],
)
def test_text_is_read_on_one_line(written, read):
    """quality 28"""
    assert cells.text(written) == read


@pytest.mark.parametrize(
    "written", ["a\u200bb", "a\u202eb", "a\x00b", "\ud800", 1e15, 6222021234567890123, True, {}]
)
def test_text_that_cannot_be_kept_is_refused(written):
    """quality 28"""
    with pytest.raises(CellError):
        cells.text(written)


@given(value=st.one_of(st.text(), st.floats(), st.none(), st.booleans()))
def test_any_cell_is_clean_text_or_refused(value):
    """quality 28"""
    try:
        read = cells.text(value)
    except CellError:
        return
    assert read == read.strip()
    assert "\n" not in read


@pytest.mark.parametrize("written", [2012, "2012", "2012年", "２０１２", "2012年度", " 2012 "])
def test_a_year_is_read(written):
    assert cells.year(written) == 2012


@pytest.mark.parametrize(
    "written", ["12", 12, "二〇一二", {"day": "2012-01-01"}, 2012.5, "2012-06"]
)
def test_what_is_no_year_is_refused(written):
    with pytest.raises(CellError):
        cells.year(written)


def test_shares_are_read_with_their_names():
    assert cells.shares("水沟镇 60%; 招商局 40%") == [("水沟镇", 6_000), ("招商局", 4_000)]
    assert cells.shares(1) == cells.shares("100%") == [("", 10_000)]


@pytest.mark.parametrize("written", [0.6, "60%", "水沟镇; 招商局", "水沟镇 60%", 2, True])
def test_doubtful_shares_are_refused(written):
    with pytest.raises(CellError):
        cells.shares(written)


@pytest.mark.parametrize("written", [None, "-", "—", " / ", "未下达"])
def test_a_dash_says_nothing(written):
    assert cells.is_nothing(written)
