"""Shares add up, split to the fen, and can be written in a cell and read again."""

import os
from contextlib import suppress
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.shares import (
    FULL,
    SHARE_SENTENCES,
    ShareCode,
    ShareError,
    check,
    parse_percent,
    parse_shares,
    percent_text,
    shares_text,
    split,
)

often = settings(
    max_examples=min(int(os.environ.get("EXAMPLES", "400")), 10_000), deadline=None, database=None
)


def between(cuts: set[int]) -> list[int]:
    edges = [0, *sorted(cuts), FULL]
    return [high - low for low, high in pairwise(edges)]


points = st.sets(st.integers(1, FULL - 1), max_size=12).map(between)
shares = points.map(lambda parts: list(enumerate(parts)))
amounts = st.one_of(st.integers(0, 500), st.integers(0, 10**15 - 1)).map(
    lambda fen: Decimal(f"{fen}e-2")
)


@pytest.mark.parametrize(
    ("amount", "given_shares", "parts"),
    [
        ("0.01", [3334, 3333, 3333], ["0.01", "0.00", "0.00"]),
        ("0.01", [3333, 3333, 3334], ["0.00", "0.00", "0.01"]),
        ("0.02", [3333, 3333, 3334], ["0.01", "0.00", "0.01"]),
        ("100.01", [5000, 3000, 2000], ["50.01", "30.00", "20.00"]),
        ("0.01", [5000, 5000], ["0.01", "0.00"]),
        ("-0.01", [5000, 5000], ["-0.01", "0.00"]),
        ("0.00", [6000, 4000], ["0.00", "0.00"]),
        ("1.00", [10000], ["1.00"]),
        ("9999999999999.99", [1, 9999], ["1000000000.00", "9998999999999.99"]),
    ],
)
def test_awkward_sums_split_to_the_fen(amount, given_shares, parts):
    """quality 26"""
    result = split(Decimal(amount), list(enumerate(given_shares)))

    assert [str(part) for part in result.values()] == parts


@often
@given(amounts, shares)
def test_parts_add_up_and_none_is_off_by_a_fen(amount, shares):
    """quality 26"""
    parts = split(amount, shares)

    assert sum(map(Fraction, parts.values())) == amount
    for who, share in shares:
        assert abs(Fraction(parts[who]) - Fraction(amount) * share / FULL) < Fraction(1, 100)
        assert parts[who].as_tuple().exponent == -2


@often
@given(amounts, shares)
def test_a_reversal_mirrors_the_split(amount, shares):
    reversal = split(-amount, shares)

    assert reversal == {who: -part for who, part in split(amount, shares).items()}


@often
@given(amounts, shares, st.randoms(use_true_random=False))
def test_the_order_of_shares_decides_equal_remainders_only(amount, shares, random):
    shuffled = random.sample(shares, len(shares))
    one, other = split(amount, shares), split(amount, shuffled)
    remainders = [int(amount * 100) * share % FULL for _, share in shares]

    assert list(other) == [who for who, _ in shuffled]
    for who, share in shares:
        assert abs(one[who] - other[who]) <= Decimal("0.01")
        if remainders.count(int(amount * 100) * share % FULL) == 1:
            assert one[who] == other[who]


@often
@given(amounts, shares)
def test_a_mapping_splits_as_its_pairs_do(amount, shares):
    assert split(amount, dict(shares)) == split(amount, shares)


def test_a_split_does_not_depend_on_the_callers_decimal_context():
    with localcontext() as context:
        context.prec = 3

        parts = split(Decimal("123456.79"), [("a", 5000), ("b", 5000)])

    assert parts == {"a": Decimal("61728.40"), "b": Decimal("61728.39")}


def test_part_of_a_fen_cannot_be_split():
    with pytest.raises(ValueError):
        split(Decimal("0.001"), [("a", FULL)])


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (ShareCode.EMPTY, []),
        (ShareCode.TOTAL, [("a", 9999)]),
        (ShareCode.TOTAL, [("a", 6000), ("b", 4001)]),
        (ShareCode.NOT_POSITIVE, [("a", 0), ("b", FULL)]),
        (ShareCode.NOT_POSITIVE, [("a", -1), ("b", 10_001)]),
        (ShareCode.REPEATED, [("a", 5000), ("a", 5000)]),
    ],
)
def test_shares_that_cannot_stand_are_refused(code, wrong):
    for refuse in (check, lambda shares: split(Decimal("1.00"), shares)):
        with pytest.raises(ShareError) as refused:
            refuse(wrong)
        assert refused.value.code is code


