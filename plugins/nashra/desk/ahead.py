"""Tell a day that is still to come from one that was, and cut out the sentence it stands in: pure functions of text."""

from __future__ import annotations

import re
from functools import cache

from nashra.arabic.letters import key
from nashra.desk.data import load

# A full stop between digits or Latin letters ends nothing: «3.5», «example.org».
_END = re.compile(r"[.!?؟…]+(?=[\s»”\")\]]|$)[»”\")\]]*|[\n\u2029]")
_WORD = re.compile(r"\w+")
_FUTURE = re.compile(r"[وف]?س[يت]\w{3,}")
# How many words before and behind a date speak of it.
_BEFORE, _BEHIND = 8, 3
# In characters: no eight words of a newspaper are longer.
_NEAR = 400


def sentence(text: str, start: int, end: int, limit: int = 240) -> str:
    """Return the sentence of ``text`` that holds ``start:end``, at most ``limit`` characters, cut at words around it.

    Where it is cut «…» stands.
    """
    # A line may be a million characters long and full of dates: nobody looks further than twice what is shown.
    first, last = max(0, start - 2 * limit), min(len(text), end + 2 * limit)
    for stop in _END.finditer(text, first, last):
        if stop.end() <= start:
            first = stop.end()
        elif stop.start() >= end:
            last = stop.end()
            break
    whole = text[first:last]
    first += len(whole) - len(whole.lstrip())
    last -= len(whole) - len(whole.rstrip())
    if last - first <= limit:
        return text[first:last]
    room = limit - 4  # two times «… »
    before = min(start - first, max(room // 2, room - (last - start)))
    cut = start - before
    stop_at = min(last, cut + room)
    left = text[cut:start]
    if cut > first and not text[cut - 1].isspace():
        left = left.partition(" ")[2] if " " in left else ""
    right = text[start:stop_at]
    if stop_at < last and not text[stop_at].isspace():
        right = right.rpartition(" ")[0] if " " in right else right
    return ("… " if cut > first else "") + (left + right).strip() + (" …" if stop_at < last else "")


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Tell whether the words beside the date at ``start:end`` say that it is to come: «وتستمر حتى الـ30 من تموز»."""
    cues, nouns = _lists()
    before = _END.split(text[max(0, start - _NEAR) : start])[-1]
    behind = _END.split(text[end : end + _NEAR])[0]
    around = [
        *_WORD.findall(key(before))[-_BEFORE:],
        *_WORD.findall(key(text[start:end])),
        *_WORD.findall(key(behind))[:_BEHIND],
    ]
    return any(_bare(word, cues) or (_FUTURE.fullmatch(word) and not _bare(word, nouns)) for word in around)


def _bare(word: str, words: frozenset[str]) -> bool:
    return word in words or (word[0] in "وف" and word[1:] in words)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    lists = load("ahead")
    return frozenset(map(key, lists["cues"])), frozenset(map(key, lists["nouns"]))
