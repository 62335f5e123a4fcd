"""Shards of the index: which stories hold which forms of the words of a shard, as text and as a browser reads it.

A story is a place: its day and its number within the day, in one integer that sorts like both. A large archive is cut
into eras, each an index of its own. A new story costs the shards of its era that its words fall into, each read,
changed and written once: with one era, the shard of a common word would name most stories of the archive.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

from nashra.arabic.stems import Memo
from nashra.archive.record import Record
from nashra.archive.store import Archive, day_place
from nashra.search.words import keys, words

# A place is day × DAY + number.
DAY = 1 << 20
# What is marked so stands in a headline.
_HEADLINE = "^"
# Stories whose postings are held in memory at once.
_AT_ONCE = 8192
# An archive of fewer stories is one era; of fewer in a stretch of time no era is made.
_UNDIVIDED, _LEAST = 4096, 1024
# A shard's keys, each with its forms, each with the places of the stories that hold it.
Shard = dict[str, dict[str, list[int]]]
# By the path of the era and the number of the shard.
Postings = dict[tuple[str, int], dict[tuple[str, str], list[int]]]


class Era(NamedTuple):
    """A stretch of time with an index of its own, divided among ``shards``: its days are ``start`` or later, and before
    ``end`` ("~": none is later)."""

    name: str
    start: str
    end: str
    shards: int

    @property
    def path(self) -> str:
        """Its folder, another where it is divided otherwise."""
        return f"{self.name}/{self.shards}"


def eras(months: Sequence[tuple[str, int]]) -> list[Era]:
    """Return the eras of an archive by its ``months``, "2021-07", with how many stories each has, newest first.

    The newest month stands alone. The months before it are grouped by twos, fours, eights … as a binary counter counts,
    so that when a month is over few stories change their era; groups of few stories go together with older ones.
    """
    total = sum(size for _, size in months)
    if total < _UNDIVIDED:
        return [Era("all", "", "~", shards_for(total))]
    newest = months[0][0]
    found = [Era(newest, newest, "~", shards_for(months[0][1]))]
    sizes = {_month(name): size for name, size in months}
    end = last = _month(newest)
    stories, left = 0, total - months[0][1]
    while left:
        first = last & (last - 1)
        coming = sum(size for month, size in sizes.items() if first <= month < last)
        last, stories, left = first, stories + coming, left - coming
        if stories >= _LEAST or not left:
            start = _named(first) if left else ""
            found.append(Era(f"{start}_{_named(end - 1)}", start, _named(end), shards_for(stories)))
            end, stories = first, 0
    return found if len(found) > 1 else [found[0]._replace(start="")]


def _month(name: str) -> int:
    """Return the number of a month, counted from the first of year 1."""
    return int(name[:4]) * 12 + int(name[5:7]) - 13


def _named(month: int) -> str:
    return f"{month // 12 + 1:04}-{month % 12 + 1:02}"


def shards_for(stories: int) -> int:
    """Return among how many shards to divide the words of so many stories: a power of two, so that a new number is
    needed only when the archive has doubled."""
    return max(16, 1 << max(0, (stories // 3).bit_length()))


def forms(headline: str, text: Sequence[str]) -> list[str]:
    """Return the forms of words that a story holds, sorted; those of the headline are marked."""
    top = set(words(headline))
    rest = {word for part in text for word in words(part)}
    return sorted([_HEADLINE + word for word in top] + list(rest - top))


def _hashed(form: str) -> list[tuple[int, str]]:
    return [(crc32(key.encode()), key) for key in keys(form.removeprefix(_HEADLINE))]


_HASHED = Memo(_hashed)


def encode(places: Iterable[int]) -> list[int]:
    """Return sorted places as steps: a negative one to a later day, a positive one to a later number in the day."""
    steps: list[int] = []
    day, number = 0, -1
    for place in places:
        at, n = divmod(place, DAY)
        if at != day:
            steps.append(day - at)
            day, number = at, -1
        steps.append(n - number)
        number = n
    return steps


def decode(steps: Iterable[int]) -> list[int]:
    """Return the places that ``encode`` wrote."""
    places = []
    day, number = 0, -1
    for step in steps:
        if step < 0:
            day, number = day - step, -1
        else:
            number += step
            places.append(day * DAY + number)
    return places


def joined(steps: Sequence[int], places: Iterable[int]) -> list[int]:
    """Return ``steps`` with ``places`` among them. Most stories are newer than all that are there: their places are
    added without looking at the others one by one."""
    coming = sorted(places)
    days = [step for step in steps if step < 0]
    last = -1
    if days:
        behind = len(steps) - 1 - steps[::-1].index(days[-1])
        last = -sum(days) * DAY - 1 + sum(steps[behind + 1 :])
    if days and coming and coming[0] > last:
        more = encode(coming)
        day, number = divmod(last, DAY)
        at, first = divmod(coming[0], DAY)
        begun = [first - number] if at == day else [day - at, first + 1]
        return [*steps, *begun, *more[2:]]
    return encode(sorted({*decode(steps), *coming}))


class Changes:
    """What comes into the index of these eras and what goes, by shard."""

    def __init__(self, eras: Sequence[Era]) -> None:
        self._eras = sorted(eras, key=lambda era: era.start)
        self._starts = [day_place(era.start) for era in self._eras]
        # The paths of the eras in which something is otherwise.
        self.eras: set[str] = set()
        self._come: Postings = defaultdict(lambda: defaultdict(list))
        self._gone: Postings = defaultdict(lambda: defaultdict(list))

    def change(self, before: tuple[int, Sequence[str]] | None, after: tuple[int, Sequence[str]] | None) -> None:
        """Note that a story, its place and its forms, is now ``after``; None where there was or is none."""
        if before and after and before[0] == after[0]:
            old, new = set(before[1]), set(after[1])
            before, after = (before[0], sorted(old - new)), (after[0], sorted(new - old))
        for story, side in ((before, self._gone), (after, self._come)):
            if story:
                era = self._era(story[0])
                path, mask = era.path, era.shards - 1
                self.eras.add(path)
                for form in story[1]:
                    for number, key in _HASHED[form]:
                        side[path, number & mask][key, form].append(story[0])

    def _era(self, place: int) -> Era:
        return self._eras[bisect_right(self._starts, place) - 1]

    def touched(self) -> list[tuple[str, int]]:
        """Return the shards that change, each as its era's path and its number."""
        return sorted(self._come.keys() | self._gone.keys())

    def apply(self, number: tuple[str, int], data: bytes) -> bytes:
        """Return the shard that ``data`` was, "" a new one, with its changes."""
        shard: Shard = json.loads(data) if data else {}
        for (key, form), places in self._gone.get(number, {}).items():
            there = shard[key]
            there[form] = encode(sorted(set(decode(there[form])) - set(places)))
            if not there[form]:
                del there[form]
            if not there:
                del shard[key]
        for (key, form), places in self._come.get(number, {}).items():
            there = shard.setdefault(key, {})
            there[form] = joined(there.get(form, ()), places)
        return dumps({key: dict(sorted(shard[key].items())) for key in sorted(shard)})


