"""Which agencies a text attributes itself to: «ونقلت وكالة تاس الروسية عن …», «نقلاً عن رويترز», «(أ ف ب)»."""

from __future__ import annotations

from collections.abc import Sequence

from nashra.arabic.letters import key
from nashra.desk.data import load
from nashra.desk.reading import Mention, Reading

_DATELINE = 40
_BEFORE = 60


class Attribution:
    """The words of attribution.toml. ``bare`` are the agencies whose names are common words."""

    def __init__(self, bare: frozenset[str]) -> None:
        words = load("attribution")
        self._bare = bare
        self._verbs = frozenset(map(key, words["verbs"]))
        self._phrases = frozenset(tuple(key(phrase).split()) for phrase in words["phrases"])
        self._bodies = frozenset(form for body in words["bodies"] for form in (key(body), "ال" + key(body)))

    def find(self, readings: Sequence[Reading], mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions of agencies that the text attributes something to."""
        by_para = {reading.para: reading for reading in readings}
        return [m for m in mentions if m.kind == "agency" and self._attributed(by_para[m.para].folded.text, m)]

    def _attributed(self, text: str, mention: Mention) -> bool:
        """Tell whether the text says it has something from the agency, or someone said it to the agency."""
        if text[max(0, mention.start - 1)] + text[mention.end : mention.end + 1] == "()":
            return mention.para >= 0 and mention.start < _DATELINE
        *before, prefix = text[max(0, mention.start - _BEFORE) : mention.start].split(" ")
        prefix = prefix.strip("\"'«»(")
        body = ""
        while before and (before[-1] in self._bodies or _without_clitics(before[-1]) in self._bodies):
            body = before.pop()
        if not body and mention.name in self._bare:
            return False
        if (body or prefix).startswith(("ل", "ول")):
            return True
        heard = [word for word in before if word][-2:]
        if heard and (heard[-1] in self._verbs or _without_clitics(heard[-1]) in self._verbs):
            return True
        return any(
            (_without_clitics(heard[-len(phrase)]), *heard[len(heard) - len(phrase) + 1 :]) == phrase
            for phrase in self._phrases
            if len(phrase) <= len(heard)
        )


def _without_clitics(word: str) -> str:
    """Return ``word`` without a conjunction and, before the article or a body's name, a preposition."""
    word = word[1:] if len(word) > 3 and word[0] in "وف" else word
    if word.startswith("لل"):
        return "ال" + word[2:]
    return word[1:] if len(word) > 4 and word[0] in "ل" else word
