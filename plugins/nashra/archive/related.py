"""Which stories go together: what is related to a story, and which earlier story a running story goes on from.

Pure. A story is only ever compared with stories that were known when it came in: what comes later changes nothing
that was said of it, so an old page stays as it is and a thread keeps its first story.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from heapq import heappush, heappushpop
from typing import NamedTuple

# Who and what a story is about. That the same agency tells two stories ties them to nothing.
ENTITIES = ("person", "place", "organisation", "event", "topic")
# Of each tag, how many of its newest stories are looked at: what bounds the cost of a page.
NEAREST = 40
# A tag that more stories than this share within the window is in the news anyway, and ties no two of them.
RARE = 12
# How many days may lie between two stories of a thread.
WINDOW = 14
# How many rare tags two stories of a thread share at least.
SHARED = 3
# After this many days a shared tag speaks half as much.
_HALF = 30
_UNIT = 1_000_000


class Near(NamedTuple):
    """A story that shares a tag: enough of it to rank it. ``instant`` is ISO 8601 in UTC."""

    id: str
    instant: str
    seed: str


class Shared(NamedTuple):
    """A tag of a story: its ``kind``, and the ``stories`` near it that have the tag too, each as Near has it."""

    kind: str
    stories: Sequence[tuple[str, str, str]]


def related(instant: str, shared: Iterable[Shared], most: int) -> list[str]:
    """Return the ids of the stories related to one of ``instant``, the nearest first.

    Each shared tag speaks the more the fewer stories have it, and the more the closer they are in time. All in whole
    numbers, ties broken by time and id: the same on every machine.
    """
    scores: dict[str, int] = {}
    instants: dict[str, str] = {}
    for _, stories in shared:
        speaks = _UNIT // (1 + len(stories))
        for story_id, when, _ in stories:
            scores[story_id] = scores.get(story_id, 0) + speaks
            instants[story_id] = when
    # Time only takes from a score: most stories share too little to come near, wherever they stand in time.
    best: list[tuple[int, str, str]] = []
    for story_id in sorted(scores, key=scores.__getitem__, reverse=True):
        if len(best) == most and scores[story_id] < best[0][0]:
            break
        when = instants[story_id]
        ranked = scores[story_id] * _HALF // (_HALF + _days(instant, when)), when, story_id
        if len(best) < most:
            heappush(best, ranked)
        else:
            heappushpop(best, ranked)
    return [story_id for _, _, story_id in sorted(best, reverse=True)]


def continued(instant: str, seed: str, shared: Iterable[Shared]) -> str:
    """Return the id of the earlier story that one of ``instant`` in ``seed`` goes on from, "" when it begins something.

    Two stories run on when they share ``SHARED`` rare tags, not all of them places; the one that shares most goes
    before the one that is nearest. Stories of one bulletin were told apart by the desk and never run on.
    """
    ties: dict[Near, list[str]] = {}
    for kind, stories in shared:
        if len(stories) <= RARE:
            for story in map(Near._make, stories):
                ties.setdefault(story, []).append(kind)
    found = [
        (len(kinds), -_days(instant, story.instant), story.instant, story.id)
        for story, kinds in ties.items()
        if story.seed != seed and len(kinds) >= SHARED and set(kinds) != {"place"}
    ]
    return max(found)[-1] if found else ""


def _days(one: str, other: str) -> int:
    return abs(_ordinal(one[:10]) - _ordinal(other[:10]))


@lru_cache(maxsize=4096)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
