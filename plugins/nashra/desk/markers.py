"""How a paragraph opens: with a turn to another matter, a field, a continuation, or a verb that stories begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, islice, product
from typing import NamedTuple

from nashra.arabic.letters import key
from nashra.arabic.stems import conjoined
from nashra.desk.data import load
from nashra.desk.reading import Reading

TURNING = frozenset(["distinct", "turn", "field"])
_PUNCTUATION = " ،,:\"«»'()-."
_CLOSED = re.compile(r"\s*[،,:]")
_FIELD_CLOSED = re.compile(r"(?:\s+\w+){0,2}\s*[،,:]")
_WORD = re.compile(r"\w+")


class Opening(NamedTuple):
    """How a paragraph opens.

    ``kind`` is distinct, turn, field (see TURNING), continuing, backward, "and" (a bare conjunction) or plain;
    ``dropped`` is where the folded text begins without its marker, 0 where it has none to drop; ``leads`` says that
    a verb follows with which stories begin, ``says`` that one follows with which a speaker goes on.
    """

    kind: str
    dropped: int
    leads: bool
    says: bool


class Markers:
    """The phrases of markers.toml, by their first word."""

    def __init__(self) -> None:
        data = load("markers")
        turning, distinct = data["turn_heads"], data["distinct_heads"]
        phrases = {
            "backward": data["backward"],
            "continuing": [*data["continuing"], *_pairs([*turning, *distinct], data["same"])],
            "field": [*data["fields"], *data["field_heads"]],
            "turn": [*data["turns"], *_pairs(turning, data["other"])],
            "distinct": [
                *data["distinct"],
                *_pairs(distinct, data["other"]),
                *_pairs([*turning, *distinct], data["apart"]),
            ],
        }
        # A phrase of two kinds is what the last of them says.
        self._kinds = {key(phrase): kind for kind, listed in phrases.items() for phrase in listed}
        self._firsts = frozenset(phrase.split()[0] for phrase in self._kinds)
        self._longest = max(len(phrase.split()) for phrase in self._kinds)
        self._adverbs = frozenset(map(key, data["fields"]))
        self._saying = frozenset(map(key, data["saying"]))
        self._leading = frozenset(chain.from_iterable(_feminine(key(verb)) for verb in data["lead"]))

    def opening(self, reading: Reading) -> Opening:
        """Return how the paragraph opens. A field counts only where a comma or colon closes it."""
        text = reading.folded.text
        start = len(text) - len(text.lstrip(_PUNCTUATION))
        if text.endswith("؟"):
            # An interviewer's question goes on with the interview.
            return Opening("continuing", 0, False, False)
        first = _first_word(text, start)
        joined = conjoined(first)
        for skip in (0, 1) if joined else (0,):
            found = self._marker(text, start + skip) if first[skip:] in self._firsts else None
            if found:
                kind, end = found
                verb = _first_word(text, end)
                return Opening(kind, end if kind in TURNING else 0, verb in self._leading, verb in self._saying)
        if joined:
            says = first[1:] in self._saying
            return Opening("continuing" if says else "and", 0, False, says)
        return Opening("plain", 0, first in self._leading, first in self._saying)

    def _marker(self, text: str, start: int) -> tuple[str, int] | None:
        """Return the kind of the longest phrase at ``start`` and where what it opens begins."""
        words = list(islice(_WORD.finditer(text, start), self._longest))
        for count in range(len(words), 0, -1):
            end = words[count - 1].end()
            kind = self._kinds.get(text[words[0].start() : end])
            if kind:
                adverb = count == 1 and words[0][0] in self._adverbs
                closed = (_FIELD_CLOSED if kind == "field" and not adverb else _CLOSED).match(text, end)
                if closed or kind != "field":
                    return kind, closed.end() if closed else end
        return None


def _pairs(heads: Iterable[str], tails: Iterable[str]) -> list[str]:
    return [f"{head} {tail}" for head, tail in product(heads, tails)]


def _feminine(verb: str) -> tuple[str, str]:
    """Return ``verb`` and its feminine: «أعلن», «أعلنت»; «يعلن», «تعلن»."""
    return verb, "ت" + verb[1:] if verb[0] == "ي" else verb + "ت"


def _first_word(text: str, start: int) -> str:
    found = _WORD.search(text, start)
    return found[0] if found else ""
