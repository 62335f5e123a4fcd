"""Make a headline and a summary of a story from its lead, in the lead's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from nashra.arabic.hygiene import title
from nashra.arabic.letters import key
from nashra.arabic.stems import conjoined
from nashra.desk.data import load
from nashra.desk.markers import Opening
from nashra.desk.reading import Mention, Reading

_MOST_WORDS = 12
_FEWEST_WORDS = 4
# A comma behind fewer words more often sets off a name than ends a clause.
_FEWEST_CLAUSE = 7
_LONGEST_SPEAKER = 6
_SUMMARY = 240
_SAYING = re.compile(r"(?:على |ب)?[أإا]نّ?(?:ه|ها|هم|هما)?\s+|على\s+|:\s*")
_THAT = re.compile(r"(?<!\w)(?:على |ب)?[أإ]نّ?(?:ه|ها|هم|هما)?\s+")
_FARTHEST_THAT = 100
# What follows these is what the headline is about: it may not end before it.
_THATS = frozenset(map(key, ("أن", "إن")))
# A letter before the full stop makes it an abbreviation: «د. سامي».
_SENTENCE = re.compile(r"(?<![\s(]\w)[.؟!…](?=\s|$)|[:؛](?=\s)")
_STOP = re.compile(r"(?<=[.؟!…])\s+")
_QUOTES = re.compile('[“”"«»„‟]')


class _Known(NamedTuple):
    """The words of headline.toml. ``ends`` are the joints before which a headline may end; who stops at one of
    ``leans``, joints among them, waits for the next; behind a name, ``unsaid`` say more of the speaker, not what he
    says: «قال فلان نائب قائد …»."""

    joints: frozenset[str]
    ends: frozenset[str]
    time: frozenset[str]
    speech: frozenset[str]
    leans: frozenset[str]
    unsaid: frozenset[str]


@cache
def _known() -> _Known:
    joints, time, speech, leans = (
        frozenset(map(key, load("headline")[name])) for name in ("joints", "time", "speech", "leans")
    )
    offices = frozenset(key(title).split()[0] for title in load("titles")["titles"])
    leans |= joints
    return _Known(joints, joints - _THATS, time, speech, leans, leans | offices)


def headline(lead: Reading, opening: Opening, mentions: Sequence[Mention]) -> str:
    """Return at most 12 words that say what the lead says, its discourse marker and its «today» dropped.

    What someone says is put as newspapers put it, «لافروف: …», when the desk knows the name.
    """
    text = _without(lead, opening)
    said = _said(lead, opening, mentions)
    if said:
        speaker, text = said
    sentence = _SENTENCE.split(text, maxsplit=1)[0]
    words = [word for word in sentence.split() if key(word).strip("،,.()") not in _known().time]
    made = _balanced(" ".join(_cut(words, _MOST_WORDS - (len(speaker.split()) if said else 0)))).rstrip(" ،,:؛.-")
    return title(f"{speaker}: {made}" if said and made else made or lead.text)


def _without(lead: Reading, opening: Opening) -> str:
    """Return the lead without the marker it opens with."""
    start = lead.folded.span(0, opening.dropped)[1] if opening.dropped else 0
    return lead.text[start:].lstrip(" ،,:-–—ـ)")


def _said(lead: Reading, opening: Opening, mentions: Sequence[Mention]) -> tuple[str, str] | None:
    """Return who speaks and what is said when the lead begins «verb, title, name, …»."""
    spans = lead.words.spans
    first = next((n for n, (start, _) in enumerate(spans) if start >= opening.dropped), len(spans))
    if first >= len(spans) or lead.word(first).lstrip("و") not in _known().speech:
        return None
    people = [m for m in mentions if m.para == lead.para and m.kind == "person" and m.start > spans[first][0]]
    if not people:
        return _body_said(lead.text[lead.folded.span(*spans[first])[1] :])
    speaker = people[0]
    between = lead.folded.text[spans[first][1] : speaker.start]
    if len(between.split()) > 7 or re.search(r"[،,:\"«»]", between) or set(between.split()) & _known().joints:
        return None
    rest = lead.text[lead.folded.span(speaker.start, speaker.end)[1] :].lstrip()
    while rest and key(rest.split()[0]).strip("،,.") in _known().time:
        rest = rest.split(maxsplit=1)[1] if " " in rest else ""
    match = _SAYING.match(rest)
    following = key(rest.split()[0]).strip("،,.") if rest else ""
    # Who he is, when and where he spoke, is not yet what he said: «قال لافروف خلال مؤتمر صحفي إن …».
    if not match and (rest.startswith(("،", ",")) or following in _known().unsaid):
        match = _THAT.search(rest, 0, _FARTHEST_THAT)
        if not match:
            return None
    said = rest[match.end() :] if match else rest
    if len(said.split()) < _FEWEST_WORDS or said.startswith(speaker.name):
        return None
    return speaker.name, said


def _body_said(rest: str) -> tuple[str, str] | None:
    """Return who speaks and what is said when a body speaks: «أكدت الحكومة السودانية أن …»."""
    match = _THAT.search(rest, 0, _FARTHEST_THAT)
    if not match:
        return None
    speaker, said = rest[: match.start()].split(), rest[match.end() :]
    known = _known()
    plain = all(word.isalpha() and key(word) not in known.joints and key(word) not in known.time for word in speaker)
    if not plain or not 1 < len(speaker) <= _LONGEST_SPEAKER or len(said.split()) < _FEWEST_WORDS:
        return None
    return " ".join(speaker), said


def _cut(words: list[str], most: int) -> list[str]:
    """Return the most words that end where a reader may stop."""
    if len(words) <= most:
        return words
    for end in range(most, _FEWEST_CLAUSE, -1):
        if words[end - 1].endswith(("،", ",")):
            return words[:end]
    for end in range(most, _FEWEST_WORDS, -1):
        last, following = words[end - 1], key(words[end]).strip("،,.()")
        joint = following in _known().ends or following.startswith(("وال", "بال", "لل", "بان"))
        if joint and not _leans(last) and not conjoined(key(last)):
            # «… بعد فوزه» tells less than «…».
            joined = end - 2 > _FEWEST_WORDS and key(words[end - 2]) in _known().joints
            hanging = joined and key(last).endswith(("ه", "ها", "هم"))
            return words[: end - 2] if hanging and not last.endswith("ة") else words[:end]
    end = most
    while end > _FEWEST_WORDS and _leans(words[end - 1]):
        end -= 1
    return words[:end]


def _leans(word: str) -> bool:
    """Tell whether a reader who stops at ``word`` waits for the next."""
    return key(word).strip("،,") in _known().leans


def _balanced(text: str) -> str:
    """Drop quotation marks that a cut left without their pair, and a bracket that it left open."""
    if text.count("(") != text.count(")"):
        text = text.rpartition("(")[0].rstrip() or text.replace("(", "")
    opened = len(re.findall("[“«„]", text))
    closed = len(re.findall("[”»‟]", text))
    odd = text.count('"') % 2
    return _QUOTES.sub("", text) if opened != closed or odd else text


def summary(lead: Reading, opening: Opening) -> str:
    """Return the lead's first sentences, whole where they fit, in at most 240 characters of plain text."""
    text = title(_without(lead, opening))
    if len(text) <= _SUMMARY:
        return text
    kept = ""
    for sentence in _STOP.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > _SUMMARY:
            break
        kept = longer
    return kept or text[: _SUMMARY - 1].rpartition(" ")[0].rstrip(" ،,:؛") + "…"
