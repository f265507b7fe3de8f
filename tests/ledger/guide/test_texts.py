"""The texts of the guide are complete in both languages, each written in its own."""

import re

import pytest
from django.utils import translation

from ledger.guide import texts

CHINESE = re.compile("[一-龥]")


def in_languages(written, place):
    """Every table of the file that says something, with the place where it stands."""
    if {"zh", "en"} & set(written):
        yield place, written
    for key, part in written.items():
        parts = part if isinstance(part, list) else [part]
        for inner in (inner for inner in parts if isinstance(inner, dict)):
            yield from in_languages(inner, f"{place} {key}")


@pytest.mark.parametrize("name", sorted(path.name for path in texts.FOLDER.glob("*.toml")))
def test_every_text_stands_in_both_languages(name):
    found = list(in_languages(texts.read(name), name))

    assert len(found) > 1
    for place, written in found:
        assert {"zh", "en"} <= set(written), place
        assert CHINESE.search(written["zh"]), place
        assert re.match(r"[A-Za-z“]", written["en"]), place
        assert all(text == text.strip() for text in (written["zh"], written["en"])), place


@pytest.mark.parametrize(("active", "expected"), [("zh-hans", "zh"), ("en", "en"), (None, "zh")])
def test_who_chose_no_english_reads_chinese(active, expected):
    with translation.override(active):
        assert texts.language() == expected
