"""Show dates as Arabic newspapers write them: both Gregorian month names, and the Hijri day."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from hijridate import Gregorian

WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")


@cache
def months() -> dict[str, Any]:
    """Return data/months.toml."""
    return tomllib.loads(files("nashra.arabic").joinpath("data/months.toml").read_text("utf-8"))


def _shown(tradition: str, month: int) -> str:
    return str(months()[tradition][month - 1]).partition("|")[0]


def dateline(value: str) -> str:
    """Return an ISO 8601 day, month, week or year as «9 تموز/يوليو 2021», at the precision it has.

    A week is shown by its Monday.
    """
    if "W" in value:
        year, _, week = value.partition("-W")
        return f"أسبوع {dateline(date.fromisocalendar(int(year), int(week), 1).isoformat())}"
    year, _, rest = value.partition("-")
    if not rest:
        return year
    month, _, day = rest.partition("-")
    name = f"{_shown('levant', int(month))}/{_shown('egypt', int(month))} {year}"
    return f"{int(day)} {name}" if day else name


def hijri(value: str) -> str:
    """Return the Hijri day of an ISO day, «28 ذو القعدة 1442 هـ» (Umm al-Qura), or "" where it is not known.

    hijridate's tables run from 1343 to 1500 AH.
    """
    if len(value) != 10 or "W" in value:
        return ""
    try:
        day = Gregorian.fromisoformat(value).to_hijri()
    except (OverflowError, ValueError):
        return ""
    return f"{day.day} {_shown('hijri', day.month)} {day.year} هـ"


def weekday(value: str) -> str:
    """Return the weekday's name of an ISO day."""
    return WEEKDAYS[date.fromisoformat(value).weekday()]
