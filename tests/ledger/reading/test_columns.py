"""The headings: each word leads to one column, each unit of money to its scale."""

from collections import Counter

import pytest

from ledger.models import Receipt
from ledger.reading import places, vocabulary
from ledger.reading.columns import (
    COLUMNS,
    SHEET_NAMES,
    Part,
    column_of,
    part_of_name,
    words_of,
    year_of_line,
)
from projects.industries.words import WORDS
from projects.models import Investor, Stage
from units.ground.groups import FIRST
from units.ground.text import key
from units.models import Target


@pytest.mark.parametrize("part", Part)
def test_no_word_means_two_columns(part):
    words = Counter(key(word) for column in COLUMNS[part] for word in words_of(column))

    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize(
    "words",
    [
        *(vocabulary.KINDS, vocabulary.STAGES, vocabulary.SOURCES, vocabulary.ISSUERS),
        *(vocabulary.MONEY, vocabulary.STATES, WORDS),
    ],
)
def test_no_word_means_two_choices(words):
    keys = Counter(key(word) for every in words.values() for word in every.split())

    assert [word for word, count in keys.items() if count > 1] == []


def test_the_lists_hold_every_choice_of_the_accounts():
    assert list(vocabulary.KINDS) == [group.code for group in FIRST]
    assert list(vocabulary.STAGES) == Stage.values
    assert list(vocabulary.SOURCES) == Investor.Origin.values
    assert list(vocabulary.ISSUERS) == Target.Issuer.values
    assert list(vocabulary.MONEY) == Receipt.Kind.values


@pytest.mark.parametrize(
    ("line", "year"),
    [
        *(("商南县2012年招商引资任务表", 2012), ("2011年至2012年", None), ("2012", None)),
        *(("二〇一二年任务", None), ("第12012年", None)),
    ],
)
def test_a_title_names_its_one_year(line, year):
    assert year_of_line(line) == year


@pytest.mark.parametrize("part", Part)
def test_a_sheet_is_known_by_its_name(part):
    assert part_of_name(SHEET_NAMES[part]) == part
    assert part_of_name(f"2012年{SHEET_NAMES[part]}") == part


def test_a_heading_is_found_behind_stars_and_notes():
    assert column_of("* 项目名称（全称）", Part.PROJECTS).field == "name"
    assert column_of("引进\n单位", Part.PROJECTS).field == "unit"
    assert column_of("领导批示", Part.PROJECTS) is None


@pytest.mark.parametrize(
    ("place", "level"),
    [
        *(
            ("浙江温州", "other_province"),
            ("浙江省", "other_province"),
            ("深圳市", "other_province"),
        ),
        *(("陕西西安", "other_city"), ("西安高新区", "other_city"), ("丹凤县", "other_county")),
        *(("香港", "foreign"), ("美国洛杉矶", "foreign"), ("某某市", None), ("", None)),
    ],
)
def test_a_place_tells_how_far_the_money_came(place, level):
    assert places.level_of(place, "611023") == level
