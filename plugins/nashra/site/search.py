"""The files that the search page reads: rules, shards of words, lists of categories, and each story as a result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from nashra.arabic.calendar import dateline
from nashra.archive.record import Record
from nashra.search.index import DAY, Era, Update, dumps, encode, update
from nashra.search.words import rules

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

# Results that are written in one turn.
_PART = 200


def text(record: Record) -> Sequence[str]:
    """Return what of a story is searched besides its headline: its paragraphs as plain text."""
    return record.paragraphs or [part for part in Markup(record.markup).striptags().split("\n") if part.strip()]


def result(record: Record, category: str) -> bytes:
    """Return a story as the search page shows it; ``category`` is its name."""
    return dumps(
        {
            "url": quote(record.permalink),
            "title": record.headline,
            "category": category,
            "date": record.published,
            "day": dateline(record.published[:10]),
            "text": text(record),
        }
    )


class Search:
    """Writes the search index of one build.

    A new story costs the shards of its era that its words fall into and the era's lists of categories, and has one file
    of its own.
    """

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._made: Update | None = None

    def prepare(self) -> None:
        """Bring the archive's index up to date."""
        self._made = self._made or update(self._desk.archive, text)

    def write(self) -> None:
        """Write rules, shards and lists, and each story as a result."""
        self.prepare()
        assert self._made
        made, archive, work = self._made, self._desk.archive, self._desk.work
        by_month = {one.slug: archive.months(one.slug) for one, _ in self._desk.categories}
        eras = [
            (
                era.name,
                era.shards,
                [slug for slug, months in by_month.items() if any(era.start <= month < era.end for month, _ in months)],
            )
            for era in made.eras
        ]
        self._writer.write_bytes("search/rules.json", dumps({"eras": eras, **rules()}))
        for era in made.eras:
            if era.path in made.changed or work.must(f"search/{era.path}"):
                with self._writer.making(f"search/{era.path}"):
                    self._era(era)
        for path in made.gone:
            self._writer.drop(f"search/{path}")
        if work.full:
            self._desk.shared("results", -(-archive.count() // _PART), ())
            return
        changed = {change.id for change in work.changes.stories} | made.stories
        changed |= {owner.removeprefix("result/") for owner in work.owners if owner.startswith("result/")}
        # Within a day they may take each other's places.
        work.owners |= {f"result/{story_id}" for story_id in changed}
        gone = changed - archive.there(changed)
        for story_id in sorted(gone):
            self._writer.drop(f"result/{story_id}")
        self._results(archive.placed(changed - gone))

    def make(self, numbers: Iterable[int]) -> None:
        """Write stories as results, ``_PART`` of them a number."""
        self._results(row for number in numbers for row in self._desk.archive.placed_from(number * _PART, _PART))

    def _era(self, era: Era) -> None:
        assert self._made
        archive, work = self._desk.archive, self._desk.work
        for number in range(era.shards):
            name = f"search/words/{era.path}/{number:x}.json"
            if work.full or (era.path, number) in self._made.touched or name in work.missing:
                self._writer.write_bytes(name, archive.shard(era.path, number) or b"{}")
            else:
                self._writer.keep(name)
        for slug, places in sorted(archive.places(era.start, era.end).items()):
            self._writer.write_bytes(f"search/category/{era.path}/{slug}.json", dumps(encode(places)))

    def _results(self, placed: Iterable[tuple[int, Record]]) -> None:
        for place, record in placed:
            day, number = divmod(place, DAY)
            data = result(record, self._desk.category(record.category).name)
            with self._writer.making(f"result/{record.id}"):
                self._writer.write_bytes(f"search/story/{day}/{number}.json", data)
