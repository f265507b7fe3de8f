"""Updating the Chinese catalogue without GNU gettext."""

import gettext

import polib
import pytest

from tests.messages import renew

OLD = """
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Units"
msgstr "单位"

msgid "Gone"
msgstr "没有了"
"""


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(OLD.lstrip())
    return path


def test_new_texts_come_in_and_lost_ones_go_out(catalogue):
    found = {"Units": "a.py:1", "action\x04Record": "a.py:2", "%(count)d unit": "a.py:3"}

    missing = renew(catalogue, found, {"%(count)d unit": "%(count)d units"})

    assert missing == ["%(count)d unit", "action\x04Record"]
    plural, record, units = polib.pofile(str(catalogue))
    assert (plural.msgid_plural, plural.flags) == ("%(count)d units", ["python-format"])
    assert (record.msgctxt, record.msgid, record.msgstr) == ("action", "Record", "")
    assert (units.msgid, units.msgstr) == ("Units", "单位")
    with catalogue.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Units") == "单位"


def test_a_second_time_changes_nothing(catalogue):
    found = {"Units": "a.py:1", "New": "a.py:2"}
    renew(catalogue, found, {})
    once = catalogue.read_bytes()

    assert renew(catalogue, found, {}) == ["New"]
    assert catalogue.read_bytes() == once


def test_what_stays_keeps_its_lines_and_a_corrected_word_is_compiled(catalogue):
    renew(catalogue, {"Units": "a.py:1"}, {})
    broken = 'msgid "Units"\nmsgstr ""\n"单"\n"元"'
    catalogue.write_text(catalogue.read_text().partition('msgid "Units"')[0] + broken + "\n")

    renew(catalogue, {"Units": "a.py:1"}, {})

    assert broken in catalogue.read_text()
    with catalogue.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Units") == "单元"
