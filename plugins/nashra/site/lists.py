"""Lists of articles over the archive, and their pages, numbered from the oldest so that a full page never changes.

What a template looks at of lists is noted, so that a build knows which pages a change may touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, TypeVar, overload
from urllib.parse import quote

from nashra.archive.changes import ListKey
from nashra.archive.record import Record
from nashra.archive.store import StoryList

# Noted of a page of a list that tells more of the list than its own part: how long it is, say.
WHOLE = "whole"
# Noted of what stands around a story: its neighbours, the stories it is related to, its running stories.
NEAR = "near"
_V = TypeVar("_V")


class Reads:
    """What pages look at besides their own story or their own part of a list, by the pages' ``role``: the lists, as
    "role slug", and what the context holds of all stories, by its names."""

    def __init__(self) -> None:
        self.by_role: dict[str, set[str]] = {}
        self._now: set[str] | None = None

    @contextmanager
    def by(self, role: str, own: frozenset[str] = frozenset()) -> Iterator[None]:
        """Note what is looked at meanwhile as looked at by pages of ``role``; what is their ``own`` list is left out,
        and WHOLE for it where that is more than a page's part."""
        before, self._now = self._now, set()
        try:
            yield
        finally:
            noted, self._now = self._now, before
            self.by_role.setdefault(role, set()).update(noted - own, [WHOLE] if noted & own else [])

    def note(self, what: str) -> None:
        """Note that ``what`` is looked at."""
        if self._now is not None:
            self._now.add(what)

    def remember(self, told: dict[str, list[str]]) -> None:
        """Take up what earlier builds noted."""
        for role, reads in told.items():
            self.by_role.setdefault(role, set()).update(reads)

    def told(self) -> dict[str, list[str]]:
        """Return what was noted, to be kept for the next build."""
        return {role: sorted(reads) for role, reads in sorted(self.by_role.items())}


class NotedList(list[_V]):
    """A list of the context that notes when it is looked at."""

    def __init__(self, items: Iterable[_V], name: str, reads: Reads) -> None:
        super().__init__(items)
        self._note = partial(reads.note, name)

    def __len__(self) -> int:
        self._note()
        return super().__len__()

    def __iter__(self) -> Iterator[_V]:
        self._note()
        return super().__iter__()

    def __getitem__(self, at: Any) -> Any:
        self._note()
        return super().__getitem__(at)

    def __reversed__(self) -> Iterator[_V]:
        self._note()
        return super().__reversed__()

    def __contains__(self, item: object) -> bool:
        self._note()
        return super().__contains__(item)

    def __add__(self, other: Any) -> Any:
        self._note()
        return super().__add__(other)

    def __repr__(self) -> str:
        self._note()
        return super().__repr__()


class NotedPeriod(dict[str, Any]):
    """A period as another's page sees it: how many stories it has, and which, is noted when it is looked at."""

    def __init__(self, period: Mapping[str, Any], reads: Reads) -> None:
        super().__init__(period)
        self._reads = reads

    def __getitem__(self, key: str) -> Any:
        if key in ("count", "articles", "dates"):
            self._reads.note("period_archives")
        return super().__getitem__(key)


class NotedMapping(Mapping[str, _V]):
    """A mapping of the context whose values are made when they are first looked at, and that notes when it is."""

    def __init__(self, make: Mapping[str, Callable[[], _V]], name: str = "", reads: Reads | None = None) -> None:
        self._make = make
        self._made: dict[str, _V] = {}
        self._name = name
        self._reads = reads

    def __getitem__(self, key: str) -> _V:
        if self._reads:
            self._reads.note(self._name)
        if key not in self._made:
            self._made[key] = self._make[key]()
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)


class Articles(Sequence[Any]):
    """A lazy sequence of Pelican articles, made from records as they are looked at."""

    def __init__(
        self, records: StoryList, article: Callable[[Record], Any], key: ListKey = ("", ""), reads: Reads | None = None
    ) -> None:
        self.records = records
        self.key = key
        self._article = article
        self._reads = reads

    def _note(self) -> None:
        if self._reads:
            self._reads.note(" ".join(self.key))

    def part(self, start: int, end: int) -> list[Any]:
        """Return the articles ``start`` to ``end``: a page's own."""
        return [self._article(record) for record in self.records[start:end]]

    def __len__(self) -> int:
        self._note()
        return len(self.records)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        self._note()
        if isinstance(at, slice):
            return [self._article(record) for record in self.records[at]]
        return self._article(self.records[at])

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return map(self._article, self.records)


