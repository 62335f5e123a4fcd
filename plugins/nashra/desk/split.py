"""Find where a bulletin's stories begin: by how a paragraph opens and by what it shares with the story so far."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import chain
from operator import mul
from typing import NamedTuple

from nashra.arabic.stems import Memo, stem, stems
from nashra.desk.data import load
from nashra.desk.markers import TURNING, Markers, Opening
from nashra.desk.model import Bulletin, Evidence
from nashra.desk.reading import Mention, Reading
from nashra.desk.topics import Spoken

# What each sign says for (+) or against (−) a new story, in log-odds; a story begins where they add up to more than 0.
# Tuned on labelled bulletins; no word has a weight of its own.
_WEIGHTS = {
    "any": -1.45,
    "distinct": 3.65,
    "turn": 2.9,
    "field": 3.55,
    "continuing": -1.4,
    "backward": -1.65,
    "plain": 1.45,
    "leading verb": 2.55,
    "turn, then an event": 1.35,
    "like the lead": -1.8,
    "like the story": -2.75,
    "like the last": -2.4,
    "next like the story": -2.9,
    "next like this": 2.25,
    "next shares with this": 1.6,
    "distinct, yet alike": 1.0,
    "turn, yet alike": 0.9,
    "surname": -1.3,
    "new names": 1.3,
    "topic": -0.85,
    "short": -1.0,
    "headline": -2.8,
    "length": 1.15,
    "second": -3.3,
    "field behind turn": 4.5,
    "end": -1.55,
}
_KINDS = ("distinct", "turn", "field", "continuing", "backward", "plain")
_OPENS = {kind: {"any": 1.0} | {one: float(one == kind) for one in _KINDS} for kind in (*_KINDS, "and")}
_SHORT = 18
# A first paragraph of fewer words, but for the figures of its date, tells nothing.
_DATELINE, _LONGEST_DATELINE = 6, 14
# Of fewer words no story is made.
_FEWEST = 3
# How finely a stem's worth is told apart.
_FINE = 10**6
_AHEAD = 2
# What two paragraphs may share by chance: where one word is all that either has, sharing it is no likeness.
_CHANCE = 0.5 * _FINE
_NONE: frozenset[str] = frozenset()
_NOTHING = frozenset([""])


class Seen(NamedTuple):
    """A paragraph as the splitter sees it: its opening, the stems of its telling ``words``, of these the ``ties`` that
    other paragraphs have too and how much they tell together, whom and what it names (``surnames`` of people introduced
    before), the weight of each topic in it."""

    reading: Reading
    opening: Opening
    words: frozenset[str]
    ties: frozenset[str]
    weight: int
    names: frozenset[str]
    surnames: frozenset[str]
    topics: dict[str, float]


class View(NamedTuple):
    """A bulletin as the splitter sees it: the headline's ties, the paragraphs, and how telling each tie is."""

    headline: frozenset[str]
    paragraphs: list[Seen]
    telling: dict[str, int]

    def alike(self, one: Set[str], other: Set[str], weight: int = 0, other_weight: int = 0) -> float:
        """Return the cosine of two sets of ties, less where they are few; weights where they are known."""
        shared = one & other
        if not shared:
            return 0.0
        tells = self.telling.__getitem__
        both = (weight or sum(map(tells, one))) * (other_weight or sum(map(tells, other)))
        return sum(map(tells, shared)) / (math.sqrt(both) + _CHANCE)


def weigh(ties: Iterable[str], telling: dict[str, int]) -> int:
    """Return how much ``ties`` tell together, in whole numbers: the sum is the same in whatever order they come."""
    return sum(map(telling.__getitem__, ties))


