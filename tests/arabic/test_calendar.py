"""Dates shown as Arabic newspapers write them."""

from __future__ import annotations

import pytest

from nashra.arabic.calendar import dateline, hijri, weekday


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2021-07-09", "9 تموز/يوليو 2021"),
        ("2020-01-31", "31 كانون الثاني/يناير 2020"),
        ("2021-07", "تموز/يوليو 2021"),
        ("1999", "1999"),
        ("2021-W28", "أسبوع 12 تموز/يوليو 2021"),
        ("2020-W53", "أسبوع 28 كانون الأول/ديسمبر 2020"),
    ],
)
def test_both_month_names_at_the_precision_that_is_known(value: str, shown: str) -> None:
    assert dateline(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2021-07-20", "10 ذو الحجة 1442 هـ"),
        ("2021-04-13", "1 رمضان 1442 هـ"),
        ("2021-07", ""),
        ("2021", ""),
        ("2021-W28", ""),
        ("1800-01-01", ""),
        ("2199-01-01", ""),
    ],
)
def test_the_hijri_day_of_a_day_and_of_nothing_else(value: str, shown: str) -> None:
    assert hijri(value) == shown


@pytest.mark.parametrize(
    ("value", "name"), [("2021-07-18", "الأحد"), ("2021-07-19", "الاثنين"), ("2021-07-23", "الجمعة")]
)
def test_weekday(value: str, name: str) -> None:
    assert weekday(value) == name
