"""Which agencies a text attributes itself to: «ونقلت وكالة تاس الروسية عن …», «نقلاً عن رويترز», «(أ ف ب)»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from nashra.arabic.letters import key
from nashra.desk.data import load
from nashra.desk.reading import Mention, Reading

_DATELINE = 40
_BEFORE = 60
# Datelines that name the agency behind the place: «دمشق-سانا», «موسكو - تاس - بدأ …», «غزة 15-5-2021 وفا- …».
_DATED_BY = re.compile(r"\s*[^\W\d]+(?: [^\W\d]+){0,2}\s*(?:[-/]|\d[\d/.-]{3,9})\s*")
_DASH = re.compile(r"\s*[-:/]")
# «نقلت عنه رويترز»
_OF_HIM = frozenset(map(key, ("عنه", "عنها", "عنهم", "عنهما")))


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
        found: list[Mention] = []
        for mention in mentions:
            if mention.kind == "agency":
                text = by_para[mention.para].folded.text
                if self._attributed(text, mention) or (found and _joins(text, found[-1], mention)):
                    found.append(mention)
        return found

    def _attributed(self, text: str, mention: Mention) -> bool:
        """Tell whether the text says it has something from the agency, or someone said it to the agency."""
        if text[max(0, mention.start - 1)] + text[mention.end : mention.end + 1] == "()":
            return mention.para >= 0 and mention.start < _DATELINE
        if mention.para >= 0 and _DATED_BY.fullmatch(text, 0, mention.start):
            return mention.name not in self._bare or bool(_DASH.match(text, mention.end))
        *before, prefix = text[max(0, mention.start - _BEFORE) : mention.start].split(" ")
        prefix = prefix.strip("\"'«»(")
        before, body = self._body(before)
        if not body and mention.name in self._bare:
            return False
        if (body or prefix).startswith(("ل", "ول")):
            return True
        heard = [word for word in before if word][-2:]
        if heard and heard[-1] in _OF_HIM:
            heard.pop()
        if heard and not self._verbs.isdisjoint(_forms(heard[-1])):
            return True
        return any(
            (_without_clitics(heard[-len(phrase)]), *heard[len(heard) - len(phrase) + 1 :]) == phrase
            for phrase in self._phrases
            if len(phrase) <= len(heard)
        )

    def _body(self, before: list[str]) -> tuple[list[str], str]:
        """Return the words before a body's name, and its first word, "" for none: «وكالة», «وكالة الأنباء السورية»."""
        for size in (1, 2, 3):
            if size > len(before) or (size > 1 and not all(word.startswith("ال") for word in before[1 - size :])):
                break
            body = before[-size]
            if body in self._bodies or _without_clitics(body) in self._bodies:
                return before[:-size], body
        return before, ""


def _forms(verb: str) -> tuple[str, str, str]:
    """Return what a verb may be listed as: «ذكرت», «وذكرت», «ما ذكرته»."""
    plain = _without_clitics(verb)
    return verb, plain, plain.removesuffix("ه")


def _joins(text: str, one: Mention, other: Mention) -> bool:
    """Tell whether an agency is named beside another: «نقلت رويترز وفرانس برس»."""
    return one.para == other.para and text[one.end : other.start].strip("\"'«»() ") == "و"


def _without_clitics(word: str) -> str:
    """Return ``word`` without a conjunction and, before the article or a body's name, a preposition."""
    word = word[1:] if len(word) > 3 and word[0] in "وف" else word
    if word.startswith("لل"):
        return "ال" + word[2:]
    return word[1:] if len(word) > 4 and word[0] in "ل" else word


@cache
def agency_sites() -> dict[str, str]:
    """Return the site of each agency that is known to have one, by the agency's name."""
    return {agency["name"]: agency["url"] for agency in load("agencies")["agency"] if "url" in agency}