class Splitter:
    """Cuts a bulletin into stories."""

    def __init__(self) -> None:
        self._markers = Markers()
        self._plain = frozenset(chain.from_iterable(map(stems, load("plain")["words"])))
        self._ties = Memo(self._tie)

    def see(self, readings: Sequence[Reading], mentions: Iterable[Mention], spoken: Iterable[Spoken]) -> View:
        """Return what there is to see in a bulletin; the first of ``readings`` is the headline."""
        headline, *paragraphs = readings
        names: list[set[str]] = [set() for _ in paragraphs]
        surnames: list[set[str]] = [set() for _ in paragraphs]
        topics: list[dict[str, float]] = [{} for _ in paragraphs]
        for mention in mentions:
            if mention.para >= 0 and mention.kind != "agency":
                names[mention.para].add(mention.name)
                if mention.by_surname:
                    surnames[mention.para].add(mention.name)
        for hit in spoken:
            if hit.para >= 0 and hit.weight > 0:
                topics[hit.para][hit.topic] = topics[hit.para].get(hit.topic, 0.0) + hit.weight
        words = [self._tying(reading) for reading in paragraphs]
        # A stem of one paragraph ties nothing; of those in several, the rarer tells more.
        times = Counter(chain.from_iterable(words)) if len(words) > 1 else Counter()
        worth = [round(_FINE * math.log((len(words) + 1) / (count or 1)) ** 2) for count in range(len(words) + 1)]
        telling = {stem: worth[count] for stem, count in times.items() if count > 1}
        ties = frozenset(telling)
        seen = []
        for para, reading in enumerate(paragraphs):
            opening, shared = self._markers.opening(reading), words[para] & ties
            weight = weigh(shared, telling)
            named = frozenset(names[para]), frozenset(surnames[para])
            seen.append(Seen(reading, opening, words[para], shared, weight, *named, topics[para]))
        return View(self._tying(headline) & ties, seen, telling)

    def _tying(self, reading: Reading) -> frozenset[str]:
        return frozenset(map(self._ties.__getitem__, reading.words.tokens)) - _NOTHING

    def _tie(self, word: str) -> str:
        """Return the stem by which ``word`` ties, "" where it does not: neither plain words nor very short ones do, nor
        numbers."""
        found = stem(word)
        # Digits come before all letters.
        return found if len(found) > 2 and found[0] > "9" and found not in self._plain else ""

    def split(self, bulletin: Bulletin, view: View) -> tuple[list[int], list[Evidence]]:
        """Return the index of the first paragraph of each story, and what spoke for each boundary.

        A line ``***`` always begins a story; ``Split: no`` keeps the bulletin whole.
        """
        starts, evidence = [0], []
        story = SoFar(view, 0)
        for para, seen in enumerate(view.paragraphs[1:], 1):
            spoke = []
            if para in bulletin.breaks:
                spoke = [Evidence("boundary", "editor", "", para, 0, 0, 1.0)]
            elif bulletin.header.split and not (_empty(seen) or (para - story.start == 1 and bare(story.lead))):
                found = signs(view, story, para)
                if sum(map(mul, _WEIGHTS.values(), found.values())) > 0:
                    spoke = _spoke(seen, found)
            if spoke:
                starts.append(para)
                evidence += spoke
                story = SoFar(view, para)
            else:
                story.add(seen)
        return starts, evidence


def bare(seen: Seen) -> bool:
    """Tell whether a paragraph is but a dateline, a byline or a kicker, «دمشق – أ ش أ»: no story yet."""
    words = seen.reading.words.tokens
    return len(words) < _LONGEST_DATELINE and sum(len(word) > 1 and word.isalpha() for word in words) < _DATELINE


def _empty(seen: Seen) -> bool:
    """Tell whether a paragraph tells nothing: «(النهاية)», «// انتهى //»."""
    return len(seen.reading.words.tokens) < _FEWEST


class SoFar:
    """The story that began at paragraph ``start``, up to the gap that is looked at."""

    def __init__(self, view: View, start: int) -> None:
        self.start = start
        self.lead = self.last = view.paragraphs[start]
        # Its own, to grow in place: a set made anew with every paragraph costs the square of a long story.
        self.words, self.ties, self.names = set(self.lead.words), set(self.lead.ties), set(self.lead.names)
        self.topics = dict(self.lead.topics)
        self._view = view
        self.weight = self.lead.weight

    def add(self, seen: Seen) -> None:
        """Take the paragraph behind the gap into the story."""
        self.last = seen
        self.words |= seen.words
        self.weight += weigh(seen.ties - self.ties, self._view.telling)
        self.ties |= seen.ties
        self.names |= seen.names
        for slug, weight in seen.topics.items():
            self.topics[slug] = self.topics.get(slug, 0.0) + weight


