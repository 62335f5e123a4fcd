"""Date a bulletin and what it tells: header, then file name, then what the text proves; never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from nashra.arabic.dates import Found, find, precision
from nashra.desk.model import Bulletin, DateMention
from nashra.desk.reading import Mention, Reading

_IN_NAME = re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d\d)([-_./]?)(\d\d)\2(\d\d)(?![0-9A-Za-z])")
_YEAR = re.compile(r"(?:19|20)\d\d$")
# How far into a text a full date is the text's own: a dateline, «اليوم الثلاثاء 20 تموز 2021».
_DATELINE = 60
_TODAY = re.compile(r"(?<!\w)(?:اليوم|هذا اليوم)[\s,،(]*(?:\w+[\s,،]+){0,2}$")


class Dated(NamedTuple):
    """The date of a bulletin: ISO 8601 ``value`` ("" when nothing proves one), and what it was read from:
    header, name, text, given, or "". ``para``, ``start``, ``end`` say where in the text (-2: not in it)."""

    value: str = ""
    source: str = ""
    para: int = -2
    start: int = 0
    end: int = 0


def date_bulletin(bulletin: Bulletin, readings: Sequence[Reading], mentions: Sequence[Mention], given: str) -> Dated:
    """Return the date of ``bulletin``; ``given`` is what the caller knows of it ("" if nothing)."""
    if bulletin.header.date:
        return Dated(bulletin.header.date, "header")
    if given:
        return Dated(given, "given")
    match = _IN_NAME.search(bulletin.name)
    if match:
        value = "-".join(match.group(1, 3, 4))
        if _is_day(value):
            return Dated(value, "name")
    return _proved(readings, mentions)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _proved(readings: Sequence[Reading], mentions: Sequence[Mention]) -> Dated:
    """Return the day of a dateline; else the month marked «الجاري» in the year of an event named beside it."""
    months: list[tuple[Reading, Found]] = []
    for reading in readings:
        for found in find(reading.folded):
            if found.full and _dateline(reading, found):
                return Dated(found.value, "text", reading.para, found.start, found.end)
            if found.current:
                months.append((reading, found))
    for reading, found in months:
        if found.value:
            return Dated(found.value[:7], "text", reading.para, found.start, found.end)
        for mention in mentions:
            name = reading.folded.text[mention.start : mention.end]
            if mention.para == reading.para and mention.kind == "event" and _YEAR.search(name):
                return Dated(f"{name[-4:]}-{found.month:02}", "text", reading.para, found.start, found.end)
    return Dated()


def _dateline(reading: Reading, found: Found) -> bool:
    before = reading.folded.text[: reading.folded.position(found.start)]
    return bool(_TODAY.search(before)) or (reading.para == 0 and len(before) < _DATELINE and not _sentence(before))


def _sentence(before: str) -> bool:
    """Tell running text from a dateline: a dateline is a place, an agency, a weekday and little punctuation."""
    return len(re.findall(r"\w+", before)) > 4


def date_mentions(reading: Reading, bulletin_date: str) -> list[DateMention]:
    """Return the dates that a paragraph names, resolved against the bulletin's."""
    return [
        DateMention(reading.text[f.start : f.end], f.value, precision(f.value), reading.para, f.start, f.end)
        for f in find(reading.folded, bulletin_date[:10])
        if f.value
    ]
