"""Find dates in Arabic text and give each its ISO 8601 value, at the precision the words prove and no finer."""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from hijridate import Gregorian, Hijri

from nashra.arabic.calendar import WEEKDAYS, months
from nashra.arabic.letters import Folded, key


class Found(NamedTuple):
    """A date at ``start:end`` of the text as written. ``value`` is ISO 8601; "" when the text gives no year and
    there is no reference, in which case ``month`` (0 if none) and ``current`` («الجاري») still tell something."""

    start: int
    end: int
    value: str
    month: int = 0
    current: bool = False
    full: bool = False


def precision(value: str) -> str:
    """Return the precision of an ISO ``value``: year, month, week, day, or "" for none."""
    if "W" in value:
        return "week"
    return {0: "", 4: "year", 7: "month"}.get(len(value), "day")


# --- words ---------------------------------------------------------------------------------------------------------

_GREGORIAN: dict[str, int] = {}
_HIJRI: dict[str, int] = {}
for _tradition, _names in months().items():
    if _tradition in ("ambiguous", "named", "general"):
        continue
    for _number, _spellings in enumerate(_names, 1):
        for _spelling in _spellings.split("|"):
            (_HIJRI if _tradition == "hijri" else _GREGORIAN)[key(_spelling)] = _number
_AMBIGUOUS = frozenset(map(key, months()["ambiguous"]))

