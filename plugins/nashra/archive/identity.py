"""Decide which known story each story of a bulletin is: pure, so that it can be tried on any history of edits."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nashra.arabic.letters import key
from nashra.arabic.slugs import words
from nashra.desk.model import Bulletin
from nashra.errors import Problem

# Words from which a paragraph tells stories apart.
_TELLING = 6


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a story can be recognised by: its headline and a digest of each paragraph, spelling folded."""

    headline: str
    paragraphs: tuple[str, ...]


class Listed(NamedTuple):
    """A list a story stands in: ``role`` is category, tag or author."""

    role: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A story the ledger has promised, first ``seen`` at an ISO instant in UTC.

    ``print`` is how it read when last seen, in ``seed`` at place ``at``; ``gone`` is the instant from which it was
    published no more, "" while it is, and ``lists`` what it was listed in then, as far as that is known. ``withdrawn``
    says that the newsroom took it back, whatever stands in its seed, with the ``reason`` it gives to readers; ``note``
    is a digest of the editor's note of correction, "" where there is none.
    """

    id: str
    uri: str
    permalink: str
    published: str
    seen: str
    seed: str
    at: int
    print: Fingerprint
    updated: str = ""
    gone: str = ""
    lists: tuple[Listed, ...] = ()
    withdrawn: bool = False
    reason: str = ""
    note: str = ""


class Arriving(NamedTuple):
    """A story as it stands in ``seed`` at place ``at`` now; ``instead`` of another seed that held the same copy and
    was the one published."""

    seed: str
    at: int
    print: Fingerprint
    instead: bool = False


def digest(text: str, length: int = 10) -> str:
    """Return ``length`` base-32 characters of the SHA-256 of ``text``."""
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:length]


def fingerprint(headline: str, paragraphs: Sequence[str]) -> Fingerprint:
    """Return the fingerprint of a story; ``headline`` is "" for one that was made from its lead.

    Short lines («(وكالات)», «انتهى») tell no story from another and are left out, unless there is nothing else.
    """
    telling = [text for text in paragraphs if len(text.split()) >= _TELLING] or paragraphs
    return Fingerprint(digest(key(headline)) if headline else "", tuple(digest(key(text)) for text in telling))


def copied(bulletin: Bulletin) -> str:
    """Return what is the same for two seeds that hold the same copy, whatever they are called: text and header."""
    text = [paragraph.text for paragraph in bulletin.paragraphs]
    return digest(repr((bulletin.header, bulletin.headline, text, sorted(bulletin.breaks))), 52)


def same_copy(folder: str, name: str, first: str) -> Problem:
    """Return what is said of the seed ``name`` of a ``folder`` that holds the same copy as the ``first`` one."""
    return Problem(f"the same text as {folder}/{first}", "published once", path=f"{folder}/{name}")


def recognise(known: Sequence[Known], arriving: Sequence[Arriving]) -> list[Known | None]:
    """Return, for each arriving story, the known story it is, or None for a new one.

    ``known`` are all stories last seen in the seeds that changed or went, ``arriving`` all that stand in the changed
    ones now. Text decides first, most of it first, wherever it moved; then, within a seed, the headline; then the
    place: a story rewritten whole is the one that stood there, unless that one had gone before. What stands
    ``instead`` of a seed that changed is the story that was there only where that seed is so no more by its words.
    """
    found: list[Known | None] = [None] * len(arriving)
    taken: set[int] = set()

    def settle(pairs: Iterable[tuple[tuple[int | bool, ...], int, int]]) -> None:
        for _, number, at in sorted(pairs):
            if found[at] is None and number not in taken:
                found[at] = known[number]
                taken.add(number)

    by_text = list(_by_text(known, arriving))
    settle(pair for pair in by_text if not arriving[pair[2]].instead)
    here: dict[str, list[int]] = {}
    for number, story in enumerate(known):
        here.setdefault(story.seed, []).append(number)
    same_seed = [(number, at, story) for at, story in enumerate(arriving) for number in here.get(story.seed, ())]
    settle(
        ((bool(known[number].gone), abs(known[number].at - story.at)), number, at)
        for number, at, story in same_seed
        if story.print.headline and story.print.headline == known[number].print.headline
    )
    settle(by_text)
    settle(
        ((), number, at) for number, at, story in same_seed if known[number].at == story.at and not known[number].gone
    )
    return found


def _by_text(known: Sequence[Known], arriving: Sequence[Arriving]) -> Iterator[tuple[tuple[int | bool, ...], int, int]]:
    """Yield (rank, number, at) of the pairs that share text: within a seed a paragraph will do; a story that moved
    must share most of it, and no text that several stories have counts."""
    holders: dict[str, list[int]] = {}
    for number, story in enumerate(known):
        for paragraph in set(story.print.paragraphs):
            holders.setdefault(paragraph, []).append(number)
    for at, (seed, place, print_, _) in enumerate(arriving):
        shared: dict[int, int] = {}
        for paragraph in set(print_.paragraphs):
            holding = holders.get(paragraph, [])
            for number in holding:
                if len(holding) == 1 or known[number].seed == seed:
                    shared[number] = shared.get(number, 0) + 1
        for number, count in shared.items():
            story = known[number]
            moved = story.seed != seed
            if moved and 2 * count <= min(len(set(story.print.paragraphs)), len(set(print_.paragraphs))):
                continue
            same = story.print.headline == print_.headline
            yield (-count, not same, moved, bool(story.gone), abs(story.at - place)), number, at


def permalink(folders: Sequence[str], headline: str, story_id: str, taken: Callable[[str], bool]) -> str:
    """Return a path like ``2021/07/slug.html`` that is not ``taken`` and no index page.

    Slugs are lower case, so that two permalinks never meet on a file system that folds case.
    """
    for tail in ("", f"-{story_id}"):
        stem = words(headline, 120 - len(tail))
        path = "/".join((*folders, f"{stem}{tail if stem else story_id}.html"))
        if not taken(path) and not path.endswith("/index.html"):
            return path
    raise AssertionError(f"two stories share the id {story_id}")
