"""The newsroom's categories: read topics.toml, and score which of them a text speaks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nashra.arabic.hygiene import title
from nashra.arabic.letters import key
from nashra.arabic.stems import Memo, Phrases, stems
from nashra.desk.data import load_file
from nashra.desk.reading import Reading
from nashra.errors import Problem

# What a term says: these numbers were tuned by hand, no word has one of its own.
_TIERS = {"strong": 3.0, "terms": 1.0, "weak": 0.4, "counter": -3.0}
# Where it is said: news tells what it is about first, so each paragraph after the lead weighs less, down to the least.
_HEADLINE, _LEAD, _LESS, _LEAST = 3.0, 1.5, 0.1, 0.3
_ENOUGH = 1.6
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 80


@dataclass(frozen=True, slots=True)
class Topic:
    """A category: ``slug`` in addresses, ``name`` on pages, ``mediatopic`` its IPTC Media Topic code."""

    slug: str
    name: str
    mediatopic: str


class Spoken(NamedTuple):
    """Words at ``start:end`` of the folded paragraph ``para`` that speak for ``topic`` with ``weight``."""

    topic: str
    weight: float
    para: int
    start: int
    end: int


class _Speaks(NamedTuple):
    """What a term says for ``topic`` where one of ``forms`` is written; of several words, wherever it is found."""

    topic: str
    weight: float
    forms: tuple[str, ...]


class Topics:
    """The topics in the newsroom's order, their terms, and the ``fallback`` for a text that speaks for none."""

    def __init__(self, topics: Sequence[Topic], fallback: str, terms: dict[str, list[_Speaks]]) -> None:
        self.topics = tuple(topics)
        self.by_slug = {topic.slug: topic for topic in topics}
        self.fallback = fallback
        self._order = {topic.slug: place for place, topic in enumerate(self.topics)}
        self._by_name = {key(name): topic for topic in topics for name in (topic.slug, topic.name)}
        self._speak = list(terms.values())
        self._phrases = Phrases(list(terms))
        self._said = Memo(self._says)

    @classmethod
    def load(cls, path: Path) -> Topics:
        """Return the topics of topics.toml. Raises Problem when it cannot be read or says what cannot be."""
        return _checked(load_file(path), path.name)

    def find(self, name: str) -> Topic | None:
        """Return the topic an editor names, by slug or by name."""
        return self._by_name.get(key(name.lower())) or self._by_name.get(key(name))

    def spoken(self, reading: Reading) -> list[Spoken]:
        """Return the terms of one paragraph, in their order; the longest where several begin at one word."""
        para, text, said = reading.para, reading.folded.text, self._said
        return [
            Spoken(topic, weight, para, start, end)
            for number, start, end in self._phrases.find(reading.words)
            for topic, weight in said[number, text[start:end]]
        ]

    def _says(self, term_as_written: tuple[int, str]) -> list[tuple[str, float]]:
        """Return which topics a term speaks for, and how much, as it is written here."""
        number, text = term_as_written
        says: dict[str, float] = {}
        for topic, weight, forms in self._speak[number]:
            if not forms or any(form in text for form in forms):
                says.setdefault(topic, weight)
        return list(says.items())

    def score(self, spoken: Iterable[Spoken], text: Sequence[Reading], lead: int) -> list[tuple[str, float]]:
        """Return (slug, score) of each topic spoken for, best first. The headline and paragraph ``lead`` weigh more;
        what is said late or again weighs less."""
        places = {reading.para: (reading.folded.text, _place(reading.para, lead)) for reading in text}
        times: dict[tuple[str, str], int] = {}
        scores: dict[str, float] = {}
        for topic, weight, para, start, end in spoken:
            folded, place = places[para]
            said = topic, folded[start:end]
            times[said] = again = times.get(said, 0) + 1
            scores[topic] = scores.get(topic, 0.0) + weight * place / again
        order = self._order
        said_for = [pair for pair in scores.items() if pair[1] > 0]
        said_for.sort(key=lambda pair: (-pair[1], order[pair[0]]))
        return [(slug, round(score, 3)) for slug, score in said_for]

    def choose(self, scores: Sequence[tuple[str, float]]) -> str:
        """Return the slug of the category: the best that is sure enough, else the fallback."""
        return scores[0][0] if scores and scores[0][1] >= _ENOUGH else self.fallback


def _place(para: int, lead: int) -> float:
    """Return how much paragraph ``para`` weighs (-1: the headline) in the story that begins at ``lead``."""
    if para < 0:
        return _HEADLINE
    return _LEAD if para == lead else max(_LEAST, 1.0 - _LESS * abs(para - lead))


def _checked(data: dict[str, Any], path: str) -> Topics:
    rows = data.get("topic")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Problem("it lists no [[topic]]", "restore it from version control", path=path)
    topics: list[Topic] = []
    terms: dict[str, list[_Speaks]] = {}
    written: dict[tuple[str, ...], str] = {}  # spellings that are one term to the stemmer share what they say
    for row in rows:
        slug, name = row.get("slug"), row.get("name", "")
        if slug is None:
            raise Problem(f"the topic {name!r} has no slug", 'give it slug = "…"', path=path)
        if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
            raise Problem(f"the slug {slug!r} cannot be", "use lower-case Latin letters, digits and hyphens", path=path)
        if len(slug) > _LONGEST_SLUG:
            raise Problem(f"the slug {slug[:40]}… is too long", f"use {_LONGEST_SLUG} letters at most", path=path)
        if not isinstance(name, str) or not title(name):
            raise Problem(f"the topic {slug} has no name", 'give it name = "…"', path=path)
        if slug in {topic.slug for topic in topics}:
            raise Problem(f"two topics share the slug {slug}", "give each its own", path=path)
        known = ("slug", "name", "mediatopic", *_TIERS)
        unknown = sorted(row.keys() - set(known))
        if unknown:
            raise Problem(
                f"the topic {slug} has an unknown key {unknown[0]}", f"known are {', '.join(known)}", path=path
            )
        topics.append(Topic(slug, title(name), str(row.get("mediatopic", ""))))
        for tier, weight in _TIERS.items():
            lines = row.get(tier, [])
            if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
                raise Problem(f"{tier} of the topic {slug} is no list of texts", 'write it as ["…", "…"]', path=path)
            for line in lines:
                for term in line.split("|"):
                    speaks = terms.setdefault(written.setdefault(stems(term), term), [])
                    speaks.append(_Speaks(slug, weight, _forms(key(term))))
    fallback = data.get("fallback", "")
    if fallback not in {topic.slug for topic in topics}:
        raise Problem(f"fallback = {fallback!r} is no topic's slug", "name one of the topics", path=path)
    return Topics(topics, fallback, terms)


def _forms(term: str) -> tuple[str, ...]:
    """Return what a word must contain to be the one-word ``term``, for a stem alone is too short to tell:
    «ناسا» is no «ناس», «رقمي» no «رقم», «عملات» no «عمل»."""
    if " " in term:
        return ()
    for ending in ("ات", "ه"):
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return tuple(term.removesuffix(ending) + same for same in ("ه", "ت", "ات"))
    for ending in ("ين", "ون"):
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return (term.removesuffix(ending),)
    return (term,)
