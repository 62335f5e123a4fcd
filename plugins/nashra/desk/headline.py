"""Make a headline and a summary of a story from its lead, in the lead's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nashra.arabic.hygiene import title
from nashra.arabic.letters import key
from nashra.desk.data import load
from nashra.desk.markers import Opening
from nashra.desk.reading import Mention, Reading

_MOST_WORDS = 12
_FEWEST_WORDS = 4
_SUMMARY = 240
_JOINTS, _TIME, _SPEECH = (frozenset(map(key, load("headline")[name])) for name in ("joints", "time", "speech"))
_SAYING = re.compile(r"(?:على )?(?:أن|إن|أنّ|إنّ)\s+|على\s+|[:،]\s*")
_SENTENCE = re.compile(r"[.؟!…](?=\s|$)|[:؛](?=\s)")
_STOP = re.compile(r"(?<=[.؟!…])\s+")
_QUOTES = re.compile('[“”"«»„‟]')


def headline(lead: Reading, opening: Opening, mentions: Sequence[Mention]) -> str:
    """Return at most 12 words that say what the lead says, its discourse marker and its «today» dropped.

    What someone says is put as newspapers put it, «لافروف: …», when the desk knows the name.
    """
    text = _without(lead, opening)
    said = _said(lead, opening, mentions)
    if said:
        speaker, text = said
    sentence = _SENTENCE.split(text, maxsplit=1)[0]
    words = [word for word in sentence.split() if key(word).strip("،,.()") not in _TIME]
    made = _balanced(" ".join(_cut(words, _MOST_WORDS - (len(speaker.split()) if said else 0)))).rstrip(" ،,:؛-")
    return title(f"{speaker}: {made}" if said and made else made or lead.text)


def _without(lead: Reading, opening: Opening) -> str:
    """Return the lead without the marker it opens with."""
    start = lead.folded.span(0, opening.dropped)[1] if opening.dropped else 0
    return lead.text[start:].lstrip(" ،,:-–—ـ)")


def _said(lead: Reading, opening: Opening, mentions: Sequence[Mention]) -> tuple[str, str] | None:
    """Return who speaks and what is said when the lead begins «verb, title, name, …»."""
    spans = lead.words.spans
    first = next((n for n, (start, _) in enumerate(spans) if start >= opening.dropped), len(spans))
    if first >= len(spans) or lead.word(first).lstrip("و") not in _SPEECH:
        return None
    people = [m for m in mentions if m.para == lead.para and m.kind == "person" and m.start > spans[first][0]]
    if not people:
        return None
    speaker = people[0]
    between = lead.folded.text[spans[first][1] : speaker.start]
    if len(between.split()) > 7 or re.search(r"[،,:\"«»]", between) or set(between.split()) & _JOINTS:
        return None
    rest = lead.text[lead.folded.span(speaker.start, speaker.end)[1] :].lstrip()
    while rest and key(rest.split()[0]).strip("،,.") in _TIME:
        rest = rest.split(maxsplit=1)[1] if " " in rest else ""
    match = _SAYING.match(rest)
    said = rest[match.end() :] if match else rest
    # What follows must be what is said, not where: «قال لافروف خلال مؤتمر صحفي …» tells nothing yet.
    if not said or (not match and key(said.split()[0]) in _JOINTS) or len(said.split()) < _FEWEST_WORDS:
        return None
    return speaker.name, said


def _cut(words: list[str], most: int) -> list[str]:
    """Return the most words that end where a reader may stop."""
    if len(words) <= most:
        return words
    for end in range(most, _FEWEST_WORDS, -1):
        last, following = words[end - 1], key(words[end]).strip("،,.()")
        pause = last.endswith(("،", ","))
        joint = following in _JOINTS or _conjoined(following) or following.startswith(("بال", "لل", "بان"))
        if (pause or joint) and key(last).strip("،,") not in _JOINTS and not _conjoined(key(last)):
            return words[:end]
    return words[:most]


def _conjoined(word: str) -> bool:
    """Tell whether a folded ``word`` begins with «and»."""
    return word.startswith("و") and len(word) > 4


def _balanced(text: str) -> str:
    """Drop quotation marks that a cut left without their pair."""
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
