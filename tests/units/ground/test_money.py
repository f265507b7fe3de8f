"""The amount grammar against a second reader, and every text that shows an amount or a percent.

`EXAMPLES=1000000` compares a million texts with the second reader (about a minute), and runs each
property 10,000 times.
"""

import os
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from units.ground.money import (
    AMOUNT_SENTENCES,
    MAX_YUAN,
    WAN,
    YI,
    YUAN,
    AmountCode,
    AmountError,
    exact,
    gap_text,
    parse_amount,
    parse_number,
    percent,
    percent_shown,
    percent_text,
    points_text,
    rounded,
    to_wan,
    to_yi,
    wan_exact,
    wan_short,
    wan_text,
    yi_short,
    yi_text,
    yuan_text,
)

EXAMPLES = int(os.environ.get("EXAMPLES", "400"))

often = settings(
    max_examples=min(EXAMPLES, 10_000),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

fen = st.integers(min_value=1, max_value=int(MAX_YUAN * 100))
yuan = fen.map(lambda count: Decimal(count) / 100)
signed_yuan = st.builds(lambda amount, sign: amount * sign, yuan, st.sampled_from([1, -1, 0]))


# The second reader: one character at a time, no regular expression, no NFKC, no Decimal arithmetic.

WIDE = dict(zip("０１２３４５６７８９．，", "0123456789.,", strict=True))
NARROW = set("0123456789.,")
SCALES = {"": None, "元": 1, "万": 10_000, "万元": 10_000, "亿": 10**8, "亿元": 10**8}


def reference(text: str, scale: int) -> int | None:
    """Fen, or None where the text is no amount."""
    characters = list(text)
    for end in (0, -1):
        while characters and characters[end] in " \t\r\n\u00a0\u3000":
            characters.pop(end)
    number, word = "", ""
    for character in characters:
        character = WIDE.get(character, character)
        if character in NARROW and not word:
            number += character
        else:
            word += character
    word = word.lstrip(" \uff00") if number else word
    if word not in SCALES or not number:
        return None
    return reference_fen(number, SCALES[word] or scale)


def reference_fen(number: str, scale: int) -> int | None:
    whole, point, fine = number.partition(".")
    groups = whole.split(",")
    if "," in fine or "." in fine or (point and not fine) or len(fine) > 6 or not groups[0]:
        return None
    if len(groups) > 1:
        if len(groups[0]) > 3 or groups[0].startswith("0"):
            return None
        if any(len(group) != 3 for group in groups[1:]):
            return None
    digits = "".join(groups)
    if len(digits) > 13:
        return None
    amount = Fraction(int(digits)) + (Fraction(int(fine), 10 ** len(fine)) if fine else 0)
    result = amount * scale * 100
    if result.denominator != 1 or not 0 < result < 10**15:
        return None
    return result.numerator


def read(text: str, scale: int) -> int | None:
    try:
        return int(parse_amount(text, scale) * 100)
    except AmountError:
        return None


# Characters that look like part of a number, and those that break naive readers.
TROUBLE = (
    "0123456789" * 3
    + "......,,,，．０１２３４５６７８９"
    + "_eE+-−－–—﹣＋xX½⅓²①٣५万元亿千十二三 \t\u00a0\u3000\u200b\ufeff\u202e\x00'¥%()"
)
# Pieces from which a text comes close to being right.
PIECES = [
    "0", "00", "1", "12", "123", "000", "999", "1234567", "999999999999", "９", "１２", "０００",
    ".", "．", ",", "，", ".5", ".000001", ".0000001", "万", "万元", "元", "亿", "亿元", " ", "\u3000",
    "e5", "_", "-", "−", "+", "0x", "NaN", "Inf", "½", "٣",
]  # fmt: skip
near_amounts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=7).map("".join),
    st.text(alphabet=TROUBLE, max_size=16),
    st.from_regex(r"[0-9]{1,14}(\.[0-9]{0,7})?(万元|亿|元)?", fullmatch=True),
    st.from_regex(r"[0-9０-９]{1,3}([,，][0-9]{3}){0,4}(\.[0-9]{1,6})?", fullmatch=True),
    st.text(max_size=12),
)


