"""Turns of phrase that papers share."""

import pytest
from django.utils import translation

from ledger.ranking.phrases import and_so, period, short_town
from tests.builders import day


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2012-01-31", "January 2012"),
        ("2012-03-31", "the first quarter of 2012"),
        ("2012-05-31", "the first 5 months of 2012"),
        ("2012-06-30", "the first half of 2012"),
        ("2012-09-30", "the first three quarters of 2012"),
        ("2012-12-31", "the whole of 2012"),
        ("2012-12-30", "1 January to 30 December 2012"),
    ],
)
def test_period_in_english(as_of, words):
    with translation.override("en"):
        assert period(day(as_of)) == words


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("城关镇", "城关"),
        ("过风楼镇", "过风楼"),
        ("城关街道办", "城关"),
        ("李乡", "李乡"),
        ("高新区", "高新区"),
    ],
)
def test_short_name_of_a_town(name, short):
    assert short_town(name) == short


def test_names_are_joined_the_chinese_way():
    assert and_so(["城关", "水沟"]) == "城关、水沟"
