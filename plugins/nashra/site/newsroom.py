"""Take seeds and hand-written articles into the archive: read what changed, recognise it, promise what is new."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nashra.arabic.decode import decode
from nashra.arabic.hygiene import title
from nashra.arabic.slugs import slug
from nashra.archive import intake
from nashra.archive.identity import (
    Arriving,
    Fingerprint,
    Known,
    copied,
    digest,
    fingerprint,
    permalink,
    recognise,
    same_copy,
)
from nashra.archive.record import DateRef, Record, TagRef, period
from nashra.archive.store import Archive, SeenSeed
from nashra.desk import seed as seeds
from nashra.desk.ahead import looks_ahead, sentence
from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import Analysis, Bulletin, Story
from nashra.errors import Problem, shown
from nashra.settings import Settings
from nashra.site import cluster, shares
from nashra.site.work import program


@dataclass(frozen=True, slots=True)
class Arrival:
    """A story as it comes in, not yet recognised: ``record`` lacks id, uri, permalink and, when nothing proves it,
    its date. ``dated`` says that the editor gave the date, so that it may still change."""

    record: Record
    print: Fingerprint
    dated: bool


class _Read(NamedTuple):
    """A seed that was read: how it is to be remembered, and its stories, None where they are what they were."""

    seen: SeenSeed
    arrivals: list[Arrival] | None


# A seed that was never seen.
_NEW = SeenSeed()
# Seeds that are read in one task: enough that to hand them over costs nothing beside them.
_PART = 200
# The desks of this process by their keys: processes that are forked off have them too.
_desks: dict[str, Desk] = {}
# Stories with the known story each is, None for a new one; and the same with the name of their seed.
_Recognised = list[tuple[Arrival, Known | None]]
_Settled = tuple[str, _Recognised]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads seeds, as a task for any Executor: the key of the desk and where its topics lie, and the settings that
    it depends on."""

    desk: str
    topics: Path
    zone: str
    limit: int
    program: tuple[str, ...]

    def __call__(self, part: Sequence[tuple[intake.Found, SeenSeed]]) -> list[_Read | Problem]:
        """Return the stories of each seed that was seen so at the last build; a problem where it cannot be read.

        Raises LookupError where there is no such desk.
        """
        if self.desk not in _desks:
            # What this process has loaded is not what lies on the disk by now.
            found = Desk.load(self.topics) if self.program == program() else None
            if not found or found.key != self.desk:
                raise LookupError("another desk, which would make another site")
            _desks.clear()
            _desks[self.desk] = found
        return [self._read(*one, _desks[self.desk]) for one in part]

    def _read(self, seed: intake.Found, before: SeenSeed, desk: Desk) -> _Read | Problem:
        try:
            data = intake.read(seed.path, self.limit)
            notes = intake.notes(seed.sidecar, self.limit)
            digest = intake.digest(data, notes.encode())
            if digest == before.digest:
                return _Read(before._replace(stamp=seed.stamp), None)
            sidecar = seed.sidecar.name if seed.sidecar else ""
            bulletin = seeds.parse(seed.name, decode(data), notes, sidecar)
            stories = list(arrivals(analyse(bulletin, desk), ZoneInfo(self.zone)))
            return _Read(SeenSeed(seed.stamp, digest, copied(bulletin) if stories else ""), stories)
        except Problem as problem:
            return problem
        except Exception as error:  # a mistake of ours must not cost the other seeds either
            wrong = f"the desk failed on it ({type(error).__name__}: {error})"
            return Problem(wrong, "please report it with the seed")


def now() -> datetime:
    """Return the moment the ledger notes for what is new: SOURCE_DATE_EPOCH where set, else the clock, in UTC."""
    return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), UTC)


