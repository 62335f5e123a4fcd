"""Cut folded Arabic text into words, and words to light stems: what two inflections of one word share."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from nashra.arabic.letters import key

_WORD = re.compile(r"(\w+)")
# Light stemming as in light10 (Larkey, Ballesteros, Connell 2007): clitics before the word, then endings; never
# fewer than three letters (two after an article) remain.
_ARTICLES = ("وبال", "فبال", "وكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")
_ENDINGS = (
    "تها",
    "تهم",
    "اتها",
    "اتهم",
    "يات",
    "يين",
    "يون",
    "تين",
    "تان",
    "ها",
    "هم",
    "ات",
    "ون",
    "ين",
    "ان",
    "يه",
    "تا",
)
# These end many words that are no plural or dual («تمرين», «برلمان», «قانون»): four letters must remain.
_LONG_ENDINGS = frozenset(("ون", "ين", "ان"))
_SHORT = "هيات"
_PREPOSITIONS = "بلكفس"
_DATA = tomllib.loads(files("nashra.arabic").joinpath("data/stems.toml").read_text("utf-8"))
_WAW, _NO_ARTICLE, _LAM = (tuple(map(key, _DATA[name])) for name in ("waw", "no_article", "lam"))


class Words(NamedTuple):
    """The words of a text: their ``stems`` and where each stands in the folded text."""

    stems: list[str]
    spans: list[tuple[int, int]]


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Return the light stem of a folded ``word``: «والسيبرانية», «سيبراني» → «سيبران»."""
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 3:
            if word.startswith(_NO_ARTICLE):
                pass
            elif word[0] == "و" and word.startswith(_NO_ARTICLE, 1):
                word = word[1:]
            else:
                word = word[len(article) - word.startswith(_LAM) :]
            break
    else:
        if len(word) > 4 and word[0] == "و" and not word.startswith(_WAW):
            word = word[1:]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (4 if ending in _LONG_ENDINGS else 3):
            word = word[: -len(ending)]
            break
    for _ in range(2):
        if len(word) > 3 and word[-1] in _SHORT:
            word = word[:-1]
    return word


def conjoined(word: str) -> bool:
    """Tell whether a folded ``word`` begins with the conjunction «و»."""
    return len(word) > 2 and word[0] == "و" and not word.startswith(_WAW)


def words(folded: str) -> Words:
    """Return the words of ``folded`` text."""
    # Separators and words in turn; their lengths added up are where each word begins and ends.
    parts = _WORD.split(folded)
    ends = list(accumulate(map(len, parts)))
    return Words(list(map(stem, parts[1::2])), list(zip(ends[:-1:2], ends[1::2], strict=True)))


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a term as an editor writes it."""
    return tuple(words(key(text)).stems)


class Phrases:
    """Find terms of one or more words by their stems; where two begin at one word, the longer is taken.

    A word that is none of them is tried again without a preposition («لمناورات»).
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for number, term in enumerate(terms):
            wanted = stems(term)
            if wanted:
                self._by_first.setdefault(wanted[0], []).append((wanted, number))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda candidate: (-len(candidate[0]), candidate[1]))
        # Most words begin no term: what each begins is looked up once.
        self._beginning = lru_cache(maxsize=1 << 17)(self._candidates)

    def _candidates(self, word: str) -> list[tuple[tuple[str, ...], int]]:
        return self._by_first.get(word) or (self._by_first.get(word[1:], []) if word[0] in _PREPOSITIONS else [])

    def find(self, found: Words) -> list[tuple[int, int, int]]:
        """Return (term, start, end) for every term found, none over another; positions are in the folded text."""
        hits: list[tuple[int, int, int]] = []
        all_stems, spans = found
        free = 0
        begun = [(at, terms) for at, terms in enumerate(map(self._beginning, all_stems)) if terms]
        for at, candidates in begun:
            if at < free:
                continue
            for wanted, number in candidates:
                size = len(wanted)
                if size == 1 or tuple(all_stems[at + 1 : at + size]) == wanted[1:]:
                    hits.append((number, spans[at][0], spans[at + size - 1][1]))
                    free = at + size
                    break
        return hits
