"""Pages of a list, numbered from the oldest: a full page never changes again."""

from __future__ import annotations

import pytest

from nashra.site.lists import Paginator

PER_PAGE = 5


def pages(count: int) -> dict[str, list[int]]:
    """Return the items (numbered from the oldest) of each page by where it is saved."""
    newest_first = list(range(count - 1, -1, -1))
    paginator = Paginator("tag/بوتين.html", "tag/x.html", newest_first, PER_PAGE)
    found = [paginator.page(number) for number in paginator.page_range]
    assert [page.has_next() for page in found] == [True] * (len(found) - 1) + [False]
    assert [page.has_previous() for page in found] == [False] + [True] * (len(found) - 1)
    assert found[0].url == "tag/x.html" and all(page.url.isascii() for page in found)
    if count:
        assert [page.start_index() for page in found] == [1, *(page.end_index() + 1 for page in found[:-1])]
        assert found[-1].end_index() == count
    return {page.save_as: list(page.object_list) for page in found}


@pytest.mark.parametrize("count", range(24))
def test_every_item_is_on_one_page(count: int) -> None:
    made = pages(count)
    assert [item for items in made.values() for item in items] == list(range(count - 1, -1, -1))
    assert len(made["tag/بوتين.html"]) < 2 * PER_PAGE


def test_a_full_page_never_changes() -> None:
    seen: dict[str, list[int]] = {}
    for count in range(1, 40):
        made = pages(count)
        newest = made.pop("tag/بوتين.html")
        assert newest[0] == count - 1
        assert all(made[name] == items for name, items in seen.items())
        assert len(made.keys() - seen.keys()) <= 1
        seen = made
    assert "tag/بوتين/1.html" in seen
