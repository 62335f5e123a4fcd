"""The files that the search page reads: rules, shards of words, lists of categories, and each story as a result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from nashra.arabic.calendar import dateline
from nashra.archive.record import Record
from nashra.search.index import DAY, Update, dumps, encode, update
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

    A new story costs the shards its words fall into and the list of its category, and has one file of its own.
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
        self._writer.write_bytes("search/rules.json", dumps({"shards": made.shards, **rules()}))
        with self._writer.making("search"):
            self._shards(made)
            self._categories(made)
        if work.full:
            count = archive.count()
            parts = range(0, count, _PART)
            self._desk.shared(
                lambda numbers: self._results(row for n in numbers for row in archive.placed_from(parts[n], _PART)),
                len(parts),
                (),
            )
            return
        changed = {change.id for change in work.changes.stories} | made.stories
        changed |= {owner.removeprefix("result/") for owner in work.owners if owner.startswith("result/")}
        # Within a day they may take each other's places.
        work.owners |= {f"result/{story_id}" for story_id in changed}
        gone = changed - archive.there(changed)
        for story_id in sorted(gone):
            self._writer.drop(f"result/{story_id}")
        self._results(archive.placed(changed - gone))

    def _save(self, name: str, changed: bool, data: Callable[[], bytes]) -> None:
        work = self._desk.work
        if work.full or changed or name in work.missing:
            self._writer.write_bytes(name, data())
        else:
            self._writer.keep(name)

    def _shards(self, made: Update) -> None:
        for number in range(made.shards):
            shard = partial(self._desk.archive.shard, number)
            name = f"search/words/{made.shards}/{number:x}.json"
            self._save(name, number in made.touched, lambda shard=shard: shard() or b"{}")  # type: ignore[misc]

    def _categories(self, made: Update) -> None:
        archive, work = self._desk.archive, self._desk.work
        # Where everything is made, it need not be known which.
        stories = () if work.full else archive.there(made.stories)
        categories = {archive.story(one).category for one in stories}
        for category, _ in self._desk.categories:
            places = partial(archive.places, category.slug)
            touched = category.slug in categories or work.touched(("category", category.slug))
            name = f"search/category/{category.slug}.json"
            self._save(name, touched, lambda places=places: dumps(encode(places())))  # type: ignore[misc]

    def _results(self, placed: Iterable[tuple[int, Record]]) -> None:
        for place, record in placed:
            day, number = divmod(place, DAY)
            data = result(record, self._desk.category(record.category).name)
            with self._writer.making(f"result/{record.id}"):
                self._writer.write_bytes(f"search/story/{day}/{number}.json", data)
