"""A published story as the archive keeps it: everything a page or a feed needs, nothing of how it was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple


class TagRef(NamedTuple):
    """A tag as lists and pages name it. ``kind`` is one of desk.model.KINDS."""

    kind: str
    name: str
    slug: str


class DateRef(NamedTuple):
    """A date that a story names: ISO 8601 ``value`` at ``precision``, and the sentence it stands in, plain text.

    ``ahead`` says that the words around it speak of what is to come.
    """

    value: str
    precision: str
    text: str
    ahead: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One published story.

    ``permalink`` is a path relative to the site, not percent-encoded; ``published`` is ISO 8601 at the precision
    known; ``seen``, when it first came in, and ``updated`` are "" or ISO instants in UTC; ``paragraphs`` hold wire copy
    (plain text), ``markup`` the HTML of a hand-written article: one of the two is empty. ``at`` is its 0-based place in
    the bulletin ``seed``.
    """

    id: str
    uri: str
    permalink: str
    seed: str
    at: int
    headline: str
    summary: str
    category: str
    published: str
    seen: str = ""
    updated: str = ""
    correction: str = ""
    paragraphs: tuple[str, ...] = ()
    markup: str = ""
    tags: tuple[TagRef, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[TagRef, ...] = ()
    dates: tuple[DateRef, ...] = ()

    @property
    def instant(self) -> str:
        """The first moment of ``published``, ISO 8601 in UTC to the second: what lists and feeds sort by."""
        return first_moment(self.published).isoformat()

    @property
    def agenda(self) -> tuple[DateRef, ...]:
        """The days that lie ahead of the story, each once, in time order.

        A day behind the last one that ``published`` can mean does; one that may be the story's own, only when the
        words say so: «تستمر حتى الـ30 من تموز», not «أعلن في التاسع من تموز».
        """
        first, last = _first_day(self.published), last_day(self.published)
        days: dict[str, DateRef] = {}
        for one in self.dates:
            if one.precision == "day" and (one.value > last or (one.value >= first and one.ahead)):
                days.setdefault(one.value, one)
        return tuple(days[day] for day in sorted(days))

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return _dumps({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Return the record that ``to_json`` wrote."""
        values = json.loads(line)
        for name in ("tags", "authors"):
            values[name] = tuple(TagRef(*ref) for ref in values[name])
        for name in ("paragraphs", "sources"):
            values[name] = tuple(values[name])
        values["dates"] = tuple(DateRef(*ref) for ref in values["dates"])
        return cls(**values)


_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def first_moment(value: str) -> datetime:
    """Return the first moment, in UTC, of an ISO 8601 ``value``: an instant, a day, a week, a month or a year."""
    if "T" in value:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    if "W" in value:
        year, _, week = value.partition("-W")
        day = date.fromisocalendar(int(year), int(week), 1)
    else:
        day = date.fromisoformat((value + "-01-01")[:10])
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _first_day(value: str) -> str:
    return value[:10] if "T" in value else first_moment(value).date().isoformat()


def last_day(value: str) -> str:
    """Return the last day that an ISO 8601 ``value`` can mean: of a month its last, of an instant its own."""
    if "T" in value:
        return value[:10]
    first = first_moment(value).date()
    if "W" in value:
        return (first + timedelta(days=6)).isoformat()
    ends = {4: (first.year + 1, 1), 7: (first.year + first.month // 12, first.month % 12 + 1)}
    if len(value) not in ends:
        return first.isoformat()
    return (date(*ends[len(value)], 1) - timedelta(days=1)).isoformat()


def period(value: str) -> tuple[str, ...]:
    """Return the folders an ISO value proves: ("2021", "07") for a month, ("2021",) for a year."""
    if "W" in value:
        monday = first_moment(value)
        sunday = monday + timedelta(days=6)
        return tuple(
            part
            for part, same in (
                (f"{monday:%Y}", monday.year == sunday.year),
                (f"{monday:%m}", monday.month == sunday.month),
            )
            if same
        )
    return tuple(value[:10].split("-"))