_UNITS = ["الاول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر"]
_TEENS = ["الحادي", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع"]
_DAYS = {word: number for number, word in enumerate(_UNITS, 1)}
_DAYS |= {f"{word} عشر": number for number, word in enumerate(_TEENS, 11)}
_DAYS |= {"العشرين": 20, "العشرون": 20, "الثلاثين": 30, "الثلاثون": 30}
_DAYS |= {f"{word} والعشرين": number for number, word in enumerate(_TEENS, 21)} | {"الحادي والثلاثين": 31}
_DAYS |= {f"{word} والعشرون": number for number, word in enumerate(_TEENS, 21)} | {"الحادي والثلاثون": 31}
_NUMBERS = {"ثلاثه": 3, "اربعه": 4, "خمسه": 5, "سته": 6, "سبعه": 7, "ثمانيه": 8, "تسعه": 9, "عشره": 10}
_NUMBERS |= {"ثلاث": 3, "اربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "ثمان": 8, "تسع": 9, "عشر": 10}
_WEEKDAYS = {key(name): number for number, name in enumerate(WEEKDAYS)} | {"الاتنين": 0, "الثلثاء": 1}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_EDGE = r"(?<![^\W_])"
_END = r"(?![^\W_])"
_PAST = "الماضي|الماضيه|المنصرم|المنصرمه|الفائت|الفائته|السابق|الاخير"
_PAST_WORDS = frozenset(map(key, _PAST.split("|")))
_NOW_WORDS = frozenset(["الجاري", "الجاريه", "الحالي", "الحاليه", "هذا", "نفسه"])
_NEXT_WORDS = frozenset(["المقبل", "المقبله", "القادم", "القادمه"])
_RELATIVE = _any(_PAST_WORDS | _NOW_WORDS | _NEXT_WORDS)
_MONTH = _any(_GREGORIAN | _HIJRI)
_YEAR = r"(?:1[3-9]|20)\d\d"
_DAY = rf"(?:ال)?[0-3]?\d|{_any(_DAYS)}"

_CLITICS = frozenset(["", *"وفبلك", *(a + b for a in "وف" for b in "بلك")])
_BEFORE = re.compile(
    # One day is tried before two: «الثالث والعشرين» is no span from the 3rd to the 20th.
    rf"{_EDGE}[وفبل]?(?:|(?P<from>{_DAY})\s*(?:و?(?:الي|حتي)|و|-)\s*)"
    rf"(?P<day>{_DAY})(?:\s+من)?(?:\s+شهر)?\s*[-/]?\s*$"
)
# What the text before a month ends with where a day may stand there.
_AFTER_DAY = re.compile(r"(?:\d|[-/]|\s(?:من|شهر)|عشر|العشر[يو]ن|الثلاث[يو]ن|(?:^|\s)ال\w{3,5})\s*$")
_CUE = re.compile(
    rf"{_EDGE}[وفبل]?(?P<cue>مطلع|بدايه|اوائل|نهايه|اواخر|منتصف|اواسط|شهر|خلال|في|منذ|حتي|ابتداء من|بحلول)"
    rf"(?P<month>\s+شهر)?\s+$"
)
_SILENT = ("في", "خلال", "منذ", "حتي", "بحلول")
_AFTER = re.compile(
    rf"(?P<twin>\s*[/(]\s*(?:{_MONTH})(?:\s*\))?)?"
    rf"(?:[\s,،-]*(?:(?:من\s+)?(?:ل?(?:ال|ل)?)(?:عام|سنه)\s+)?(?P<year>{_YEAR})(?!\d)(?!\s*[-/]\s*\d)"
    rf"(?:\s*(?:م|هـ|ه){_END})?"
    rf"|\s+(?P<relative>{_RELATIVE}){_END}(?!\s+(?:عام|سنه))"
    rf"|\s+(?:من\s+)?العام\s+(?P<inyear>{_RELATIVE}){_END})?"
)
# The year that a month shares with the one it goes on to: «من 29 آب إلى 5 أيلول 1999».
_UNTIL = re.compile(
    rf"\s*(?:(?:و?(?:الي|حتي)|و|-)\s*)(?:(?:غايه|نهايه|مطلع|منتصف|شهر)\s+){{0,2}}(?:(?:{_DAY})\s+)?(?:من\s+)?(?:شهر\s+)?"
    rf"(?P<month>{_any(_GREGORIAN)})(?:\s*/\s*(?:{_MONTH}))?\s+(?:(?:من\s+)?(?:عام|العام|سنه)\s+)?(?P<year>{_YEAR})(?!\d)"
)
_DIGIT = re.compile(r"\d")
_NUMERIC = re.compile(r"(?P<mark>[/.-])(?P<space> ?)(\d{1,2})(?P=space)(?P=mark)(?P=space)(\d{1,4})(?!\d|[/-]\d|\.\d)")
_ERA = re.compile(r"\s*(?:هـ|ه|م)(?![^\W_])")
_FOUR = re.compile(r"[12]\d\d\d(?!\d)(?!\s*[/-]\s*\d\d?(?!\d))")
_YEAR_CUE = re.compile(
    rf"{_EDGE}(?:[وفبل]|[وف]?لل)?(?P<cue>(?:ال)?(?:عام|سنه|عامي|عامين|سنتي|سنتين|اعوام|سنوات)|منذ|حتي|بحلول|موسم"
    rf"|ربيع|صيف|خريف|شتاء|(?P<bare>في))\s+$"
)
_MORE = re.compile(rf"\s*(?:،|,|و|-|/|الي|حتي)\s*(?:عام\s+)?({_YEAR})(?!\d)")
_CLOSED = re.compile(r"\s*(?:[^\w\s]|$)")
_SPAN = re.compile(rf"(?P<unit>الشهر|العام|السنه|الاسبوع)\s+(?P<relative>{_RELATIVE}){_END}")
# «المدير العام السابق»
_GENERAL = re.compile(rf"{_EDGE}[وفبل]?(?:{_any(map(key, months()['general']))})\s+$")
_RELATIVE_DAYS = {"اليوم": 0, "امس الاول": -2, "امس": -1, "اول من امس": -2, "اول امس": -2, "البارحه": -1}
_RELATIVE_DAYS |= {"غدا": 1, "الغد": 1, "غد": 1, "بعد غد": 2, "بعد غدا": 2, "باكر": 1}
# «اليوم» inside a newspaper's name, and «اليوم» that is some other day.
_PAPER = re.compile(rf"{_EDGE}[وبل]?(?:المصري|روسيا|اخبار|صحيفه|جريده|قناه|موقع)\s+$")
_OTHER_DAY = frozenset(["التالي", "نفسه", "ذاته", "الوطني", "العالمي", "الدولي", "الواحد", "الدراسي", "الاخير", *_DAYS])
_TODAY = re.compile(rf"({_any(_RELATIVE_DAYS)}){_END}(?:\s+({_any(_WEEKDAYS)}){_END})?")
_AGO = re.compile(
    rf"(?P<way>قبل|بعد|منذ)\s+"
    rf"(?:(?P<one>يومين|يوم|اسبوعين|اسبوع|شهرين|شهر|عامين|عام|سنتين|سنه)(?:\s+واحده?)?"
    rf"|(?P<number>\d{{1,2}}|{_any(_NUMBERS)})\s+(?P<unit>ايام|اسابيع|اشهر|شهور|اعوام|سنوات)){_END}"
    # «بعد ثلاثة أشهر على رحيله» counts from something else.
    rf"(?!\s+(?:من|علي){_END}(?!\s+(?:الان|اليوم){_END}))"
)
_WORD = re.compile(r"\s+(\w+)")
_ON_A_DAY = re.compile(rf"(?:{_any(_WEEKDAYS)})[\s،,]+$")
_DAY_PART = re.compile(rf"{_EDGE}[وفبل]?(?:ال)?(?:يوم|مساء|صباح|ظهر|فجر|ليل|ليله|عصر|نهار)\s+$")
_WEEKDAY = re.compile(rf"(?:{_any(_WEEKDAYS)}){_END}(?:\s+(?P<relative>{_RELATIVE}){_END})?")
_TWO_DAYS = re.compile(
    rf"({_any(_WEEKDAYS)})\s+و({_any(_WEEKDAYS)})\s+(?:(?P<past>الماضيين|المنصرمين)|المقبلين|القادمين){_END}"
)
_NAMED = re.compile(rf"{_EDGE}[وفبلك]?(?:ال)?(?:{_any(map(key, months()['named']))})\s+$")
_PAIRED = re.compile(r"[\s،,()/-]*(?:ال)?(?:موافق|موافقه)?\s*ل?[\s،,()/:-]*")


# --- finding -------------------------------------------------------------------------------------------------------


def find(folded: Folded, reference: str = "") -> tuple[Found, ...]:
    """Return the dates in ``folded`` text, in their order, none inside another.

    ``reference`` is the ISO day, month or year of the text, "" if unknown: what is relative to a day that is not
    known gets no value and is left out (months marked «الجاري» stay, without one).
    """
    text = folded.text
    at = _reference(reference)
    read = list(_anchored(text, at))
    if _DIGIT.search(text):
        read += [*_numeric(text), *_years(text)]
    if not read:
        return ()
    # What is kept lies apart and in order, so that only the one before may reach into another.
    kept: list[_Read] = []
    starts: list[int] = []
    for one in sorted(read, key=lambda one: (one.order, one.start)):
        place = bisect_left(starts, one.end)
        if place and kept[place - 1].end > one.start:
            continue
        if one.order == _WEEKDAY_ORDER and place < len(starts) and _dated(text, one.end, starts[place]):
            continue
        starts.insert(place, one.start)
        kept.insert(place, one)
    return tuple(
        date._replace(start=begin, end=stop)
        for one in _paired(text, kept)
        for begin, stop in [folded.span(one.start, one.end)]
        for date in one.dates
    )


class _Read(NamedTuple):
    """Dates read at ``start:end``; where two overlap, the lower ``order`` was written with more care."""

    order: int
    start: int
    end: int
    dates: list[Found]
    hijri: bool = False


def _dated(text: str, end: int, start: int) -> bool:
    """Tell whether a weekday only begins the date at ``start``: «الاثنين 21 من يناير», «الخميس الموافق 14/10»."""
    return start < end + 16 and bool(_PAIRED.fullmatch(text, end, start))


def _paired(text: str, read: list[_Read]) -> list[_Read]:
    """Join a Hijri day and the Gregorian day beside it, «25 شوال 1436 هـ الموافق 10 أغسطس 2015»: they are one date.

    The Gregorian one is believed: a Hijri day begins by the moon sighted, and tables differ from it by a day.
    """
    joined: list[_Read] = []
    for one in read:
        before = joined[-1] if joined else None
        if (
            before
            and before.hijri != one.hijri
            and one.start - before.end < 16
            and len(before.dates) == len(one.dates) == 1
            and _PAIRED.fullmatch(text, before.end, one.start)
        ):
            moon, sun = (before.dates[0], one.dates[0]) if before.hijri else (one.dates[0], before.dates[0])
            value = _near(sun, moon.value) if moon.full and precision(sun.value or "2000-01-01") == "day" else ""
            if value:
                joined[-1] = _Read(before.order, before.start, one.end, [sun._replace(value=value, full=True)])
                continue
        joined.append(one)
    return joined


def _near(sun: Found, moon: str) -> str:
    """Return the Gregorian day of a pair, in the year that its Hijri day ``moon`` proves; "" when they disagree."""
    if not sun.value:
        return ""
    shown = date.fromisoformat(moon)
    for year in (int(sun.value[:4]), shown.year, shown.year - 1, shown.year + 1):
        value = _iso(year, int(sun.value[5:7]), int(sun.value[8:]))
        if value and abs((date.fromisoformat(value) - shown).days) <= 2:
            return value if not sun.full or value == sun.value else ""
    return ""


class _Reference:
    """The day, month or year that relative dates count from."""

    def __init__(self, value: str) -> None:
        self.year = int(value[:4]) if value else 0
        self.month = int(value[5:7]) if precision(value) in ("day", "month") else 0
        self.day = date.fromisoformat(value) if precision(value) == "day" else None
        # Something to be near to when only the month or the year is known.
        self.near = self.day or (date(self.year, self.month or 7, 15 if self.month else 1) if self.year else None)


_reference = lru_cache(maxsize=64)(_Reference)


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _hijri(year: int, month: int, day: int) -> str:
    try:
        return str(Hijri(year, month, day).to_gregorian().isoformat())
    except (ValueError, OverflowError):
        return ""


def _is_hijri(year: int) -> bool:
    """Tell whether a year is a Hijri one: newspapers write of no others between 1300 and 1500."""
    return 1300 <= year <= 1500


def _day_number(words: str) -> int:
    return _DAYS.get(words) or int(words.removeprefix("ال")) if words else 0


def _numeric(text: str) -> Iterator[_Read]:
    """Read «15/6/2021», «2021-06-15», «4/11/1435»; the year may stand first or last."""
    for match in _NUMERIC.finditer(text):
        start = match.start()
        if match["space"]:
            # «1 / 7 / 2021»; «1. 7. 2021» are ends of sentences.
            start -= 1
            if start < 0 or match["mark"] == "." or text[start] != " ":
                continue
        first = start
        while first and start - first < 5 and text[first - 1].isdigit():
            first -= 1
        length = start - first
        if not 0 < length <= 4 or (first and text[first - 1] in "/.-" and text[max(0, first - 2)].isdigit()):
            continue
        one, two, three = int(text[first:start]), int(match[3]), int(match[4])
        if length == 4 and three < 100:
            year, month, day = one, two, three
        elif length <= 2 and len(match[4]) == 4:
            year, month, day = three, two, one
        else:
            continue
        hijri = _is_hijri(year)
        make = _hijri if hijri else _iso
        # Arabic papers put the day first; the month only when it cannot be one.
        value = make(year, month, day) or ("" if length == 4 else make(year, day, month))
        if value and (hijri or "1700" < value < "2200"):
            era = _ERA.match(text, match.end())
            end = era.end() if era else match.end()
            yield _Read(0, first, end, [Found(0, 0, value, int(value[5:7]), full=True)], hijri)


# --- words that a date is read around --------------------------------------------------------------------------------


def _month(text: str, start: int, end: int, clitics: int, at: _Reference) -> _Read | None:
    """Read around a month's name: its day or days before it; its year, or «الجاري», behind it."""
    name = text[start:end]
    before = text[max(0, start - 50) : start] if not clitics else ""
    head = _BEFORE.search(before) if before and _AFTER_DAY.search(before) else None
    cue = _CUE.search(before) if before and not head else None
    tail = _AFTER.match(text, end)
    assert tail is not None
    year = int(tail["year"]) if tail["year"] else 0
    relative = tail["relative"] or ""
    until = _UNTIL.match(text, tail.end()) if not (year or relative or tail["inyear"] or name in _HIJRI) else None
    if until:
        year = int(until["year"]) - (_GREGORIAN[until["month"]] < _GREGORIAN[name])
    if head is None and not year and not relative and not tail["inyear"]:
        certain = cue and (cue["month"] or cue["cue"] == "شهر" or tail["twin"])
        if not cue or (name in _AMBIGUOUS and not certain):
            return None
    offset = start - len(before)
    begin = start
    if head:
        begin = offset + (head.start("from") if head["from"] else head.start("day"))
        if not year and not relative and _NAMED.search(text[max(0, begin - 12) : begin]):
            return None
    elif cue and cue["cue"] not in _SILENT:
        begin = offset + cue.start("cue")
    days = [_day_number(head[part]) for part in ("from", "day") if head[part]] if head else []
    if any(not 0 < day < 32 for day in days):
        return None
    current = relative in _NOW_WORDS and relative not in ("هذا", "نفسه")
    if tail["inyear"]:
        year = at.year + _shift(tail["inyear"]) if at.year else 0
    if name in _HIJRI:
        # «العاشر من رمضان» is a city too; without a year only a number, a weekday or «الجاري» makes it a day.
        dated = head and (head["day"][-1].isdigit() or _ON_A_DAY.search(text, max(0, begin - 14), begin))
        if (year and not _is_hijri(year)) or not (year or relative or dated):
            return None
        values = [_hijri(year or _hijri_year(at, _HIJRI[name], day, relative), _HIJRI[name], day) for day in days]
    elif _is_hijri(year):
        return None
    else:
        edge = cue["cue"] if cue else ""
        values = [_gregorian(at, year, _GREGORIAN[name], day, relative, edge) for day in days or [0]]
    month = _GREGORIAN.get(name, 0)
    dates = [
        Found(0, 0, value, month, current, full=bool(year and days)) for value in values if value or (month and current)
    ]
    return _Read(1, begin, tail.end(), dates, name in _HIJRI) if dates else None


def _gregorian(at: _Reference, year: int, month: int, day: int, relative: str, edge: str) -> str:
    """Return the ISO value of a day (0: none) and month, in ``year`` (0: the one the reference points to)."""
    if not year:
        year = _year_of(at, month, day, relative)
    if not year:
        return ""
    if not day and edge in ("مطلع", "بدايه"):
        day = 1
    elif not day and edge == "نهايه":
        day = calendar.monthrange(year, month)[1]
    return _iso(year, month, day) if day else f"{year}-{month:02}"


def _year_of(at: _Reference, month: int, day: int, relative: str) -> int:
    if at.near is None:
        return 0
    if relative in _NOW_WORDS:
        return at.year
    values = ((_iso(year, month, day or 15), year) for year in (at.year - 1, at.year, at.year + 1))
    return _nearest(at.near, [(date.fromisoformat(value), year) for value, year in values if value], relative)


def _hijri_year(at: _Reference, month: int, day: int, relative: str) -> int:
    """Return the Hijri year that the reference points to; a Hijri day needs a day to be near to."""
    if at.day is None or not 1925 < at.day.year < 2077:
        return 0
    now = Gregorian.fromdate(at.day).to_hijri().year
    if relative in _NOW_WORDS:
        return int(now)
    values = ((_hijri(year, month, day), year) for year in (now - 1, now, now + 1))
    return _nearest(at.day, [(date.fromisoformat(value), year) for value, year in values if value], relative)


def _nearest(near: date, candidates: list[tuple[date, int]], relative: str) -> int:
    """Return the year whose day is the nearest; of those not after the month of ``near`` when ``relative`` is past."""
    month = (near.year, near.month)
    if relative in _PAST_WORDS:
        candidates = [pair for pair in candidates if (pair[0].year, pair[0].month) <= month][-1:]
    elif relative in _NEXT_WORDS:
        candidates = [pair for pair in candidates if (pair[0].year, pair[0].month) >= month][:1]
    return min(candidates, key=lambda pair: abs((pair[0] - near).days), default=(near, 0))[1]


def _shift(relative: str) -> int:
    return -1 if relative in _PAST_WORDS else 1 if relative in _NEXT_WORDS else 0


def _years(text: str) -> Iterator[_Read]:
    """Read «عام 1999», «عامي 2010 و2011»: a number is a year only behind a word that makes it one."""
    free = 0
    for match in _FOUR.finditer(text):
        start = match.start()
        if start < free or text[start - 1 : start] not in (" ", "\n") or not 1500 < int(match[0]) < 2100:
            continue
        cue = _YEAR_CUE.search(text, max(0, start - 14), start)
        # «في 2000» may count things; «في 2000.» counts none.
        if not cue or (cue["bare"] and not _CLOSED.match(text, match.end())):
            continue
        years, end = [match[0]], match.end()
        while (more := _MORE.match(text, end)) and 1500 < int(more[1]) < 2100:
            end = more.end()
            if cue["cue"] not in ("منذ", "حتي", "بحلول"):
                years.append(more[1])
        free = end
        yield _Read(2, cue.start("cue"), end, [Found(0, 0, year) for year in years])


def _span(text: str, start: int, end: int, clitics: int, at: _Reference) -> _Read | None:
    del end, clitics
    match = _SPAN.match(text, start)
    if not match:
        return None
    value, shift = "", _shift(match["relative"])
    if match["unit"] == "العام" and _GENERAL.search(text, max(0, start - 12), start):
        return None
    if match["unit"] in ("العام", "السنه"):
        value = str(at.year + shift) if at.year else ""
    elif match["unit"] == "الشهر" and at.month:
        if match["relative"] == "الاخير":
            return None
        number = at.year * 12 + at.month - 1 + shift
        value = f"{number // 12}-{number % 12 + 1:02}"
    elif match["unit"] == "الاسبوع" and at.day:
        week = (at.day + timedelta(weeks=shift)).isocalendar()
        value = f"{week.year}-W{week.week:02}"
    return _Read(3, start, match.end(), [Found(0, 0, value)]) if value else None


def _ago(text: str, start: int, end: int, clitics: int, at: _Reference) -> _Read | None:
    del end, clitics
    match = _AGO.match(text, start) if at.day else None
    if not match or not at.day:
        return None
    unit = match["one"] or match["unit"]
    number = int(match["number"]) if (match["number"] or "").isdigit() else _NUMBERS.get(match["number"] or "", 0)
    if match["one"]:
        number = 2 if unit.endswith("ين") else 1
    sign = 1 if match["way"] == "بعد" else -1
    if unit[:3] in ("يوم", "ايا"):
        value = (at.day + timedelta(days=sign * number)).isoformat()
    elif unit[:4] in ("اسبو", "اساب"):
        value = (at.day + timedelta(weeks=sign * number)).isoformat()
    elif unit[:3] in ("شهر", "اشه", "شهو"):
        months_on = at.day.year * 12 + at.day.month - 1 + sign * number
        value = f"{months_on // 12}-{months_on % 12 + 1:02}"
    else:
        value = str(at.day.year + sign * number)
    return _Read(4, start, match.end(), [Found(0, 0, value)])


def _today(text: str, start: int, end: int, clitics: int, at: _Reference) -> _Read | None:
    del end, clitics
    match = _TODAY.match(text, start) if at.day else None
    if not match or not at.day:
        return None
    if match[1] == "اليوم" and not match[2]:
        following = _WORD.match(text, match.end())
        if (following and following[1] in _OTHER_DAY) or _PAPER.search(text, max(0, start - 10), start):
            return None
    day = at.day + timedelta(days=_RELATIVE_DAYS[match[1]])
    weekday = _WEEKDAYS.get(match[2] or "", day.weekday())
    # «اليوم السبت» in a text of Sunday: the weekday is what was written with care.
    day += timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)
    return _Read(5, start, match.end(), [Found(0, 0, day.isoformat())])


_WEEKDAY_ORDER = 6


def _weekday(text: str, start: int, end: int, clitics: int, at: _Reference) -> _Read | None:
    match = _WEEKDAY.match(text, start) if at.day else None
    if not match or not at.day:
        return None
    if two := _TWO_DAYS.match(text, start):
        which = "الماضي" if two["past"] else "المقبل"
        days = [_on(at.day, _WEEKDAYS[two[n]], which) for n in (1, 2)]
        return _Read(_WEEKDAY_ORDER, start, two.end(), [Found(0, 0, day.isoformat()) for day in days])
    relative = match["relative"] or ""
    if not relative and not _DAY_PART.search(text, max(0, start - clitics - 10), start - clitics):
        return None
    day = _on(at.day, _WEEKDAYS[text[start:end]], relative)
    return _Read(_WEEKDAY_ORDER, start, match.end(), [Found(0, 0, day.isoformat())])


def _on(today: date, weekday: int, relative: str) -> date:
    """Return the last such weekday up to ``today``; the one before or after it when ``relative`` says so."""
    behind = (today.weekday() - weekday) % 7
    if relative in _NEXT_WORDS:
        return today + timedelta(days=7 - behind)
    return today - timedelta(days=(behind or 7) if relative in _PAST_WORDS else behind)


_READERS: dict[str, Callable[[str, int, int, int, _Reference], _Read | None]] = {
    **dict.fromkeys(_GREGORIAN | _HIJRI, _month),
    **dict.fromkeys(("الشهر ", "العام ", "السنه ", "الاسبوع "), _span),
    **dict.fromkeys(("قبل ", "بعد ", "منذ "), _ago),
    **dict.fromkeys(_RELATIVE_DAYS, _today),
    **dict.fromkeys(_WEEKDAYS, _weekday),
}
_ANCHORS = list(_READERS.items())
_AUTOMATON = AhoCorasick([anchor for anchor, _ in _ANCHORS], matchkind=MatchKind.LeftmostLongest)


def _anchored(text: str, at: _Reference) -> Iterator[_Read]:
    """Read the dates around their anchors: one pass of an automaton finds months, weekdays, «أمس», «قبل» and more.

    Most texts have few; to search for every kind of date by a pattern of its own took ten times as long.
    """
    length = len(text)
    for number, start, end in _AUTOMATON.find_matches_as_indexes(text):
        if end < length and text[end - 1] != " " and text[end].isalnum():
            continue
        left = start
        while left and start - left < 3 and text[left - 1].isalpha():
            left -= 1
        if left < start and text[left:start] not in _CLITICS:
            continue
        read = _ANCHORS[number][1](text, start, end, start - left, at)
        if read:
            yield read
