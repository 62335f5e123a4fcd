"""The calendar of dated events that the desk found: pages in time order, and calendar.ics (RFC 5545).

What is «today» is the day of the newest story, never the clock's. No page grows with the archive: the calendar shows
what is ahead and leads to months, a month to the days that are too crowded for it, a day to its parts. A new story
costs the months of the days it names, and the calendar, which counts them; other months are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from nashra.arabic.calendar import dateline, hijri, weekday
from nashra.archive.record import DateRef, Record, first_moment
from nashra.site.lists import Paginator

if TYPE_CHECKING:
    from nashra.site.contents import StoryArticle
    from nashra.site.generator import StoriesGenerator

PAGE, FILE = "calendar.html", "calendar.ics"
# As many events as a page holds within its 14 KB; a part of a day's page holds up to twice the second number.
_MOST_ON_PAGE, _DAY_PART = 32, 16
# With more months than these to name, years are named in their stead.
_MOST_MONTHS = 60
# How far back calendar.ics goes, and how many events it holds at most: a subscribed calendar is fetched whole.
_YEARS_BACK = 1
_MOST_IN_FILE = 1000


class Entry(NamedTuple):
    """What a story says of a day: the ``sentence``, and the story as templates see it."""

    sentence: str
    article: StoryArticle


class Day(NamedTuple):
    """A day of the calendar, its names, and what stories say of it, the newest first.

    ``url`` is the day's own page with all ``size`` events, "" where ``entries`` are these.
    """

    value: str
    title: str
    weekday: str
    hijri: str
    size: int
    url: str
    entries: list[Entry]


class Month(NamedTuple):
    """A month that has dated events, or a year; ``url`` is its own page's, "" on the calendar itself."""

    value: str
    title: str
    url: str
    size: int
    days: list[Day]


class Agenda:
    """The calendar of one build."""

    def __init__(self, desk: StoriesGenerator) -> None:
        self._desk = desk
        self._today = desk.archive.newest_day()
        self._counted = desk.archive.agenda_months()
        # Where its page is, "" where there is none.
        self.url = PAGE if self._counted and desk.has_template("calendar") else ""

    def write(self, write: Any, write_bytes: Any) -> None:
        """Write the calendar's page, those of years, months and days that do not stand on it, and the file for
        calendar programs."""
        desk = self._desk
        has_file = bool(desk.archive.agenda(self._start, most=1))
        self._write_file(write_bytes, has_file)
        if not self.url:
            return
        here = self._today[:7]
        rest = len(desk.archive.agenda(self._today, f"{here}~"))
        shown, apart = shared_out(self._counted, here, rest, _MOST_ON_PAGE)
        named, by_year = by_years(apart, here, _MOST_MONTHS)
        rows = [_named(value, size) for value, size in named]
        self._write(
            write,
            PAGE,
            months=[self._month(month, "", max(month, self._today))[0] for month in shown],
            past=[row for row in rows if row.value <= here][::-1],
            later=[row for row in rows if row.value > here],
            ics_url=FILE if has_file else "",
        )
        for year, its in by_year.items():
            within = [_named(month, size) for month, size in its]
            self._write(write, _url(year), month=_named(year, sum(each.size for each in within)), within=within)
        self._write_months(write, dict(apart))

    def _write_months(self, write: Any, apart: dict[str, int]) -> None:
        """Write what has changed of the months ``apart`` and of the crowded days, those of months that the calendar
        shows whole too."""
        work, writer, files = self._desk.work, self._desk.writer, self._desk.archive.files
        before = dict(files.told("agenda") or ())
        now = {month: month in apart for month, _ in self._counted}
        files.tell("agenda", list(now.items()))
        for month in before.keys() - now.keys():
            writer.drop(f"agenda/{month}")
        records = [record for change in work.changes.stories for record in (change.old, change.new) if record]
        touched = {one.value[:7] for record in records for one in record.agenda}
        for month, own_page in now.items():
            owner = f"agenda/{month}"
            moved = month in touched or before.get(month) is not own_page
            if not (moved or work.must(owner) or work.all_of("calendar.html")):
                continue
            with writer.making(owner):
                whole, crowded = self._month(month, _url(month), month)
                if own_page:
                    self._write(write, whole.url, month=whole, months=[whole])
                for day in crowded:
                    self._write_day(write, day, whole if own_page else None)

    def _write(self, write: Any, name: str, **values: Any) -> None:
        write(name, self._desk.get_template("calendar"), self._desk.context, url=name, **values)

    def _month(self, month: str, url: str, start: str) -> tuple[Month, list[Day]]:
        """Return a month from the day ``start`` on as a page shows it, and the days that it cannot show whole, with all
        their events."""
        rows = self._desk.archive.agenda(start, f"{month}~")
        named = [(value, [record for _, record in group]) for value, group in groupby(rows, key=lambda row: row[0])]
        room = shares([len(records) for _, records in named], _MOST_ON_PAGE)
        shown = Month(month, dateline(month), url, len(rows), [])
        crowded = []
        for (value, records), most in zip(named, room, strict=True):
            whole = self._day(value, records)
            if most == whole.size:
                shown.days.append(whole)
            else:
                crowded.append(whole)
                shown.days.append(whole._replace(url=_url(value), entries=whole.entries[:most]))
        return shown, crowded

    def _day(self, value: str, records: Sequence[Record]) -> Day:
        entries = [Entry(said(record, value).text, self._desk.article(record)) for record in records]
        return Day(value, dateline(value), weekday(value), hijri(value), len(entries), "", entries)

    def _write_day(self, write: Any, day: Day, month: Month | None) -> None:
        """Write the pages of a day: the newest stories first, its parts numbered from the oldest.

        ``month`` is where the way to it leads over, None where that is the calendar itself.
        """
        parts = Paginator(_url(day.value), _url(day.value), day.entries, _DAY_PART)
        for number in parts.page_range:
            part = parts.page(number)
            self._write(
                write,
                part.save_as,
                month=month,
                day=day._replace(entries=list(part.object_list)),
                events_page=part,
                events_previous_page=parts.page(number - 1) if part.has_previous() else None,
                events_next_page=parts.page(number + 1) if part.has_next() else None,
            )

    def _write_file(self, write_bytes: Any, wanted: bool) -> None:
        """Write the file for calendar programs, where a story that looks ahead changed, or the time it reaches back."""
        desk, files = self._desk, self._desk.archive.files
        before = files.told("agenda from")
        files.tell("agenda from", self._start)
        if not (before != self._start or desk.work.must("agenda/file") or desk.work.changes.days):
            return
        with desk.writer.making("agenda/file"):
            if wanted:
                settings = desk.settings
                events = desk.archive.agenda(self._start, most=_MOST_IN_FILE)
                urls = {record.id: desk.article(record).url for _, record in events}
                write_bytes(FILE, ics(events, settings["SITENAME"], settings["SITEURL"], urls))

    @property
    def _start(self) -> str:
        """The month from which on events stand in the file."""
        return f"{int(self._today[:4]) - _YEARS_BACK:04}{self._today[4:7]}" if self._today else ""


