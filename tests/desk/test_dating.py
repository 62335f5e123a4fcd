"""The date of a bulletin: what is nearest to the editor wins, and nothing is guessed."""

from __future__ import annotations

import pytest

from nashra.desk.dating import Dated, date_bulletin, date_mentions
from nashra.desk.gazetteer import Gazetteer
from nashra.desk.reading import read, reading
from nashra.desk.seed import parse

GAZETTEER = Gazetteer()


def dated(text: str, name: str = "a.txt", given: str = "") -> Dated:
    bulletin = parse(name, text)
    readings = read(bulletin)
    return date_bulletin(bulletin, readings, GAZETTEER.find(readings), given)


DATELINE = "عنوان\nموسكو - اليوم الثلاثاء 20 تموز 2021، بدأ اللقاء."


def test_header_then_what_is_given_then_the_name_then_the_text() -> None:
    assert dated(f"Date: 2021-01-01\n\n{DATELINE}", "2021-03-03.txt", "2021-02-02")[:2] == ("2021-01-01", "header")
    assert dated(DATELINE, "2021-03-03.txt", "2021-02-02")[:2] == ("2021-02-02", "given")
    assert dated(DATELINE, "2021-03-03.txt")[:2] == ("2021-03-03", "name")
    assert dated(DATELINE)[:2] == ("2021-07-20", "text")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("2021-07-09.txt", "2021-07-09"),
        ("20210709-moscow.txt", "2021-07-09"),
        ("2021/07/09/a.txt", "2021-07-09"),
        ("wire_2021_07_09.txt", "2021-07-09"),
        ("2021-13-09.txt", ""),
        ("000_988bb7c48388d14e.txt", ""),
        ("120210709.txt", ""),
    ],
)
def test_a_file_name_that_holds_a_day(name: str, value: str) -> None:
    assert dated("عنوان\nفقرة بلا تاريخ.", name).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("عنوان\nوكان الاتفاق قد وقع يوم الثلاثاء في مدينة جنيف السويسرية بتاريخ 20 تموز 2020.", ""),
        ("عنوان\nقال الوزير اليوم إن العلاقات متينة.", ""),
        ("عنوان\nاعتبر أن عام 1999 كان صعباً.", ""),
        ("عنوان\nفي التاسع من تموز الماضي.", ""),
        ("عنوان\nوأعلن في ختام مؤتمره هذا اليوم الثلاثاء 20 تموز 2021 أن الأمر انتهى.", "2021-07-20"),
        ("عنوان\nفي 9 تموز الجاري من عام 1999.", ""),
    ],
)
def test_only_what_the_text_proves(text: str, value: str) -> None:
    assert dated(text).value == value


def test_the_current_month_with_the_year_of_an_event_beside_it() -> None:
    found = dated("عنوان\nتستمر مناورات زاسلون 2021 حتى الـ30 من تموز الجاري.")
    assert (found.value, found.source, found.para) == ("2021-07", "text", 0)


def test_the_words_that_proved_it() -> None:
    found = dated(DATELINE)
    paragraph = DATELINE.split("\n")[1]
    assert paragraph[found.start : found.end] == "20 تموز 2021"


def test_what_is_told_is_resolved_against_the_bulletin() -> None:
    told = date_mentions(reading(3, "أعلن أمس أن المؤتمر بدأ في التاسع من تموز الحالي."), "2021-07-20")
    assert [(d.text, d.value, d.precision, d.para) for d in told] == [
        ("أمس", "2021-07-19", "day", 3),
        ("التاسع من تموز الحالي", "2021-07-09", "day", 3),
    ]


def test_weekdays_are_those_of_the_bulletin() -> None:
    told = date_mentions(reading(0, "التقى الأحد الماضي نظيره، على أن يجتمعا الخميس المقبل."), "2021-07-20")
    assert [d.value for d in told] == ["2021-07-18", "2021-07-22"]
    assert not date_mentions(reading(0, "التقى الأحد الماضي نظيره."), "2021-07")


def test_a_time_of_day_does_not_disturb() -> None:
    assert [d.value for d in date_mentions(reading(0, "وصل أمس."), "2021-07-20T14:30")] == ["2021-07-19"]


def test_without_a_date_only_whole_dates_are_told() -> None:
    assert [d.value for d in date_mentions(reading(0, "وصل أمس، بعد اتفاق 9 تموز 2020."), "")] == ["2020-07-09"]
