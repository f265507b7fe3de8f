"""The geometry of the drawings."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from ledger.ranking.charts import bullet, curve, rank_line, spans, stacked


def test_a_bullet_measures_in_percent_of_the_task():
    drawn = bullet("behind", Decimal(200), Decimal(50), Decimal(20), Decimal(100))

    assert (drawn.received, drawn.pending, drawn.benchmark) == ("25.0", "10.0", "50.0")


def test_a_bullet_is_cut_off_beyond_its_width_and_never_negative():
    beyond = bullet("completed", Decimal(100), Decimal(900), Decimal(50), Decimal(50))
    below = bullet("no_funds", Decimal(100), Decimal(-5), Decimal(0), Decimal(50))

    assert (beyond.received, beyond.pending) == ("120.0", "")
    assert (below.received, below.pending) == ("0.0", "")


def test_a_bullet_is_drawn_from_base_to_benchmark_without_style_or_script():
    shown = bullet("behind", Decimal(200), Decimal(50), Decimal(20), Decimal(100))

    drawn = render_to_string("ledger/ranking/bullet.jinja", {"bullet": shown})

    paths = [path.get("d") for path in ElementTree.fromstring(drawn)]
    assert paths == ["M0 2h100v10H0z", "M25.0 4h10.0v6H25.0z", "M0 4h25.0v6H0z", "M50.0 0v14"]
    assert "style=" not in drawn


def test_a_stacked_bar_fills_the_whole_and_leaves_out_what_is_empty():
    parts = stacked({"completed": 1, "behind": 0, "no_funds": 3})

    assert [(p.tone, p.start, p.width) for p in parts] == [
        ("completed", "0.00", "25.00"),
        ("no_funds", "25.00", "75.00"),
    ]
    assert stacked({"completed": 0}) == ()


def test_a_curve_begins_at_zero_and_keeps_every_line_under_its_ceiling():
    drawn = curve([("this_year", [Decimal(3), Decimal(7)]), ("benchmark", [Decimal(12)] * 12)], 1)

    this_year, benchmark = drawn.lines
    assert this_year.path.startswith("M6.00 90.00L")
    assert (this_year.path.count("L"), benchmark.path.count("L")) == (2, 12)
    assert [level.words for level in drawn.levels] == ["0", "2", "4", "6", "8", "10", "12"]


@pytest.mark.parametrize("top", [0, 1, 7, 99, 12_345, Decimal("0.003")])
def test_a_grid_has_few_lines_whatever_the_amounts(top):
    assert 2 <= len(curve([("this_year", [top])], 1).levels) <= 9


def test_spans_share_one_scale_that_holds_the_whole_task():
    risen, fallen = spans([(Decimal(0), Decimal(1)), (Decimal(2), Decimal("0.5"))])

    assert (risen.before, risen.after, risen.full, risen.is_down) == ("1.0", "50.0", "50.0", False)
    assert (fallen.before, fallen.after, fallen.is_down) == ("99.0", "25.5", True)


def test_spans_of_nothing_are_nothing():
    assert spans([]) == ()


def test_ranks_stand_the_best_on_top_and_break_where_there_was_none():
    drawn = rank_line([5, None, 3, 4])

    assert drawn.path == "M6.00 90.00M67.33 35.00L98.00 62.50"
    assert [words for _x, _y, words in drawn.stops] == ["5", "3", "4"]
    assert rank_line([2, None]) is None
    assert rank_line([2, 2]).path == "M6.00 62.50L98.00 62.50"
