"""What became of the stories in one build, and which lists, months and running stories that touches. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nashra.archive.record import Record, TagRef, period

# Where a story stands in lists, the newest last: instant, seen, seed, and its place in the bulletin, negative.
Place = tuple[str, str, str, int]
# A list of stories: its role ("" for all stories, category, tag, author, period) and slug.
ListKey = tuple[str, str]


class Change(NamedTuple):
    """A story as it was and as it is: None where it was not there, or is no more."""

    id: str
    old: Record | None
    new: Record | None


class Moved(NamedTuple):
    """Where a story stood in a list and where it stands now, None where it did or does not."""

    before: Place | None
    now: Place | None


@dataclass(frozen=True)
class Changes:
    """The ``stories`` that changed, the ``roots`` of threads that they left or came into, the stories that are in
    another thread than before (``rerooted``), and the lists whose tombstones came or went (``buried``)."""

    stories: Sequence[Change] = ()
    roots: frozenset[str] = frozenset()
    rerooted: frozenset[str] = frozenset()
    buried: frozenset[ListKey] = frozenset()

    @cached_property
    def lists(self) -> dict[ListKey, list[Moved]]:
        """What moved in each list that changed; nothing in a list of which only the tombstones changed."""
        found: dict[ListKey, list[Moved]] = {key: [] for key in sorted(self.buried)}
        for change in self.stories:
            before = set(lists(change.old)) if change.old else set()
            now = set(lists(change.new)) if change.new else set()
            for key in sorted(before | now):
                found.setdefault(key, []).append(
                    Moved(
                        place(change.old) if change.old and key in before else None,
                        place(change.new) if change.new and key in now else None,
                    )
                )
        return found

    @cached_property
    def months(self) -> frozenset[str]:
        """The months, "2021-07", of the stories that changed, as they were and as they are."""
        return frozenset(one.instant[:7] for change in self.stories for one in (change.old, change.new) if one)

    @cached_property
    def days(self) -> frozenset[str]:
        """The days that the stories which changed looked ahead to, as they were and as they are."""
        records = (one for change in self.stories for one in (change.old, change.new) if one)
        return frozenset(date.value for record in records for date in record.agenda)


def place(record: Record) -> Place:
    """Return where a story stands in every list it is in."""
    return record.instant, record.seen, record.seed, -record.at


def lists(record: Record) -> Iterator[ListKey]:
    """Yield the lists that a story stands in."""
    yield "", ""
    yield "category", record.category
    for role, refs in (("tag", record.tags), ("author", record.authors), ("period", periods(record))):
        for ref in refs:
            yield role, ref.slug


def periods(record: Record) -> list[TagRef]:
    """Return the year, the month and the day that ``record`` is filed under, as far as they are known."""
    parts = period(record.published)
    return [TagRef("period", slug, slug) for slug in ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))]


def shifted(moved: Sequence[Moved]) -> tuple[Place | None, list[Place]]:
    """Return from which place on the stories of a list stand otherwise than before (None: all stand where they did),
    and the places of those that only changed themselves."""
    places = [one for before, now in moved if before != now for one in (before, now) if one is not None]
    return min(places, default=None), [now for before, now in moved if before == now and now is not None]
