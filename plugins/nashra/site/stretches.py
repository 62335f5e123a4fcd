"""All pages of a site, by stretches of time: a page is made in the one that its newest story falls into.

What is close in time is shown together, on days, lists and as neighbours: made stretch by stretch, each story is read
and drawn once for all of them, however large the archive. Stretches are also what is shared out among processes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from nashra.archive.changes import ListKey
from nashra.archive.store import Archive

# Stories of one stretch, but for those of one moment, which stay together.
SIZE = 500
_ROLES = ("category", "tag", "author", "period")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The stories from the instant ``start`` to before ``end``, and the pages of lists whose newest story is one of
    them, by their numbers. ``newest``: it is the last in time, and has what belongs to no time."""

    start: str
    end: str
    newest: bool
    pages: dict[ListKey, set[int]] = field(default_factory=dict)


def stretches(archive: Archive, per_page: Callable[[str], int], direct: Iterable[str]) -> list[Stretch]:
    """Return the stretches of the archive, the newest first; ``per_page`` tells how many stories a page of a list of
    this role holds (0: all of them), ``direct`` are the names of lists of all stories.

    It costs the lists of all stories once, and keeps a number a page.
    """
    bounds = sorted(set(archive.instants(SIZE)))
    found = [Stretch(start, end, end == "~") for start, end in zip(["", *bounds], [*bounds, "~"], strict=True)]

    def put(key: ListKey, starts: list[str]) -> None:
        for number, instant in enumerate(starts, 1):
            found[bisect_right(bounds, instant)].pages.setdefault(key, set()).add(number)

    for role in _ROLES:
        for slug, starts in archive.page_starts(role, per_page(role)):
            put((role, slug), starts)
    for name in direct:
        all_pages = dict(archive.page_starts("", per_page(name)))
        put(("direct", name), all_pages.get("", ["~"]))
    return found[::-1]
