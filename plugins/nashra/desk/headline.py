"""Make a headline and a summary of a story from its lead, in the lead's own words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeGuard

from nashra.arabic.calendar import months
from nashra.arabic.hygiene import title
from nashra.arabic.letters import key
from nashra.arabic.stems import conjoined
from nashra.desk.data import load
from nashra.desk.markers import Opening
from nashra.desk.reading import Mention, Reading

_MOST_WORDS = 12
_FEWEST_WORDS = 4
_LONGEST_SPEAKER = 5
_LONGEST_TITLE = 10
_LONGEST_ASIDE = 14
# No headline looks farther into a sentence than this many letters.
_FARTHEST = 280
_SUMMARY = 240
# A summary that must be cut goes back to a comma when this much stays.
_FEWEST_LETTERS = 140

# A letter before the full stop makes it an abbreviation, «د. سامي»; an era behind a year does not, «1442 هـ.».
_END = r"[.؟!…](?:(?<![\s(.][^\W\d_].)(?<!^[^\W\d_].)|(?<=\d [هم].)|(?<=\d هـ.))[.؟!…]*"
_SENTENCE = re.compile(rf"{_END}[\"'”»)]?(?=\s|$)|؛(?=\s)")
_STOP = re.compile(rf"{_END}[\"'”»)]?(?=\s)")
_QUOTES = re.compile('[“”"«»„‟]')
_PUNCTUATION = " \"'()[]{}،,.:;؛!؟…-_"
_MARKS = ('"', "“", "«", "„")
# A word and the comma or colon behind it.
_WORD = re.compile(r"[^\s،]+(?:\s*،|\s+[,:])*")
# Folded: «دبي، الإمارات (CNN) --», «القاهرة - », «بيروت (أ ف ب):», where a text follows.
# «الكويت - 21 - 11 (كونا) -- », «غزة 15-5-2021 وفا- », «بغداد / واع / », «لندن - "الحياة": ».
_DATELINE = re.compile(
    r"[\s-]*[^\W\d]+(?:(?:[\s،,]+[^\W\d]+){0,4}\s*"
    r"(?:[\d\s/.-]{0,16}(?:\([^()]{2,16}\)\s*)+(?:-+|:)"
    r"|\d[\d/.-]{3,9}(?:\s+[^\W\d]+){1,3}\s*-+(?=\s)"
    r"|(?<=\s)-+(?=\s)(?:\s*\"[^\"]{2,24}\"\s*:)?)"
    r"|(?:\s+\w+){0,4}(?:\s*/\s*\w+(?:\s+\w+){0,2}){1,3}\s*[-/]+(?=\s))[\s-]*(?=\S.{20})",
    re.DOTALL,
)
# «كتب محمد سالم:», «كتبت - سحر زهران:»
_BYLINE = re.compile(r"\s*(?P<byline>\w+)(?!\w)[^:.]{0,50}:\s*(?=\S.{40})", re.DOTALL)
# Verbal nouns, which an object often is: «تأجيل», «استقبال», «اختيار», «إحالة».
_ACT = re.compile(
    r"(?:بال|[بل])?(?:ت\w\wي\w|است\w\wا[\wء]|(?!ال)ا\wت\wا[\wء]|ان\w\wا[\wء]|ات(?!حاد)\wا[\wء]|إ\w\wا[\wء]|إ\wا\wة)ة?"
)


class _Word(NamedTuple):
    """A word of a lead as ``shown``, its folded ``key``, the comma or colon at which it ``stops``, who is named from
    it on (``name``), whether it ``goes_on`` with the name before it, and whether it begins the name of a place or a
    body (``proper``)."""

    shown: str
    key: str
    stops: str = ""
    name: str = ""
    goes_on: bool = False
    proper: bool = False


_Words = list[_Word]


@cache
def _terms(name: str) -> frozenset[str]:
    """Return a list of headline.toml, folded."""
    return frozenset(map(key, load("headline")[name]))


@cache
def _offices() -> frozenset[str]:
    """Return the words with which titles begin."""
    return (
        frozenset(key(office).split()[0] for office in load("titles")["titles"]) | _terms("offices") | _terms("honours")
    )


@cache
def _leaning() -> frozenset[str]:
    """Return the words after which a reader waits for the next."""
    return _terms("leans") | _terms("joints") | _terms("thats")


@cache
def _unsaid() -> frozenset[str]:
    """Return the words that, behind a name, say more of the speaker and not what he says: «فلان نائب قائد …»."""
    return _leaning() | _offices()


@cache
def _ends() -> frozenset[str]:
    """Return the words before which a headline may end."""
    return (_terms("joints") | _terms("breaks") | _terms("turns")) - _terms("thats")


@cache
def _verbs() -> frozenset[str]:
    """Return verbs with which leads begin; their feminine too."""
    verbs = _terms("speech") | frozenset(map(key, (*load("markers")["lead"], *load("titles")["verbs"])))
    return (
        verbs | _wants().keys() | {f"{verb}ت" for verb in verbs} | {f"ت{verb[1:]}" for verb in verbs if verb[0] == "ي"}
    )


@cache
def _bodies() -> frozenset[str]:
    """Return what papers and agencies are, «صحيفة», with and without a preposition."""
    return frozenset(before + key(body) for body in load("attribution")["bodies"] for before in ("", "ل", "ب", "و"))


@cache
def _timely() -> frozenset[str]:
    """Return the words with which a time may begin."""
    return _terms("time") | _terms("day_parts") | _terms("moments")


@cache
def _months() -> frozenset[str]:
    """Return the first words of the months' names."""
    names = [name for tradition in ("levant", "egypt", "maghreb") for name in months()[tradition]]
    return frozenset(key(spelling).split()[0] for name in names for spelling in name.split("|"))


