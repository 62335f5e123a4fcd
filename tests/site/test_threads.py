"""Which stories go together: related ones, running stories; and that what is said of a story once stays."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nashra.archive.record import Record, TagRef
from nashra.archive.related import NEAREST, RARE, Near, Shared, continued, related
from nashra.archive.store import Archive

PEOPLE = ["بوتين", "لافروف", "بايدن", "ماكرون"]


def tag(name: str) -> TagRef:
    kind = "person" if name in PEOPLE else "event" if name.startswith("قمة") else "place"
    return TagRef(kind, name, name)


def story(number: int, day: int, tags: str, seen: int = 0, seed: str = "") -> Record:
    name = f"id{number:03}"
    return Record(
        name,
        f"tag:{name}",
        f"{name}.html",
        seed or f"{name}.txt",
        number,
        f"عنوان {number}",
        "",
        "cyber",
        f"2021-07-{day:02}" if day <= 31 else f"2021-08-{day - 31:02}",
        seen=f"2021-09-{seen + 1:02}T00:00:00+00:00",
        paragraphs=("نص",),
        tags=tuple(map(tag, tags.split())),
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "state", tmp_path / "ledger.jsonl") as archive:
        yield archive


def put(archive: Archive, *stories: Record) -> None:
    seeds: dict[str, list[Record]] = {}
    for one in stories:
        seeds.setdefault(one.seed, []).append(one)
    for seed, records in seeds.items():
        archive.replace(seed, records)
    archive.retie()


def ids(records: Iterable[Record]) -> list[str]:
    return [record.id for record in records]


# --- related ---------------------------------------------------------------------------------------------------


def test_rare_tags_and_near_stories_go_first() -> None:
    common = [Near(f"c{n}", "2021-07-09", "s") for n in range(20)]
    rare, far = Near("rare", "2021-07-09", "s"), Near("far", "2021-01-09", "s")
    found = related("2021-07-10T00:00:00+00:00", [Shared("place", [*common, rare]), Shared("person", [rare, far])], 3)
    assert found[:2] == ["rare", "far"]
    near, later = Near("a", "2021-06-01", "s"), Near("b", "2021-07-01", "s")
    assert related("2021-07-10", [Shared("person", [near, later])], 4) == ["b", "a"]
    assert related("2021-07-10", [], 4) == [] and related("2021-07-10", [Shared("person", [])], 4) == []


def test_an_agency_in_common_relates_nothing(archive: Archive) -> None:
    agency = (TagRef("agency", "تاس", "تاس"),)
    one, two = (replace(story(n, n, ""), tags=agency) for n in (1, 2))
    put(archive, one, two)
    assert archive.related(two, 4) == []


def test_at_least_three_when_they_exist(archive: Archive) -> None:
    put(archive, *(story(n, n, "بوتين") for n in range(1, 6)))
    assert ids(archive.related(archive.story("id005"), 4)) == ["id004", "id003", "id002", "id001"]
    assert ids(archive.related(archive.story("id003"), 4)) == ["id002", "id001"]


def test_what_comes_later_changes_no_page(archive: Archive) -> None:
    put(archive, *(story(n, n + 5, "بوتين روسيا") for n in range(8)))
    before = {one.id: ids(archive.related(one, 4)) for one in archive.stories()}
    assert before["id007"]
    # Newer ones, one of the same day, and one that is older but came in later.
    put(archive, story(20, 30, "بوتين", 1), story(21, 12, "بوتين روسيا", 1), story(22, 1, "بوتين روسيا", 1))
    assert {one.id: ids(archive.related(one, 4)) for one in archive.stories() if one.id in before} == before
    assert "id022" in ids(archive.related(archive.story("id021"), 9))


def test_of_a_tag_only_the_newest_stories_are_looked_at(archive: Archive) -> None:
    put(archive, *(story(n, 1 + n // 10, "روسيا") for n in range(NEAREST + 30)))
    newest = archive.stories()[0]
    assert len(archive.related(newest, 1000)) == NEAREST


# --- running stories -------------------------------------------------------------------------------------------


def test_a_story_goes_on_from_the_one_that_shares_most() -> None:
    a, b = Near("a", "2021-07-08", "x"), Near("b", "2021-07-01", "y")
    four = [Shared("person", [a, b]), Shared("place", [a, b]), Shared("place", [a, b]), Shared("place", [b])]
    assert continued("2021-07-09", "s", four) == "b"
    assert continued("2021-07-09", "s", four[:3]) == "a"
    assert continued("2021-07-09", "s", four[:2]) == ""
    assert continued("2021-07-09", "s", four[1:]) == "", "places alone"
    assert continued("2021-07-09", "y", four) == "a", "one bulletin's stories"
    crowd = [Near(f"c{n}", "2021-07-08", "x") for n in range(RARE)]
    assert continued("2021-07-09", "s", [Shared("person", [a, *crowd]), *four[1:3]]) == "", "a tag in the news anyway"


def test_a_thread_is_a_chain_with_the_first_storys_name(archive: Archive) -> None:
    put(archive, *(story(n, day, "بوتين لافروف دمشق") for n, day in ((1, 1), (2, 10), (3, 20))))
    assert archive.threads(3) == [("id001", 3)]
    assert ids(archive.thread("id001")) == ["id003", "id002", "id001"]
    assert {archive.thread_of(f"id00{n}") for n in (1, 2, 3)} == {"id001"}
    assert archive.threads(4) == []
    # Too long after the last of them.
    put(archive, story(4, 40, "بوتين لافروف دمشق", 1))
    assert archive.threads(3) == [("id001", 3)]


def test_the_name_stays_when_an_older_story_comes_late(archive: Archive) -> None:
    put(archive, *(story(n, n + 5, "بوتين لافروف دمشق") for n in (1, 2, 3)))
    put(archive, story(9, 2, "بوتين لافروف دمشق", 1))
    assert archive.threads(3) == [("id001", 4)]


def test_the_stories_of_one_bulletin_are_no_thread(archive: Archive) -> None:
    put(archive, *(story(n, 1, "بوتين لافروف دمشق", seed="one.txt") for n in (1, 2, 3)))
    assert archive.threads(2) == []


def test_an_event_runs_when_stories_of_two_days_tell_of_it(archive: Archive) -> None:
    put(archive, story(1, 1, "قمة-جنيف"), story(2, 1, "قمة-جنيف"), story(3, 1, "قمة-طهران"))
    assert archive.running_events() == []
    put(archive, story(4, 2, "قمة-جنيف", 1))
    assert [(group.ref.slug, group.size) for group in archive.running_events()] == [("قمة-جنيف", 3)]


def test_a_withdrawal_parts_a_thread(archive: Archive) -> None:
    put(archive, *(story(n, 10 * n, "بوتين لافروف دمشق") for n in (1, 2, 3)))
    archive.forget_seed("id002.txt")
    archive.retie()
    assert archive.threads(2) == []


@pytest.mark.parametrize("history", range(12))
def test_whatever_happened_the_threads_are_those_of_a_new_archive(history: int, tmp_path: Path) -> None:
    chance = random.Random(history)
    words = [*PEOPLE, "دمشق", "موسكو", "باريس", "قمة-جنيف"]
    held: dict[str, Record] = {}

    def ties(archive: Archive) -> list[object]:
        rows = archive.db.execute("SELECT id, parent, root FROM tie ORDER BY id").fetchall()
        return [*rows, archive.threads(2), archive.running_events()]

    with Archive(tmp_path / "state", tmp_path / "ledger.jsonl") as archive:
        for step in range(25):
            for _ in range(chance.choice([1, 1, 2, 9])):
                tags = " ".join(chance.sample(words, chance.randint(2, 5)))
                act = chance.random()
                if held and act < 0.2:
                    gone = held.pop(chance.choice(sorted(held)))
                    archive.forget_seed(gone.seed)
                elif held and act < 0.4:
                    old = held[chance.choice(sorted(held))]
                    new = story(old.at, chance.randint(1, 31), tags, seed=old.seed)
                    held[old.id] = replace(new, seen=old.seen)
                    archive.replace(old.seed, [held[old.id]])
                else:
                    one = story(100 + len(held) + 10 * step, chance.randint(1, 31), tags, step)
                    held[one.id] = one
                    archive.replace(one.seed, [one])
            archive.retie()
        made = ties(archive)
    assert made[0]
    with Archive(tmp_path / "new", tmp_path / "ledger.jsonl") as archive:
        put(archive, *(held[name] for name in chance.sample(sorted(held), len(held))))
        assert ties(archive) == made
