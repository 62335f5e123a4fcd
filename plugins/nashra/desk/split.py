"""Find where a bulletin's stories begin: by how a paragraph opens and by what it shares with the story so far."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from nashra.arabic.stems import stems
from nashra.desk.data import load
from nashra.desk.markers import Markers, Opening
from nashra.desk.model import Bulletin, Evidence
from nashra.desk.reading import Mention, Reading
from nashra.desk.topics import Spoken

# What each sign says for (+) or against (−) a new story, in log-odds; a story begins where they add up to more than
# _ENOUGH. Tuned on labelled bulletins; no word has a weight of its own.
_WEIGHTS = {
    "any": -1.8,
    "distinct": 3.6,
    "turn": 3.8,
    "field": 3.6,
    "continuing": -0.3,
    "plain": 2.2,
    "dateline": -0.6,
    "shared words": -5.4,
    "shared ahead": -5.7,
    "together": 4.2,
    "shared names": 0.3,
    "surname": -0.6,
    "new names": 1.5,
    "topic": -0.9,
    "short": -1.5,
    "headline": -0.9,
    "length": 2.6,
    "second": -3.1,
}
_ENOUGH = -0.4
_SHORT = 18
_DATELINE = re.compile(r"^\W*\w+(?:\s\w+)?\s*(?:\([^)]{2,30}\)|[-–—ـ]\s)")


class Seen(NamedTuple):
    """A paragraph as the splitter sees it: its opening, the stems that can tie it to others, whom and what it names
    (``surnames`` of people introduced before), and the weight of each topic in it."""

    reading: Reading
    opening: Opening
    words: frozenset[str]
    names: frozenset[str]
    surnames: frozenset[str]
    topics: dict[str, float]


class Splitter:
    """Cuts a bulletin into stories."""

    def __init__(self) -> None:
        self._markers = Markers()
        self._plain = frozenset(stem for word in load("plain")["words"] for stem in stems(word))

    def see(
        self, readings: Sequence[Reading], mentions: Sequence[Mention], spoken: Sequence[Spoken]
    ) -> tuple[frozenset[str], list[Seen]]:
        """Return the headline's tying stems, and what there is to see in each paragraph."""
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
        seen = [
            Seen(
                reading,
                self._markers.opening(reading),
                self._tying(reading),
                frozenset(names[reading.para]),
                frozenset(surnames[reading.para]),
                topics[reading.para],
            )
            for reading in paragraphs
        ]
        return self._tying(headline), seen

    def _tying(self, reading: Reading) -> frozenset[str]:
        return frozenset(s for s in reading.words.stems if len(s) > 2 and s not in self._plain and not s.isdigit())

    def split(
        self, bulletin: Bulletin, headline: frozenset[str], seen: Sequence[Seen]
    ) -> tuple[list[int], list[Evidence]]:
        """Return the index of the first paragraph of each story, and what spoke for each boundary.

        A line ``***`` always begins a story; ``Split: no`` keeps the bulletin whole.
        """
        starts, evidence = [0], []
        for para in range(1, len(seen)):
            opening = seen[para].opening
            if para in bulletin.breaks:
                starts.append(para)
                evidence.append(Evidence("boundary", "editor", "***", para, 0, 0, 1.0))
            elif bulletin.header.split:
                weighed = {
                    name: round(_WEIGHTS[name] * value, 2)
                    for name, value in signs(headline, seen, starts[-1], para).items()
                    if value
                }
                total = round(sum(weighed.values()) - _ENOUGH, 2)
                if total > 0:
                    starts.append(para)
                    for name, weight in sorted(weighed.items(), key=lambda item: -item[1]):
                        if weight > 0:
                            start, end = seen[para].reading.folded.span(0, opening.dropped)
                            words = seen[para].reading.text[start:end]
                            evidence.append(Evidence("boundary", name, words, para, start, end, weight))
        return starts, evidence


def signs(headline: frozenset[str], seen: Sequence[Seen], start: int, para: int) -> dict[str, float]:
    """Return the signs at the gap before ``para`` when the story so far began at ``start``, by their name in
    ``_WEIGHTS``, each between 0 and about 1."""
    here = seen[para]
    kind = here.opening.kind
    story = seen[start:para]
    words = frozenset().union(*(one.words for one in story))
    names = frozenset().union(*(one.names for one in story))
    following = seen[para + 1] if para + 1 < len(seen) else None
    ahead = following.words if following and following.opening.kind not in ("distinct", "field", "turn") else None
    coming = seen[para : para + (2 if ahead is not None else 1)]
    return {
        "any": 1.0,
        "distinct": float(kind == "distinct"),
        "turn": float(kind == "turn"),
        "field": float(kind == "field"),
        "continuing": float(kind == "continuing"),
        "plain": float(not kind and not here.reading.folded.text.startswith(("و", "ف"))),
        "dateline": float(bool(_DATELINE.match(here.reading.folded.text[:60]))),
        "shared words": _overlap(here.words, words),
        "shared ahead": 0.3 if ahead is None else _overlap(ahead, words),
        "together": 0.3 if ahead is None else _overlap(ahead, here.words),
        "shared names": min(len(here.names & names), 3) / 3,
        "surname": float(bool(here.surnames & names)),
        "new names": min(len(here.names - names), 3) / 3,
        "topic": _alike(_total(story), _total(coming)),
        "short": float(len(here.reading.words.stems) < _SHORT),
        "headline": min(len(here.words & headline), 3) / 3 if start == 0 else 0.0,
        "length": min(para - start, 8) / 8,
        "second": float(para - start == 1),
    }


def _overlap(words: frozenset[str], others: frozenset[str]) -> float:
    """Return how much of ``words`` the ``others`` share; long paragraphs share some by chance."""
    return len(words & others) / math.sqrt(len(words) + 1.0) / 3


def _total(paragraphs: Sequence[Seen]) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in paragraphs:
        for slug, weight in one.topics.items():
            total[slug] = total.get(slug, 0.0) + weight
    return total


def _alike(one: dict[str, float], other: dict[str, float]) -> float:
    """Return the cosine of two topic profiles; 0.5 when one is empty, for then it tells nothing."""
    if not one or not other:
        return 0.5
    dot = sum(weight * other.get(slug, 0.0) for slug, weight in one.items())
    return dot / math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
