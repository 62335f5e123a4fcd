"""The files that the search page reads: rules, shards of words, lists of categories, and each story as a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from nashra.arabic.calendar import dateline
from nashra.archive.record import Record
from nashra.search.index import DAY, dumps, encode, update
from nashra.search.words import rules

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter


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


def write(desk: StoriesGenerator, writer: NashraWriter) -> None:
    """Write the search index.

    A new story costs the shards its words fall into and the list of its category, and has one file of its own.
    """
    archive, work = desk.archive, desk.work
    made = update(archive, text)
    changed = {change.id for change in work.changes.stories} | made.stories
    categories = {archive.story(one).category for one in archive.there(made.stories)}
    writer.write_bytes("search/rules.json", dumps({"shards": made.shards, **rules()}))

    def save(name: str, changed: bool, data: Callable[[], bytes]) -> None:
        if work.full or changed or name in work.missing:
            writer.write_bytes(name, data())
        else:
            writer.keep(name)

    with writer.making("search"):
        for number in range(made.shards):
            name = f"search/words/{made.shards}/{number:x}.json"
            save(name, number in made.touched, lambda number=number: archive.shard(number) or b"{}")  # type: ignore[misc]
        for category, _ in desk.categories:
            name, slug = f"search/category/{category.slug}.json", category.slug
            touched = slug in categories or work.touched(("category", slug))
            save(name, touched, lambda slug=slug: dumps(encode(archive.places(slug))))  # type: ignore[misc]
    changed |= {owner.removeprefix("result/") for owner in work.owners if owner.startswith("result/")}
    # Within a day they may take each other's places.
    work.owners |= {f"result/{story_id}" for story_id in changed}
    gone = set() if work.full else changed - archive.there(changed)
    for story_id in sorted(gone):
        writer.drop(f"result/{story_id}")
    for place, record in archive.placed(None if work.full else changed - gone):
        day, number = divmod(place, DAY)
        data = result(record, desk.category(record.category).name)
        with writer.making(f"result/{record.id}"):
            writer.write_bytes(f"search/story/{day}/{number}.json", data)
