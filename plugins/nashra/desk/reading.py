"""A paragraph as the desk reads it: folded and cut into words once, used by every decision."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar

from nashra.arabic.letters import Folded, fold
from nashra.arabic.stems import Words, words
from nashra.desk.model import Bulletin


class Reading(NamedTuple):
    """Paragraph ``para`` (0-based; -1 is the headline): as written, folded, and its words."""

    para: int
    text: str
    folded: Folded
    words: Words

    def word(self, at: int) -> str:
        """Return the ``at``-th word, folded, clitics and all; "" past the end."""
        tokens = self.words.tokens
        return tokens[at] if 0 <= at < len(tokens) else ""


class Mention(NamedTuple):
    """Something named at ``start:end`` of ``para``, in its folded text.

    ``weight`` in 0–1 is how sure the desk is that these words name it; ``by_surname`` says that they are the surname
    of someone introduced before.
    """

    kind: str
    name: str
    para: int
    start: int
    end: int
    weight: float
    by_surname: bool = False


def reading(para: int, text: str) -> Reading:
    """Return ``text`` read."""
    folded = fold(text)
    return Reading(para, text, folded, words(folded.text))


def read(bulletin: Bulletin) -> tuple[Reading, ...]:
    """Return the readings of the headline (first; para -1) and of the paragraphs."""
    return (reading(-1, bulletin.headline), *(reading(n, p.text) for n, p in enumerate(bulletin.paragraphs)))


class _Placed(Protocol):
    @property
    def para(self) -> int: ...


_para = attrgetter("para")
_P = TypeVar("_P", bound=_Placed)


def within(placed: Sequence[_P], start: int, end: int) -> Sequence[_P]:
    """Return what is in paragraphs ``start`` to ``end`` (half-open) of what is in their order; the headline belongs to
    the first story."""
    first = bisect_left(placed, start, key=_para) if start else 0
    return placed[first : bisect_left(placed, end, first, key=_para)]