@cache
def _wants() -> dict[str, tuple[str, ...]]:
    """Return the prepositions that verbs cannot do without, by the verb; its feminine too."""
    wants: dict[str, tuple[str, ...]] = {}
    for verb, preposition in map(str.split, map(key, load("headline")["wants"])):
        for form in (verb, f"{verb[:-1] if verb[-1] in 'يا' else verb}ت"):
            wants[form] = (*wants.get(form, ()), preposition)
    return wants


def headline(lead: Reading, first: int, mentions: Sequence[Mention]) -> str:
    """Return at most 12 words that say what the lead says from its ``first`` letter on, its «today» dropped.

    What someone says is put as newspapers put it, «لافروف: …», where it reads well.
    """
    words = _untimed(_words(lead, first, mentions))
    made = (_speech(words) or _told(words, _MOST_WORDS)) if words else ""
    return title(_balanced(made).rstrip(" ،,:؛.-ـ")) or " ".join(title(lead.text).split()[:_MOST_WORDS])


# --- words -----------------------------------------------------------------------------------------------------------


def begin(lead: Reading, opening: Opening) -> int:
    """Return where the folded lead begins without its marker, or the dateline or byline it opens with."""
    text = lead.folded.text
    at = opening.dropped
    if not at:
        at = next((found.end() for found in (_DATELINE.match(text), _BYLINE.match(text)) if _stands_apart(found)), 0)
    while at < len(text) and text[at] in " ،,:-)*•●▪":
        at += 1
    return at if at < len(text) else 0


def _stands_apart(found: re.Match[str] | None) -> TypeGuard[re.Match[str]]:
    """Tell a dateline from a sentence with a dash, and a byline from a speaker: «تونس - », «كتب فلان:»."""
    if found is None:
        return False
    if found.lastgroup:
        return found[found.lastgroup] in _terms("bylines")
    return found[0].split()[0] not in _verbs()


def _words(lead: Reading, begin: int, mentions: Sequence[Mention]) -> _Words:
    """Return the words of the lead's first sentence from ``begin`` on; of two where the first is but a few words."""
    text, offsets = lead.folded
    end = len(text)
    if end - begin > _FARTHEST:
        end = text.rfind(" ", begin, begin + _FARTHEST) if " " in text[begin : begin + _FARTHEST] else begin + _FARTHEST
    found = _SENTENCE.search(text, begin, end)
    while found and text.count(" ", begin, found.start()) < _FEWEST_WORDS - 1:
        found = _SENTENCE.search(text, found.end(), end)
    end = found.start() if found else end
    if offsets is None:
        written = _WORD.findall(lead.text, begin, end)
    else:
        # What fold drops behind a letter, its tashkeel, belongs to the word.
        ends = [*offsets, len(lead.text)]
        written = [_first(lead.text[ends[m.start()] : ends[m.end()]]) for m in _WORD.finditer(text, begin, end)]
    parts = _WORD.findall(text, begin, end)
    words = [
        _Word(shown, part) if part.isalpha() else _punctuated(shown, part)
        for shown, part in zip(written, parts, strict=True)
    ]
    here = [
        mention for mention in mentions if mention.para == lead.para and begin < mention.end and mention.start < end
    ]
    return _met(_named(words, here, text, begin, end) if here else words)


