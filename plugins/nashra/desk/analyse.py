"""The desk's day: read a bulletin, split it, file each story, tag it, date it, give it a headline and a summary."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from nashra.arabic.dates import precision
from nashra.arabic.hygiene import title
from nashra.desk import tags
from nashra.desk.dating import Dated, date_bulletin, date_mentions
from nashra.desk.gazetteer import LISTED, Gazetteer
from nashra.desk.headline import begin, headline, summary
from nashra.desk.model import Analysis, Bulletin, Evidence, Story, Tag
from nashra.desk.reading import Mention, Reading, read, within
from nashra.desk.seed import iso
from nashra.desk.sources import Attribution
from nashra.desk.split import Seen, Splitter, bare
from nashra.desk.topics import Spoken, Topics
from nashra.errors import Problem

_NOBODY = -2, 0, 0
_ROOMS = ("nashra.arabic", "nashra.desk")


class Desk:
    """All that the desk knows: the newsroom's topics and the package's own lists. ``key`` changes when it does."""

    def __init__(self, topics: Topics, key: str = "") -> None:
        self.topics = topics
        self.key = key
        self.gazetteer = Gazetteer()
        self.attribution = Attribution(self.gazetteer.bare)
        self.splitter = Splitter()

    @classmethod
    def load(cls, path: Path, before: Desk | None = None) -> Desk:
        """Return a desk with the topics of the file at ``path``: the one ``before`` where nothing changed since.

        Raises Problem when the file cannot be read.
        """
        try:
            # A pipe in its place would be waited for.
            key = _key(path) if path.is_file() else ""
        except OSError:
            key = ""
        return before if before and before.key == key else cls(Topics.load(path), key)


def _key(path: Path) -> str:
    """Return a digest of the topics, the lists and the code that reads bulletins."""
    made = hashlib.sha256(path.read_bytes())
    for room in _ROOMS:
        for folder in (files(room), files(room) / "data"):
            for file in sorted(folder.iterdir(), key=lambda file: file.name):
                if file.name.endswith((".py", ".toml")):
                    made.update(file.read_bytes())
    return made.hexdigest()


def analyse(bulletin: Bulletin, desk: Desk, date: str = "", why: bool = False) -> Analysis:
    """Return the stories of ``bulletin``; where the caller asks ``why``, each decision with its evidence.

    ``date`` is what the caller knows of the bulletin's date, ISO 8601. Raises Problem when the header names a category
    that topics.toml does not list, and for a date that is none.
    """
    readings = read(bulletin)
    mentions = desk.gazetteer.find(readings)
    spoken = _unnamed([hit for reading in readings for hit in desk.topics.spoken(reading)], mentions)
    dated = date_bulletin(bulletin, readings, mentions, iso(date) if date else "")
    view = desk.splitter.see(readings, mentions, spoken)
    starts, boundaries = desk.splitter.split(bulletin, view)
    seen = view.paragraphs
    stories = tuple(
        _story(bulletin, desk, _Part(start, end, readings, mentions, spoken, seen), dated, boundaries if why else None)
        for start, end in zip(starts, (*starts[1:], len(seen)), strict=True)
    )
    return Analysis(bulletin, stories, dated.value, precision(dated.value[:10]), dated.source)


def _unnamed(spoken: Sequence[Spoken], mentions: Sequence[Mention]) -> list[Spoken]:
    """Return what speaks for a topic but is no part of someone's name: «سلام» says nothing of peace in «تمام سلام»."""
    people = [(mention.para, mention.start, mention.end) for mention in mentions if mention.kind == "person"]
    if not people:
        return list(spoken)
    # Nobody is named over another: only the last whose name begins no later than a term may hold it.
    kept = []
    for hit in spoken:
        before = bisect_left(people, (hit.para, hit.start + 1))
        para, _, end = people[before - 1] if before else _NOBODY
        if para != hit.para or end <= hit.start:
            kept.append(hit)
    return kept


