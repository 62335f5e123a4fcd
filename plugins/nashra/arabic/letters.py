"""Fold Arabic text so that spellings of one word compare equal, keeping a map back to what was written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import NamedTuple

_SAME = {
    # One letter, several spellings (Unicode core spec, ch. 9.2; newsrooms differ on each of these).
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ة": "ه",
    "ؤ": "و",
    "ئ": "ي",
    # Persian and Urdu keyboards
    "ک": "ك",
    "ی": "ي",
    "ے": "ي",
    "ہ": "ه",
    "ۀ": "ه",
    "ۃ": "ه",
    "ھ": "ه",
    # Quotation marks, so that a name reads the same inside any of them
    **dict.fromkeys("“”„«»‹›‟", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    # Spaces (UAX #14 and NBSP)
    **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "),
    **{chr(0x0660 + i): str(i) for i in range(10)},
    **{chr(0x06F0 + i): str(i) for i in range(10)},
    "٫": ".",
    "٬": ",",
}
# Marks that change no letter: tashkeel, Quranic annotation, tatweel, joiners and direction marks (UAX #9 §2).
_TATWEEL, _SHADDA = "\u0640\u0651"
_DROPPED = (
    "\u0640\u0670\u00ad\u034f\u061c\ufeff"
    + "".join(map(chr, range(0x064B, 0x0660)))
    + "".join(map(chr, range(0x0610, 0x061B)))
    + "".join(map(chr, range(0x06D6, 0x06DD)))
    + "".join(map(chr, range(0x06DF, 0x06E9)))
    + "".join(map(chr, range(0x06EA, 0x06EE)))
    + "".join(map(chr, range(0x200B, 0x2010)))
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2060, 0x206A)))
)
_FOLD = {ord(k): v for k, v in _SAME.items()} | dict.fromkeys(map(ord, _DROPPED))
_UNSEEN = dict.fromkeys(map(ord, _DROPPED))
_PERSIAN = {ord(letter): _SAME[letter] for letter in "کیےہۀھ"} | {ord("ۃ"): "ة"}
_CHANGES_LENGTH = re.compile(f"[{re.escape(_DROPPED)}\ufb50-\ufdff\ufe70-\ufefe]")
# What most text has of _SAME is put right letter by letter, a tenth of what a translation of every letter costs.
_USUAL = [(letter, _SAME[letter]) for letter in "أإآىةؤئ«»“”–"]
_UNUSUAL = re.compile(f"[{re.escape(''.join(_SAME.keys() - {letter for letter, _ in _USUAL}))}]")
# One look at each letter tells that a text is of neither kind, as most are.
_SPECIAL = re.compile(f"{_CHANGES_LENGTH.pattern[:-1]}{_UNUSUAL.pattern[1:]}")


class Folded(NamedTuple):
    """Folded ``text``; ``offsets[i]`` is where its i-th character was written (None: at i itself)."""

    text: str
    offsets: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the original text that folded to ``text[start:end]``."""
        if self.offsets is None or start >= end:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1

    def position(self, original: int) -> int:
        """Return the first folded position written at or after ``original``."""
        return original if self.offsets is None else bisect_left(self.offsets, original)


def fold(text: str) -> Folded:
    """Fold letters, digits, quotes and spaces to one spelling each, and drop marks that change no letter.

    Presentation forms (U+FB50–FDFF, U+FE70–FEFF) go through NFKC (UAX #15).
    """
    if not _SPECIAL.search(text):
        return Folded(_usual(text), None)
    if not _CHANGES_LENGTH.search(text):
        return Folded(_same(text), None)
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _CHANGES_LENGTH.finditer(text):
        at = match.start()
        pieces.append(_same(text[done:at]))
        offsets.extend(range(done, at))
        done = at + 1
        char = text[at]
        if char == _TATWEEL and not (text[max(0, at - 1) : at].strip() or text[done : done + 1].strip()):
            # Alone it is a dash: «سلمان ـ حفظه الله ـ».
            pieces.append("-")
            offsets.append(at)
        elif char not in _DROPPED:
            letters = unicodedata.normalize("NFKC", char).translate(_FOLD)
            pieces.append(letters)
            offsets.extend([at] * len(letters))
    pieces.append(_same(text[done:]))
    offsets.extend(range(done, len(text)))
    return Folded("".join(pieces), offsets)


def tidy(text: str) -> str:
    """Return a name as Arabic newspapers write it: no Persian letters, no tatweel, no tashkeel but a shadda alone."""
    if set(_CHANGES_LENGTH.findall(text)) - {_SHADDA}:
        text = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    return " ".join(text.translate(_PERSIAN).split())


def _same(text: str) -> str:
    return text.translate(_FOLD) if _UNUSUAL.search(text) else _usual(text)


def _usual(text: str) -> str:
    for letter, same in _USUAL:
        text = text.replace(letter, same)
    return text


def key(text: str) -> str:
    """Return the folded text alone: equal keys, equal words."""
    return fold(text).text.strip()


def tables() -> dict[str, object]:
    """Return what ``fold`` goes by, for a mirror of it elsewhere: what is written the same, and what is dropped."""
    return {"same": _SAME, "dropped": _DROPPED}