class Paginator:
    """Pages of a newest-first list, with the names Pelican's templates know.

    Page 1 is the list's own page and holds between ``per_page`` and 2 × ``per_page`` − 1 of the newest items (or all
    there are); the others hold exactly ``per_page`` and are saved as ``name/1.html``, ``name/2.html``, … from the
    oldest on, so that a new story touches page 1 and, once in ``per_page`` stories, makes one more.
    """

    def __init__(self, name: str, url: str, items: Sequence[Any], per_page: int, reads: Reads | None = None) -> None:
        self.name = name
        self._stem = name.removesuffix(".html")
        self.url = url
        self.per_page = per_page
        self._items = items
        self.size = len(items.records) if isinstance(items, Articles) else len(items)
        self.pages = self.pages_of(self.size)
        # The page that is written now.
        self.now = 1
        self._reads = reads

    def pages_of(self, count: int) -> int:
        """Return how many pages so many items take."""
        return max(1, count // self.per_page)

    def note(self) -> None:
        """Note that a page tells what changes with every new story."""
        if self._reads:
            self._reads.note(WHOLE)

    @property
    def count(self) -> int:
        """How many items there are."""
        self.note()
        return self.size

    @property
    def num_pages(self) -> int:
        """How many pages there are."""
        self.note()
        return self.pages

    @property
    def page_range(self) -> list[int]:
        """The numbers of the pages."""
        return list(range(1, self.num_pages + 1))

    @property
    def object_list(self) -> Sequence[Any]:
        """All items."""
        self.note()
        return self._items

    def bounds(self, number: int) -> tuple[int, int]:
        """Return which items page ``number`` holds, from the newest on."""
        first = self.size - (self.pages - 1) * self.per_page
        start = 0 if number == 1 else first + (number - 2) * self.per_page
        return start, first if number == 1 else start + self.per_page

    def part(self, start: int, end: int) -> Sequence[Any]:
        """Return the items ``start`` to ``end``."""
        return self._items.part(start, end) if isinstance(self._items, Articles) else self._items[start:end]

    def page(self, number: int) -> Page:
        """Return page ``number``, 1 being the newest."""
        return Page(self, number, *self.bounds(number))

    def save_as(self, number: int) -> str:
        """Return where page ``number`` is saved: under its number from the oldest page on, which never changes."""
        return self.name if number == 1 else f"{self._stem}/{self.pages - number + 1}.html"

    def holding(self, older: int) -> int:
        """Return the number of the page that holds the item which ``older`` items are older than."""
        return max(1, self.pages - older // self.per_page)


class Page:
    """One page of a Paginator, items ``start`` to ``end`` of its list."""

    def __init__(self, paginator: Paginator, number: int, start: int, end: int) -> None:
        self.paginator = paginator
        self._number = number
        self._start = start
        self._end = end
        # Its number from the oldest page on: the same for ever, once the page is full.
        self.from_oldest = paginator.pages - number + 1
        self.save_as = paginator.save_as(number)
        self.url = paginator.url if number == 1 else quote(self.save_as)

    @property
    def number(self) -> int:
        """Its number from the newest page on, which changes with every page that is new."""
        self.paginator.note()
        return self._number

    @cached_property
    def object_list(self) -> Sequence[Any]:
        """The items, read when first looked at: templates ask a neighbouring page only for its address."""
        if self._number != self.paginator.now:
            self.paginator.note()
        return self.paginator.part(self._start, self._end)

    def has_next(self) -> bool:
        """Tell whether there is a page of older items."""
        return self._number < self.paginator.pages

    def has_previous(self) -> bool:
        """Tell whether there is a page of newer items."""
        return self._number > 1

    def has_other_pages(self) -> bool:
        """Tell whether the list has more than this page."""
        return self.paginator.pages > 1

    def next_page_number(self) -> int:
        """Return the number of the page of older items."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """Return the number of the page of newer items."""
        return self.number - 1

    def start_index(self) -> int:
        """Return the 1-based index of the first item, 0 for an empty list."""
        self.paginator.note()
        return self._start + 1 if self._end else 0

    def end_index(self) -> int:
        """Return the 1-based index of the last item."""
        self.paginator.note()
        return self._end
