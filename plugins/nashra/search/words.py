"""What a word is found by: folded, without the too common, under one key for all its forms.

theme/static/search.js mirrors this module; tests/search/vectors.json holds both to the same answers.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

from nashra.arabic import letters, stems
from nashra.arabic.stems import Memo, stem

_DATA = tomllib.loads(files("nashra.search").joinpath("data/words.toml").read_text("utf-8"))
_STOP = frozenset(map(letters.key, _DATA["stop"]))
_THOUSANDS = re.compile(r"([0-9]),(?=[0-9]{3}(?![0-9]))")
_WORD = re.compile(r"[0-9]+|[^\W0-9_]+")
_CONJUNCTIONS = "وف"
_PREPOSITIONS = "بلك"
# What follows the «س» of the future: the first letter of an imperfect verb.
_IMPERFECT = "يتنا"
_LEAST = 3
# How the plural ends before a noun: «مسؤولو الصحة».
_CONSTRUCT = "و"


def words(text: str) -> list[str]:
    """Return the words of ``text`` that can be searched for, folded: numbers apart from what is joined to them."""
    folded = letters.fold(unicodedata.normalize("NFC", text)).text.lower()
    return [word for word in _WORD.findall(_THOUSANDS.sub(r"\1", folded)) if _sought(word)]


def _sought(word: str) -> bool:
    if "0" <= word[0] <= "9":
        return True
    return len(word) > 1 and word not in _STOP and not (word[0] in _CONJUNCTIONS and word[1:] in _STOP)


def bare(word: str) -> list[str]:
    """Return what a folded ``word`` may be without what is joined to it: «لبوتين» → «بوتين», «مسؤولو» → «مسؤول».

    A guess: «بوتين» may be «وتين» with «ب», as far as one word can tell. Which is meant is settled at the query, by how
    often each is written.
    """
    found = []
    # «لل» is a preposition with an article: the stem is without both.
    if len(word) > _LEAST and not word.startswith("لل"):
        rest = word
        if rest[0] in _CONJUNCTIONS:
            rest = rest[1:]
            found.append(rest)
        if len(rest) > _LEAST and (rest[0] in _PREPOSITIONS or (rest[0] == "س" and rest[1] in _IMPERFECT)):
            found.append(rest[1:])
        if len(word) > _LEAST + 1 and word[-1] == _CONSTRUCT:
            found.append(word[:-1])
    return found


def _key(word: str) -> str:
    # Twice, for endings on endings: «برلماني» → «برلمان» → «برلم», as «برلمان» alone.
    found = stem(stem(word))
    return _IRREGULAR.get(found, found)


_IRREGULAR: dict[str, str] = {}
for _pair in _DATA["irregular"]:
    _one, _many = (_key(letters.key(side)) for side in _pair.split("="))
    if _one != _many:
        _IRREGULAR[_many] = _one
_KEYS = Memo(_key)


def key(word: str) -> str:
    """Return what the forms of a folded ``word`` have in common, a broken plural's being its singular's."""
    return _KEYS[word]


def keys(word: str) -> tuple[str, ...]:
    """Return the keys that a folded ``word`` is indexed under: its own first, then those it may have when bare."""
    return tuple(dict.fromkeys((key(word), *map(key, bare(word)))))


def rules() -> dict[str, object]:
    """Return all that this module and the rooms below it go by, for the browser."""
    return {
        "letters": letters.tables(),
        "stems": stems.tables(),
        "stop": sorted(_STOP),
        "irregular": dict(sorted(_IRREGULAR.items())),
    }