def _first(shown: str) -> str:
    """Return the first word: behind it may stand a lone tatweel, or the space before a comma."""
    return "".join(shown.split(maxsplit=1)[:1])


def _punctuated(shown: str, part: str) -> _Word:
    word, shown = part.strip(_PUNCTUATION), _first(shown)
    if not word:
        return _Word(shown, "-")
    last = part[-1]
    stops = "،" if last in "،,-" else ":" if last == ":" else ""
    return _Word(shown.strip("،,:-–—\u200e\u200f") if stops else shown, word, stops)


def _named(words: _Words, mentions: Sequence[Mention], text: str, begin: int, end: int) -> _Words:
    """Mark the words that name people, and those with which other names begin."""
    starts = [match.start() for match in _WORD.finditer(text, begin, end)]
    for mention in mentions:
        first = max(0, bisect_right(starts, mention.start) - 1)
        if mention.kind != "person":
            proper = not text[starts[first] : mention.start].strip(_PUNCTUATION)
            words[first] = words[first]._replace(proper=proper)
            continue
        name = _called(mention.name)
        for at in range(first, bisect_left(starts, mention.end)):
            if at == first:
                words[at] = words[at]._replace(name=name)
            elif at == first + 1 or words[at].key not in _offices():
                words[at] = words[at]._replace(goes_on=True)
    return words


def _met(words: _Words) -> _Words:
    """Name those whose names are listed nowhere by the honour before them: «الدكتور فلان الفلاني»."""
    honours = _terms("honours")
    for at, word in enumerate(words[:-2]):
        if word.key in honours and not word.stops:
            first, second = words[at + 1], words[at + 2]
            if not (first.name or first.stops or second.name) and _nameable(first.key):
                words[at + 1] = first._replace(name=f"{first.shown} {second.shown}")
                words[at + 2] = second._replace(goes_on=True)
    return words


def _nameable(word: str) -> bool:
    """Tell whether a folded word behind an honour may be a name: «علي» folds like «على», which never stands there."""
    plain = not (word.startswith(("ال", "لل")) or word in _unsaid() or conjoined(word))
    return word.isalpha() and (plain or word == "علي")


def _called(name: str) -> str:
    """Return a name without a title read into it: «فلان الفلاني المتحدث»."""
    parts = name.split()
    end = next((at for at, part in enumerate(parts) if at > 1 and key(part) in _offices()), len(parts))
    return " ".join(parts[:end])


def _shown(words: _Words) -> str:
    return " ".join([word.shown + word.stops for word in words])


def _without(words: _Words, start: int, end: int) -> _Words:
    """Return the words without those of ``start:end``, and without a comma that only set them off."""
    before, last = words[:start], words[end - 1].stops
    if before and last:
        # Two commas set off what goes; where an aside is open before it, the second closes that.
        open_aside = sum(word.stops == "،" for word in before[:-1]) % 2 > 0
        following = words[end].key if end < len(words) else ""
        opening = before[0].key in _terms("joints")
        turns = not before[-1].stops and (opening or conjoined(following) or following in _ends())
        before[-1] = before[-1]._replace(stops=last if last == ":" or open_aside or turns else "")
    return before + words[end:]


def _verb(words: _Words) -> str:
    """Return the first word without a conjunction, a verb if there is one: «وافق», «[و]قال»."""
    first = words[0].key
    return first if first in _verbs() else first.removeprefix("و")


def _behind_name(words: _Words, at: int) -> int:
    """Return where the name that begins at ``at`` is over."""
    at += 1
    while at < len(words) and words[at].goes_on:
        at += 1
    return at


# --- time ------------------------------------------------------------------------------------------------------------


def _untimed(words: _Words) -> _Words:
    """Drop «اليوم», «مساء أمس», «الاثنين 18 فبراير»: tomorrow they would be wrong."""
    timely = _timely()
    if timely.isdisjoint([word.key for word in words]):
        return words
    kept, at = words, 0
    while at < len(kept):
        length = _time(kept, at) if kept[at].key in timely else 0
        if not length:
            at += 1
            continue
        start = at
        while start and kept[start - 1].key.removeprefix("و") in _terms("before_time") and not kept[start - 1].stops:
            start -= 1
        shorter = _without(kept, start, at + length)
        if len(shorter) < _FEWEST_WORDS:
            return kept
        kept, at = shorter, start
    return kept