@often
@given(near_amounts, st.sampled_from([YUAN, WAN, YI]))
@example("9999999999999.99", YUAN)
@example("99999.99999999", YI)
@example("0" * 400, WAN)
def test_every_text_is_refused_or_means_what_a_second_reader_says(text, scale):
    """quality 24"""
    assert read(text, scale) == reference(text, scale)


def test_many_texts_made_of_parts_of_amounts_agree_with_the_second_reader():
    """quality 24"""
    chance = random.Random(24)
    taken = 0

    for _ in range(max(EXAMPLES, 20_000)):
        parts = PIECES if chance.random() < 0.7 else TROUBLE
        text = "".join(chance.choices(parts, k=chance.randrange(6)))
        scale = chance.choice((YUAN, WAN, YI))
        expected = reference(text, scale)
        assert read(text, scale) == expected, (text, scale)
        taken += expected is not None

    assert taken > 1_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1250.5", "12505000.00"),
        ("１２．５", "125000.00"),
        ("１，０００", "10000000.00"),
        ("1,000", "10000000.00"),
        ("1，000", "10000000.00"),
        ("1,000.5", "10005000.00"),
        ("1,234,567", "12345670000.00"),
        ("\u30001\u3000", "10000.00"),
        (" 1\u00a0\r\n", "10000.00"),
        ("007", "70000.00"),
        ("0.000001", "0.01"),
        ("12.5万元", "125000.00"),
        ("12.5 万元", "125000.00"),
        ("12.5万", "125000.00"),
        ("0.8亿", "80000000.00"),
        ("27.9亿元", "2790000000.00"),
        ("3000元", "3000.00"),
        ("3,000.25元", "3000.25"),
        ("999999999.999999", "9999999999999.99"),
        ("9999999999999.99元", "9999999999999.99"),
    ],
)
def test_amounts_mean_what_they_say(text, expected):
    """quality 24"""
    amount = parse_amount(text)

    assert (amount, str(amount)) == (Decimal(expected), expected)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (AmountCode.EMPTY, ["", " ", "\u3000", "\t\n"]),
        (
            AmountCode.SIGNED,
            ["-5", "−5", "－5", "–5", "—5", "﹣5", "+5", "＋5", "-0", "-0.0", "负5"],
        ),
        (
            AmountCode.NOT_A_NUMBER,
            ["1e5", "1E5", "１ｅ５", "1_000", "NaN", "nan", "Inf", "Infinity", "0e99999999"],
        ),
        (
            AmountCode.NOT_A_NUMBER,
            [
                "十二",
                "一百",
                "½",
                "1½",
                "10²",
                "①",
                "0x10",
                "٣",
                "५",
                "𝟏",
                "12.",
                ".5",
                "1.2.3",
                "1。5",
                "1、000",
            ],
        ),
        (
            AmountCode.NOT_A_NUMBER,
            ["5-", "(5)", "¥5", "5%", "1亿2000万", "5千元", "万元", "\ud800"],
        ),
        (AmountCode.NOT_A_NUMBER, ["1 000", "1\u200b0", "\u200b1", "1\ufeff", "1\u20090"]),
        (AmountCode.NOT_A_NUMBER, ["1\x00", "\u202e1"]),
        (
            AmountCode.SEPARATORS,
            ["1,00", "10,00,0", ",100", "1,000,", "1,,000", "1234,567", "0,500"],
        ),
        (AmountCode.SEPARATORS, ["1,000,00", "1.000,5", "1,000.000,1"]),
        (AmountCode.TOO_FINE, ["1.0000000", "0.0000001", "1.234元", "0.001元"]),
        (AmountCode.ZERO, ["0", "0.00", "000", "０", "0元", "0亿"]),
        (AmountCode.TOO_LARGE, ["1" * 19, "9" * 400, "1000000000", "100000亿"]),
        (AmountCode.TOO_LARGE, ["10000000000000元", "999999999.999999亿"]),
    ],
)
def test_doubtful_amounts_are_refused_with_the_sentence_that_helps(code, texts):
    """quality 24"""
    for text in texts:
        with pytest.raises(AmountError) as refused:
            parse_amount(text)
        assert (refused.value.code, refused.value.text) == (code, text)
        assert refused.value.sentence == AMOUNT_SENTENCES[code]


