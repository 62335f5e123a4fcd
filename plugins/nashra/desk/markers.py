"""How a paragraph opens: with a turn to another matter, a field, a continuation, or a verb that stories begin with."""

from __future__ import annotations

import re
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
        kinds: dict[str, str] = {}
        # A phrase in two lists is what the last of them says.
        for kind, lists in (
            ("backward", ["backward"]),
            ("continuing", ["continuing"]),
            ("field", ["fields", "field_heads"]),
            ("turn", ["turns"]),
            ("distinct", ["distinct"]),
        ):
            kinds |= {key(phrase): kind for name in lists for phrase in data[name]}
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        for phrase, kind in sorted(kinds.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            self._by_first.setdefault(phrase.split()[0], []).append((phrase, kind))
        self._adverbs = frozenset(map(key, data["fields"]))
        self._saying = frozenset(map(key, data["saying"]))
        self._leading = frozenset(verb + ending for verb in map(key, data["lead"]) for ending in ("", "ت"))

    def opening(self, reading: Reading) -> Opening:
        """Return how the paragraph opens. A field counts only where a comma or colon closes it."""
        text = reading.folded.text
        start = len(text) - len(text.lstrip(_PUNCTUATION))
        first = _first_word(text, start)
        joined = conjoined(first)
        for skip in (0, 1) if joined else (0,):
            found = self._marker(text, start + skip)
            if found:
                kind, end = found
                verb = _first_word(text, end)
                return Opening(kind, end if kind in TURNING else 0, verb in self._leading, verb in self._saying)
        if joined:
            says = first[1:] in self._saying
            return Opening("continuing" if says else "and", 0, False, says)
        return Opening("plain", 0, first in self._leading, first in self._saying)

    def _marker(self, text: str, start: int) -> tuple[str, int] | None:
        for phrase, kind in self._by_first.get(_first_word(text, start), ()):
            end = start + len(phrase)
            if not text.startswith(phrase, start) or text[end : end + 1].isalnum():
                continue
            closed = (_FIELD_CLOSED if kind == "field" and phrase not in self._adverbs else _CLOSED).match(text, end)
            if closed or kind != "field":
                return kind, closed.end() if closed else end
        return None


def _first_word(text: str, start: int) -> str:
    found = _WORD.search(text, start)
    return found[0] if found else ""