def dumps(value: object) -> bytes:
    """Return ``value`` as JSON, as short as can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def code() -> str:
    """Return a digest of all that an index is made by: one that was made by other code is made anew."""
    made = hashlib.sha256()
    for room, name in (
        ("nashra.search", "index.py"),
        ("nashra.search", "words.py"),
        ("nashra.search", "data/words.toml"),
        ("nashra.arabic", "letters.py"),
        ("nashra.arabic", "stems.py"),
        ("nashra.arabic", "data/stems.toml"),
    ):
        made.update(files(room).joinpath(name).read_bytes())
    return made.hexdigest()


class Update(NamedTuple):
    """The index as it is now: its ``eras``, newest first; the shards that changed, each as its era's path and its
    number; the paths of the eras that ``changed`` and of those that are ``gone``; and the stories that were put in
    otherwise than before or taken out."""

    eras: list[Era]
    touched: set[tuple[str, int]]
    changed: set[str]
    gone: set[str]
    stories: set[str]


def update(archive: Archive, text: Callable[[Record], Sequence[str]]) -> Update:
    """Bring the index in ``archive`` up to date; ``text`` says what of a story besides its headline is searched."""
    made = Update(eras(archive.months()), set(), set(), set(), set())
    gone, new = archive.indexed_by(code(), {era.path: (era.start, era.end) for era in made.eras})
    made.gone.update(gone)

    def keep(changes: Changes) -> None:
        for shard in changes.touched():
            archive.keep_shard(*shard, changes.apply(shard, archive.shard(*shard)))
        made.touched.update(changes.touched())
        made.changed.update(changes.eras)

    # What stands in the index moves to the eras that are new as it is: no story is read again.
    for era in made.eras:
        for stories in archive.indexed(era.start, era.end, _AT_ONCE) if era.path in new else ():
            changes = Changes(made.eras)
            for story in stories:
                changes.change(None, story)
            keep(changes)
    while True:
        found = archive.to_index(_AT_ONCE)
        changes = Changes(made.eras)
        for one in found:
            after = None
            if one.record is not None:
                after = (one.place, forms(one.record.headline, text(one.record)))
                archive.keep_indexed(one.id, *after)
            else:
                archive.forget_indexed(one.id)
            changes.change(one.before, after)
        keep(changes)
        made.stories.update(one.id for one in found)
        if len(found) < _AT_ONCE:
            archive.indexed_all()
            return made
