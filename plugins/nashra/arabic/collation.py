"""Put names in the order of an Arabic index, A–ي: the article «ال» does not count, nor the seat of a hamza."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from nashra.arabic.letters import key

_T = TypeVar("_T")
# Only a bare alif writes the article: «ألمانيا» and «إلهام» begin with their own letter.
_ARTICLE = re.compile(r"ال(?=\w{2})")
_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_NO_WORD = re.compile(r"^[^\w]+")
# Words that begin with alif and lam of their own, though many write no hamza on them.
_OWN = frozenset(["المانيا", "الماني", "المانية", "البانيا", "الباني", "البانية", "الله", "الياس", "الاسكا"])
# Above the letter of a word that begins with none: a digit, a Latin letter, anything else.
DIGITS, LATIN, OTHER = "0–9", "A–Z", "…"
_LATER = {DIGITS: 1, LATIN: 2, OTHER: 3}


def sort_key(name: str) -> tuple[int, str, str]:
    """Return what ``name`` sorts by: Arabic letters first, then digits, then Latin; equal keys by the name itself."""
    folded = _counted(name)
    return (_LATER.get(_letter(folded), 0), folded, name)


def letter(name: str) -> str:
    """Return the letter that ``name`` stands under: «ك» for «الكرملين», «ا» for «أوروبا»."""
    return _letter(_counted(name))


def by_letter(things: Iterable[tuple[str, _T]]) -> list[tuple[str, list[_T]]]:
    """Return named ``things``, as (name, thing), in order under their letters."""
    # Each name is folded once: there may be tens of thousands.
    ordered = sorted(((sort_key(name), thing) for name, thing in things), key=itemgetter(0))
    marked = groupby(ordered, key=lambda one: _letter(one[0][1]))
    return [(mark, [thing for _, thing in group]) for mark, group in marked]


def _counted(name: str) -> str:
    bare = _NO_WORD.sub("", _MARKS.sub("", name))
    if _ARTICLE.match(bare) and bare.split()[0] not in _OWN:
        bare = bare[2:]
    # A hamza on the line alone, «ء», is an alif to the index.
    return key(bare).replace("ء", "ا").casefold()


def _letter(folded: str) -> str:
    first = folded[:1]
    if "ا" <= first <= "ي":
        return first
    if first.isdigit():
        return DIGITS
    return LATIN if first.isalpha() and first.isascii() else OTHER