def _spoke(seen: Seen, found: dict[str, float]) -> list[Evidence]:
    """Return the signs that spoke for a boundary, the loudest first, with the marker where there is one."""
    start, end = seen.reading.folded.span(0, seen.opening.dropped)
    words = seen.reading.text[start:end]
    para = seen.reading.para
    weighed = {name: _WEIGHTS[name] * value for name, value in found.items()}
    return [
        Evidence("boundary", name, words, para, start, end, round(weight, 2))
        for name, weight in sorted(weighed.items(), key=lambda item: (-item[1], item[0]))
        if weight > 0
    ]


def signs(view: View, story: SoFar, para: int) -> dict[str, float]:
    """Return the signs at the gap before ``para`` behind the ``story`` so far, by their names and in the order of
    ``_WEIGHTS``, each between 0 and about 1."""
    seen = view.paragraphs
    here = seen[para]
    kind = here.opening.kind
    ahead = _ahead(seen, para)
    coming = _NONE.union(*[one.words for one in ahead])
    coming_ties = _NONE.union(*[one.ties for one in ahead])
    alike = view.alike(here.ties | coming_ties, story.ties, 0, story.weight)
    return {
        **_OPENS[kind],
        "leading verb": float(kind == "plain" and here.opening.leads),
        "turn, then an event": float(kind in TURNING and here.opening.leads and not here.opening.says),
        "like the lead": _overlap(here.words, story.lead.words),
        "like the story": alike,
        "like the last": view.alike(here.ties, story.last.ties, here.weight, story.last.weight),
        # Where nothing follows, what usually follows is assumed.
        "next like the story": _overlap(coming, story.words) if ahead else 0.3,
        "next like this": view.alike(coming_ties, here.ties, 0, here.weight) if ahead else 0.3,
        "next shares with this": _overlap(coming, here.words) if ahead else 0.3,
        "distinct, yet alike": alike if kind == "distinct" else 0.0,
        "turn, yet alike": alike if kind == "turn" else 0.0,
        "surname": float(bool(here.surnames & story.names)),
        "new names": min(len(here.names - story.names), 3) / 3,
        "topic": _same_topic(story.topics, here.topics),
        "short": float(len(here.reading.words.tokens) < _SHORT),
        "headline": view.alike(here.ties, view.headline, here.weight) if story.start == 0 else 0.0,
        "length": min(para - story.start, 8) / 8,
        "second": float(para - story.start == 1),
        # «أمنياً، … قضائياً، …»: a list of one matter each.
        "field behind turn": float(kind == "field" and story.lead.opening.kind in TURNING and para - story.start == 1),
        "end": float(para + 1 == len(seen)),
    }


def _ahead(seen: Sequence[Seen], para: int) -> Sequence[Seen]:
    """Return the paragraphs behind ``para`` that probably go with it: two at most, none that turns away."""
    end = para + 1
    while end < len(seen) and end <= para + _AHEAD and seen[end].opening.kind not in TURNING:
        end += 1
    return seen[para + 1 : end]


def _overlap(words: Set[str], others: Set[str]) -> float:
    """Return how much of ``words`` the ``others`` share; long paragraphs share some by chance."""
    return len(words & others) / math.sqrt(len(words) + 1.0) / 3


def _same_topic(mine: dict[str, float], theirs: dict[str, float]) -> float:
    """Return the cosine of two topic profiles; 0.5 when one is empty, for then it tells nothing."""
    if not mine or not theirs:
        return 0.5
    dot = sum([weight * theirs.get(slug, 0.0) for slug, weight in mine.items()])
    return dot / math.sqrt(sum([w * w for w in mine.values()]) * sum([w * w for w in theirs.values()]))
