"""Read people's names that are listed nowhere: by their given name, by the title before them, never by a guess."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from nashra.arabic.letters import key, tidy
from nashra.arabic.matcher import Begun, Matcher, find
from nashra.desk.data import load
from nashra.desk.reading import Mention, Reading

_NAMED, _TITLED = 0.6, 0.7
_LONGEST_TITLE = 6
_LONGEST_NAME = 5
# Endings of surnames that are hardly ever those of Arabic words: Ivanov, Brodsky, Petrović, Johnson, Steinberg …
_FOREIGN = re.compile(
    r"\w{2,}(?:وف|يف|وفا|يفا|سكي|سكايا|يتش|نكو|سون|بيرغ|برغ|بورغ|زاده|اوغلو|شفيلي|شتاين|ايف|فيلد|ويتز|ندي|ستين|سن)"
)
# Plurals that no surname looks like: «الأوضاع», «المتأثرين».
_PLURAL = re.compile(r"الا\w\wا\w|الم\w{3,}ين")


def folded(terms: Iterable[str]) -> frozenset[str]:
    """Return every spelling of ``terms``, folded."""
    return frozenset(key(spelling) for term in terms for spelling in term.split("|"))


# Behind a title, what stands before one of these is a name: «السيدة زهية أبو الهيجا».
_FATHERS = frozenset(map(key, ("بن", "بنت", "أبو", "آل")))
# Conjunctions and prepositions that may be written onto a name; the article is not.
WRITTEN_ONTO = frozenset(["", *"وفبل", "ول", "وب", "فل"])


def _word_at(starts: Sequence[int], at: int) -> int:
    """Return the word that the character ``at`` belongs to."""
    return bisect_right(starts, at) - 1


class Persons:
    """The given names of given_names.toml and the titles of titles.toml."""

    def __init__(self) -> None:
        names, titles = load("given_names"), load("titles")
        servants = [f"عبد{space}{lord}" for lord in names["servants"] for space in ("", " ")]
        sure = folded((*names["arabic"], *names["foreign"], *servants))
        self._foreign = folded((*names["foreign"], *names["foreign_words"]))
        self.given = sure | self._foreign | folded(names["arabic_words"])
        self._links = folded(titles["links"])
        self._particles = folded(titles["particles"])
        self._bearers = folded(titles["bearers"])
        self._nations = frozenset(f"ال{nation}" for nation in folded(load("bodies")["nations"]))
        verbs = folded(titles["verbs"])
        self.stop = (
            folded((*titles["stop"], *load("plain")["words"], *load("headline")["joints"]))
            | verbs
            | {f"{verb}ت" for verb in verbs}
        ) - {"علي"}  # the name, which folds to the preposition «على»: see _is_ali
        self.sure = sure
        # One matcher finds both: first the titles, then the names that are no titles.
        self._title_count = len(titles["titles"])
        self._names_too = frozenset(n for n, title in enumerate(titles["titles"]) if key(title) in self.given)
        self._matcher = Matcher([*titles["titles"], *sorted(self.given)])

    def begins(self, word: str) -> list[Begun]:
        """Return which titles and given names ``word`` may begin."""
        return self._matcher.begins(word)

    def find(
        self, reading: Reading, taken: Sequence[Mention], words: Iterable[tuple[int, Sequence[Begun]]]
    ) -> list[Mention]:
        """Return the people named in the paragraph where no mention is ``taken`` yet; ``words`` tells, by their
        numbers, what its words begin."""
        text, starts, ends = reading.folded.text, reading.words.starts, reading.words.ends
        found: list[Mention] = []
        free = 0
        begun = self._begun(reading, words)
        if not begun:
            return found
        covered = {_word_at(starts, at) for mention in taken for at in (mention.start, mention.end - 1)}
        for start, after, titled in begun:
            # The word itself, or the rest of it behind a conjunction or a preposition.
            first = _word_at(starts, start)
            if titled:
                first = self._behind_title(reading, bisect_left(starts, after), covered)
            elif text[starts[first] : start] not in WRITTEN_ONTO:
                continue
            if first < free or first >= len(starts) or first in covered:
                continue
            # His father's name, «الملك سلمان بن عبدالعزيز» is listed without it, or that of his house: «آل سعود».
            before = reading.word(first - 1)
            if not titled and (before == "ال" or (first - 2 in covered and before == "بن")):
                continue
            begin = start if not titled else starts[first]
            name = text[begin : ends[first]]
            if not titled and name not in self.sure and not self._surely_followed(reading, first, name):
                continue
            end = self._end(reading, first, name, titled, covered)
            if end == first:
                continue
            free = end
            if not self._bears(reading, start):
                found.append(self._mention(reading, begin, ends[end - 1], _TITLED if titled else _NAMED))
        return found

    def _begun(self, reading: Reading, words: Iterable[tuple[int, Sequence[Begun]]]) -> list[tuple[int, int, bool]]:
        """Return where a title stands, or a name may begin: (start, end, whether it is a title)."""
        begun: list[tuple[int, int, bool]] = []
        for number, start, end in find(reading.words, reading.folded.text, words):
            if number >= self._title_count or number in self._names_too:
                begun.append((start, start, False))
            if number < self._title_count:
                begun.append((start, end, True))
        return begun

    def _surely_followed(self, reading: Reading, at: int, name: str) -> bool:
        """Tell whether a name that is a word too begins one here: «عادل محمود», «سعيد بن جبير», «خليل السكري»."""
        following = reading.word(at + 1)
        if name == "عبد":
            return f"عبد {following}" in self.sure
        if name == "علي":
            return False
        if following in self.sure or following in ("بن", "عبد"):
            return True
        return name not in self._foreign and self._is_nisba(following)

    def _is_nisba(self, word: str) -> bool:
        """Tell whether ``word`` looks like most Arab surnames and like no adjective: «السكري», not «الفرنسي»."""
        return (
            word[:2] == "ال" and word[-1] == "ي" and len(word) > 5 and not (word in self.stop or word in self._nations)
        )

    def _mention(self, reading: Reading, start: int, end: int, weight: float) -> Mention:
        begin, stop = reading.folded.span(start, end)
        return Mention("person", tidy(reading.text[begin:stop]), reading.para, start, end, weight)

    def _bears(self, reading: Reading, start: int) -> bool:
        """Tell whether what stands before bears the name of someone: «جامعة الملك سعود», «شارع محمد محمود»."""
        before = reading.folded.text[max(0, start - 14) : start].split(" ")
        return len(before) > 1 and (before[-2] in self._bearers or before[-2][1:] in self._bearers)

    def _behind_title(self, reading: Reading, at: int, covered: set[int]) -> int:
        """Return the word behind the rest of a title: its country, its organisation, «باسم», «السابق»."""
        text, starts, ends = reading.folded.text, reading.words.starts, reading.words.ends
        for _ in range(_LONGEST_TITLE):
            word = reading.word(at)
            if at and at < len(starts) and text[ends[at - 1] : starts[at]].strip(" \"'()"):
                return len(starts)
            # «السيد» is a name, but none in «معالي السيد بدر بن حمد».
            if (word in self.given and not (word == "السيد" and reading.word(at + 1) in self.given)) or (
                at not in covered and not word.startswith("ال") and word not in self._links
            ):
                break
            at += 1
        return at

    def _end(self, reading: Reading, first: int, name: str, titled: bool, covered: set[int]) -> int:
        """Return the word behind the name whose first word is ``name``; ``first`` itself when there is no name."""
        if name in self.given:
            foreign = name in self._foreign
            if name == "علي" and not self._is_ali(reading, first):
                return first
        elif name == "عبد" and reading.word(first + 1).startswith("ال"):
            foreign = False
        elif titled and self._safe(name) and self._joined(reading, first) and self._is_foreign(reading, first + 1):
            return first + 2
        elif titled and self._safe(name) and self._joined(reading, first) and reading.word(first + 1) in _FATHERS:
            foreign = False
        else:
            return self._alone(name, first, titled)
        at, parts, given, particle = first + 1, 1, True, False
        if name == "عبد":
            at += 1
        while at < len(reading.words.starts) and parts < _LONGEST_NAME and at not in covered:
            word = reading.word(at)
            if not self._joined(reading, at - 1):
                break
            if word in self._particles:
                particle = given = True
            elif given and word.startswith("ال") and word[2:] in self.given and word not in self.stop:
                # «نواف الأحمد الجابر الصباح»
                particle = False
            elif word == "عبد" and reading.word(at + 1).startswith("ال"):
                at, given, particle = at + 1, True, False
            elif (
                word == "الدين"
                or (word == "الله" and parts > 1)
                or (word in self.given and (given or word.startswith("عبد")))
            ):
                given, particle = True, False
            elif given and self._surname(word, foreign, parts, particle):
                given, particle = False, False
            else:
                break
            at += 1
            parts += 1
        if particle:
            at, parts = at - 1, parts - 1
        return at if parts > 1 else first

    def _is_ali(self, reading: Reading, at: int) -> bool:
        """Tell the name from the preposition «على», which some papers write alike."""
        start, end = reading.folded.span(reading.words.starts[at], reading.words.ends[at])
        following = reading.word(at + 1)
        certain = following in self.given or following in self._particles or following == "عبد"
        return reading.text[start:end].endswith("ي") and (certain or "على" in reading.text)

    def _alone(self, name: str, first: int, titled: bool) -> int:
        """Take one word behind a title where its ending tells a surname: «الرئيس يانوكوفيتش»."""
        return first + 1 if titled and len(name) > 6 and _FOREIGN.fullmatch(name) and self._safe(name) else first

    def _is_foreign(self, reading: Reading, at: int) -> bool:
        word = reading.word(at)
        return bool(_FOREIGN.fullmatch(word)) and self._safe(word)

    def _safe(self, word: str) -> bool:
        """Tell whether a word may be part of a name at all."""
        return (
            len(word) > 2
            and word.isalpha()
            and word not in self.stop
            and not word.startswith(("ال", "وال", "لل", "بال", "فال", "كال", "وا"))
        )

    def _surname(self, word: str, foreign: bool, parts: int, particle: bool) -> bool:
        """Tell whether ``word`` can be a surname behind ``parts`` of a name; a verb, an adverb, a noun cannot."""
        if len(word) < 3 or not word.isalpha() or word in self.stop:
            return False
        if word[0] in "وفبلك" and word[1:] in self.stop:
            return False
        if word.startswith("ال"):
            # A feminine adjective belongs to a noun before the name; nisbas of countries are surnames too.
            return len(word) > 4 and not word.endswith(("يه", "ات")) and not _PLURAL.fullmatch(word)
        if word.startswith(
            ("وا", "ول", "وت", "وي", "وم", "بال", "لل", "لم", "لت", "بم", "بت", "بع", "فال", "فقد", "كما")
        ):
            return False
        if foreign:
            return not (word[0] == "ي" and word[-1] in "هدرعنل" and len(word) == 4)
        if particle:
            return True
        # «ونجليه», «يعلن», «ستزور», «رسميا»: Arabic surnames hardly ever look so.
        return not (
            (word[0] == "و" and len(word) > 4)
            or (word[0] in "يت" and len(word) > 3)
            or word.startswith(("سي", "ست", "ان", "است"))
            or (word[-1] == "ا" and len(word) > 4)
            or (word.endswith(("ات", "ته", "تها", "يه", "ين")) and parts == 1 and len(word) > 4)
        )

    def _joined(self, reading: Reading, at: int) -> bool:
        """Tell whether nothing but a space or a hyphen stands behind word ``at``."""
        starts = reading.words.starts
        if at + 1 >= len(starts):
            return False
        return reading.folded.text[reading.words.ends[at] : starts[at + 1]] in (" ", "-", "  ")
