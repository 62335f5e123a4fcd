"""Read the names of bodies that are listed nowhere: by the word that says what they are, by what may follow it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from nashra.arabic.letters import tidy
from nashra.desk.data import load
from nashra.desk.persons import WRITTEN_ONTO, Persons, folded
from nashra.desk.reading import Mention, Reading

_SURE, _GUESSED = 0.7, 0.4
# Words behind the one that says what the body is, and characters between quotation marks.
_MOST = 5
_LONGEST_QUOTE = 40
_AND_RIGHTS = "وحقوق"
_NISBAS = ("", "ه", "ين", "ون", "ات")
_QUOTES = dict.fromkeys(map(ord, "\"'“”„«»‹›‟‘’‚‛"))


def _feminine(word: str) -> bool:
    return word.endswith("ه")


class Trigger(NamedTuple):
    """What a word that begins a name says the body is; ``clitics`` letters are written onto it."""

    kind: str
    clitics: int


class _Name(NamedTuple):
    """The name that ends before word ``end``."""

    end: int
    sure: bool = True


class Bodies:
    """The words of bodies.toml that begin a name, and those that carry it on."""

    def __init__(self, persons: Persons) -> None:
        data = {name: folded(terms) for name, terms in load("bodies").items()}
        self._given, self._stop = persons.given, persons.stop
        self._named, self._perhaps, self._careful = data["named"], data["perhaps"], data["careful"]
        self._bearers, self._honorifics = data["bearers"], data["honorifics"]
        self._definite, self._alone = data["definite"], data["alone"]
        self._shared, self._states = data["shared"], data["states"]
        self._great, self._adjectives = data["great"], data["adjectives"]
        self._nations = frozenset(f"ال{nation}{ending}" for nation in data["nations"] for ending in _NISBAS)
        self._chain, self._fields, self._heads = data["chain"], data["fields"], data["heads"]
        self._ordinary, self._phrases, self._bare = data["ordinary"], data["phrases"], data["bare"]
        self._titles = folded(load("titles")["titles"])
        kinds = sorted(data["offices"] | self._named | self._perhaps | self._definite)
        onto = sorted(WRITTEN_ONTO | {"ك"})
        self._forms = {clitics + kind: Trigger(kind, len(clitics)) for kind in kinds for clitics in onto}
        for kind in sorted(self._definite):
            # «للهيئة»; «للجنة» has no third lam, and is «لجنة» behind «ل» as well.
            form = "لل" + kind[2:].removeprefix("ل")
            self._forms |= {clitic + form: Trigger(kind, len(clitic)) for clitic in ("", "و")}

    def begins(self, word: str) -> Trigger | None:
        """Return what ``word`` says of the name behind it."""
        return self._forms.get(word)

    def find(self, reading: Reading, taken: Sequence[Mention], begun: Iterable[tuple[int, Trigger]]) -> list[Mention]:
        """Return the bodies named in the paragraph that are none of the listed names ``taken``; ``begun`` tells which
        words, by their numbers, say that a name follows."""
        words = reading.words
        listed: dict[int, Mention] = {}
        starts: list[int] = []
        longest = 0
        found: list[Mention] = []
        free = 0
        for at, trigger in begun:
            if at < free:
                continue
            if taken and not listed:
                taken = sorted(taken, key=lambda mention: mention.start)
                listed = {mention.start: mention for mention in taken}
                starts = [mention.start for mention in taken]
                longest = max(mention.end - mention.start for mention in taken)
            name = self._name(reading, at + 1, trigger.kind, listed)
            if name is None:
                continue
            start, end = words.starts[at] + trigger.clitics, words.ends[name.end - 1]
            # Of thousands, those that may reach into the name.
            beside = taken[bisect_left(starts, min(start, end - longest)) : bisect_left(starts, end)]
            if not self._is_listed(reading, trigger.kind, start, end, beside):
                free = name.end
                shown = _shown(reading, start, end, trigger.kind)
                found.append(Mention("organisation", shown, reading.para, start, end, _SURE if name.sure else _GUESSED))
        return found

    def _is_listed(self, reading: Reading, kind: str, start: int, end: int, taken: Sequence[Mention]) -> bool:
        """Tell whether a listed name is what stands at ``start:end``, or goes on behind it."""
        for mention in taken:
            if (mention.start <= start and end <= mention.end) or start < mention.start < end < mention.end:
                return True
            if mention.start == start and mention.end < end and kind not in self._states:
                # «حزب الله اللبناني» is «حزب الله».
                return all(word.startswith("ال") for word in reading.folded.text[mention.end + 1 : end].split())
        return False

    def _name(self, reading: Reading, at: int, kind: str, listed: Mapping[int, Mention]) -> _Name | None:
        """Return the name that goes on at word ``at`` behind a word of ``kind``, None when there is none."""
        between = _between(reading, at)
        if kind in self._definite:
            return None if between else self._described(reading, at, kind)
        first = listed.get(reading.words.starts[at]) if between in ("", '"') else None
        if first and not (first.kind == "place" or (first.kind == "person" and kind in self._bearers)):
            return None
        if between:
            return _quoted(reading, at) if between == '"' else None
        if first and first.kind == "place":
            end = bisect_left(reading.words.starts, first.end)
            end = self._carried(reading, end, at, kind, "")
            return _Name(end, kind in self._named or not self._is_cut(reading, end))
        if kind in self._bearers:
            end = self._person(reading, at)
            if end > at:
                return _Name(self._carried(reading, end, at, kind, ""))
        word = reading.word(at)
        if word.startswith("ال"):
            return self._field(reading, at, kind)
        if word in self._chain:
            return self._chained(reading, at, kind, listed)
        return self._own(reading, at, kind)

    def _described(self, reading: Reading, at: int, kind: str) -> _Name | None:
        """Return the name that adjectives make of a word with the article: «الهيئة العامة للاستثمار»."""
        first, great = at, False
        while at - first < _MOST and not _between(reading, at):
            word = reading.word(at)
            if not (self._agrees(word, kind, "") or word in self._great) or word in self._ordinary:
                break
            great = great or word in self._great or word in self._nations
            at += 1
        if not great:
            return None
        end = self._carried(reading, at, first, kind, "")
        if end - first > 1:
            return _Name(end)
        known = kind in self._alone or kind in self._shared
        if known and reading.word(first) in self._great and not reading.word(end).startswith("ل"):
            return _Name(end, sure=kind in self._alone)
        return None

    def _field(self, reading: Reading, at: int, kind: str) -> _Name | None:
        """Return the name whose next word has the article: «وزارة الصحة الأردنية», «حزب العمل»."""
        word = reading.word(at)
        if not self._is_noun(word) or word in self._titles or f"{kind} {word}" in self._phrases:
            return None
        end = self._carried(reading, at + 1, at, kind, word)
        if kind in self._careful and end == at + 1 and word not in self._fields:
            return None
        return _Name(end, self._is_one(reading, at, end, kind) and not self._is_cut(reading, end))

    def _is_cut(self, reading: Reading, end: int) -> bool:
        """Tell whether the name that ends here may go on: «حزب الديمقراطيين الأحرار»."""
        word = reading.word(end)
        complete = reading.word(end - 1) in self._nations or word in self._titles
        return self._is_noun(word) and not complete and not _between(reading, end)

    def _is_one(self, reading: Reading, at: int, end: int, kind: str) -> bool:
        """Tell whether the words from ``at`` say which of the bodies that share a name is meant."""
        if kind not in self._shared:
            return True
        words = [reading.word(one) for one in range(at, end)]
        of_nation = kind not in self._careful and any(word in self._nations for word in words)
        return of_nation or any(word in self._great for word in words)

    def _chained(self, reading: Reading, at: int, kind: str, listed: Mapping[int, Mention]) -> _Name | None:
        """Return the name whose nouns lead to one with the article or to a place: «هيئة سوق رأس المال»."""
        first = at
        while reading.word(at) in self._chain:
            at += 1
            if _between(reading, at):
                return None
            place = listed.get(reading.words.starts[at])
            if place and place.kind == "place":
                end = bisect_left(reading.words.starts, place.end)
                end = self._carried(reading, end, first, kind, "")
                return _Name(end, not self._is_cut(reading, end))
        if not self._is_noun(reading.word(at)):
            return None
        end = self._carried(reading, at + 1, first, kind, reading.word(at))
        return _Name(end, self._is_one(reading, first, end, kind) and not self._is_cut(reading, end))

    def _own(self, reading: Reading, at: int, kind: str) -> _Name | None:
        """Return the name that is no Arabic noun: «بلدية عصفورين», «شركة سيلفرتون الكندية»."""
        word = reading.word(at)
        if not self._is_own(word):
            return None
        named, perhaps = kind in self._named, kind in self._perhaps
        end = at + 1
        if word in self._heads and (named or perhaps):
            if _between(reading, end) or reading.word(end) in self._stop:
                return None
            end += 1
        described = self._agrees(reading.word(end), kind, "") and not _between(reading, end)
        if described and (named or reading.word(end) in self._nations):
            return _Name(self._carried(reading, end, at, kind, ""))
        if (named or perhaps) and not _feminine(word):
            return _Name(self._carried(reading, end, at, kind, ""), sure=named or word in self._heads)
        return None

    def _carried(self, reading: Reading, at: int, first: int, kind: str, noun: str) -> int:
        """Return the end of a name: behind the adjectives of its ``kind`` or of its last ``noun``, and its fields."""
        while at - first < _MOST and not _between(reading, at):
            word = reading.word(at)
            if not self._agrees(word, kind, noun) and not (noun and self._goes_on(word, reading.word(at - 1), kind)):
                field = self._further(word, reading.word(at + 1), bool(noun))
                if not field:
                    break
                at += field == reading.word(at + 1)
                noun = field
            at += 1
        return at

    def _further(self, word: str, following: str, joined: bool) -> str:
        """Return the field that ``word`` and the ``following`` add to a name, "" for none."""
        if joined and word.startswith("وال"):
            return word[1:] if word[1:] in self._fields else ""
        if word.startswith("لل"):
            return f"ال{word[2:]}" if f"ال{word[2:]}" in self._fields else ""
        if joined and word == "و":
            return following if following in self._fields else ""
        leads = word == _AND_RIGHTS or (word[0] == "ل" and word[1:] in self._chain)
        return following if leads and self._is_noun(following) else ""

    def _goes_on(self, word: str, before: str, kind: str) -> bool:
        """Tell whether ``word`` is one more adjective: «للحقوق الاقتصادية والاجتماعية», not «الروسية والأمريكية»."""
        if not word.startswith("وال") or not before.startswith("ال") or word[1:] in self._nations:
            return False
        return word.endswith("يه") and before.endswith("يه") and self._agrees(word[1:], kind, before)

    def _person(self, reading: Reading, at: int) -> int:
        """Return the end of the name of the one a body is called after, ``at`` when it is called after no one."""
        start = at
        if reading.word(at) in self._honorifics:
            at += 1
        first = at
        while at - first < _MOST and not _between(reading, at):
            word = reading.word(at)
            if word == "عبد" and reading.word(at + 1).startswith("ال"):
                at += 1
            elif word not in self._given and not (at > first and word == "بن"):
                break
            at += 1
        if at == first:
            return start
        surname = reading.word(at)
        return at + (self._is_noun(surname) and not _feminine(surname) and not _between(reading, at))

    def _agrees(self, word: str, kind: str, noun: str) -> bool:
        """Tell whether ``word`` is an adjective of the ``kind`` or of the ``noun`` before it."""
        if not word.startswith("ال") or len(word) < 5 or word in self._ordinary:
            return False
        if word in self._adjectives or (noun and word in self._nations):
            return True
        if word.endswith("يه"):
            return bool(noun) or _feminine(kind)
        return word.endswith("ي") and not (_feminine(kind) and _feminine(noun or kind))

    def _is_noun(self, word: str) -> bool:
        """Tell whether ``word`` has the article and may be what a body is for."""
        return word.startswith("ال") and len(word) > 3 and word.isalpha() and word not in self._ordinary

    def _is_own(self, word: str) -> bool:
        """Tell whether ``word`` may be a name of its own: no verb, no particle, no clitics."""
        return (
            len(word) > 2
            and word.isalpha()
            and word not in self._stop
            and word not in self._bare
            and f"ال{word}" not in self._nations
            and word not in self._given
            and word not in self._forms
            and not word.startswith(("وال", "فال", "بال", "كال", "لل"))
            and not (word[0] in "يت" and len(word) > 3)
            and not (word[0] in "وفبلك" and word[1:] in self._stop)
        )


def _between(reading: Reading, at: int) -> str:
    """Return what but spaces stands before word ``at``; a full stop past the end."""
    starts = reading.words.starts
    return reading.folded.text[reading.words.ends[at - 1] : starts[at]].strip() if at < len(starts) else "."


def _quoted(reading: Reading, at: int) -> _Name | None:
    """Return the name that quotation marks bound: «شركة "سيلفرتون"»."""
    start = reading.words.starts[at]
    close = reading.folded.text.find('"', start, start + _LONGEST_QUOTE)
    end = bisect_left(reading.words.starts, close)
    return _Name(end) if close > 0 and end - at < _MOST else None


def _shown(reading: Reading, start: int, end: int, kind: str) -> str:
    """Return the name as it is written, but for quotation marks in it and the lam before it: «للهيئة العامة»."""
    begin, stop = reading.folded.span(start, end)
    shown = tidy(reading.text[begin:stop].translate(_QUOTES))
    if reading.folded.text.startswith("لل", start) and kind.startswith("ال"):
        return ("الل" if kind.startswith("الل") else "ال") + shown[2:]
    return shown