def test_the_refusal_tells_what_the_shares_add_up_to():
    with pytest.raises(ShareError, match=r"add up to 99\.5%"):
        check([("a", 6000), ("b", 3950)])


def test_every_refusal_has_its_own_sentence():
    assert set(SHARE_SENTENCES) == set(ShareCode)
    for sentence in SHARE_SENTENCES.values():
        assert sentence % {"text": "x", "total": "99"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("水沟镇 60%; 招商局 40%", [("水沟镇", 6000), ("招商局", 4000)]),
        ("水沟镇６０％；招商局　４０％", [("水沟镇", 6000), ("招商局", 4000)]),
        ("水沟镇：60%、招商局:40%", [("水沟镇", 6000), ("招商局", 4000)]),
        ("水沟镇（60%），招商局(40 %);", [("水沟镇", 6000), ("招商局", 4000)]),
        ("a 33.33%\nb 33.33%\r\nc 33.34%", [("a", 3333), ("b", 3333), ("c", 3334)]),
        ("a ３３．３%,b 66.7%", [("a", 3330), ("b", 6670)]),
        ("招商局（本级）60%; 第2中学 40%", [("招商局（本级）", 6000), ("第2中学", 4000)]),
        ("  水沟镇 ", [("水沟镇", FULL)]),
        ("水沟镇 100%", [("水沟镇", FULL)]),
    ],
)
def test_shares_in_a_cell_are_understood(text, expected):
    assert parse_shares(text) == expected


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (ShareCode.EMPTY, ["", " ", ";;", "\u3000\n"]),
        (ShareCode.NO_NAME, ["60%", "a 60%; 40%", "%"]),
        (
            ShareCode.NO_PERCENT,
            ["a; b", "a 60%; b", "a 60; b 40", "a 60% b 40%", "a 六十%", "a 60%%"],
        ),
        (ShareCode.PERCENT, ["a -60%; b 160%", "a 0%; b 100%", "a 33.333%", "a 101%", "a 6.0.0%"]),
        (ShareCode.PERCENT, ["a 1000%", "a 60.%", "a +100%", "a .5%"]),
        (ShareCode.TOTAL, ["a 60%", "a 60%; b 40.01%"]),
        (ShareCode.REPEATED, ["a 50%; a 50%"]),
    ],
)
def test_doubtful_shares_in_a_cell_are_refused(code, texts):
    for text in texts:
        with pytest.raises(ShareError) as refused:
            parse_shares(text)
        assert refused.value.code is code, text


@often
@given(points)
def test_written_shares_are_read_back(points):
    written = [(f"单位{place}号", share) for place, share in enumerate(points)]

    assert parse_shares(shares_text(written)) == written


@often
@given(st.text(alphabet="ab水 0123456789０９.．%％;；、,()（）:：-+\n", max_size=30))
def test_any_cell_is_refused_or_stands(text):
    try:
        shares = parse_shares(text)
    except ShareError:
        return

    check(shares)
    assert parse_shares(shares_text(shares)) == shares


def test_reading_is_quick_for_cells_made_to_be_slow():
    for text in ["a" + " " * 100_000 + "x%", "1" * 100_000 + "x%", "a%" * 50_000, "(" * 100_000]:
        with suppress(ShareError):
            parse_shares(text)


@often
@given(st.integers(1, FULL))
def test_every_percent_is_written_and_read_exactly(points):
    assert parse_percent(percent_text(points)) == points


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("33.33", 3333),
        ("60%", 6000),
        ("６０％", 6000),
        (" 0.01 ", 1),
        ("100", FULL),
        ("33.3", 3330),
    ],
)
def test_percents_are_basis_points(text, expected):
    assert parse_percent(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "0.00", "-1", "+1", "100.01", "33.333", "1e1", "1_0", "NaN", "½", "٣", "6 0"]
)
def test_doubtful_percents_are_refused(text):
    with pytest.raises(ShareError) as refused:
        parse_percent(text)
    assert refused.value.code is ShareCode.PERCENT