class Newsroom:
    """One build's intake. ``problems`` holds what an editor must mend; a seed in trouble keeps its stories. Of seeds
    that hold the same copy the first by name is published; ``copies`` says so of the others."""

    def __init__(self, settings: Settings, archive: Archive, desk: Desk, zone: ZoneInfo) -> None:
        self._settings = settings
        self._archive = archive
        self._desk = desk
        self._zone = zone
        self._reader = Reader(desk.key, settings.topics.absolute(), zone.key, settings.max_seed_bytes, program())
        _desks.clear()
        _desks[desk.key] = desk
        self._now = now()
        self.problems: list[Problem] = []
        self.copies: list[Problem] = []
        self.bulletins = 0

    def take_in(
        self,
        articles: dict[str, Arrival | None],
        progress: Callable[[Sequence[intake.Found]], Iterable[intake.Found]],
        listing: intake.Listing,
        saved: Collection[Path] | None = None,
    ) -> None:
        """Bring the archive up to date with the seeds folder, of which ``listing`` knows what it last held, and the
        hand-written ``articles`` by name (None: one that cannot be read, and keeps what it had). ``saved`` is what was
        saved since ``listing`` looked, None where that is not known.

        ``progress`` passes the seeds to read on, one by one, as they are worked on.
        """
        folder = shown(self._settings.seeds)
        self._archive.analysed_by(self._desk.key)
        survey = intake.survey(listing, folder, self._archive.shards_of_seeds(), saved)
        found, refused = survey.seeds, survey.problems
        self.problems += refused
        before = self._archive.seeds(survey.changed)
        present = {seed.name for seed in found} | set(articles)
        # A seed in trouble keeps its stories, and so do those in a folder that is.
        barred = {problem.path.removeprefix(folder + "/") for problem in refused}
        below = tuple(f"{each}/" for each in barred)
        kept = {name for name in before.keys() - present if name.startswith(below)}
        present |= barred | kept
        changed = [seed for seed in found if before.get(seed.name, _NEW).stamp != seed.stamp]
        forgotten = before.keys() - present
        stood, held = max(self._archive.count(), self._archive.published()), self._archive.stories_in(forgotten)
        copies = _Copies(self._archive, before, {seed.name for seed in changed} | forgotten)
        for name in sorted(forgotten):
            self._archive.forget_seed(name)
        gone = {name for name in self._archive.missing_seeds() - present if not name.startswith(below)}
        candidates = self._archive.known_in(sorted(gone | {seed.name for seed in changed} | set(articles)))
        settling = _Settling(candidates)
        self._take_seeds(progress(changed), changed, before, settling, copies)
        for name, article in sorted(articles.items()):
            if article is None:
                settling.keep(name)
            else:
                self._settle(settling.arrived(name, [article]))
                self._archive.note_seed(name, _NEW)
        self._settle(settling.rest())
        missed = settling.missed()
        left = {story.id: story.seed for story in missed if story.seed in gone and not self._archive.is_lost(story.id)}
        left |= {story_id: seed for story_id, seed in held.items() if not self._archive.has(story_id)}
        self._refuse_accident(left, stood, folder)
        for story in missed:
            self._archive.miss(story, self._now.isoformat())
        self._archive.retie()
        self._archive.keep_promises()
        self.copies = [same_copy(folder, name, first) for name, first in self._archive.copies()]
        wrong = {p.path for p in self.problems} & {f"{folder}/{seed.name}" for seed in found}
        self.bulletins = survey.unchanged + len(found) - len(wrong)
        unread = {intake.shard(name) for name in kept | {path.removeprefix(f"{folder}/") for path in wrong}}
        self._archive.note_shards(
            survey.changed, {number: one for number, one in survey.shards.items() if number not in unread}
        )

    def _take_seeds(
        self,
        progress: Iterable[intake.Found],
        changed: Sequence[intake.Found],
        before: Mapping[str, SeenSeed],
        settling: _Settling,
        copies: _Copies,
    ) -> None:
        """Read the seeds that ``changed``, and those that are published now because of that."""
        folder = shown(self._settings.seeds)
        work = [(seed, before.get(seed.name, _NEW)) for seed in changed]
        parts = (work[at : at + _PART] for at in range(0, len(work), _PART))
        made = shares.in_order(self._reader, parts, partial(cluster.hire, self._settings, len(work)))
        for seed, read in zip(progress, chain.from_iterable(made), strict=True):
            stories = None
            if isinstance(read, Problem):
                self.problems.append(read.at(f"{folder}/{seed.name}"))
            else:
                if other := copies.came(seed.name, read):
                    settling.expect(other, self._archive.known_in([other]))
                    self._settle(settling.arrived(other, []))
                stories = read.arrivals if copies.publishes(seed.name, read) else []
            if stories is None:
                settling.keep(seed.name)
            else:
                self._settle(settling.arrived(seed.name, stories))
        said = {problem.path for problem in self.problems}
        for name in copies.left():
            path = self._settings.seeds / name
            (read,) = self._reader([(intake.Found(name, str(path), "", intake.sidecar(path)), _NEW)])
            if isinstance(read, Problem):
                self._archive.unread(name)
                self.problems += [read.at(f"{folder}/{name}")] if f"{folder}/{name}" not in said else []
            else:
                self._settle(settling.arrived(name, read.arrivals or [], instead=True))

    def _refuse_accident(self, left: Mapping[str, str], stood: int, folder: str) -> None:
        """Raise Problem where of the stories that ``stood`` on the site so many ``left`` with their seeds (by id) that
        this must be an accident, whatever came in their place.

        A single bulletin may go where others are.
        """
        if not left or self._settings.force:
            return
        alone = len(set(left.values())) == 1 and self._archive.count()
        if stood - len(left) < self._settings.least_left * stood and not alone:
            wrong = f"{len(left):,} of {stood:,} published stories would be withdrawn, for their seeds are gone"
            raise Problem(wrong, "bring them back, or build with FORCE=1 if this is meant", path=folder)

    def _settle(self, settled: Iterable[_Settled]) -> None:
        """Give the stories of each seed the identity they have, or a new one, and make them the seed's."""
        for name, stories in settled:
            back = [(arrival, story) for arrival, story in stories if story and story.withdrawn]
            here = [(arrival, story) for arrival, story in stories if not (story and story.withdrawn)]
            self._archive.replace(name, [self._settled(arrival, story) for arrival, story in here])
            for arrival, story in back:
                self._archive.miss(self._kept_back(arrival, story), self._now.isoformat())

    def _kept_back(self, arrival: Arrival, story: Known) -> Known:
        """Return a withdrawn story, which stays so however it reads and wherever it stands now; where the ledger that
        says so was lost, have it said again."""
        lost = self._archive.is_lost(story.id)
        seed, at, text = arrival.record.seed, arrival.record.at, arrival.print
        if lost or (story.seed, story.at, story.print) != (seed, at, text):
            story = replace(story, seed=seed, at=at, print=text, gone="" if lost else story.gone)
            self._archive.promise(story)
        if lost:
            self._archive.take_back(story, story.reason)
        return story

    def _settled(self, arrival: Arrival, story: Known | None) -> Record:
        record = arrival.record
        if story is None:
            story = self._new(arrival)
            self._archive.promise(story)
        elif self._changed(story, arrival) or self._archive.is_lost(story.id):
            note = _note(record)
            corrected = story.print != arrival.print or (note and note != story.note)
            # A clock that was set back must not make a correction older than what it corrects.
            updated = max(self._now.isoformat(), story.updated, story.seen) if corrected else story.updated
            story = replace(
                story,
                seed=record.seed,
                at=record.at,
                print=arrival.print,
                updated=updated,
                gone="",
                lists=(),
                note=note,
            )
            self._archive.promise(story)
        return replace(
            record,
            id=story.id,
            uri=story.uri,
            permalink=story.permalink,
            published=record.published if arrival.dated else story.published,
            seen=story.seen,
            updated=max(story.updated, record.updated),
        )

    @staticmethod
    def _changed(story: Known, arrival: Arrival) -> bool:
        here = (arrival.record.seed, arrival.record.at, arrival.print, _note(arrival.record))
        return bool(story.gone) or (story.seed, story.at, story.print, story.note) != here

    def _new(self, arrival: Arrival) -> Known:
        record = arrival.record
        text = "\n".join((record.headline, *record.paragraphs, record.markup))
        story_id = digest(text)
        while self._archive.id_taken(story_id):
            story_id = digest(f"{story_id}\n{record.seed}\n{record.at}")
        published = record.published or self._now.astimezone(self._zone).date().isoformat()
        link = permalink(period(published), record.headline, story_id, self._archive.permalink_taken)
        uri = f"tag:{self._settings.domain},{self._settings.domain_since}:{story_id}"
        seen = self._now.isoformat()
        note = _note(record)
        return Known(story_id, uri, link, published, seen, record.seed, record.at, arrival.print, note=note)


