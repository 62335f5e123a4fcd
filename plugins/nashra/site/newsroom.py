"""Take seeds and hand-written articles into the archive: read what changed, recognise it, promise what is new."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from nashra.arabic.decode import decode
from nashra.arabic.hygiene import title
from nashra.arabic.slugs import slug
from nashra.archive import intake
from nashra.archive.identity import Fingerprint, Known, digest, fingerprint, permalink, recognise
from nashra.archive.record import Record, TagRef, period
from nashra.archive.store import Archive
from nashra.desk import seed as seeds
from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import Analysis
from nashra.errors import Problem
from nashra.settings import Settings


@dataclass(frozen=True, slots=True)
class Arrival:
    """A story as it comes in, not yet recognised: ``record`` lacks id, uri, permalink and, when nothing proves it,
    its date. ``dated`` says that the editor gave the date, so that it may still change."""

    record: Record
    print: Fingerprint
    dated: bool


def now() -> datetime:
    """Return the moment the ledger notes for what is new: SOURCE_DATE_EPOCH where set, else the clock, in UTC."""
    return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), UTC)


def shown(path: Path) -> str:
    """Return ``path`` as a person would write it from the current folder."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


class Newsroom:
    """One build's intake. ``problems`` holds what an editor must mend; a seed in trouble keeps its stories."""

    def __init__(self, settings: Settings, archive: Archive, desk: Desk) -> None:
        self._settings = settings
        self._archive = archive
        self._desk = desk
        self._now = now()
        self.problems: list[Problem] = []
        self.bulletins = 0
        self._found: list[intake.Found] = []

    def take_in(
        self,
        articles: dict[str, Arrival],
        progress: Callable[[Sequence[intake.Found]], Iterable[intake.Found]],
    ) -> None:
        """Bring the archive up to date with the seeds folder and the hand-written ``articles`` (by name).

        ``progress`` passes the seeds to read on, one by one, as they are worked on.
        """
        folder = shown(self._settings.seeds)
        found, refused = intake.scan(self._settings.seeds, folder)
        self._found = found
        self.problems += refused
        self._archive.analysed_by(self._desk.key)
        before = self._archive.seeds()
        present = {seed.name for seed in found} | set(articles)
        present |= {problem.path.removeprefix(folder + "/") for problem in refused}
        gone = sorted(self._archive.known_seeds() - present)
        for name in sorted(before.keys() - present):
            self._archive.forget_seed(name)
        changed = [seed for seed in found if before.get(seed.name, ("",))[0] != seed.stamp]
        for seed in progress(changed):
            try:
                self._read(seed, before.get(seed.name, ("", ""))[1], gone)
            except Problem as problem:
                self.problems.append(problem.at(f"{folder}/{seed.name}"))
        for name, article in sorted(articles.items()):
            self._settle(name, [article], gone)
            self._archive.note_seed(name, "", "")
        self._archive.keep_promises()
        self.bulletins = len(found) - len({p.path for p in self.problems} & {f"{folder}/{s.name}" for s in found})

    def outdated(self) -> bool:
        """Tell whether the seeds have changed since they were taken in."""
        return intake.scan(self._settings.seeds, "")[0] != self._found

    def _read(self, seed: intake.Found, before: str, gone: Sequence[str]) -> None:
        data = intake.read(seed.path, self._settings.max_seed_bytes)
        sidecar = seed.path.with_suffix(intake.SIDECAR)
        notes = intake.read(sidecar, self._settings.max_seed_bytes) if "+" in seed.stamp else b""
        read = intake.digest(data, notes)
        if read != before:
            bulletin = seeds.parse(seed.name, decode(data), decode(notes))
            self._settle(seed.name, list(arrivals(analyse(bulletin, self._desk))), gone)
        self._archive.note_seed(seed.name, seed.stamp, read)

    def _settle(self, name: str, found: Sequence[Arrival], gone: Sequence[str]) -> None:
        """Give each arrival the identity it has, or a new one, and make them the stories of ``name``."""
        known = self._archive.known_in([name, *gone])
        recognised = recognise(known, name, [arrival.print for arrival in found])
        self._archive.replace(
            name,
            [self._settled(arrival, story) for arrival, story in zip(found, recognised, strict=True)],
        )

    def _settled(self, arrival: Arrival, story: Known | None) -> Record:
        record = arrival.record
        if story is None:
            story = self._new(arrival)
            self._archive.promise(story, new=True)
        elif (story.seed, story.at, story.print) != (record.seed, record.at, arrival.print):
            updated = story.updated if story.print == arrival.print else self._now.isoformat()
            story = replace(story, seed=record.seed, at=record.at, print=arrival.print, updated=updated)
            self._archive.promise(story, new=False)
        published = record.published if arrival.dated else story.published
        return replace(
            record,
            id=story.id,
            uri=story.uri,
            permalink=story.permalink,
            published=published,
            updated=max(story.updated, record.updated),
        )

    def _new(self, arrival: Arrival) -> Known:
        record = arrival.record
        text = "\n".join((record.headline, *record.paragraphs, record.markup))
        story_id = digest(text)
        while self._archive.id_taken(story_id):
            story_id = digest(f"{story_id}\n{record.seed}\n{record.at}")
        published = record.published or self._now.date().isoformat()
        link = permalink(period(published), record.headline, story_id, self._archive.permalink_taken)
        uri = f"tag:{self._settings.domain},{self._settings.domain_since}:{story_id}"
        return Known(story_id, uri, link, published, record.seed, record.at, arrival.print)


def arrivals(analysis: Analysis) -> Iterator[Arrival]:
    """Yield the stories of an analysed bulletin that are to be published."""
    bulletin = analysis.bulletin
    header = bulletin.header
    if header.status != "published":
        return
    for at, story in enumerate(analysis.stories):
        paragraphs = tuple(paragraph.text for paragraph in story.paragraphs)
        own = title(bulletin.headline) if at == 0 else ""
        tags = {tag.slug: TagRef(tag.kind, title(tag.name), tag.slug) for tag in reversed(story.tags) if tag.slug}
        record = Record(
            id="",
            uri="",
            permalink="",
            seed=bulletin.name,
            at=at,
            headline=own or title(story.headline),
            summary=story.summary,
            category=story.category,
            published=analysis.date,
            correction=header.correction,
            paragraphs=paragraphs,
            tags=tuple(reversed(tags.values())),
            sources=story.sources,
            authors=named("author", header.authors),
        )
        # A headline the desk made is no part of what the story is known by: a better desk is no correction.
        yield Arrival(record, fingerprint(own, paragraphs), dated=analysis.date_from == "header")


def named(kind: str, names: Iterable[str]) -> tuple[TagRef, ...]:
    """Return references to ``names``, one a slug, in their order."""
    refs = {slug(name): TagRef(kind, title(name), slug(name)) for name in names}
    return tuple(ref for ref in refs.values() if ref.slug)