def _time(words: _Words, at: int) -> int:
    """Return how many words from ``at`` on tell the time, 0 for none."""
    if '"' in key(words[at].shown) or _names_paper(words, at):
        return 0
    end, last = at, len(words) - 1
    if words[at].key in _terms("moments"):
        return int(at > 0 and words[at - 1].key in ("منذ", "قبل", "بعد"))
    while end < last and words[end].key in _terms("day_parts"):
        end += 1
    tomorrow = end > at and words[end].key in _terms("moments")
    if (words[end].key not in _terms("time") and not tomorrow) or (
        end < last and not words[end].stops and words[end + 1].key in _terms("other_days")
    ):
        return 0
    end += 1
    while end <= last and (
        words[end].key in _terms("time")
        or words[end].key.removeprefix("و") in _terms("time")
        or (words[end].key in _terms("relative") and not words[end - 1].stops)
    ):
        end += 1
    if end < last and words[end].key.isdigit() and words[end + 1].key.partition("/")[0] in _months():
        end += 2
        while end <= last and words[end].key in _terms("month_tails"):
            end += 1
        if end <= last and words[end].key.isdigit() and len(words[end].key) == 4 and not words[end - 1].stops:
            end += 1
    return end - at


def _names_paper(words: _Words, at: int) -> bool:
    """Tell whether «اليوم» at ``at`` ends a paper's name: «صحيفة المصري اليوم», not «المشهد المصري اليوم»."""
    if not at or words[at - 1].key not in _terms("papers"):
        return False
    before = words[at - 2].key if at > 1 else ""
    return not words[at - 1].key.startswith("المصر") or words[at - 1].shown.startswith(_MARKS) or before in _bodies()


# --- speech ----------------------------------------------------------------------------------------------------------


def _speech(words: _Words) -> str:
    """Return the headline of a lead that begins «verb, title, name, … أن», "" for another."""
    if len(words) <= _FEWEST_WORDS or _verb(words) not in _terms("speech"):
        return ""
    quoted = 0
    for at in range(2, len(words)):
        word, before = words[at], words[at - 1]
        quoted += _opens(before.shown)
        if before.stops == ":" or (before.stops and word.shown.startswith(_MARKS)):
            return _reported(words, at, at + (word.key in ("ان", "بان")), direct=True)
        if quoted > 0:
            continue
        if word.key in _terms("thats") and before.key not in _terms("no_thats") and not (word.name or word.goes_on):
            start = at - (before.key in _terms("to_that"))
            return _reported(words, start, at + 1, direct=False)
        if word.key in _terms("urging"):
            return _urged(words, at)
        if (
            word.key in _terms("turns")
            or word.key in _terms("whiles")
            or (word.key[0] == "و" and word.key[1:] in _terms("speech"))
        ):
            break
    return ""


def _reported(words: _Words, start: int, said: int, direct: bool) -> str:
    """Return «فلان: …» where it reads well, else «أكد فلان أن …»; words ``start`` to ``said`` are «على أن»."""
    speaker = _speaker(words[1:start])
    if not speaker or len(words) - said < 2:
        return ""
    what = words[said:]
    verb = _verb(words)
    if direct or (verb not in _terms("kept") and _reads_well(words[said - 1], what)):
        opening = f"{speaker}:"
    else:
        that = _shown(words[start:said])
        opening = f"{words[0].shown if words[0].key == verb else words[0].shown[1:]} {speaker} {that}"
    most = _MOST_WORDS - len(opening.split())
    return f"{opening} {_told(what, most)}"


def _urged(words: _Words, at: int) -> str:
    """Return «فلان: ضرورة …»; ``at`` is where what he urges begins."""
    speaker = _speaker(words[1 : at - (words[at - 1].key in _terms("to_that"))])
    if not speaker:
        return ""
    most = _MOST_WORDS - len(speaker.split())
    return f"{speaker}: {_told(words[at:], most)}"


