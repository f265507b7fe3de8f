"""The fields that all forms share."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from units.forms import (
    AmountField,
    CleanCharField,
    CleanTextField,
    DayField,
    PercentField,
    WholeField,
)
from units.ground.money import AMOUNT_SENTENCES, AmountCode


def refused(field, typed):
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("１２．５", "125000.00"),
        ("1,000.5", "10005000.00"),
        (" 12.5　", "125000.00"),
        ("0.8亿", "80000000.00"),
        ("0.000001", "0.01"),
    ],
)
def test_an_amount_means_what_it_says(typed, yuan):
    """quality 24"""
    assert AmountField().clean(typed) == Decimal(yuan)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1e5", AmountCode.NOT_A_NUMBER),
        ("1_000", AmountCode.NOT_A_NUMBER),
        ("NaN", AmountCode.NOT_A_NUMBER),
        ("十二", AmountCode.NOT_A_NUMBER),
        ("-0", AmountCode.SIGNED),
        ("-5", AmountCode.SIGNED),
        ("", AmountCode.EMPTY),
        ("0", AmountCode.ZERO),
        ("1234567890123456789", AmountCode.TOO_LARGE),
        ("1.1234567", AmountCode.TOO_FINE),
        ("1,00", AmountCode.SEPARATORS),
    ],
)
def test_a_doubtful_amount_is_refused_with_what_to_type(typed, code):
    """quality 24"""
    error = refused(AmountField(), typed)

    assert (error.code, error.message) == (code, gettext(AMOUNT_SENTENCES[code]))


def test_an_amount_may_be_left_out_where_it_may():
    assert AmountField(required=False).clean("  ") is None


@given(st.integers(min_value=1, max_value=10**15 - 1))
def test_an_amount_shown_for_editing_reads_back_the_same(fen):
    """quality 25"""
    field = AmountField()
    amount = Decimal(fen) / 100

    assert field.clean(field.prepare_value(amount)) == amount
    assert not field.has_changed(amount, field.prepare_value(amount))


@pytest.mark.parametrize(
    "typed", ["a\x00b", "a\u202eb", "a\u200bb", "a\ud800b", "a\ufeffb", "a\nb"]
)
def test_text_that_cannot_be_seen_is_refused(typed):
    """quality 28"""
    refused(CleanCharField(), typed)


def test_text_is_trimmed_and_kept_in_one_form():
    """quality 28"""
    assert CleanCharField().clean(" e\u0301 𠮷　") == "é 𠮷"
    assert CleanTextField().clean("一\r\n二") == "一\n二"


@pytest.mark.parametrize("typed", ["", " ", "　"])
def test_blanks_are_no_text(typed):
    refused(CleanCharField(), typed)


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_reads_back_the_same(day):
    """quality 27"""
    assert DayField().clean(day.isoformat()) == day
    assert DayField().clean(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    "typed",
    ["2012-02-30", "0001-01-01", "9999-12-31", "二〇一二", "2012-3/1", "1e3", "41000", "x" * 9_999],
)
def test_a_day_that_is_none_is_refused(typed):
    """quality 27"""
    assert refused(DayField(), typed).code == "day"


def test_a_percent_may_be_nothing_only_where_that_means_something():
    assert PercentField(allow_zero=True).clean("0") == 0
    assert refused(PercentField(), "0").code == "percent"


@pytest.mark.parametrize("typed", ["1_0", "１1.0x", "-1", "10000", "1.5", "٣", "1" * 50])
def test_a_whole_number_is_digits_only(typed):
    refused(WholeField(most=9_999), typed)


def test_a_whole_number_may_be_full_width():
    assert WholeField(most=9_999).clean("１２") == 12
