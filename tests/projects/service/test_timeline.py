"""The picture of a project's time: places in percent, and when there is nothing to draw."""

from datetime import date

from projects.service.deadlines import Progress
from projects.service.timeline import Mark, drawn

STAGES = [("意向", date(2012, 1, 1)), ("合同", date(2012, 2, 20)), ("开工", date(2012, 3, 31))]
TODAY = date(2012, 4, 10)


def test_spans_follow_each_other_and_fill_the_time_up_to_today():
    picture = drawn(STAGES, [], TODAY)

    assert [(span.word, span.days) for span in picture.spans] == [
        ("意向", 50),
        ("合同", 40),
        ("开工", 10),
    ]
    assert [span.start for span in picture.spans] == ["0.00", "50.00", "90.00"]
    assert [span.width for span in picture.spans] == ["50.00", "40.00", "10.00"]
    assert [span.is_last for span in picture.spans] == [False, False, True]
    assert picture.today == "100.00"


def test_a_deadline_ahead_leaves_room_after_today():
    due = Mark("接电", date(2012, 7, 19), Progress.OPEN)

    picture = drawn(STAGES, [due], TODAY)

    assert picture.today == "50.00"
    assert [(pin.mark, pin.at) for pin in picture.pins] == [(due, "100.00")]


def test_deadlines_before_the_first_day_are_left_out():
    early = Mark("接电", date(2011, 12, 1), Progress.DONE)

    assert drawn(STAGES, [early], TODAY).pins == ()


def test_a_label_stands_only_where_there_is_room():
    stages = [("意向", date(2012, 1, 1)), ("合同", date(2012, 1, 3))]

    picture = drawn(stages, [], date(2012, 12, 31))

    assert [span.label for span in picture.spans] == ["", "合同"]


def test_the_turns_of_the_year_are_marked():
    picture = drawn([("合同", date(2010, 7, 1))], [], TODAY)

    assert [year.number for year in picture.years] == [2011, 2012]


def test_nothing_is_drawn_without_time():
    assert drawn([], [], TODAY) is None
    assert drawn([("合同", TODAY)], [], TODAY) is None


def test_a_stage_after_the_day_of_the_page_counts_up_to_itself():
    picture = drawn([*STAGES, ("投产", date(2012, 5, 1))], [], TODAY)

    assert [span.days for span in picture.spans] == [50, 40, 31, 0]