class _Copies:
    """Which seeds hold the same copy: the first by name is published, and when it goes, the next.

    Each is looked up by its digest, however many seeds there are. ``before`` is how seeds were last seen, and
    ``changed`` names those of them that changed or went.
    """

    def __init__(self, archive: Archive, before: Mapping[str, SeenSeed], changed: Collection[str]) -> None:
        self._archive = archive
        self._changed = changed
        touched = sorted({before[name].copy for name in changed if name in before} - {""})
        # The seed that was published of each copy.
        self._were = {copy: archive.first_copy(copy) for copy in touched}
        self._are: set[str] = set()

    def came(self, name: str, read: _Read) -> str:
        """Note that a seed was read, in the order of names; return the seed whose place it takes, if it did not change
        itself, "" where there is none."""
        copy = read.seen.copy
        if copy:
            self._were.setdefault(copy, self._archive.first_copy(copy))
        self._archive.note_seed(name, read.seen)
        was = self._were.get(copy, "")
        return was if self.publishes(name, read) and was > name and was not in self._changed else ""

    def publishes(self, name: str, read: _Read) -> bool:
        """Tell whether a seed that was read is no copy of an earlier one."""
        publishes = self._archive.first_copy(read.seen.copy) in ("", name)
        if publishes and read.arrivals is not None:
            self._are.add(name)
        return publishes

    def left(self) -> Iterator[str]:
        """Yield the seeds whose copy was published of another, that is so no more."""
        for copy, was in sorted(self._were.items()):
            tried = {was}
            # No union of the two: of a first build's million copies, each would make one.
            while (now := self._archive.first_copy(copy)) and now not in self._are and now not in tried:
                tried.add(now)
                yield now


