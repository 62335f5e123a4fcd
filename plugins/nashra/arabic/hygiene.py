"""Take out of untrusted text what no reader can see and no feed may carry; leave every visible character alone."""

from __future__ import annotations

import re
import unicodedata

_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Characters XML 1.0 §2.2 forbids, other controls, noncharacters, soft hyphen, zero-width space and joiner,
# BOM, annotation and tag characters, bidi embeddings and overrides (UAX #9 §2; UTR #36 §3.2).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e"
    "\u2060-\u2065\u206a-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_ISOLATES = re.compile("[\u2066-\u2069]")
_POP = "\u2069"
_TITLE_JUNK = re.compile("[\u061c\u200c-\u200f\u2066-\u2069]")
_SPACES = re.compile(r"\s+")
# Most text has nothing but these, ASCII, Arabic letters, marks, digits and newspapers' punctuation: one look, and it is
# tidy. A class of what a title may not hold reaches beyond the BMP, and takes five times as long.
_UNUSUAL = re.compile("[^ -~\u00ab\u00bb\u060c\u061b\u061f\u0621-\u0652\u0660-\u0669\u2013\u2014\u2018-\u201d\u2026]")


def _balance(line: str) -> str:
    """Close the isolates that ``line`` leaves open and drop the pops that close none (UAX #9 X6a)."""
    depth = 0
    kept: list[str] = []
    for char in line:
        if char == _POP:
            if not depth:
                continue
            depth -= 1
        elif "\u2066" <= char < _POP:
            depth += 1
        kept.append(char)
    return "".join(kept) + _POP * depth


def clean(text: str) -> str:
    """Return ``text`` in NFC (UAX #15), lines ended by LF, invisible controls removed, isolates balanced a line."""
    text = _INVISIBLE.sub("", _NEWLINE.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    if _ISOLATES.search(text):
        text = "\n".join(map(_balance, text.split("\n")))
    return text


def title(text: str) -> str:
    """Return ``text`` fit for a headline, a tag or a feed title: clean, one line, no direction marks or joiners."""
    if "  " in text or _UNUSUAL.search(text):
        return _SPACES.sub(" ", _TITLE_JUNK.sub("", clean(text))).strip()
    return unicodedata.normalize("NFC", text).strip()