def test_every_refusal_has_its_own_sentence():
    assert set(AMOUNT_SENTENCES) == set(AmountCode)
    assert len(set(AMOUNT_SENTENCES.values())) == len(AmountCode)


def test_zero_is_an_amount_only_where_it_is_allowed():
    assert parse_amount("0", allow_zero=True) == 0
    assert str(parse_amount("0", allow_zero=True)) == "0.00"
    with pytest.raises(AmountError):
        parse_amount("-0", allow_zero=True)


def test_the_largest_amount_is_taken_and_one_fen_more_is_not():
    """quality 26"""
    assert parse_amount("9999999999999.99", YUAN) == MAX_YUAN
    with pytest.raises(AmountError):
        parse_amount("1000000000", WAN)
    assert float(MAX_YUAN) == 9999999999999.99
    assert f"{float(MAX_YUAN):.15g}" == str(MAX_YUAN)


def test_reading_is_quick_for_texts_made_to_be_slow():
    for text in ["," * 100_000 + "x", "1" * 100_000, "1," * 50_000 + "x", " " * 100_000 + "x"]:
        with pytest.raises(AmountError):
            parse_amount(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1250, "12500000.00"), (0.1 + 0.2, "3000.00"), (1e-6, "0.01"), (1250.55, "12505500.00")],
)
def test_a_number_in_a_sheet_is_read_by_the_digits_it_shows(value, expected):
    assert parse_number(value) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, AmountCode.NOT_A_NUMBER),
        (float("nan"), AmountCode.NOT_A_NUMBER),
        (float("inf"), AmountCode.NOT_A_NUMBER),
        (-1.5, AmountCode.SIGNED),
        (-0.0, AmountCode.SIGNED),
        (0.0, AmountCode.ZERO),
        (1 / 3, AmountCode.TOO_FINE),
        (1e-300, AmountCode.TOO_FINE),
        (1e300, AmountCode.TOO_LARGE),
        (10**400, AmountCode.TOO_LARGE),
        (Decimal("1e999999"), AmountCode.TOO_LARGE),
    ],
)
def test_doubtful_numbers_in_a_sheet_are_refused(value, code):
    with pytest.raises(AmountError) as refused:
        parse_number(value)
    assert refused.value.code is code


@often
@given(yuan)
def test_one_figure_is_the_same_in_yuan_wan_and_yi(amount):
    """quality 25"""
    assert to_wan(amount) * WAN == amount == to_yi(amount) * YI
    assert parse_amount(wan_exact(amount)) == amount
    assert parse_amount(yuan_text(amount), YUAN) == amount
    assert parse_amount(f"{yuan_text(amount, plain=True)}元") == amount
    assert parse_amount(wan_text(amount, 6)) == amount


@often
@given(st.integers(min_value=1, max_value=10**11 - 1))
def test_a_figure_of_whole_hundreds_is_the_same_written_in_yi(hundreds):
    """quality 25"""
    amount = Decimal(hundreds * 100)

    assert parse_amount(yi_text(amount, 6), YI) == amount


@often
@given(yuan)
def test_a_sheet_gives_back_the_number_written_into_it(amount):
    assert parse_number(float(amount), YUAN) == amount
    assert parse_number(float(to_wan(amount))) == amount


def test_amounts_are_shown_as_the_tables_show_them():
    received = Decimal("1420000000.00")

    assert wan_text(received) == "142,000.00"
    assert wan_short(received) == "142,000"
    assert wan_text(received, plain=True) == "142000.00"
    assert yi_text(received) == "14.20"
    assert yi_short(received) == "14.2"
    assert yi_short(Decimal("2000000000")) == "20"
    assert yuan_text(received) == "1,420,000,000.00"
    assert wan_text(-received) == "\u2212142,000.00"
    assert wan_text(Decimal("50")) == "0.01"
    assert wan_text(Decimal("49.99")) == "0.00"
    assert wan_text(Decimal("-49.99")) == "0.00"


