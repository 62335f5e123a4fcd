"""Decide which known story each story of a bulletin is: pure, so that it can be tried on any history of edits."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nashra.arabic.letters import key
from nashra.arabic.slugs import words


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a story can be recognised by: its headline and a digest of each paragraph, spelling folded."""

    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A story the ledger has promised: ``print`` is how it read when last seen, in ``seed`` at place ``at``."""

    id: str
    uri: str
    permalink: str
    published: str
    seed: str
    at: int
    print: Fingerprint
    updated: str = ""


def digest(text: str, length: int = 10) -> str:
    """Return ``length`` base-32 characters of the SHA-256 of ``text``."""
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:length]


def fingerprint(headline: str, paragraphs: Sequence[str]) -> Fingerprint:
    """Return the fingerprint of a story."""
    return Fingerprint(digest(key(headline)), tuple(digest(key(p)) for p in paragraphs))


def recognise(known: Sequence[Known], seed: str, stories: Sequence[Fingerprint]) -> list[Known | None]:
    """Return, for each story of ``seed`` in order, the known story it is, or None for a new one.

    ``known`` are the candidates: stories last seen in this seed, and stories whose seed has gone. Most paragraphs
    in common win, then the same headline, then the same place; within one seed, a story that was rewritten
    whole is the one that stood in its place.
    """
    pairs = sorted(
        (
            (
                -len(set(candidate.print.paragraphs) & set(story.paragraphs)),
                candidate.print.headline != story.headline,
                candidate.seed != seed,
                abs(candidate.at - at),
                number,
                at,
            )
            for number, candidate in enumerate(known)
            for at, story in enumerate(stories)
        ),
    )
    found: list[Known | None] = [None] * len(stories)
    taken: set[int] = set()
    for shared, other_headline, elsewhere, distance, number, at in pairs:
        if found[at] is not None or number in taken:
            continue
        same_place = not elsewhere and not distance
        if shared or (not other_headline and not elsewhere) or same_place:
            found[at] = known[number]
            taken.add(number)
    return found


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
