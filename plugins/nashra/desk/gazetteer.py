"""Find who and what a bulletin names: listed names, people met by their titles, events with their year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from babel import Locale

from nashra.arabic.letters import key
from nashra.arabic.matcher import Matcher
from nashra.desk.data import load
from nashra.desk.reading import Mention, Reading

LISTED, TITLED, LINKED, DATED = 1.0, 0.7, 0.8, 0.9
_YEAR = re.compile(r"(?:19|20)\d\d")
_NISBA = re.compile(r"ال\w+(?:ي|يه)")
_QUOTES = "\"'«»()"
_LONGEST_TITLE = 5


class Name(NamedTuple):
    """A listed name: what ``kind`` of thing it is, and the ``name`` it is shown under."""

    kind: str
    name: str


def _entries(lines: Iterable[str], kind: str) -> Iterator[tuple[str, Name]]:
    for line in lines:
        spellings = [part.strip() for part in line.split("|")]
        for spelling in spellings:
            yield spelling, Name(kind, spellings[0])


def _listed() -> dict[str, Name]:
    """Return every listed name by spelling; a spelling listed twice means what it means first."""
    names: dict[str, Name] = {}
    places = load("places")
    agencies = [" | ".join((agency["name"], *agency.get("aliases", ()))) for agency in load("agencies")["agency"]]
    for kind, lines in (
        ("person", load("people")["people"]),
        ("organisation", load("organisations")["organisations"]),
        ("place", places["places"]),
        ("event", load("events")["events"]),
        ("agency", agencies),
    ):
        for spelling, name in _entries(lines, kind):
            names.setdefault(key(spelling), name)
    alone = {key(name) for name in places["not_alone"]}
    for code, country in sorted(Locale("ar").territories.items()):
        if code.isalpha() and key(country) not in alone:
            names.setdefault(key(country), Name("place", country))
    return names


class Gazetteer:
    """The names of data/*.toml and of CLDR's territories, ready to be found."""

    def __init__(self) -> None:
        listed = _listed()
        self.names = list(listed.values())
        self._by_key = listed
        self._matcher = Matcher(listed)
        self.bare = frozenset(agency["name"] for agency in load("agencies")["agency"] if agency.get("bare"))
        events = load("events")
        self._editions = {key(spelling): name.name for spelling, name in _entries(events["editions"], "event")}
        self._drills = frozenset(map(key, events["drills"]))
        self._gatherings = frozenset(map(key, events["gatherings"]))
        titles = load("titles")
        self._titles = frozenset(tuple(key(title).split()) for title in titles["titles"])
        self._links = frozenset(map(key, titles["links"]))
        self._stop = frozenset(map(key, titles["stop"]))
        self._surname_stop = frozenset(map(key, titles["no_surnames"]))

    def kind_of(self, name: str) -> Name | None:
        """Return the listed name that an editor's ``name`` is a spelling of."""
        return self._by_key.get(key(name))

    def find(self, readings: Sequence[Reading]) -> list[Mention]:
        """Return what the paragraphs name, in their order, no mention over another."""
        found: list[Mention] = []
        people: dict[str, str] = {}
        for reading in readings:
            here = [
                Mention(*self.names[match.name], reading.para, match.start, match.end, LISTED)
                for match in self._matcher.find(reading.folded.text)
            ]
            here = _over(here, self._events(reading))
            here = _over(self._titled(reading, here), here)
            for mention in here:
                if mention.kind == "person":
                    surname = reading.folded.text[mention.start : mention.end].split()[-1]
                    if mention.start and surname not in people:
                        people[surname] = mention.name
                    people.setdefault(key(mention.name).split()[-1], mention.name)
            here = _over(self._surnames(reading, people), here)
            found += sorted(here, key=lambda mention: mention.start)
        return found

    def _events(self, reading: Reading) -> list[Mention]:
        """Return the events named with their year: «مناورات زاسلون 2021», “زاباد الغرب 2021”."""
        text, spans = reading.folded.text, reading.words.spans
        found: list[Mention] = []
        for at, (start, end) in enumerate(spans):
            if not (end - start == 4 and _YEAR.fullmatch(text, start, end)):
                continue
            for size in (3, 2, 1):
                first = at - size
                if first < 0 or not _joined(text, spans[first : at + 1]):
                    continue
                name = text[spans[first][0] : spans[at - 1][1]]
                before = _plain(reading.word(first - 1))
                shown = self._event(reading, name, before, spans[first][0], end)
                if not shown:
                    continue
                found.append(Mention("event", shown, reading.para, spans[first][0], end, DATED))
                break
        return found

    def _event(self, reading: Reading, name: str, before: str, start: int, end: int) -> str:
        """Return the event that ``name`` and the year behind it name, "" for none; ``before`` is the word before."""
        if name in self._editions:
            return f"{self._editions[name]} {reading.folded.text[end - 4 : end]}"
        words = name.split()
        gathering = len(words) > 1 and _plain(words[0]) in self._gatherings
        if not (before in self._drills or gathering) or self._ordinary(name):
            return ""
        begin, stop = reading.folded.span(start, end)
        return " ".join(reading.text[begin:stop].split())

    def _ordinary(self, name: str) -> bool:
        """Tell whether words before a year are no name: «تدريبات في عام 2021»."""
        words = name.split()
        return any(word in self._stop or word.isdigit() or word in ("العام", "سنه", "السنه", "لعام") for word in words)

    def _titled(self, reading: Reading, known: Sequence[Mention]) -> list[Mention]:
        """Return people that are named behind their title and listed nowhere."""
        spans = reading.words.spans
        taken = {at for mention in known for at in range(mention.start, mention.end)}
        found: list[Mention] = []
        at = 0
        while at < len(spans):
            size = self._title(reading, at)
            if not size:
                at += 1
                continue
            first = self._behind_title(reading, at + size)
            end = first
            while (
                end < len(spans)
                and end - first < 3
                and spans[end][0] not in taken
                and self._part_of_name(reading, first, end)
            ):
                end += 1
            if end - first >= 2:
                begin, stop = reading.folded.span(spans[first][0], spans[end - 1][1])
                name = " ".join(reading.text[begin:stop].split())
                found.append(Mention("person", name, reading.para, spans[first][0], spans[end - 1][1], TITLED))
            at = max(end, at + size)
        return found

    def _title(self, reading: Reading, at: int) -> int:
        """Return how many words of a title begin at word ``at``, conjunction and preposition aside; 0 for none."""
        for size in (3, 2, 1):
            parts = [reading.word(at + n) for n in range(size)]
            if (_plain(parts[0]), *parts[1:]) in self._titles or tuple(parts) in self._titles:
                return size
        return 0

    def _behind_title(self, reading: Reading, at: int) -> int:
        """Return the word behind the rest of a title: its country, its organisation, «باسم», «السابق»."""
        for _ in range(_LONGEST_TITLE):
            word = reading.word(at)
            if word in self._links or _NISBA.fullmatch(word):
                at += 1
            else:
                break
        return at

    def _part_of_name(self, reading: Reading, first: int, at: int) -> bool:
        word = reading.word(at)
        start = reading.words.spans[at][0]
        if at > first and set(reading.folded.text[reading.words.spans[at - 1][1] : start]) - {" ", "-"}:
            return False
        if not word.isalpha() or word in self._stop or len(word) < 2:
            return False
        if at == first:
            return not word.startswith("ال") and len(word) > 2
        return word.startswith("ال") or _looks_like_a_name(word)

    def _surnames(self, reading: Reading, people: dict[str, str]) -> list[Mention]:
        """Return later mentions by surname of people whose whole name has been read."""
        found: list[Mention] = []
        for start, end in reading.words.spans:
            word = reading.folded.text[start:end]
            for cut in (0, 1, 2):
                name = people.get(word[cut:]) if cut == 0 or word[:cut] in ("و", "ف", "ب", "ل", "ول", "وب") else None
                if name and len(word) - cut > 3 and word[cut:] not in self._surname_stop:
                    found.append(Mention("person", name, reading.para, start + cut, end, LINKED, by_surname=True))
                    break
        return found


def _looks_like_a_name(word: str) -> bool:
    """Tell a second name from a verb or a particle written behind a name: names rarely begin with «و» or «ب»."""
    return not word.startswith(("وا", "بال", "لل", "ول", "وب", "ست", "سي"))


def _plain(word: str) -> str:
    """Return ``word`` without a conjunction and preposition: «لمناورات», «ونظيره»."""
    if len(word) > 4 and word[0] in "وف":
        word = word[1:]
    if word.startswith("لل"):
        return "ال" + word[2:]
    if len(word) > 4 and word[0] in "بلك":
        word = word[1:]
    return word


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether only spaces and quotation marks stand between the words."""
    return all(not set(text[a[1] : b[0]]) - set(_QUOTES + " ") for a, b in pairwise(spans))


def _over(below: list[Mention], above: list[Mention]) -> list[Mention]:
    """Return the mentions of ``above``, and those of ``below`` that none of them covers."""
    return above + [
        mention for mention in below if not any(mention.start < a.end and a.start < mention.end for a in above)
    ]