def shared_out(
    counted: Sequence[tuple[str, int]], here: str, rest: int, most: int
) -> tuple[list[str], list[tuple[str, int]]]:
    """Return the months that the calendar's own page shows, and those that have a page each, in time order.

    ``counted`` are months with how many events each has; of the month ``here``, ``rest`` are still ahead. What is ahead
    is shown month by month, as long as that is no more than ``most`` events; one month at least. A month that is not
    shown whole has a page.
    """
    shown: list[str] = []
    total = 0
    for month, size in counted:
        ahead = rest if month == here else size if month > here else 0
        if not ahead:
            continue
        total += ahead
        if shown and total > most:
            break
        shown.append(month)
    return shown, [(month, size) for month, size in counted if month not in shown or (month == here and rest < size)]


def shares(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many events of each day a page of about ``most`` shows: all of them where there is room, else of
    crowded days as many as there is room for on each, one at least."""
    if sum(sizes) <= most:
        return list(sizes)
    level = 1
    while sum(min(size, level + 1) for size in sizes) <= most:
        level += 1
    return [min(size, level) for size in sizes]


def by_years(
    counted: Sequence[tuple[str, int]], here: str, most: int
) -> tuple[list[tuple[str, int]], dict[str, list[tuple[str, int]]]]:
    """Return what the calendar names, months or years with how many events each has, in time order; and the months of
    each year that is named in their stead.

    That is every month while there are no more than ``most``, else those of the year of the month ``here``.
    """
    if len(counted) <= most:
        return list(counted), {}
    named: list[tuple[str, int]] = []
    years: dict[str, list[tuple[str, int]]] = {}
    for year, group in groupby(counted, key=lambda one: one[0][:4]):
        months = list(group)
        if year == here[:4]:
            named += months
        else:
            named.append((year, sum(size for _, size in months)))
            years[year] = months
    return named, years


def said(record: Record, day: str) -> DateRef:
    """Return what a story says of ``day``, one that lies ahead of it."""
    return next(one for one in record.agenda if one.value == day)


def ics(events: Sequence[tuple[str, Record]], name: str, site: str, urls: dict[str, str]) -> bytes:
    """Return (day, story) pairs as an iCalendar file (RFC 5545): each a day-long event with the headline, the sentence
    and the story's address. Its instants are the ledger's: the same events, the same bytes."""
    # Slow to load, and most builds have no new date.
    from icalendar import Calendar, Event, vText  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", "-//Nashra//Nashra//AR")
    calendar.add("version", "2.0")
    calendar.add("name", name)  # RFC 7986; the next is what older programs read
    calendar.add("x-wr-calname", name)
    for day, record in events:
        event = Event()
        event.add("uid", f"{record.uri}:{day}")
        event.add("dtstamp", _instant(record))
        event.add("dtstart", date.fromisoformat(day))
        event.add("summary", vText(record.headline), parameters={"language": "ar"})
        event.add("description", vText(said(record, day).text), parameters={"language": "ar"})
        event.add("url", f"{site}/{urls[record.id]}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _instant(record: Record) -> datetime:
    """Return when a story was published or last edited, as the ledger has it: not when this machine first saw it."""
    return first_moment(record.updated or record.published)


def _named(value: str, size: int) -> Month:
    """Return a month or a year to be named with a link."""
    return Month(value, dateline(value), _url(value), size, [])


def _url(value: str) -> str:
    return f"calendar/{value}.html"