def _reads_well(that: _Word, what: _Words) -> bool:
    """Tell whether ``what`` may stand without the «أن» before it: not as a plain accusative, nor where a pronoun or a
    subjunctive hangs on it."""
    first = what[0]
    if that.key.removeprefix("ب") != "ان":
        plain = first.key in _terms("impersonal") or first.key in _terms("joints") or first.key.startswith("لل")
        return that.key.endswith("ه") and plain
    accusative = first.key.endswith("ين") and first.key not in _terms("plain_in")
    alif = first.key[-1] == "ا" and len(first.key) > 3 and not first.key.endswith(("يا", "ها", "نا"))
    alif = alif and first.key not in _terms("plain_alif")
    tanwin = "\u064b" in first.shown or alif or first.key in _terms("accusative")
    verb = first.key[0] == "ي" and len(first.key) > 2 and not first.name and not that.shown.startswith("إ")
    return not (accusative or tanwin or (verb and first.key not in _months() and first.key != "يوم"))


def _speaker(words: _Words) -> str:
    """Return who speaks, the words between the verb and what is said read: a name without its titles, or a body."""
    at = next((n for n, word in enumerate(words) if word.name), -1)
    if at >= 0 and _titled(words[:at]):
        behind = _behind_name(words, at)
        return words[at].name if _tells_more(words, behind) else ""
    body: _Words = []
    quoted = 0
    for word in words:
        if not quoted and (word.key in _terms("joints") or word.key == "-"):
            break
        quoted += _opens(word.shown)
        body.append(word)
        if word.stops:
            break
    behind = _tells_more(words, len(body))
    body = _core(body)
    plain = (
        0 < len(body) <= _LONGEST_SPEAKER
        and body[-1].key not in _terms("honours")
        and not any(map(_is_act, body[1:]))
        and behind
    )
    return _shown(body).rstrip("،:") if plain else ""


def _core(body: _Words) -> _Words:
    """Return a body's name without where it is, «مصدر قضائي بنيابة …», or a name without «الدكتور»."""
    while len(body) > 2 and body[0].key in _terms("honours"):
        body = body[1:]
    for at in range(2, len(body)):
        word = body[at].key
        place = word[0] in "بل" and len(word) > 3 and word != "باسم" and body[at].shown.isalpha()
        if place or word in _terms("clauses") or (word in _offices() and body[0].key not in _offices()):
            return body[:at]
    return body


def _titled(before: _Words) -> bool:
    """Tell whether words before a name are his titles and not someone's or something's that is his."""
    if not before:
        return True
    keys = [word.key for word in before]
    if len(keys) > _LONGEST_TITLE or not (keys[0] in _offices() or keys[0].startswith("ال")):
        return False
    if (
        not _terms("others").isdisjoint(keys)
        or not _terms("negations").isdisjoint(keys)
        or any(word.startswith("لل") for word in keys[-1:])
    ):
        return False
    # «مستشار الرئيس فلان», «باسم الرئيس فلان»: the one or the other may be named.
    if len(keys) > 1 and keys[-1] in _terms("ranks") and not keys[-2].startswith("ال") and not before[-2].stops:
        return False
    stops = [n for n, word in enumerate(before) if word.stops]
    return not stops or all(word in _offices() for word in keys[stops[0] + 1 :])


def _tells_more(words: _Words, behind: int) -> bool:
    """Tell whether what stands behind a speaker is only more of who, when and where."""
    if behind < len(words) and not words[behind - 1].stops:
        first = words[behind].key
        if first not in _unsaid() or first in _terms("telling"):
            return False
    return not any(_tells_what(words[at]) for at in range(behind, len(words)) if words[at - 1].stops)


def _tells_what(word: _Word) -> bool:
    """Tell whether a word behind a comma begins what is said, not who said it: «عن …», «تأييده …»."""
    his = word.key.endswith(("ه", "ها", "هم")) and len(word.key) > 4 and not word.shown.endswith("ة")
    return word.key in _terms("telling") or word.key in _terms("speech") or (not word.name and (his or _is_act(word)))


def _is_act(word: _Word) -> bool:
    if word.key in _terms("acts"):
        return True
    named = word.name or word.goes_on or word.key in _terms("no_acts")
    return word.shown.startswith(("ب", "ل", "ت", "ا", "إ")) and not named and bool(_ACT.fullmatch(word.shown))


# --- shorter ---------------------------------------------------------------------------------------------------------


def _told(words: _Words, most: int) -> str:
    """Return at most ``most`` of the words: what an editor drops first, then the end."""
    for shorten in (_past_opening, _past_chair, _past_titles, _past_asides, _past_honours):
        if len(words) <= most:
            break
        words = shorten(words)
    return _shown(_cut(words, most))