class _Part:
    """What was read in paragraphs ``start`` to ``end``; the headline belongs to the first story."""

    def __init__(
        self,
        start: int,
        end: int,
        readings: Sequence[Reading],
        mentions: Sequence[Mention],
        spoken: Sequence[Spoken],
        seen: Sequence[Seen],
    ) -> None:
        self.start = start
        self.end = end
        self.readings = within(readings, start, end)
        self.spoken = within(spoken, start, end)
        # A dateline alone is no lead.
        self.lead = seen[start + (end - start > 1 and bare(seen[start]))]
        self.begin = begin(self.lead.reading, self.lead.opening)
        self.mentions = [one for one in within(mentions, start, end) if not self._wrote(one)]
        self.by_para = {reading.para: reading for reading in self.readings}

    def _wrote(self, mention: Mention) -> bool:
        """Tell whether someone is named in a byline, «كتب محمد سالم:»; whom the lists know is written about."""
        lead = self.lead.reading
        if mention.kind != "person" or mention.weight == LISTED or not self.start <= mention.para <= lead.para:
            return False
        return mention.para < lead.para or mention.end <= self.begin

    def words(self, para: int, start: int, end: int) -> tuple[str, int, int]:
        """Return the words at ``start:end`` of the folded paragraph as written, and where."""
        reading = self.by_para[para]
        begin, stop = reading.folded.span(start, end)
        return reading.text[begin:stop], begin, stop


def _story(bulletin: Bulletin, desk: Desk, part: _Part, dated: Dated, boundaries: Sequence[Evidence] | None) -> Story:
    scores = desk.topics.score(part.spoken, part.readings, part.start)
    category = _editors_category(bulletin, desk) or desk.topics.choose(scores)
    quoted = desk.attribution.find(part.readings, part.mentions)
    sources = bulletin.header.sources or tuple(dict.fromkeys(mention.name for mention in quoted))
    chosen = tags.written(bulletin.header.tags, desk.gazetteer)
    chosen += tags.choose(part.mentions, sources, part.readings)
    dates = [date for reading in part.readings if reading.para >= 0 for date in date_mentions(reading, dated.value)]
    lead = part.lead.reading
    own = title(bulletin.headline) if part.start == 0 else ""
    evidence: list[Evidence] = []
    if boundaries is not None:
        evidence += within(boundaries, part.start, part.start + 1)
        evidence += _spoke_for(part, category)
        evidence += _named(part, {tag.name for tag in chosen}, quoted)
        evidence += _dated(part, dated)
    return Story(
        part.start,
        part.end,
        own or headline(lead, part.begin, part.mentions),
        bulletin.paragraphs[part.start : part.end],
        summary(lead, part.begin),
        category,
        tuple(scores),
        _each_once(chosen),
        sources,
        tuple(dates),
        tuple(evidence),
    )


def _each_once(chosen: Sequence[Tag]) -> tuple[Tag, ...]:
    """Return the tags without those whose slug an earlier one has: the editor's come first."""
    by_slug: dict[str, Tag] = {}
    for tag in chosen:
        by_slug.setdefault(tag.slug, tag)
    return tuple(by_slug.values())


def _editors_category(bulletin: Bulletin, desk: Desk) -> str:
    wanted = bulletin.header.category
    if not wanted:
        return ""
    topic = desk.topics.find(wanted)
    if topic is None:
        known = ", ".join(topic.slug for topic in desk.topics.topics)
        beside, line = bulletin.header.category_at
        wrong = f"there is no category «{wanted[:40]}»"
        raise Problem(wrong, f"name one of topics.toml: {known}", line=line, beside=beside)
    return topic.slug


def _spoke_for(part: _Part, category: str) -> Iterator[Evidence]:
    for hit in part.spoken:
        if hit.topic == category:
            words, start, end = part.words(hit.para, hit.start, hit.end)
            yield Evidence("category", category, words, hit.para, start, end, hit.weight)


def _named(part: _Part, tagged: set[str], quoted: Sequence[Mention]) -> Iterator[Evidence]:
    for decision, mentions in (("tag", part.mentions), ("source", quoted)):
        for mention in mentions:
            if decision == "source" or mention.name in tagged:
                words, start, end = part.words(mention.para, mention.start, mention.end)
                yield Evidence(decision, mention.name, words, mention.para, start, end, mention.weight)


def _dated(part: _Part, dated: Dated) -> Iterator[Evidence]:
    reading = part.by_para.get(dated.para)
    if reading:
        words = reading.text[dated.start : dated.end]
        yield Evidence("date", dated.value, words, dated.para, dated.start, dated.end, 1.0)
