"""Find who and what a bulletin names: listed names, people met by their titles, events with their year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import compress
from typing import NamedTuple

from babel import Locale

from nashra.arabic.letters import key, tidy
from nashra.arabic.matcher import Begun, Match, Matcher, find
from nashra.arabic.stems import Memo
from nashra.desk.bodies import Bodies, Trigger
from nashra.desk.data import load
from nashra.desk.persons import WRITTEN_ONTO, Persons
from nashra.desk.reading import Mention, Reading

LISTED, LINKED, DATED = 1.0, 0.8, 0.9
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTES = "\"'«»()"
# Who holds a post in a ministry is named by it, the ministry is not; nor is Seoul named by «للسيول».
_OTHERS = ("وزير ", "وزيره ", "لل")


class Name(NamedTuple):
    """A listed name: what ``kind`` of thing it is, and the ``name`` it is shown under."""

    kind: str
    name: str


class _Surname(NamedTuple):
    """Who is meant by a surname of so many letters, "" where two share it, and their other names."""

    name: str
    names: frozenset[str]
    length: int


class _Begins(NamedTuple):
    """What a word may begin: listed ``names``, titles and given names of ``people``, a body."""

    names: list[Begun]
    people: list[Begun]
    body: Trigger | None


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
        self._articled = frozenset(n for n, name in enumerate(self.names) if name.kind in ("organisation", "place"))
        self._matcher = Matcher(listed)
        # The given names of each person listed by surname alone too.
        firsts: dict[str, set[str]] = {}
        for spelling, name in listed.items():
            if name.kind == "person":
                firsts.setdefault(name.name, set()).update(spelling.split()[:-1])
        self._firsts = {
            number: sorted(firsts[name.name])
            for number, (spelling, name) in enumerate(listed.items())
            if name.kind == "person" and " " not in spelling and firsts[name.name]
        }
        self.bare = frozenset(agency["name"] for agency in load("agencies")["agency"] if agency.get("bare"))
        events = load("events")
        self._editions = {key(spelling): name.name for spelling, name in _entries(events["editions"], "event")}
        self._drills = frozenset(map(key, events["drills"]))
        self._gatherings = frozenset(map(key, events["gatherings"]))
        titles = load("titles")
        self._stop = frozenset(map(key, titles["stop"]))
        self._persons = Persons()
        self._keys = Memo(key)
        self._bodies = Bodies(self._persons)
        # Most words begin no name: what each begins is worked out once, and looked up once.
        self._beginning = Memo(self._begins)
        self._no_surname = frozenset(map(key, titles["no_surnames"])) | self._stop

    def kind_of(self, name: str) -> Name | None:
        """Return the listed name that an editor's ``name`` is a spelling of."""
        return self._by_key.get(key(name))

    def _begins(self, word: str) -> _Begins | None:
        begins = _Begins(self._matcher.begins(word), self._persons.begins(word), self._bodies.begins(word))
        return begins if any(begins) else None

    def find(self, readings: Sequence[Reading]) -> list[Mention]:
        """Return what the paragraphs name, in their order, no mention over another."""
        found: list[Mention] = []
        people: dict[str, _Surname] = {}
        introduced: set[tuple[str, str]] = set()
        spellings: dict[str, str] = {}
        names, articled, firsts = self.names, self._articled, self._firsts
        beginning = self._beginning.__getitem__
        for reading in readings:
            text = reading.folded.text
            here = []
            begun = [(at, one) for at, one in enumerate(map(beginning, reading.words.tokens)) if one]
            for match in find(reading.words, text, [(at, one.names) for at, one in begun if one.names]):
                number, start, end = match
                if number in articled and _means_another(text, start):
                    continue
                if number not in firsts or not self._is_namesake(text, match):
                    here.append(Mention(*names[number], reading.para, start, end, LISTED))
            if events := self._events(reading):
                here = _over(here, events)
            triggers = [(at, one.body) for at, one in begun if one.body]
            if bodies := self._bodies.find(reading, here, triggers):
                here = _over(here, [self._spelt(body, spellings) for body in bodies])
            # A paper's bare name may be anyone's: «أمين فارس».
            firm = [mention for mention in here if mention.name not in self.bare]
            people_begun = [(at, one.people) for at, one in begun if one.people]
            here = sorted(_over(here, self._persons.find(reading, firm, people_begun)), key=_start)
            for mention in here:
                written = text[mention.start : mention.end], mention.name
                if mention.kind == "person" and written not in introduced:
                    introduced.add(written)
                    self._introduce(mention, written[0], people)
            surnames = self._surnames(reading, people) if people else []
            found += sorted(_over(surnames, here), key=_start) if surnames else here
        return found

    def _is_namesake(self, text: str, match: Match) -> bool:
        """Tell whether a given name before a listed surname makes it someone else's: «دانييل ميدفيديف»."""
        first = text[max(0, match.start - 20) : match.start].removesuffix(" ").rpartition(" ")[2]
        if text[match.start - 1 : match.start] != " " or first not in self._persons.sure:
            return False
        # Spellings of one name differ by a letter or two: «سيرجي», «سيرغي».
        return not get_close_matches(first, self._firsts[match.name], 1, 0.6)

    def _spelt(self, body: Mention, spellings: dict[str, str]) -> Mention:
        """Return a body under the name that is listed, else under its first spelling in the bulletin."""
        folded = key(body.name)
        listed = self._by_key.get(folded)
        return body._replace(name=listed.name if listed else spellings.setdefault(folded, body.name))

    def _events(self, reading: Reading) -> list[Mention]:
        """Return the events named with their year: «مناورات زاسلون 2021», “زاباد الغرب 2021”."""
        text, starts, ends = reading.folded.text, reading.words.starts, reading.words.ends
        found: list[Mention] = []
        drilled = 0
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
                begin = starts[first]
                # «مناورات زاباد 2021 ودرع الشمال 2021»
                follows = drilled and text[begin] == "و" and not text[drilled:begin].strip(_QUOTES + " ،")
                begin += follows
                drill = follows or _plain(reading.word(first - 1)) in self._drills
                shown = self._event(reading, text[begin : ends[at - 1]], drill, begin, end)
                if shown:
                    found.append(Mention("event", shown, reading.para, begin, end, DATED))
                    drilled = end if drill else 0
                    break
        return found

    def _event(self, reading: Reading, name: str, drill: bool, start: int, end: int) -> str:
        """Return the event that ``name`` and the year behind it name, "" for none; ``drill`` says that it is one."""
        if name in self._editions:
            return f"{self._editions[name]} {reading.folded.text[end - 4 : end]}"
        words = name.split()
        gathering = len(words) > 1 and _plain(words[0]) in self._gatherings
        if not (drill or gathering) or self._ordinary(name):
            return ""
        begin, stop = reading.folded.span(start, end)
        return tidy(reading.text[begin:stop])

    def _ordinary(self, name: str) -> bool:
        """Tell whether words before a year are no name: «تدريبات في عام 2021»."""
        words = name.split()
        return any(word in self._stop or word.isdigit() or word in ("العام", "سنه", "السنه", "لعام") for word in words)

    def _introduce(self, mention: Mention, written: str, people: dict[str, _Surname]) -> None:
        """Remember the surnames by which a person may be named from here on."""
        for name in dict.fromkeys((written, self._keys[mention.name])):
            *before, surname = name.split()
            known = mention.weight == LISTED or surname not in self._persons.given
            # «المهدي» is a surname, but not of «عادل عبد المهدي».
            alone = surname not in self._no_surname and before[-1:] != ["عبد"]
            if not known or not alone or len(surname) < 4:
                continue
            owner = people.get(surname)
            if owner is None or (owner.names.isdisjoint(before) and owner.name != mention.name):
                # Of two who share a surname, who is meant cannot be told.
                meant = _Surname("" if owner else mention.name, frozenset(before), len(surname))
                people.update([(onto + surname, meant) for onto in WRITTEN_ONTO])

    def _surnames(self, reading: Reading, people: dict[str, _Surname]) -> list[Mention]:
        """Return later mentions by surname of people whose whole name has been read."""
        tokens, _, ends = reading.words
        found: list[Mention] = []
        for at in compress(range(len(tokens)), map(people.__contains__, tokens)):
            name, _, length = people[tokens[at]]
            if name:
                start = ends[at] - length
                found.append(Mention("person", name, reading.para, start, ends[at], LINKED, by_surname=True))
        return found


def _means_another(text: str, start: int) -> bool:
    """Tell whether the name of an organisation or a place is none here: «وزيرة الخارجية الفرنسية», «بالحماس»."""
    before = text[max(0, start - 7) : start]
    return before.endswith(_OTHERS) or (before[-2:] == "ال" and before[-3:-2] in "وفبك ")


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
    # None of ``above`` lies over another: only the last that begins before a mention ends may cover it.
    above = sorted(above, key=_start)
    starts = list(map(_start, above))
    kept = above.copy()
    for mention in below:
        before = bisect_left(starts, mention.end)
        if not before or above[before - 1].end <= mention.start:
            kept.append(mention)
    return kept


def _start(mention: Mention) -> int:
    return mention.start
