"""Find many names in folded text at once, whatever conjunction or preposition is written onto them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nashra.arabic.letters import key

# What may be written before a name: conjunction, then preposition, then article
# (Ryding, A Reference Grammar of Modern Standard Arabic, §§ 2.6, 16, 18).
PROCLITICS = frozenset(
    conjunction + rest for conjunction in ("", "و", "ف") for rest in ("", "ال", "ب", "بال", "ك", "كال", "ل", "لل", "س")
)
_LONGEST = max(map(len, PROCLITICS))


class Match(NamedTuple):
    """Name number ``name`` found at ``text[start:end]``, clitics left out."""

    name: int
    start: int
    end: int


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


class Matcher:
    """An Aho-Corasick automaton over folded names that checks the word edges of what it finds.

    A name that begins with the article is also found after ``ل`` («للسودان» for «السودان»).
    """

    def __init__(self, names: Iterable[str]) -> None:
        forms: dict[str, int] = {}
        for number, name in enumerate(names):
            folded = " ".join(key(name).split())
            if folded:
                forms.setdefault(folded, number)
                if folded.startswith("ال") and len(folded) > 4:
                    forms.setdefault("لل" + folded[2:], number)
        self._names = list(forms.values())
        self._automaton = (
            AhoCorasick(list(forms), MatchKind.Standard, implementation=Implementation.DFA) if forms else None
        )

    def find(self, text: str) -> list[Match]:
        """Return the names in folded ``text`` in their order; of names that overlap, the first, then the longest."""
        if self._automaton is None:
            return []
        length = len(text)
        found: list[Match] = []
        for form, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if end < length and _is_letter(text[end]):
                continue
            left = start
            while left and start - left <= _LONGEST and _is_letter(text[left - 1]):
                left -= 1
            if left == start or text[left:start] in PROCLITICS:
                found.append(Match(self._names[form], start, end))
        return _apart(found)


def _apart(found: Sequence[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(found, key=lambda match: (match.start, -match.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept
