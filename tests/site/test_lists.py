"""Pages of a list, numbered from the oldest: a full page never changes again."""

from __future__ import annotations

import random

import pytest

from nashra.archive.changes import Moved, Place
from nashra.site.lists import Paginator
from nashra.site.work import pages_to_make

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


def pages_as_made(items: list[int], per_page: int) -> dict[str, tuple[list[int], str, str]]:
    """Return what each page of a list is made of: its items, and where it leads to."""
    paginator = Paginator("list.html", "list.html", items, per_page)
    made = {}
    for number in paginator.page_range:
        page = paginator.page(number)
        newer = paginator.page(number - 1).save_as if page.has_previous() else ""
        older = paginator.page(number + 1).save_as if page.has_next() else ""
        made[page.save_as] = (list(page.object_list), newer, older)
    return made


@pytest.mark.parametrize("number", range(200))
def test_every_page_that_changes_is_made_again(number: int) -> None:
    """Against all that may come, go and change in a list: what Work leaves is what a build of everything makes."""
    chance = random.Random(number)
    per_page = chance.choice([1, 2, 3, 5])
    before = sorted(chance.sample(range(100), chance.randrange(0, 30)), reverse=True)
    gone = set(chance.sample(before, min(len(before), chance.choice([0, 0, 1, 4]))))
    come = set(chance.sample(sorted(set(range(100)) - set(before)), chance.choice([0, 1, 1, 6])))
    edited = set(chance.sample(sorted(set(before) - gone), min(len(before) - len(gone), chance.choice([0, 1, 2]))))
    now = sorted((set(before) - gone) | come, reverse=True)
    moved = [Moved(_at(one), None) for one in gone] + [Moved(None, _at(one)) for one in come]
    moved += [Moved(_at(one), _at(one)) for one in edited]
    paginator = Paginator("list.html", "list.html", now, per_page)
    wanted = pages_to_make(paginator, moved, lambda place: sum(_at(one) < place for one in now))
    was, is_ = pages_as_made(before, per_page), pages_as_made(now, per_page)
    for page in map(paginator.page, range(1, paginator.pages + 1)):
        if page._number not in wanted:
            assert is_[page.save_as] == was[page.save_as]
            assert not edited & set(is_[page.save_as][0])


def _at(one: int) -> Place:
    return f"{one:03}", "", "", 0
