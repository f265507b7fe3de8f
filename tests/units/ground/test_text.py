"""What text is kept, what is refused, and which names are the same name."""

import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from units.ground.text import TEXT_SENTENCES, TextCode, TextError, clean, key

often = settings(
    max_examples=min(int(os.environ.get("EXAMPLES", "400")), 10_000), deadline=None, database=None
)


@pytest.mark.parametrize(
    "text",
    [
        "商南县水沟镇",
        "𠮷野家（商南）有限公司",
        "\U00031350\U00032000",  # rarer Han than some Pythons know
        "䶮",
        "葛\U000e0100城",  # a variant drawn by a selector
        "Société générale, 50 %",
        "A&B <公司> {{ x }} =1+1",
        "①②③ ☎ 1½",
        "商南·金丝峡",
        "第一\u3000项目",
    ],
)
def test_text_that_people_write_is_kept(text):
    """quality 28"""
    assert clean(text) == text


def test_both_ends_are_trimmed_and_marks_are_composed():
    """quality 28"""
    assert clean("  \u3000水沟镇\u00a0\t\r\n") == "水沟镇"
    assert clean("Socie\u0301te\u0301") == "Société"
    assert clean("") == clean(" \u3000 ") == ""


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        (TextCode.BROKEN, "\ud800 \udfff \ufffd \uffff \ufffe \ufdd0 \U0010ffff"),
        (
            TextCode.CONTROL,
            "\x00 \x01 \x07 \x0b \x0c \x1b \x1c \x1f \x7f \x80 \x85 \x9f \u2028 \u2029",
        ),
        (
            TextCode.BIDI,
            "\u061c \u200e \u200f \u202a \u202b \u202c \u202d \u202e \u2066 \u2067 \u2069",
        ),
        (TextCode.INVISIBLE, "\u200b \u200c \u200d \u2060 \u2061 \ufeff \u00ad \u180e \U000e0041"),
        (TextCode.INVISIBLE, "\u034f \u115f \u1160 \u3164 \uffa0 \u2800 \ufff9"),
    ],
)
def test_characters_that_deceive_or_break_are_refused_anywhere(code, bad):
    """quality 28"""
    for character in bad.split(" "):
        for text in (character, f"{character}公司", f"公{character}司", f"公司{character}"):
            for multiline in (False, True):
                with pytest.raises(TextError) as refused:
                    clean(text, multiline=multiline)
                assert refused.value.code is code, ascii(text)
                assert refused.value.sentence == TEXT_SENTENCES[code]


def test_line_breaks_belong_to_notes_only():
    assert clean("第一行\r\n第二行\r\t第三行", multiline=True) == "第一行\n第二行\n\t第三行"
    for text in ("第一行\n第二行", "第一行\r第二行", "第一\t行"):
        with pytest.raises(TextError):
            clean(text)


def test_stacked_marks_are_refused_before_they_cost_time():
    """quality 28"""
    assert clean("e" + "\u0315" * 8).startswith("e")
    with pytest.raises(TextError) as refused:
        clean("e" + "\u0315\u0300" * 100_000)
    assert refused.value.code is TextCode.STACKED
    assert len(key("e" + "\u0315\u0300" * 100_000)) <= 9


def test_ten_thousand_characters_are_kept():
    """quality 28"""
    assert clean("商南𠮷a" * 2_500) == "商南𠮷a" * 2_500


def test_every_refusal_has_its_own_sentence():
    assert set(TEXT_SENTENCES) == set(TextCode)
    assert len(set(TEXT_SENTENCES.values())) == len(TextCode)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A公司", "Ａ公司"),
        ("水沟 镇", "水沟镇"),
        ("水沟\u3000镇", "水沟镇"),
        ("ABC集团", "abc集团"),
        ("西安（高新）公司", "西安(高新)公司"),
        ("西安高新公司", "西安(高新)公司"),
        ("金丝·峡", "金丝峡"),
        ("金丝・峡", "金丝峡"),
        ("X-Y.Z Co., Ltd.", "xyz co ltd"),
        ("Société", "Socie\u0301te\u0301"),
        ("葛城", "葛\U000e0100城"),
        ("公\u200b司", "公司"),
        ("１２３号", "123号"),
        ("STRASSE", "straße"),
    ],
)
def test_names_that_look_alike_are_one_name(one, other):
    """quality 28"""
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水沟镇", "清油河镇"),
        ("一公司", "二公司"),
        ("𠮷公司", "吉公司"),
        ("\U00031350公司", "\U00031351公司"),
        ("A+公司", "A公司"),
        ("·", "（）"),
        ("土", "士"),
    ],
)
def test_different_names_stay_different(one, other):
    """quality 28"""
    assert key(one) != key(other)


@often
@given(st.text(alphabet=st.characters(codec=None), max_size=40), st.booleans())
def test_whatever_is_typed_is_refused_or_can_be_stored(text, multiline):
    """quality 28"""
    try:
        kept = clean(text, multiline=multiline)
    except TextError:
        return

    assert kept.encode("utf-8").decode("utf-8") == kept
    assert kept == unicodedata.normalize("NFC", kept) == clean(kept, multiline=multiline)
    assert "\x00" not in kept
    assert kept == kept.strip(" \u3000\n\r\t")


@often
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_the_key_of_any_text_exists_and_ignores_form(text):
    """quality 28"""
    assert key(text) == key(f" {text}\u3000") == key(unicodedata.normalize("NFC", text))


@often
@given(st.text(alphabet="水沟镇公司aAＡé１1 （）()·.\u3000-", max_size=20))
def test_the_key_of_a_key_is_that_key(text):
    assert key(key(text)) == key(text)
