"""The calendar file, read back by another program's reader."""

from datetime import UTC, datetime, timedelta

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.accounts.ics import Event, calendar
from tests.builders import day

STAMP = datetime(2012, 6, 1, 4, 30, tzinfo=UTC)
# What a text may hold here: no surrogates, and of the control characters only the line break.
WORDS = st.text(st.one_of(st.characters(exclude_categories=("Cs", "Cc")), st.just("\n")))


def event(**changed):
    fields = {
        "uid": "report-2012-05@611023.jiaozhang",
        "day": day("2012-06-05"),
        "summary": "2012年5月月报截止",
        "description": "没有到位资金也要报。",
        "url": "http://127.0.0.1/reports/2012-05/",
        "kind": "月报",
    }
    return Event(**fields | changed)


def read(file):
    return icalendar.Calendar.from_ical(file).walk("VEVENT")


def test_an_event_is_read_back_as_it_was():
    (found,) = read(calendar("办理期限", [event()], STAMP))

    assert found["UID"] == "report-2012-05@611023.jiaozhang"
    assert found.decoded("DTSTART") == day("2012-06-05")
    assert found.decoded("DTEND") == day("2012-06-06")
    assert found.decoded("DTSTAMP") == STAMP
    assert found["SUMMARY"] == "2012年5月月报截止"
    assert found["URL"] == "http://127.0.0.1/reports/2012-05/"


def test_an_event_rings_at_nine_of_the_day_before():
    (found,) = read(calendar("办理期限", [event()], STAMP))
    (alarm,) = found.walk("VALARM")

    assert alarm.decoded("TRIGGER") == timedelta(hours=-15)
    assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", "2012年5月月报截止")


@settings(max_examples=60, deadline=None)
@given(summary=WORDS, description=WORDS)
def test_no_text_breaks_the_file_or_is_changed_by_it(summary, description):
    file = calendar(summary, [event(summary=summary, description=description), event()], STAMP)

    first, second = read(file)
    assert str(first["SUMMARY"]) == summary
    assert str(first["DESCRIPTION"]) == description
    assert second["SUMMARY"] == "2012年5月月报截止"
    assert file.endswith(b"END:VCALENDAR\r\n")
    for line in file.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_control_characters_are_left_out():
    (found,) = read(calendar("x", [event(summary="a\r\x00\x07b\x7f")], STAMP))

    assert found["SUMMARY"] == "ab"
