"""The check code: twelve characters of a digest, typed as people type."""

import hashlib

import pytest

from ledger.rules import short_code
from ledger.rules.short_code import Kind

DIGEST = hashlib.sha256("商南县".encode()).hexdigest()


def test_it_is_the_first_sixty_bits():
    code = short_code.short(DIGEST).replace("-", "")

    number = 0
    for character in code:
        number = number * 32 + short_code.ALPHABET.index(character)
    assert number == int(DIGEST, 16) >> 196


def test_its_alphabet_has_no_look_alikes():
    assert len(set(short_code.ALPHABET)) == 32
    assert not set("ILOU") & set(short_code.ALPHABET)
    assert short_code.short("0" * 64) == "0000-0000-0000"
    assert short_code.short("f" * 64) == "ZZZZ-ZZZZ-ZZZZ"


@pytest.mark.parametrize("write", [str, str.lower, lambda code: code.replace("-", " ")])
def test_it_is_read_as_people_write_it(write):
    typed = short_code.read(write(short_code.short(DIGEST)))

    assert typed is not None
    assert short_code.is_of(typed, DIGEST)


def test_misread_letters_are_understood():
    assert short_code.read("OIL0-AAAA-０１２３") == (Kind.SHORT, "0110AAAA0123")


@pytest.mark.parametrize("text", ["", "ABCD", "UUUU-UUUU-UUUU", "g" * 20, "a" * 15, "a" * 65])
def test_what_is_no_code_is_none(text):
    assert short_code.read(text) is None


def test_one_other_character_is_of_another_settlement():
    code = short_code.short(DIGEST)
    other = code[:-1] + ("0" if code[-1] != "0" else "1")

    assert not short_code.is_of(short_code.read(other), DIGEST)
    assert short_code.is_of(short_code.read(DIGEST[:16]), DIGEST)
