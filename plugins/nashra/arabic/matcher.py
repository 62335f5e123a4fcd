"""Find many names in folded text at once, whatever conjunction or preposition is written onto them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nashra.arabic.letters import key
from nashra.arabic.stems import Words

# What may be written before a name: conjunction, then preposition, then article
# (Ryding, A Reference Grammar of Modern Standard Arabic, §§ 2.6, 16, 18).
PROCLITICS = frozenset(
    conjunction + rest for conjunction in ("", "و", "ف") for rest in ("", "ال", "ب", "بال", "ك", "كال", "ل", "لل", "س")
)
_LONGEST = max(map(len, PROCLITICS))
_WORD = re.compile(r"\w+")


class Match(NamedTuple):
    """Name number ``name`` found at ``text[start:end]``, clitics left out."""

    name: int
    start: int
    end: int


class Begun(NamedTuple):
    """What a word may begin behind so many letters of ``clitics``: the forms and numbers of ``longer`` names by their
    second word, and the name that it is ``alone`` (-1: none)."""

    clitics: int
    longer: dict[str, list[tuple[str, int]]]
    alone: int


class Matcher:
    """Folded names by their first word: what a word of the text may begin is worked out once a word.

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
        self._alone: dict[str, int] = {}
        self._longer: dict[str, dict[str, list[tuple[str, int]]]] = {}
        # The longest first: where several names begin alike, it is tried first.
        for form, number in sorted(forms.items(), key=lambda item: -len(item[0])):
            first, *more = _WORD.findall(form)
            if more:
                self._longer.setdefault(first, {}).setdefault(more[0], []).append((form, number))
            else:
                self._alone[first] = number

    def begins(self, word: str) -> list[Begun]:
        """Return what ``word`` may begin, fewer clitics first."""
        return [
            Begun(clitics, self._longer.get(name, {}), self._alone.get(name, -1))
            for clitics in range(min(len(word), _LONGEST + 1))
            for name in [word[clitics:]]
            if word[:clitics] in PROCLITICS and (name in self._longer or name in self._alone)
        ]


def find(words: Words, text: str, begun: Iterable[tuple[int, Sequence[Begun]]]) -> list[Match]:
    """Return the names in folded ``text`` in their order; of names that overlap, the first, then the longest.

    ``begun`` is what each word of the text may begin, by the word's number.
    """
    found: list[Match] = []
    free = 0
    tokens, starts, ends = words
    last = len(tokens) - 1
    for at, beginning in begun:
        # No word is "".
        following = tokens[at + 1] if at < last else ""
        for clitics, longer, alone in beginning:
            # Few words that begin longer names are followed by their second word.
            if alone < 0 and following not in longer:
                continue
            start = starts[at] + clitics
            if start < free:
                continue
            for form, number in longer.get(following, ()):
                end = start + len(form)
                if text.startswith(form, start) and not text[end : end + 1].isalnum():
                    found.append(Match(number, start, end))
                    free = end
                    break
            if start >= free and alone >= 0:
                found.append(Match(alone, start, ends[at]))
                free = ends[at]
    return found