def test_a_gap_shows_its_side_down_to_one_fen():
    assert gap_text(Decimal("12345600")) == "+1,234.56"
    assert gap_text(Decimal("-33000")) == "\u22123.30"
    assert gap_text(Decimal("-0.01")) == "\u22120.000001"
    assert gap_text(Decimal("0.00")) == "0.00"
    assert gap_text(Decimal("-33000"), plain=True) == "-3.30"


@often
@given(signed_yuan, st.integers(min_value=0, max_value=4))
def test_an_amount_that_is_shown_is_within_half_of_its_last_place(amount, places):
    """quality 26"""
    shown = Fraction(Decimal(wan_text(amount, places, plain=True)))

    assert abs(shown - Fraction(amount) / WAN) <= Fraction(1, 2 * 10**places)


def test_a_hundred_thousand_tenths_add_up():
    """quality 26"""
    assert sum([parse_amount("0.10", YUAN)] * 100_000) == Decimal("10000.00")


@pytest.mark.parametrize(
    ("received", "target", "half_up", "shown"),
    [
        ("142000", "279000", "50.9", "50.9%"),
        ("49.996", "100", "50.0", "49.996%"),
        ("49.95", "100", "50.0", "49.95%"),
        ("49.94", "100", "49.9", "49.9%"),
        ("50", "100", "50.0", "50.0%"),
        ("49.999999", "100", "50.0", "49.9999%"),
        ("99.96", "100", "100.0", "99.96%"),
        ("100.04", "100", "100.0", "100.0%"),
        ("24.999", "100", "25.0", "24.999%"),
        ("1", "3", "33.3", "33.3%"),
        ("1", "80", "1.3", "1.3%"),
        ("-1", "80", "-1.3", "\u22121.3%"),
        ("0.04", "100", "0.0", "0.04%"),
        ("-0.04", "100", "0.0", "\u22120.04%"),
        ("0", "100", "0.0", "0.0%"),
    ],
)
def test_a_percent_never_claims_what_was_not_reached(received, target, half_up, shown):
    """quality 26"""
    received, target = Decimal(received), Decimal(target)

    assert str(percent(received, target)) == half_up
    assert percent_text(received, target) == shown


def test_a_percent_does_not_claim_the_benchmark_of_its_own_schedule():
    benchmark = Fraction(500, 12)

    assert percent_text(Decimal("41.66"), 100) == "41.7%"
    assert percent_text(Decimal("41.66"), 100, claims=(benchmark,)) == "41.66%"
    assert percent_text(Decimal("41.67"), 100, claims=(benchmark,)) == "41.7%"


def test_a_target_of_zero_has_no_percent():
    with pytest.raises(ZeroDivisionError):
        percent_text(Decimal(5), Decimal(0))


@often
@given(signed_yuan, yuan, st.integers(0, 4), st.sampled_from([25, 50, 75, 100, Fraction(125, 3)]))
def test_a_shown_percent_stands_on_the_same_side_of_a_claim(received, target, places, claim):
    """quality 26"""
    true = Fraction(received) * 100 / Fraction(target)
    shown = percent_shown(received, target, places, (claim,))

    assert (Fraction(shown) >= claim) or (true < claim)
    assert (true >= claim) or (Fraction(shown) < claim)
    assert abs(Fraction(shown) - true) <= Fraction(1, 10**places)


@often
@given(st.integers(0, 20_000), st.integers(1, 40), st.integers(0, 4))
def test_a_percent_beside_a_claim_is_never_rounded_onto_it(hundredths, depth, places):
    """quality 26"""
    just_below = 50 - Fraction(hundredths + 1, 10**depth)

    assert Fraction(percent_shown(just_below, 100, places)) < 50


def by_definition(value, places, claims):
    """The rule in the words of its docstring, on fractions: what the quick one must equal."""
    for wider in range(places, max(places, 4) + 1):
        shown = rounded(value, wider)
        if not shown and value:
            continue
        if not any(value < claim <= shown for claim in claims):
            return shown
    return rounded(Fraction(floor(value * 10**wider), 10**wider), wider)


@often
@given(
    target=st.integers(1, 10**15),
    step=st.integers(-3_000, 3_000),
    places=st.integers(0, 3),
    aside=st.integers(-1, 1),
    at_claim=st.booleans(),
)
def test_a_percent_one_fen_beside_an_edge_is_the_one_of_the_definition(
    target, step, places, aside, at_claim
):
    """quality 26: where rounding turns, and where a claim is reached, one fen either side."""
    edge = Fraction(step % 5 * 25) if at_claim else Fraction(2 * step + 1, 2 * 10**places)
    fen = floor(edge * target / 100) + aside
    received, task = Decimal(fen).scaleb(-2), Decimal(target).scaleb(-2)

    shown = percent_shown(received, task, places)

    expected = by_definition(Fraction(fen * 100, target), places, (25, 50, 75, 100))
    assert str(shown) == str(expected)


@often
@given(signed_yuan, yuan, st.integers(1, 3), st.integers(0, 4))
def test_a_percent_of_any_amounts_is_the_one_of_the_definition(received, target, part, places):
    """quality 26"""
    due, claims = Fraction(target) / part, (Fraction(125, 3), Decimal("50.0"), 100)

    shown = percent_shown(received, due, places, claims)

    true = Fraction(received) * 100 / due
    assert str(shown) == str(by_definition(true, places, claims))
    assert percent(received, due, places) == rounded(true, places)
    assert percent_shown(received, -due, places, ()) == by_definition(-true, places, ())


def test_points_show_their_side_with_a_real_minus():
    assert points_text(Decimal("0.9")) == "+0.9"
    assert points_text(Decimal("-3.3")) == "\u22123.3"
    assert points_text(Decimal("-3.3"), plain=True) == "-3.3"
    assert points_text(Fraction(-1, 30)) == "\u22120.03"
    assert points_text(Fraction(1, 30)) == "+0.03"
    assert points_text(0) == "0.0"
    assert points_text(Decimal("-0.000001")) == "\u22120.0001"


def test_published_gaps_come_from_unrounded_percents():
    assert points_text(Fraction("97.16") - Fraction(1000, 12)) == "+13.8"


@often
@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_half_up_to_the_nearest(value, places):
    shown = Fraction(rounded(value, places))

    assert abs(shown - value) <= Fraction(1, 2 * 10**places)
    assert abs(shown - value) < Fraction(1, 2 * 10**places) or abs(shown) > abs(value)


def test_rounding_does_not_depend_on_the_callers_decimal_context():
    with localcontext() as context:
        context.prec = 3

        assert wan_text(Decimal("1420000050.00")) == "142,000.01"
        assert percent(Decimal("142000.55"), Decimal("279000"), 4) == Decimal("50.8963")
        assert str(parse_amount("123456.789")) == "1234567890.00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(142, 279), "0.50896057347670250896"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1), "1"),
        (Fraction(0), "0"),
        (Fraction(10), "10"),
        (Fraction(1, 2**30), "0.000000000931322574615478515625"),
        (Fraction(2, 3), "0.66666666666666666667"),
        (Fraction(-2, 30000), "-0.000066666666666666666667"),
        (Fraction(10**9, 7), "142857142.85714285714"),
    ],
)
def test_exact_values_are_written_out_or_rounded_to_twenty_digits(value, expected):
    assert exact(value) == expected


@often
@given(st.fractions())
def test_an_exact_value_is_a_plain_number_that_loses_at_most_the_21st_digit(value):
    text = exact(value)

    assert text.isascii()
    assert "e" not in text.lower()
    assert abs(Fraction(text) - value) <= abs(value) / 10**19
