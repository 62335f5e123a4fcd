"""Lists of articles over the archive, and their pages, numbered from the oldest so that a full page never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload
from urllib.parse import quote

from nashra.archive.record import Record


class Articles(Sequence[Any]):
    """A lazy sequence of Pelican articles, made from records as they are looked at."""

    def __init__(self, records: Sequence[Record], article: Callable[[Record], Any]) -> None:
        self._records = records
        self._article = article

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self._article(record) for record in self._records[at]]
        return self._article(self._records[at])

    def __iter__(self) -> Iterator[Any]:
        return map(self._article, self._records)


class Paginator:
    """Pages of a newest-first list, with the names Pelican's templates know.

    Page 1 is the list's own page and holds between ``per_page`` and 2 × ``per_page`` − 1 of the newest items (or all
    there are); the others hold exactly ``per_page`` and are saved as ``name/1.html``, ``name/2.html``, … from the
    oldest on, so that a new story touches page 1 and, once in ``per_page`` stories, makes one more.
    """

    def __init__(self, name: str, url: str, items: Sequence[Any], per_page: int) -> None:
        self.name = name
        self.url = url
        self.object_list = items
        self.per_page = per_page
        self.count = len(items)
        self.num_pages = max(1, self.count // per_page)
        self.page_range = list(range(1, self.num_pages + 1))

    def page(self, number: int) -> Page:
        """Return page ``number``, 1 being the newest."""
        first = self.count - (self.num_pages - 1) * self.per_page
        start = 0 if number == 1 else first + (number - 2) * self.per_page
        end = first if number == 1 else start + self.per_page
        return Page(self, number, start, end)


class Page:
    """One page of a Paginator, items ``start`` to ``end`` of its list."""

    def __init__(self, paginator: Paginator, number: int, start: int, end: int) -> None:
        self.paginator = paginator
        self.number = number
        self._start = start
        self._end = end
        stem = paginator.name.removesuffix(".html")
        from_oldest = paginator.num_pages - number + 1
        self.save_as = paginator.name if number == 1 else f"{stem}/{from_oldest}.html"
        self.url = paginator.url if number == 1 else quote(self.save_as)

    @cached_property
    def object_list(self) -> Sequence[Any]:
        """The items, read when first looked at: templates ask a neighbouring page only for its address."""
        return self.paginator.object_list[self._start : self._end]

    def has_next(self) -> bool:
        """Tell whether there is a page of older items."""
        return self.number < self.paginator.num_pages

    def has_previous(self) -> bool:
        """Tell whether there is a page of newer items."""
        return self.number > 1

    def has_other_pages(self) -> bool:
        """Tell whether the list has more than this page."""
        return self.paginator.num_pages > 1

    def next_page_number(self) -> int:
        """Return the number of the page of older items."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """Return the number of the page of newer items."""
        return self.number - 1

    def start_index(self) -> int:
        """Return the 1-based index of the first item, 0 for an empty list."""
        return self._start + 1 if self._end else 0

    def end_index(self) -> int:
        """Return the 1-based index of the last item."""
        return self._end
