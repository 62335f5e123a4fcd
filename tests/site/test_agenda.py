"""The calendar of dated events: what is on it, and what calendar programs read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from nashra.archive.record import DateRef, Record, last_day
from nashra.site.agenda import ics, shared_out

SENTENCE = 'وتستمر التدريبات، وهي "الأكبر"؛ حتى الـ30 من تموز \\ الجاري, ' + "وتشمل مناطق عديدة " * 8 + "<b>&amp;</b>."


def record(published: str, *dates: DateRef, updated: str = "") -> Record:
    return Record(
        "abc",
        "tag:nashra.example,2026:abc",
        "2021/07/مناورات.html",
        "s.txt",
        0,
        "الحرس الوطني يطلق تدريبات; في مناطق, عدة",
        "",
        "cyber",
        published,
        seen="2021-07-20T10:00:00+00:00",
        updated=updated,
        dates=dates,
    )


def day(value: str, ahead: bool = False, precision: str = "day") -> DateRef:
    return DateRef(value, precision, SENTENCE, ahead)


@pytest.mark.parametrize(
    ("published", "one", "listed"),
    [
        ("2021-07-20", day("2021-07-30"), True),
        ("2021-07-20", day("2021-07-20"), False),
        ("2021-07-20", day("2021-07-20", ahead=True), True),
        ("2021-07-20", day("2021-07-19", ahead=True), False),
        ("2021-07-20T23:30:00+03:00", day("2021-07-21"), True),
        ("2021-07", day("2021-07-09"), False),
        ("2021-07", day("2021-07-30", ahead=True), True),
        ("2021-07", day("2021-08-01"), True),
        ("2021-W29", day("2021-07-25"), False),
        ("2021-W29", day("2021-07-26"), True),
        ("2021", day("2021-12-31"), False),
        ("2021-07-20", day("2021-08", precision="month"), False),
        ("2021-07-20", day("2022", ahead=True, precision="year"), False),
    ],
)
def test_a_day_ahead_of_its_story_is_listed(published: str, one: DateRef, listed: bool) -> None:
    assert [found.value for found in record(published, one).agenda] == ([one.value] if listed else [])


def test_days_come_in_time_order_and_survive_the_archive() -> None:
    one = record("2021-07-20", day("2021-08-05"), day("2021-07-30"), day("2021-08-05", ahead=True))
    assert [found.value for found in one.agenda] == ["2021-07-30", "2021-08-05"]
    assert Record.from_json(one.to_json()) == one


@pytest.mark.parametrize(
    ("value", "last"),
    [
        ("2021", "2021-12-31"),
        ("2021-02", "2021-02-28"),
        ("2021-12", "2021-12-31"),
        ("2021-W29", "2021-07-25"),
        ("2021-07-09", "2021-07-09"),
        ("2021-07-09T23:30:00+03:00", "2021-07-09"),
    ],
)
def test_the_last_day_a_date_can_mean(value: str, last: str) -> None:
    assert last_day(value) == last


def test_the_calendars_page_holds_whole_months_and_is_never_empty() -> None:
    counted = [("2021-06", 3), ("2021-07", 150), ("2021-08", 10), ("2022-01", 1)]
    assert shared_out(counted, "2021-07", 100) == (["2021-07"], ["2021-06", "2021-08", "2022-01"])
    assert shared_out(counted, "2021-08", 100) == (["2021-08", "2022-01"], ["2021-06", "2021-07"])
    assert shared_out(counted, "2022-02", 100) == ([], [month for month, _ in counted])
    assert shared_out([], "", 100) == ([], [])


def test_what_calendar_programs_read_back() -> None:
    one = record("2021-07-20", day("2021-07-30"))
    made = ics([("2021-07-30", one)], "نشرة", "https://nashra.example", {"abc": "2021/07/%D9%85.html"})
    assert made == ics([("2021-07-30", one)], "نشرة", "https://nashra.example", {"abc": "2021/07/%D9%85.html"})
    lines = made.split(b"\r\n")
    assert lines[-1] == b"" and b"\n" not in made.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    calendar = Calendar.from_ical(made)
    assert calendar["version"] == "2.0" and calendar["prodid"] and calendar["x-wr-calname"] == "نشرة"
    [event] = calendar.walk("VEVENT")
    assert event["uid"] == "tag:nashra.example,2026:abc:2021-07-30"
    assert event["summary"] == one.headline
    assert event["description"] == SENTENCE
    assert event["url"] == "https://nashra.example/2021/07/%D9%85.html"
    assert event.decoded("dtstart") == date(2021, 7, 30) and b"DTSTART;VALUE=DATE:20210730\r\n" in made
    assert event.decoded("dtstamp") == datetime(2021, 7, 20, tzinfo=UTC)
    edited = record("2021-07-20", day("2021-07-30"), updated="2021-07-21T08:00:00+00:00")
    [event] = Calendar.from_ical(ics([("2021-07-30", edited)], "نشرة", "https://x.example", {"abc": ""})).walk("VEVENT")
    assert event.decoded("dtstamp") == datetime(2021, 7, 21, 8, tzinfo=UTC)