class _Settling:
    """Which story is which, over all seeds that changed in one build.

    A seed whose stories are those it had is settled at once; the others wait until all are read, for text moves
    between them. Where nothing is known that could have moved, nothing waits.
    """

    def __init__(self, known: Sequence[Known]) -> None:
        self._known: dict[str, list[Known]] = {}
        for story in known:
            self._known.setdefault(story.seed, []).append(story)
        self._waiting: dict[str, Sequence[Arrival]] = {}
        self._instead: set[str] = set()

    def expect(self, seed: str, known: Sequence[Known]) -> None:
        """Take up what is ``known`` of another ``seed`` whose stories may have moved."""
        self._known[seed] = list(known)

    def keep(self, seed: str) -> None:
        """Leave the stories of ``seed`` alone: it did not change, or cannot be read."""
        self._known.pop(seed, None)

    def arrived(self, seed: str, stories: Sequence[Arrival], *, instead: bool = False) -> Iterator[_Settled]:
        """Yield the seed with its stories if they can be settled now; they may stand ``instead`` of another's."""
        if instead:
            self._instead.add(seed)
        live = [story for story in self._known.get(seed, ()) if not story.gone]
        if [story.print for story in live] == [story.print for story in stories]:
            self._known[seed] = [story for story in self._known.get(seed, ()) if story.gone]
            yield seed, list(zip(stories, live, strict=True))
        elif not any(self._known.values()):
            yield seed, [(story, None) for story in stories]
        else:
            self._waiting[seed] = stories

    def rest(self) -> Iterator[_Settled]:
        """Yield the seeds that waited, with their stories."""
        known = [story for stories in self._known.values() for story in stories]
        arriving = [(seed, story) for seed, stories in sorted(self._waiting.items()) for story in stories]
        found = recognise(
            known, [Arriving(seed, one.record.at, one.print, seed in self._instead) for seed, one in arriving]
        )
        taken = {story.id for story in found if story}
        self._known = {"": [story for story in known if story.id not in taken]}
        settled: dict[str, _Recognised] = {seed: [] for seed in self._waiting}
        for (seed, one), story in zip(arriving, found, strict=True):
            settled[seed].append((one, story))
        yield from settled.items()

    def missed(self) -> list[Known]:
        """Return the known stories that stand in no seed any more; call it when all is settled."""
        return [story for stories in self._known.values() for story in stories if not story.gone]


def _note(record: Record) -> str:
    return digest(record.correction) if record.correction else ""


def arrivals(analysis: Analysis, zone: ZoneInfo) -> Iterator[Arrival]:
    """Yield the stories of an analysed bulletin that are to be published; a time without a zone is one of ``zone``."""
    bulletin = analysis.bulletin
    header = bulletin.header
    if header.status != "published":
        return
    for at, story in enumerate(analysis.stories):
        paragraphs = tuple(paragraph.text for paragraph in story.paragraphs)
        own = title(bulletin.headline) if at == 0 else ""
        record = Record(
            id="",
            uri="",
            permalink="",
            seed=bulletin.name,
            at=at,
            headline=story.headline,
            summary=story.summary,
            category=story.category,
            published=_zoned(analysis.date, zone),
            correction=header.correction,
            paragraphs=paragraphs,
            tags=tuple(TagRef(tag.kind, title(tag.name), tag.slug) for tag in story.tags),
            sources=story.sources,
            authors=named("author", header.authors),
            dates=_dates(bulletin, story),
        )
        # A headline the desk made is no part of what the story is known by: a better desk is no correction.
        yield Arrival(record, fingerprint(own, paragraphs), dated=analysis.date_from == "header")


def _dates(bulletin: Bulletin, story: Story) -> tuple[DateRef, ...]:
    """Return the dates a story names, with the sentences they stand in: each day once, best where it looks ahead."""
    refs: dict[str, DateRef] = {}
    for one in story.dates:
        text = bulletin.paragraphs[one.para].text
        ref = DateRef(
            one.value,
            one.precision,
            title(sentence(text, one.start, one.end)),
            looks_ahead(text, one.start, one.end),
        )
        if one.value not in refs or (ref.ahead and not refs[one.value].ahead):
            refs[one.value] = ref
    return tuple(refs.values())


def _zoned(value: str, zone: ZoneInfo) -> str:
    moment = datetime.fromisoformat(value) if "T" in value else None
    return moment.replace(tzinfo=zone).isoformat() if moment and moment.tzinfo is None else value


def named(kind: str, names: Iterable[str]) -> tuple[TagRef, ...]:
    """Return references to ``names``, one a slug, in their order."""
    refs = {slug(name): TagRef(kind, title(name), slug(name)) for name in names}
    return tuple(ref for ref in refs.values() if ref.slug)
