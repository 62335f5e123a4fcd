"""Find who and what a bulletin names: listed names, people met by their titles, events with their year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from babel import Locale

from nashra.arabic.letters import key
from nashra.arabic.matcher import Matcher
from nashra.desk.bodies import Bodies
from nashra.desk.data import load
from nashra.desk.persons import WRITTEN_ONTO, Persons
from nashra.desk.reading import Mention, Reading

LISTED, LINKED, DATED = 1.0, 0.8, 0.9
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTES = "\"'«»()"
# Who holds a post in a ministry is named by it, the ministry is not.
_POSTS = ("وزير ", "وزيره ")
# What may stand before a surname.
_OPENING = "\"'(-/،:."


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
        self._organisations = frozenset(n for n, name in enumerate(self.names) if name.kind == "organisation")
        self._matcher = Matcher(listed)
        self.bare = frozenset(agency["name"] for agency in load("agencies")["agency"] if agency.get("bare"))
        events = load("events")
        self._editions = {key(spelling): name.name for spelling, name in _entries(events["editions"], "event")}
        self._drills = frozenset(map(key, events["drills"]))
        self._gatherings = frozenset(map(key, events["gatherings"]))
        titles = load("titles")
        self._stop = frozenset(map(key, titles["stop"]))
        self._persons = Persons()
        self._bodies = Bodies(self._persons)
        self._no_surname = frozenset(map(key, titles["no_surnames"])) | self._stop

    def kind_of(self, name: str) -> Name | None:
        """Return the listed name that an editor's ``name`` is a spelling of."""
        return self._by_key.get(key(name))

    def find(self, readings: Sequence[Reading]) -> list[Mention]:
        """Return what the paragraphs name, in their order, no mention over another."""
        found: list[Mention] = []
        people: dict[str, str] = {}
        spellings: dict[str, str] = {}
        for reading in readings:
            text = reading.folded.text
            here = [
                Mention(*self.names[match.name], reading.para, match.start, match.end, LISTED)
                for match in self._matcher.find(reading.words, text)
                if not (match.name in self._organisations and _means_another(text, match.start))
            ]
            here = _over(here, self._events(reading))
            here = _over(here, [self._spelt(body, spellings) for body in self._bodies.find(reading, here)])
            # A paper's bare name may be anyone's: «أمين فارس».
            firm = [mention for mention in here if mention.name not in self.bare]
            here = sorted(_over(here, self._persons.find(reading, firm)), key=lambda mention: mention.start)
            for mention in here:
                if mention.kind == "person":
                    self._introduce(mention, reading.folded.text, people)
            here = _over(self._surnames(reading, people), here)
            found += sorted(here, key=lambda mention: mention.start)
        return found

    def _spelt(self, body: Mention, spellings: dict[str, str]) -> Mention:
        """Return a body under the name that is listed, else under its first spelling in the bulletin."""
        folded = key(body.name)
        listed = self._by_key.get(folded)
        return body._replace(name=listed.name if listed else spellings.setdefault(folded, body.name))

    def _events(self, reading: Reading) -> list[Mention]:
        """Return the events named with their year: «مناورات زاسلون 2021», “زاباد الغرب 2021”."""
        text, starts, ends = reading.folded.text, reading.words.starts, reading.words.ends
        found: list[Mention] = []
        if "19" not in text and "20" not in text:
            return found
        for match in _YEAR.finditer(text):
            start, end = match.span()
            at = bisect_left(starts, start)
            if at == len(starts) or (starts[at], ends[at]) != (start, end):
                continue
            for size in (3, 2, 1):
                first = at - size
                if first < 0 or not _joined(text, ends[first:at], starts[first + 1 : at + 1]):
                    continue
                name = text[starts[first] : ends[at - 1]]
                before = _plain(reading.word(first - 1))
                shown = self._event(reading, name, before, starts[first], end)
                if not shown:
                    continue
                found.append(Mention("event", shown, reading.para, starts[first], end, DATED))
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

    def _introduce(self, mention: Mention, text: str, people: dict[str, str]) -> None:
        """Remember the surnames by which a person may be named from here on."""
        for name in (text[mention.start : mention.end], key(mention.name)):
            *before, surname = name.split()
            known = mention.weight == LISTED or surname not in self._persons.given
            # «المهدي» is a surname, but not of «عادل عبد المهدي».
            alone = surname not in self._no_surname and before[-1:] != ["عبد"]
            if known and alone and len(surname) > 3:
                people.setdefault(surname, mention.name)

    def _surnames(self, reading: Reading, people: dict[str, str]) -> list[Mention]:
        """Return later mentions by surname of people whose whole name has been read."""
        text = reading.folded.text
        found: list[Mention] = []
        for surname, name in people.items():
            start = text.find(surname)
            while start >= 0:
                end = start + len(surname)
                left = text.rfind(" ", 0, start) + 1
                if not text[end : end + 1].isalnum() and text[left:start].strip(_OPENING) in WRITTEN_ONTO:
                    found.append(Mention("person", name, reading.para, start, end, LINKED, by_surname=True))
                start = text.find(surname, end)
        return found


def _means_another(text: str, start: int) -> bool:
    """Tell whether the name of an organisation is none here: «وزيرة الخارجية الفرنسية», «بالحماس»."""
    before = text[max(0, start - 7) : start]
    return before.endswith(_POSTS) or (before[-2:] == "ال" and before[-3:-2] in "وفبك ")


def _plain(word: str) -> str:
    """Return ``word`` without a conjunction and preposition: «لمناورات», «ونظيره»."""
    if len(word) > 4 and word[0] in "وف":
        word = word[1:]
    if word.startswith("لل"):
        return "ال" + word[2:]
    if len(word) > 4 and word[0] in "بلك":
        word = word[1:]
    return word


def _joined(text: str, ends: Sequence[int], starts: Sequence[int]) -> bool:
    """Tell whether only spaces and quotation marks stand between each of ``ends`` and the next word's start."""
    return all(not set(text[end:start]) - set(_QUOTES + " ") for end, start in zip(ends, starts, strict=True))


def _over(below: list[Mention], above: list[Mention]) -> list[Mention]:
    """Return the mentions of ``above``, and those of ``below`` that none of them covers."""
    if not above or not below:
        return above or below
    if not above:
        return below
    return above + [
        mention for mention in below if not any(mention.start < a.end and a.start < mention.end for a in above)
    ]
