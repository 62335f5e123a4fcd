"""Shards of the index: which stories hold which forms of the words of a shard, as text and as a browser reads it.

A story is a place: its day and its number within the day, in one integer that sorts like both. A new story costs the
shards its words fall into, each read, changed and written once.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

from nashra.arabic.stems import Memo
from nashra.archive.record import Record
from nashra.archive.store import Archive
from nashra.search.words import keys, words

# A place is day × DAY + number.
DAY = 1 << 20
# What is marked so stands in a headline.
_HEADLINE = "^"
# Stories whose postings are held in memory at once.
_AT_ONCE = 8192
# A shard's keys, each with its forms, each with the places of the stories that hold it.
Shard = dict[str, dict[str, list[int]]]
Postings = dict[int, dict[tuple[str, str], list[int]]]


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
    """What comes into the index and what goes, by shard."""

    def __init__(self, shards: int) -> None:
        self._mask = shards - 1
        self._come: Postings = defaultdict(lambda: defaultdict(list))
        self._gone: Postings = defaultdict(lambda: defaultdict(list))

    def change(self, before: tuple[int, Sequence[str]] | None, after: tuple[int, Sequence[str]] | None) -> None:
        """Note that a story, its place and its forms, is now ``after``; None where there was or is none."""
        if before and after and before[0] == after[0]:
            old, new = set(before[1]), set(after[1])
            before, after = (before[0], sorted(old - new)), (after[0], sorted(new - old))
        for story, side in ((before, self._gone), (after, self._come)):
            if story:
                for form in story[1]:
                    for number, key in _HASHED[form]:
                        side[number & self._mask][key, form].append(story[0])

    def touched(self) -> list[int]:
        """Return the numbers of the shards that change."""
        return sorted(self._come.keys() | self._gone.keys())

    def apply(self, number: int, data: bytes) -> bytes:
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
    """Among how many ``shards`` the index is divided, which of them changed, and the stories that were put in
    otherwise than before or taken out."""

    shards: int
    touched: set[int]
    stories: set[str]


def update(archive: Archive, text: Callable[[Record], Sequence[str]]) -> Update:
    """Bring the index in ``archive`` up to date; ``text`` says what of a story besides its headline is searched."""
    shards = shards_for(archive.count())
    archive.indexed_by(f"{code()} {shards}")
    touched: set[int] = set()
    stories: set[str] = set()
    while True:
        found = archive.to_index(_AT_ONCE)
        changes = Changes(shards)
        for one in found:
            after = None
            if one.record is not None:
                after = (one.place, forms(one.record.headline, text(one.record)))
                archive.keep_indexed(one.id, *after)
            else:
                archive.forget_indexed(one.id)
            changes.change(one.before, after)
        stories |= {one.id for one in found}
        touched |= set(changes.touched())
        for number in changes.touched():
            archive.keep_shard(number, changes.apply(number, archive.shard(number)))
        if len(found) < _AT_ONCE:
            archive.indexed_all()
            return Update(shards, touched, stories)