def _past_opening(words: _Words) -> _Words:
    """Drop «في خطوة جديدة على طريق …،» before the sentence itself."""
    first = words[0].key
    if first in _terms("whiles") or not (first in _terms("joints") or first in _terms("breaks")):
        return words
    for at, word in enumerate(words[:_LONGEST_ASIDE]):
        if word.key in _terms("thats"):
            break
        if word.stops == "،":
            rest = words[at + 1 :]
            if len(rest) > _FEWEST_WORDS and not rest[0].name and _is_verb(rest[0].key):
                return rest
    return words


def _is_verb(word: str) -> bool:
    """Tell whether a folded word may be a verb: one that is listed, «يعلن», «تعلن», «سالت»."""
    feminine = len(word) > 3 and word[-1] == "ت" and not word.endswith("ات")
    return word in _verbs() or word[0] in "يت" or (feminine and not word.startswith("ال"))


def _past_chair(words: _Words) -> _Words:
    """Drop «برئاسة المستشار فلان رئيس المحكمة وعضوية …» between who and what."""
    for at, word in enumerate(words[:_MOST_WORDS]):
        if word.key.removeprefix("و") in _terms("presiding") and _names(words[at + 1 : at + 4]):
            for end in range(at + 2, min(at + 2 * _LONGEST_ASIDE, len(words) - 1)):
                following = words[end]
                more = following.name or following.key in _offices() or conjoined(following.key)
                if not more and (words[end - 1].stops or (_is_act(following) and words[end - 1].key not in _offices())):
                    return _without(words, at, end)
    return words


def _names(words: _Words) -> bool:
    """Tell whether someone is named: «برئاسة فلان», not «برئاسة الحكومة»."""
    return any(word.name or word.key in _terms("honours") for word in words)


def _past_titles(words: _Words) -> _Words:
    """Drop who someone is behind his name: «فلان، رئيس جامعة …،», «فلان نائب رئيس …»."""
    at = 1
    while at < len(words):
        named = words[at - 1].goes_on or words[at - 1].name
        if not words[at].goes_on and (named or (words[at - 1].stops and at < _LONGEST_SPEAKER + 2)):
            end = _title_end(words, at)
            while end > at:
                words = _without(words, at, end)
                end = _title_end(words, at)
        at += 1
    return words


def _title_end(words: _Words, start: int) -> int:
    """Return where the title that stands at ``start``, behind a name, is over; ``start`` where there is none."""
    if start >= len(words) or words[start].name:
        return start
    before, first = words[start - 1], words[start].key
    joined = first[0] == "و" and first[1:] in _offices() and first[1:] not in _terms("honours")
    office = joined or first in _offices() or first in _terms("behind_names")
    aside = before.stops and first.startswith("ال") and (before.name or before.goes_on)
    if not (office or aside):
        return start
    # «التقى فلان وزير الخارجية»: whom he met, not who he is.
    if not before.stops and _verb(words) in _terms("meets"):
        return start
    longest = _LONGEST_ASIDE if before.stops or first in _terms("kin") else _LONGEST_SPEAKER + 3 * _subject(words)[0]
    point = _complement(words) - 1
    for end in range(start + 1, min(start + _LONGEST_ASIDE, len(words) - 1)):
        following = words[end]
        if words[end - 1].stops and not following.name and following.key not in _terms("breaks"):
            return end if words[end - 1].stops == "،" and end - start <= longest else start
        if (following.name and first not in _terms("kin")) or following.key in _terms("thats"):
            return start
        if not before.stops and (end == point or _tells(following, end - start)):
            return end
    return start


def _tells(word: _Word, behind: int) -> bool:
    """Tell whether a word, ``behind`` words into a title, is what its bearer did: no part of the title."""
    if word.key in _terms("negations") or word.key in _terms("apart") or "\u064b" in word.shown:
        return True
    return behind > 1 and word.key[0] != "ل" and _is_act(word)


