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
        ("في 14 فيفري 2021", "2021-02-14"),
        ("في 3 أفريل 2021", "2021-04-03"),
        ("في 8 ماي 1945", "1945-05-08"),
        ("في 5 جوان 1967", "1967-06-05"),
        ("في 5 جويلية 1962", "1962-07-05"),
        ("في 30 يوليوز 2021", "2021-07-30"),
        ("في 18 غشت 2020", "2020-08-18"),
        ("في 6 نونبر 1975", "1975-11-06"),
        ("في 11 يناير 1944", "1944-01-11"),
        ("في 30 يونيه 2013", "2013-06-30"),
        ("في 5 كانون الأول (ديسمبر) 2020", "2020-12-05"),
        ("في 5 أبريل (نيسان) 2020", "2020-04-05"),
        ("في ۱۵ تموز ۲۰۲۱", "2021-07-15"),
        ("في ١٥/٧/٢٠٢١", "2021-07-15"),
        ("في الحادي عشر من أيلول 2001", "2001-09-11"),
        ("في الأول من أيار 2021", "2021-05-01"),
        ("في الثالث والعشرين من نيسان 2021", "2021-04-23"),
        ("في التاسع والعشرين من شباط 2020", "2020-02-29"),
        ("في الثلاثين من حزيران 2021", "2021-06-30"),
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
        ("في الخامس عشر من شعبان 1442", "2021-03-28"),
        ("يوم الاثنين 12 ربيع الأول 1443هـ", "2021-10-18"),
        ("في 9 محرم 1443 هـ", "2021-08-17"),
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
        ("الشهر الجاري", "2021-07"),
        ("الشهر الحالي", "2021-07"),
        ("الشهر المقبل", "2021-08"),
        ("في آذار المقبل", "2022-03"),
        ("أيلول الماضي", "2020-09"),
        ("تموز (يوليو) الجاري", "2021-07"),
        ("البارحة", "2021-07-19"),
        ("مساء أمس الاثنين", "2021-07-19"),
        ("صباح اليوم الثلاثاء", "2021-07-20"),
        ("فجر الأحد", "2021-07-18"),
        ("الجمعة الماضية", "2021-07-16"),
        ("يوم السبت المقبل", "2021-07-24"),
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
        ("من 5-9 تموز 2021", ["2021-07-05", "2021-07-09"]),
        ("من الخامس إلى التاسع من تموز", ["2021-07-05", "2021-07-09"]),
        ("بين 28 حزيران و3 تموز", ["2021-06-28", "2021-07-03"]),
        ("في الأول من تموز والخامس من آب", ["2021-07-01", "2021-08-05"]),
        ("يومي الاثنين والثلاثاء المقبلين", ["2021-07-26", "2021-07-27"]),
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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("من 1 / 7 / 2021 إلى 9 / 7 / 2021", ["2021-07-01", "2021-07-09"], id="spaces around the strokes"),
        pytest.param("بلغت 1. 9. 2021", [], id="ends of sentences"),
        pytest.param("/ 7 / 2021 وعددهم 3 ", [], id="a day missing"),
        pytest.param("/ 7 / 2021 3 ", [], id="a day missing, a number last"),
        pytest.param("من تموز إلى أيلول 2021", ["2021-07", "2021-09"], id="a month shares the year behind"),
        pytest.param("من كانون الأول حتى شباط 2020", ["2019-12", "2020-02"], id="over the turn of the year"),
        pytest.param("من 29 شتنبر إلى 5 أكتوبر 1999", ["1999-09-29", "1999-10-05"], id="a day shares the year behind"),
        pytest.param("بين 10 تموز و15 آب 2019", ["2019-07-10", "2019-08-15"], id="two days share a year"),
        pytest.param("في آذار من العام الماضي", ["2020-03"], id="a month of last year"),
        pytest.param("آذار من العام الماضي", ["2020-03"], id="a month of last year, no cue before it"),
        pytest.param("يوم الخميس الموافق 14/10/2021", ["2021-10-14"], id="a weekday and its date"),
        pytest.param("يوم الاثنين التاسع من ذي الحجة", ["2021-07-19"], id="a Hijri day in words, its weekday before"),
        pytest.param("في مدينة العاشر من رمضان", [], id="a city"),
    ],
)
def test_dates_that_lean_on_another(text: str, wanted: list[str]) -> None:
    assert values(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("بعد ثلاثة أشهر على رحيل زوجها", id="after something else"),
        pytest.param("قبل يومين من الانتخابات", id="before something else"),
        pytest.param("المدير العام السابق للجمارك", id="a title"),
        pytest.param("والأمين العام الحالي للحزب", id="another title"),
    ],
)
def test_what_counts_from_something_else_is_no_date(text: str) -> None:
    assert values(text) == []


def test_days_counted_from_now_are_dates() -> None:
    assert values("بعد يومين من الآن") == ["2021-07-22"]
