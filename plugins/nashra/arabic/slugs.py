"""Readable Arabic slugs, one a name: a pure function of the name, so that no order or clock can change it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile(
    "[\u0640\u0670\u064b-\u065f\u0610-\u061a\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SEPARATORS = re.compile(r"[\W_]+")
# Punctuation that never tells two names apart. Anything else that a slug must drop leaves a digest behind.
_SILENT = re.compile(r"[\s\-_.,;:!?'\"()\[\]،؛؟«»“”‘’…/–—]")


def words(text: str, limit: int = 120) -> str:
    """Return ``text`` in lower case with hyphens between words, at most ``limit`` bytes of UTF-8, cut at a word.

    Letters stay as written (NFC), so عمر and أمر differ; tashkeel, tatweel and symbols go. "" when nothing is left.
    """
    kept = _SEPARATORS.sub("-", _plain(text)).strip("-")
    if len(kept.encode()) > limit:
        cut = kept.encode()[: limit + 1].decode("utf-8", "ignore")
        kept = cut.rpartition("-")[0] or kept.encode()[:limit].decode("utf-8", "ignore")
    return kept.strip("-")


@lru_cache(maxsize=1 << 16)
def slug(name: str, limit: int = 120) -> str:
    """Return ``words(name)``, one a name: symbols that could tell names apart («C» and «C++») leave a digest behind."""
    plain = _plain(name)
    if _SEPARATORS.sub("", plain) == _SILENT.sub("", plain):
        return words(name, limit)
    tail = hashlib.sha256(plain.encode()).hexdigest()[:6]
    return f"{words(name, limit - 7)}-{tail}".strip("-")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFC", text)).casefold())
