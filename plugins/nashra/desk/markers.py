"""How a paragraph opens: with a turn to another matter, a field, a continuation, or plainly."""

from __future__ import annotations

import re
from typing import NamedTuple

from nashra.arabic.letters import key
from nashra.desk.data import load
from nashra.desk.reading import Reading

_PUNCTUATION = " ،,:\"«»'()-."


class Opening(NamedTuple):
    """The ``kind`` of opening (distinct, turn, field, continuing, or "") and where it ends in the folded text."""

    kind: str
    end: int

    @property
    def dropped(self) -> int:
        """Where the text begins once the marker is dropped: a continuation is part of the text."""
        return 0 if self.kind == "continuing" else self.end


class Markers:
    """The phrases of markers.toml, by their first word."""

    def __init__(self) -> None:
        data = load("markers")
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        # A phrase in two lists is what the earlier kind says.
        kinds = {key(term).removeprefix("و"): "continuing" for term in data["continuing"]}
        kinds |= {key(term).removeprefix("و"): "field" for term in (*data["fields"], *data["field_heads"])}
        kinds |= {key(term).removeprefix("و"): "turn" for term in data["turns"]}
        kinds |= {key(term).removeprefix("و"): "distinct" for term in data["distinct"]}
        for phrase, kind in kinds.items():
            self._by_first.setdefault(phrase.split()[0], []).append((phrase, kind))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda pair: -len(pair[0]))
        self._single = frozenset(map(key, data["fields"]))
        self._heads = frozenset(map(key, data["field_heads"]))

    def opening(self, reading: Reading) -> Opening:
        """Return how the paragraph opens. A field counts only where a comma or colon closes it."""
        text = reading.folded.text
        start = len(text) - len(text.lstrip(_PUNCTUATION))
        head = text[start:]
        for skip in (0, 1) if head.startswith("و") else (0,):
            first = head[skip:].split(" ", 1)[0].strip(_PUNCTUATION)
            for phrase, kind in self._by_first.get(first, ()):
                if not head.startswith(phrase, skip) or head[skip + len(phrase) : skip + len(phrase) + 1].isalnum():
                    continue
                end = start + skip + len(phrase)
                if kind == "field":
                    closed = re.match(r"\s*[،,:]" if phrase in self._single else r"(?:\s+\w+){0,2}\s*[،,:]", text[end:])
                    if not closed:
                        continue
                    return Opening(kind, end + closed.end())
                closed = re.match(r"\s*[،,:]", text[end:])
                return Opening(kind, end + (closed.end() if closed else 0))
        return Opening("", 0)
