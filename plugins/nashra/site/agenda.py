"""The calendar of dated events that the desk found: a page by month in time order, and calendar.ics (RFC 5545).

What is «now» is the day of the newest story, never the clock's. A new story costs the months it names days of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from icalendar import Calendar, Event, vText

from nashra.arabic.calendar import dateline, hijri, weekday
from nashra.archive.record import DateRef, Record, first_moment
from nashra.site.threads import has_template

if TYPE_CHECKING:
    from nashra.site.contents import StoryArticle
    from nashra.site.generator import StoriesGenerator

PAGE, FILE = "calendar.html", "calendar.ics"
# More than this many events, and a later month gets a page of its own.
_MOST_ON_PAGE = 100
# How far back calendar.ics goes, and how many events it holds at most: a subscribed calendar is fetched whole.
_YEARS_BACK = 1
_MOST_IN_FILE = 1000


class Entry(NamedTuple):
    """What a story says of a day: the ``sentence``, and the story as templates see it."""

    sentence: str
    article: StoryArticle


class Day(NamedTuple):
    """A day of the calendar, its names, and what stories say of it."""

    value: str
    title: str
    weekday: str
    hijri: str
    entries: list[Entry]


class Month(NamedTuple):
    """A month that has dated events; ``url`` is its own page's, "" where the calendar itself shows it."""

    value: str
    title: str
    url: str
    size: int
    days: list[Day]


class Agenda:
    """The calendar of one build."""

    def __init__(self, desk: StoriesGenerator) -> None:
        self._desk = desk
        self.here = desk.archive.newest_day()[:7]
        counted = desk.archive.agenda_months()
        # Where its page is, "" where there is none.
        self.url = PAGE if counted and has_template(desk, "calendar") else ""
        self._shown, apart = shared_out(counted, self.here, _MOST_ON_PAGE)
        sizes = dict(counted)
        self._past = [(month, sizes[month]) for month in apart if month < self.here]
        self._later = [(month, sizes[month]) for month in apart if month >= self.here]

    def write(self, write: Any, write_bytes: Any) -> None:
        """Write the calendar's page, those of the months that do not stand on it, and the file calendars read."""
        desk = self._desk
        events = self._in_file()
        if events:
            settings = desk.settings
            write_bytes(
                FILE,
                ics(events, settings["SITENAME"], settings["SITEURL"], {r.id: desk.article(r).url for _, r in events}),
            )
        if not self.url:
            return
        template = desk.get_template("calendar")
        apart = [Month(month, dateline(month), _url(month), size, []) for month, size in [*self._past, *self._later]]
        write(
            PAGE,
            template,
            desk.context,
            url=PAGE,
            months=[self._month(month, "") for month in self._shown],
            past=[month for month in apart if month.value < self.here][::-1],
            later=[month for month in apart if month.value >= self.here],
            ics_url=FILE if events else "",
        )
        for month in apart:
            write(
                month.url,
                template,
                desk.context,
                url=month.url,
                month=month,
                months=[self._month(month.value, month.url)],
                ics_url="",
            )

    def _month(self, month: str, url: str) -> Month:
        """Return a month with its days."""
        rows = self._desk.archive.agenda(month, f"{month}~")
        days = []
        for value, group in groupby(rows, key=lambda row: row[0]):
            entries = [Entry(said(record, value).text, self._desk.article(record)) for _, record in group]
            days.append(Day(value, dateline(value), weekday(value), hijri(value), entries))
        return Month(month, dateline(month), url, len(rows), days)

    def _in_file(self) -> list[tuple[str, Record]]:
        start = f"{int(self.here[:4]) - _YEARS_BACK:04}{self.here[4:]}" if self.here else ""
        return self._desk.archive.agenda(start, most=_MOST_IN_FILE)


def shared_out(counted: Sequence[tuple[str, int]], here: str, most: int) -> tuple[list[str], list[str]]:
    """Return the months that the calendar's own page shows and those that get a page each, in time order.

    ``counted`` are months with how many events each has. From the month ``here`` on whole months are shown, as long as
    there are no more than ``most`` events; one at least.
    """
    shown: list[str] = []
    total = 0
    for month, size in counted:
        if month >= here:
            total += size
            if shown and total > most:
                break
            shown.append(month)
    return shown, [month for month, _ in counted if month not in shown]


def said(record: Record, day: str) -> DateRef:
    """Return what a story says of ``day``, one that lies ahead of it."""
    return next(one for one in record.agenda if one.value == day)


def ics(events: Sequence[tuple[str, Record]], name: str, site: str, urls: dict[str, str]) -> bytes:
    """Return (day, story) pairs as an iCalendar file (RFC 5545): each a day-long event with the headline, the sentence
    and the story's address. Its instants are the ledger's: the same events, the same bytes."""
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


def _url(month: str) -> str:
    return f"calendar/{month}.html"
