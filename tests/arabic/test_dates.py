"""Dates found in running text, each at the precision its words prove."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nashra.arabic.dates import find, precision
from nashra.arabic.letters import fold

TODAY = "2021-07-20"  # a Tuesday


def values(text: str, reference: str = TODAY) -> list[str]:
    return [found.value for found in find(fold(text), reference) if found.value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("وقعت الاتفاقية في 9 تموز 2021", "2021-07-09"),
        ("في 9 من شهر تموز عام 2021", "2021-07-09"),
        ("في التاسع من تموز 2021", "2021-07-09"),
        ("في الحادي والثلاثين من كانون الثاني 2020", "2020-01-31"),
        ("في الثاني عشر من يوليو 2021", "2021-07-12"),
        ("يوم ٩ يوليو ٢٠٢١", "2021-07-09"),
        ("يوم 9 تموز/يوليو 2021", "2021-07-09"),
        ("يوم 9 يوليو (تموز) 2021", "2021-07-09"),
        ("في الـ30 من حزيران 2021", "2021-06-30"),
        ("بتاريخ 3 جانفي 2020", "2020-01-03"),
        ("بتاريخ 5 أوت 2020", "2020-08-05"),
        ("في 14 شتنبر 2019", "2019-09-14"),
        ("في 2 دجنبر 2019", "2019-12-02"),
        ("في 15/6/2021", "2021-06-15"),
        ("في 2021-06-15", "2021-06-15"),
        ("في 2021/6/15م", "2021-06-15"),
        ("في 15.6.2021", "2021-06-15"),
    ],
)
def test_a_day_with_its_year(text: str, value: str) -> None:
    assert values(text, "") == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("في 4/11/1435", "2014-08-30"),
        ("يوم 1442/12/10هـ", "2021-07-20"),
        ("في 10 ذي الحجة 1442 هـ", "2021-07-20"),
        ("في غرة رمضان أو 1 رمضان 1442", "2021-04-13"),
    ],
)
def test_a_hijri_day(text: str, value: str) -> None:
    assert values(text, "") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "10 ذو الحجة 1442 هـ الموافق 20 تموز 2021 م",
        "20 تموز 2021 الموافق 10 ذي الحجة 1442هـ",
        "10/12/1442هـ - 20/7/2021م",
        "10 ذو الحجة 1442 (20 يوليو)",
        "11 ذو الحجة 1442 هـ الموافق 20 تموز 2021",  # the moon was sighted a day earlier: the Gregorian day is believed
    ],
)
def test_a_hijri_day_and_its_gregorian_are_one_date(text: str) -> None:
    assert values(text, "") == ["2021-07-20"]


def test_a_pair_that_disagrees_stays_two() -> None:
    assert len(values("10 ذو الحجة 1442 هـ الموافق 20 تموز 2020", "")) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("في التاسع من تموز الحالي", "2021-07-09"),
        ("حتى 30 تموز الجاري", "2021-07-30"),
        ("في 25 كانون الأول الماضي", "2020-12-25"),
        ("في 3 أيلول المقبل", "2021-09-03"),
        ("منذ مطلع حزيران الماضي", "2021-06-01"),
        ("في نهاية أيلول المقبل", "2021-09-30"),
        ("منتصف تموز الجاري", "2021-07"),
        ("أواخر تشرين الثاني 2020", "2020-11"),
        ("في شباط/فبراير المقبل", "2022-02"),
        ("أمس", "2021-07-19"),
        ("أول من أمس", "2021-07-18"),
        ("غداً الأربعاء", "2021-07-21"),
        ("بعد غد", "2021-07-22"),
        ("اليوم", "2021-07-20"),
        ("الأحد الماضي", "2021-07-18"),
        ("يوم الأحد", "2021-07-18"),
        ("الخميس المقبل", "2021-07-22"),
        ("الشهر الماضي", "2021-06"),
        ("العام المقبل", "2022"),
        ("الأسبوع الماضي", "2021-W28"),
        ("قبل ثلاثة أيام", "2021-07-17"),
        ("قبل عشر سنوات", "2011"),
        ("بعد أسبوعين", "2021-08-03"),
        ("منذ شهرين", "2021-05"),
    ],
)
def test_relative_to_the_bulletin(text: str, value: str) -> None:
    assert values(text) == [value]


def test_a_month_without_a_year_is_the_nearest() -> None:
    assert values("في 28 كانون الأول", "2021-01-03") == ["2020-12-28"]
    assert values("في 3 كانون الثاني", "2020-12-30") == ["2021-01-03"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("من 5 إلى 9 تموز", ["2021-07-05", "2021-07-09"]),
        ("بين 5 و9 تموز", ["2021-07-05", "2021-07-09"]),
        ("من 28 حزيران حتى 3 تموز", ["2021-06-28", "2021-07-03"]),
        ("خلال عامي 2010 و2011", ["2010", "2011"]),
        ("بين عامي 2010 و 2015", ["2010", "2015"]),
        ("من عام 1999 إلى عام 2010", ["1999", "2010"]),
        ("يومي السبت والأحد الماضيين", ["2021-07-17", "2021-07-18"]),
    ],
)
def test_both_ends_of_a_span(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("منذ عام 1999", "1999"),
        ("في سنة 1948", "1948"),
        ("في صيف 2020", "2020"),
        ("مطلع العام 2020", "2020"),
        ("للعام 2022", "2022"),
        ("منذ 2011", "2011"),
        ("حدث ذلك في 2019.", "2019"),
    ],
)
def test_a_year(text: str, year: str) -> None:
    assert values(text) == [year]


@pytest.mark.parametrize(
    "text",
    [
        "ثورة 25 يناير",
        "مدينة 6 أكتوبر",
        "مدينة العاشر من رمضان",
        "مناورات زاسلون 2021",
        "في 2000 قرية",
        "عام 1436هـ",
        "مارس ضغوطاً على الحكومة",
        "آب إلى رشده",
        "صحيفة المصري اليوم",
        "في اليوم التالي",
        "الساعة 10.30",
        "بغداد",
        "الرقم 35/13/2021",
        "31 شباط 2021",
        "فاز 3-2-1",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize("text", ["أمس", "الأحد الماضي", "قبل ثلاثة أيام", "في 9 تموز", "العام الماضي"])
def test_without_a_reference_nothing_is_invented(text: str) -> None:
    assert values(text, "") == []


def test_the_current_month_is_told_even_without_a_year() -> None:
    (found,) = find(fold("حتى الـ30 من تموز الجاري"))
    assert (found.value, found.month, found.current, found.full) == ("", 7, True, False)


def test_a_reference_of_a_month_dates_its_days() -> None:
    assert values("في التاسع من تموز الحالي", "2021-07") == ["2021-07-09"]
    assert values("أمس", "2021-07") == []


def test_a_span_leads_back_to_the_words_as_written() -> None:
    text = "أُعلِن ذلك في التّاسِع من تمّوز ٢٠٢١، كما قيل."
    (found,) = find(fold(text))
    assert text[found.start : found.end] == "التّاسِع من تمّوز ٢٠٢١"


def test_dates_come_in_their_order_and_apart() -> None:
    found = find(fold("وقع أمس اتفاق 9 تموز 2020، وكان عام 1999 قد شهد غيره، على أن ينفذ في 3/1/2022."), TODAY)
    assert [one.value for one in found] == ["2021-07-19", "2020-07-09", "1999", "2022-01-03"]
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("value", "name"),
    [("2021-07-09", "day"), ("2021-07", "month"), ("2021", "year"), ("2021-W28", "week"), ("", "")],
)
def test_precision(value: str, name: str) -> None:
    assert precision(value) == name


def test_a_long_list_of_dates_takes_no_time() -> None:
    # Where each date is compared with all others, this takes minutes.
    found = find(fold("الاثنين 9 تموز 2021 " * 60_000), TODAY)
    assert len(found) == 60_000
    assert {one.value for one in found} == {"2021-07-09"}