def _past_asides(words: _Words) -> _Words:
    """Drop «، وفق بيان مشترك،», «- نظراً لـ… -» and «، التي …،» from the first half of a sentence."""
    for at in range(1, min(_MOST_WORDS // 2, len(words))):
        first = words[at].key
        clause = first in _terms("clauses")
        aside = words[at - 1].stops == "،" and (
            first in _terms("asides") or f"{first} {words[min(at + 1, len(words) - 1)].key}" in _terms("asides")
        )
        if first == "-" or clause or aside:
            for end in range(at + 2, min(at + _LONGEST_ASIDE, len(words) - 1)):
                if not clause and words[end].key in _terms("thats"):
                    return _without(words, at, end)
                closed = words[end - 1].key == "-" if first == "-" else words[end - 1].stops == "،"
                if closed and (not clause or _is_act(words[end]) or (at < _FEWEST_WORDS and _goes_on_to(words[end]))):
                    return _without(words, at, end)
    return words


def _goes_on_to(word: _Word) -> bool:
    """Tell whether a word behind a clause may be what is told of who it is about."""
    return not (conjoined(word.key) or word.key in _leaning() or word.key in _ends())


def _past_honours(words: _Words) -> _Words:
    """Drop «الدكتور» before a name."""
    return [
        word
        for at, word in enumerate(words)
        if word.key not in _terms("honours") or at + 1 >= len(words) or not words[at + 1].name
    ]


def _cut(words: _Words, most: int) -> _Words:
    """Return at most ``most`` words that end where a reader may stop."""
    colon = next((n for n, word in enumerate(words[:-1], 1) if word.stops == ":" and n > _FEWEST_WORDS), 0)
    words = words[:colon] if colon else words
    wanted = _wanted(words)
    if wanted and words[wanted - 2].stops and not any(word.stops for word in words[: wanted - 2]):
        words[wanted - 2] = words[wanted - 2]._replace(stops="")
    if len(words) <= most:
        return words
    for shorter, behind in ((words, wanted), _to_the_point(words), _past_office(words)):
        end = _best_end(shorter, behind, most)
        if end:
            return shorter[:end]
    end = most
    while end > _FEWEST_WORDS and (
        _leans(words[end - 1])
        or words[end].goes_on
        or words[end - 1].key.isdigit()
        or (words[end - 2].goes_on and words[end - 1].key in _offices())
    ):
        end -= 1
    return words[:end]


def _best_end(words: _Words, behind: int, most: int) -> int:
    """Return how many words to keep, more than ``behind`` and at most ``most``; 0 where no end is good."""
    if len(words) <= most:
        return len(words)
    best, found, opened, turned = 0.0, 0, 0, False
    fewest = max(behind, _FEWEST_WORDS if most == _MOST_WORDS else 2)
    for end in range(1, most + 1):
        opened += _opens(words[end - 1].shown)
        turned = turned or words[end - 1].key in _terms("turns")
        if end > fewest:
            weight = _weight(words, end, end > most // 2)
            if opened > 0 and not words[0].shown.startswith(_MARKS):
                weight -= 4
            if turned:
                weight -= 2
            if weight > 0 and weight + end / 2 >= best:
                best, found = weight + end / 2, end
    return found


def _wanted(words: _Words) -> int:
    """Return how many words lead up to what must be told: «تمكنت … من», «أنكر فلان …»; 0 where nothing must."""
    _, at = _subject(words)
    return _complement(words) or (_behind_name(words, at) if at >= 0 else 0)


def _complement(words: _Words) -> int:
    """Return how many words lead up to what the verb cannot do without; 0 where it wants nothing."""
    for preposition in _wants().get(_verb(words), ()):
        for at in range(1, min(len(words), _MOST_WORDS + _LONGEST_ASIDE)):
            word = words[at]
            near = at < _MOST_WORDS or not word.key.startswith("بال")
            if word.key == preposition or (preposition == "ب" and word.key[0] == "ب" and near and _is_act(word)):
                return at + 1
    return 0


def _subject(words: _Words) -> tuple[int, int]:
    """Return where who acts begins, behind the verb if there is one, and where his name does; that is -1 for none."""
    start = int(_verb(words) in _verbs())
    if not start and words[0].key not in _offices() and not words[0].name:
        return 1, -1
    at = next((at for at, word in enumerate(words[:_LONGEST_TITLE]) if word.name), -1)
    titled = at == start or (at > start and words[start].key in _offices() and _titled(words[start:at]))
    return start, at if titled else -1


def _to_the_point(words: _Words) -> tuple[_Words, int]:
    """Shorten who acts until what he does has room: «تمكنت المباحث الجنائية … من ضبط»."""
    wanted = _complement(words)
    for end in range(2, wanted - 1):
        following = words[end].key
        onto = following[0] in "بل" and len(following) > 3 and not words[end].proper
        breaks = words[end - 1].stops or following in _ends() or onto
        if breaks and not _leans(words[end - 1]):
            return [*words[: end - 1], words[end - 1]._replace(stops=""), *words[wanted - 1 :]], end + 1
    return words, _MOST_WORDS


def _past_office(words: _Words) -> tuple[_Words, int]:
    """Drop the titles between a verb and a name: «امتنع رئيس نيابة … فلان عن …»."""
    start, at = _subject(words)
    if at > start:
        return words[:start] + words[at:], start + _behind_name(words, at) - at
    return words, _MOST_WORDS


def _weight(words: _Words, end: int, late: bool) -> float:
    """Return how well a headline may end before word ``end``, 0 where it may not; an early comma may set off a name."""
    last, following = words[end - 1], words[end]
    if _leans(last) or following.goes_on or (last.key, following.key) in _pairs():
        return 0
    if following.key == "من" and (last.key in _terms("parts") or last.key.isdigit()):
        return 0
    if last.stops == "،" or following.key == "-":
        weight = 4.0 if late else 2.0
    elif following.key in _ends():
        weight = 3.0
    elif conjoined(following.key):
        weight = 2.5
    elif following.key.startswith(("لل", "بال")):
        weight = 2.0
    elif following.key[0] in "لب" and len(following.key) > 3 and not (following.name or following.proper):
        weight = 1.5
    else:
        return 0
    # «… يسمح للقراصنة»
    if weight <= 2 and last.key[0] == "ي" and len(last.key) > 3 and not last.stops:
        return 0.5
    onto = following.key[0] in "لب" and last.key[0] in "لب" and weight < 3
    if onto or (weight == 2.5 and _is_act(last)):
        return 0.5
    # «… بعد فوزه» tells less than «…».
    hanging = end > 1 and words[end - 2].key in _terms("joints") and last.key.endswith(("ه", "ها", "هم"))
    if hanging and not last.shown.endswith("ة"):
        return 0
    if conjoined(last.key):
        weight -= 1.5
    return weight


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset((one, two) for one, two in map(str.split, _terms("pairs")))


def _leans(word: _Word) -> bool:
    """Tell whether a reader who stops at ``word`` waits for the next."""
    return word.key in _leaning() or word.key in _terms("honours")


def _opens(shown: str) -> int:
    """Return how many quotation marks and brackets a word opens more than it closes."""
    if shown.isalpha():
        return 0
    opened = sum(map(shown.count, "“«„([")) - sum(map(shown.count, "”»‟)]"))
    return opened + (shown.startswith('"') - shown.endswith('"'))


def _upright(words: list[str]) -> str:
    """Return the words as a text, without those at its end after which a reader waits for more."""
    while words and key(words[-1]) in _leaning():
        words = words[:-1]
    return " ".join(words)


def _balanced(text: str) -> str:
    """Drop quotation marks that a cut left without their pair, and a bracket that it left open."""
    if text.count("(") != text.count(")"):
        text = _upright(text.rpartition("(")[0].split()) or text.replace("(", "")
    opened = len(re.findall("[“«„]", text))
    closed = len(re.findall("[”»‟]", text))
    odd = text.count('"') % 2
    return _QUOTES.sub("", text) if opened != closed or odd else text


# --- summary ---------------------------------------------------------------------------------------------------------


def summary(lead: Reading, first: int) -> str:
    """Return the lead's first sentences, whole where they fit, in at most 240 characters of plain text."""
    return shortened(title(lead.text[lead.folded.span(first, first + 1)[0] if first else 0 :]))


def shortened(text: str) -> str:
    """Return one line of plain text in at most 240 characters, cut behind a sentence where it can be."""
    if len(text) <= _SUMMARY:
        return text
    ends = [match.end() for match in _STOP.finditer(text, 0, _SUMMARY + 1)]
    for end in reversed(ends):
        if not _unclosed(text[:end]):
            return text[:end]
    cut = text[: _SUMMARY - 2].rpartition(" ")[0]
    comma = max(cut.rfind("،"), cut.rfind(", "))
    cut = cut[:comma] if comma > _FEWEST_LETTERS else _upright(cut.split()) or cut
    return cut.rstrip(" ،,:؛") + "…" + _unclosed(cut)


def _unclosed(text: str) -> str:
    """Return the quotation mark that closes ``text``, "" where none is open."""
    for opening, closing in ("“”", "«»"):
        if text.count(opening) > text.count(closing):
            return closing
    return '"' if text.count('"') % 2 else ""
