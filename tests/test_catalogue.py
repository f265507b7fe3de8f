"""The Chinese catalogue is complete, has no unused entries, and is compiled."""

import ast
import gettext
import re

import pytest

from tests.catalogue import ROOT, texts

RENEW = "run `make messages`"
WRITE = "correct locale/zh_Hans/LC_MESSAGES/django.po, then run `make messages`"
FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd%]|\{(\w*)\}")


@pytest.fixture(scope="module")
def compiled():
    with (FOLDER / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    merged = {}
    for key, text in catalogue.items():
        merged[key[0] if isinstance(key, tuple) else key] = text
    merged.pop("", None)
    return merged


@pytest.fixture(scope="module")
def written():
    """The catalogue as edited: key -> translation."""
    found = entries((FOLDER / "django.po").read_text())
    return {key: translation for key, _source, translation in found}


def entries(text):
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        fields, name = {}, ""
        for line in lines:
            head, _, rest = line.partition(" ")
            if head.startswith("msg"):
                name, line = head, rest
            fields[name] = fields.get(name, "") + _unquoted(line)
        key = fields.get("msgid")
        if key:
            context = fields.get("msgctxt")
            translation = fields.get("msgstr", fields.get("msgstr[0]", ""))
            source = fields.get("msgid_plural", key)
            yield (f"{context}\x04{key}" if context else key), source, translation


def _unquoted(line):
    return ast.literal_eval(line.strip()) if line.strip() else ""


def test_every_text_of_the_program_is_in_the_catalogue(written):
    missing = {key: place for key, place in texts().items() if not written.get(key)}

    assert missing == {}, f"{RENEW}, write the Chinese into the catalogue, and run it again"


def test_catalogue_holds_nothing_that_the_program_lost(written):
    assert sorted(written.keys() - texts().keys()) == [], RENEW


def test_nothing_is_fuzzy_or_obsolete():
    marks = [
        line
        for line in (FOLDER / "django.po").read_text().splitlines()
        if line.startswith("#~") or (line.startswith("#,") and "fuzzy" in line)
    ]

    assert marks == [], WRITE


def test_compiled_catalogue_is_fresh(written, compiled):
    assert compiled == written, RENEW


def test_translations_keep_the_placeholders():
    differing = [
        source
        for _key, source, translation in entries((FOLDER / "django.po").read_text())
        if _holes(source) != _holes(translation)
    ]

    assert differing == [], WRITE


def _holes(text):
    return sorted(set(match.group() for match in PLACEHOLDER.finditer(text)) - {"%%"})
