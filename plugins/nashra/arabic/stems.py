"""Cut folded Arabic text into words, and words to light stems: what two inflections of one word share."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple, TypeVar

from nashra.arabic.letters import key

_K = TypeVar("_K")
_V = TypeVar("_V")
_WORD = re.compile(r"(\w+)")
# The words of a large archive; what a Memo keeps at most.
_MOST_KEPT = 1 << 17
# Light stemming as in light10 (Larkey, Ballesteros, Connell 2007): clitics before the word, then endings; never
# fewer than three letters (two after an article) remain.
_ARTICLES = ("وبال", "فبال", "وكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")
_ENDINGS = (
    "تها",
    "تهم",
    "اته",
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
_WAW_WORDS = frozenset(map(key, _DATA["waw_words"]))


class Words(NamedTuple):
    """The words of a text, and where each ``starts`` and ends in the folded text."""

    tokens: list[str]
    starts: list[int]
    ends: list[int]


class Memo(dict[_K, _V]):
    """What ``make`` makes of each key, made once: half the cost of functools.lru_cache. Full, it begins anew."""

    def __init__(self, make: Callable[[_K], _V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: _K) -> _V:
        if len(self) >= _MOST_KEPT:
            self.clear()
        made = self[key] = self._make(key)
        return made


def stem(word: str) -> str:
    """Return the light stem of a folded ``word``: «والسيبرانية», «سيبراني» → «سيبران»."""
    return _STEMS[word]


def _stem(word: str) -> str:
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
        if len(word) > 4 and conjoined(word):
            word = word[1:]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (4 if ending in _LONG_ENDINGS else 3):
            word = word[: -len(ending)]
            break
    for _ in range(2):
        if len(word) > 3 and word[-1] in _SHORT:
            word = word[:-1]
    return word


_STEMS = Memo(_stem)


def conjoined(word: str) -> bool:
    """Tell whether a folded ``word`` begins with the conjunction «و»."""
    if word[1:].isdigit():
        return word[0] == "و"
    return len(word) > 2 and word[0] == "و" and word not in _WAW_WORDS and not word.startswith(_WAW)


def tables() -> dict[str, object]:
    """Return what ``stem`` goes by, for a mirror of it elsewhere."""
    return {
        "articles": _ARTICLES,
        "endings": _ENDINGS,
        "long": sorted(_LONG_ENDINGS),
        "short": _SHORT,
        "waw": _WAW,
        "waw_words": sorted(_WAW_WORDS),
        "no_article": _NO_ARTICLE,
        "lam": _LAM,
    }


def words(folded: str) -> Words:
    """Return the words of ``folded`` text."""
    # Separators and words in turn; their lengths added up are where each word begins and ends.
    parts = _WORD.split(folded)
    edges = list(accumulate(map(len, parts)))
    return Words(parts[1::2], edges[:-1:2], edges[1::2])


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a term as an editor writes it."""
    return _TERMS[text]


_TERMS: Memo[str, tuple[str, ...]] = Memo(lambda text: tuple(map(stem, words(key(text)).tokens)))


class _Begun(NamedTuple):
    """What a stem may begin: the further stems and the numbers of ``longer`` terms by their second stem, and the terms
    that it is ``alone``."""

    longer: dict[str, list[tuple[tuple[str, ...], int]]]
    alone: list[int]


class Phrases:
    """Find terms of one or more words by their stems; where two begin at one word, the longer is taken.

    A word that is none of them is tried again without a preposition («لمناورات»).
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self._begun: dict[str, _Begun] = {}
        wanted = [(stems(term), number) for number, term in enumerate(terms)]
        for words_, number in sorted(wanted, key=lambda item: -len(item[0])):
            if words_:
                begun = self._begun.setdefault(words_[0], _Begun({}, []))
                if len(words_) > 1:
                    begun.longer.setdefault(words_[1], []).append((words_[2:], number))
                else:
                    begun.alone.append(number)
        # A word with a preposition is first of all the term that is written so.
        bare = list(self._begun.items())
        for onto in _PREPOSITIONS:
            for first, begun in bare:
                self._begun.setdefault(onto + first, begun)
        # By the word as written: most begin no term, and one look tells.
        self._beginning: Memo[str, _Begun | None] = Memo(lambda word: self._begun.get(stem(word)))

    def find(self, found: Words) -> list[tuple[int, int, int]]:
        """Return (term, start, end) for every term found, none over another; positions are in the folded text."""
        hits: list[tuple[int, int, int]] = []
        tokens, starts, ends = found
        last = len(tokens) - 1
        free = 0
        for at, begun in enumerate(map(self._beginning.__getitem__, tokens)):
            if begun is None or at < free:
                continue
            longer, alone = begun
            if longer and at < last:
                for rest, number in longer.get(stem(tokens[at + 1]), ()):
                    end = at + 2 + len(rest)
                    if not rest or tuple(map(stem, tokens[at + 2 : end])) == rest:
                        hits.append((number, starts[at], ends[end - 1]))
                        free = end
                        break
            if alone and at >= free:
                hits.append((alone[0], starts[at], ends[at]))
        return hits
