"""docs/records/assurance.md lists every item of the standard once, and only existing tests."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "records" / "assurance.md").read_text("utf-8")
# OWASP ASVS 5.0: in each section the number of items of levels 1 and 2, which come first; all
# others are level 3.
SECTIONS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 "
    "4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 "
    "7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 "
    "11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 "
    "14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
OF_LEVEL_3 = {"1.2.10", "2.3.5", "5.2.4", "5.2.6", "5.3.3", "6.3.8", "15.4.2"}
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)))


def items():
    for section in SECTIONS.split():
        name, _colon, count = section.partition(":")
        yield from (f"{name}.{number}" for number in range(1, int(count) + 1))


def test_every_item_of_level_2_stands_there_once():
    standard = PAGE.partition("## OWASP ASVS")[2].partition("## GB/T")[0]
    listed = Counter(re.findall(r"^\| (\d+\.\d+\.\d+) \|", standard, re.MULTILINE))

    assert len(list(items())) == 253
    assert set(listed) == {*items(), *OF_LEVEL_3}
    assert set(listed.values()) == {1}


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_is_named_exists(name):
    path, _colons, function = name.partition("::")

    text = (ROOT / path).read_text("utf-8") if (ROOT / path).exists() else ""
    found = re.search(rf"^def {function or 'test_'}", text, re.MULTILINE)
    assert found, "name its successor in docs/records/assurance.md"
