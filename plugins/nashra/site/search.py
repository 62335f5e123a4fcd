"""The files that the search page reads: rules, shards of words, lists of categories, and each story as a result."""

from __future__ import annotations

from collections.abc import Sequence
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

    A new story costs the shards its words fall into and the list of its category, and has one file of its own; all
    else is only compared.
    """
    archive = desk.archive
    shards = update(archive, text)
    writer.write_bytes("search/rules.json", dumps({"shards": shards, **rules()}))
    for number in range(shards):
        writer.write_bytes(f"search/words/{shards}/{number:x}.json", archive.shard(number) or b"{}")
    for category, _ in desk.categories:
        writer.write_bytes(f"search/category/{category.slug}.json", dumps(encode(archive.places(category.slug))))
    for place, record in archive.placed():
        day, number = divmod(place, DAY)
        data = result(record, desk.category(record.category).name)
        writer.write_bytes(f"search/story/{day}/{number}.json", data)
