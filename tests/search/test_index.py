"""The index as files: what a change of the archive changes in it, and that no history shows in it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Site
from nashra.archive.record import Record
from nashra.archive.store import Archive
from nashra.search import index as index_room
from nashra.search.index import DAY, Era, decode, encode, eras, joined, shards_for, update

FORMS = ["بوتين", "وبوتين", "لبوتين", "السيبراني", "سيبرانية", "وزير", "وزراء", "هجوم", "هجمات"]
DAYS = (
    "2021-07-09",
    "2021-07",
    "1969-01-01",
    "2021-07-10T23:30:00-03:00",
    "2021-06-30",
    "2021-05",
    "2020",
    "2021-08-01",
)
FORMS += ["بطولة", "لجنة", "كتاب", "طول", "30", "cisa", "من", "في"]


def record(number: int, chance: random.Random) -> Record:
    return Record(
        id=f"id{number}",
        uri=f"tag:{number}",
        permalink=f"{number}.html",
        seed=f"{number}.txt",
        at=0,
        headline=" ".join(chance.sample(FORMS, 3)),
        summary="",
        category=chance.choice(("cyber", "sport")),
        published=chance.choice(DAYS),
        seen=f"2026-01-01T00:00:{number % 60:02}+00:00",
        paragraphs=(" ".join(chance.sample(FORMS, 6)),),
    )


def text(record: Record) -> tuple[str, ...]:
    return record.paragraphs


def snapshot(archive: Archive) -> list[object]:
    eras = update(archive, text).eras
    return [
        [[era, *(archive.shard(era.path, number) or b"{}" for number in range(era.shards))] for era in eras],
        [(place, record.id) for place, record in archive.placed_from(0, 1 << 40)],
        archive.places(),
    ]


@pytest.mark.parametrize("undivided", [5000, 20])
@pytest.mark.parametrize("seed", range(4))
def test_any_history_ends_in_the_index_of_a_new_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, undivided: int
) -> None:
    monkeypatch.setattr(index_room, "_UNDIVIDED", undivided)
    monkeypatch.setattr(index_room, "_LEAST", undivided // 4)
    chance = random.Random(seed)
    there: dict[int, Record] = {}
    with Archive(tmp_path / "state", tmp_path / "ledger.jsonl") as archive:
        for _ in range(40):
            number = chance.randrange(60)
            if number in there and chance.random() < 0.4:
                archive.forget_seed(there.pop(number).seed)
            else:
                there[number] = record(number, chance)
                archive.replace(there[number].seed, [there[number]])
            if chance.random() < 0.5:
                update(archive, text)
        after = snapshot(archive)
    with Archive(tmp_path / "new", tmp_path / "ledger.jsonl") as archive:
        for one in sorted(there.values(), key=lambda one: one.id):
            archive.replace(one.seed, [one])
        assert snapshot(archive) == after


def test_an_unchanged_story_is_not_indexed_again(tmp_path: Path) -> None:
    one = record(1, random.Random(1))
    with Archive(tmp_path / "state", tmp_path / "ledger.jsonl") as archive:
        archive.replace(one.seed, [one])
        read: list[str] = []

        def noted(story: Record) -> tuple[str, ...]:
            read.append(story.id)
            return story.paragraphs

        update(archive, noted)
        update(archive, noted)
        archive.replace(one.seed, [one])
        update(archive, noted)
        assert read == ["id1"]
        archive.replace(one.seed, [replace(one, headline="عنوان آخر")])
        update(archive, noted)
        assert read == ["id1", "id1"] and archive.to_index(9) == []


def test_steps_and_places() -> None:
    places = [3, 4, 9, DAY, 5 * DAY + 7, 737972 * DAY, 737972 * DAY + 1]
    assert decode(encode(places)) == places
    assert len(json.dumps(encode([737972 * DAY + n for n in range(100)]))) < 420


def test_shards_double_as_the_archive_does() -> None:
    assert [shards_for(n) for n in (0, 40, 100, 1000, 10_000, 100_000)] == [16, 16, 64, 512, 4096, 65536]
    changes = sum(shards_for(n) != shards_for(n + 1) for n in range(100_000))
    assert changes == 12


def spread(months: int, each: int, last: int = 24287) -> list[tuple[str, int]]:
    """Return so many months up to the ``last`` (of year 1's first on), newest first, each with as many stories."""
    return [(f"{month // 12 + 1:04}-{month % 12 + 1:02}", each) for month in range(last, last - months, -1)]


def test_a_small_archive_is_one_era() -> None:
    assert eras([]) == [Era("all", "", "~", 16)]
    assert eras(spread(12, 300)) == [Era("all", "", "~", shards_for(3600))]


@pytest.mark.parametrize("each", [20, 42, 417, 4170])
@pytest.mark.parametrize("later", range(0, 40, 3))
def test_eras_hold_every_month_once_and_are_few(each: int, later: int) -> None:
    months = spread(240, each, 24287 + later)
    found = eras(months)
    assert [era.end for era in found] == ["~", *(era.start for era in found[:-1])] and found[-1].start == ""
    holding = [[size for month, size in months if era.start <= month < era.end] for era in found]
    assert sum(map(sum, holding)) == 240 * each and len(holding[0]) == 1
    assert all(sum(sizes) >= 1024 for sizes in holding[1:-1]) and len(found) <= 10
    assert [era.shards for era in found] == [shards_for(sum(sizes)) for sizes in holding]


def test_another_month_leaves_most_stories_in_their_era() -> None:
    moved = []
    for last in range(24200, 24320):
        before = {era.path for era in eras(spread(last - 24000, 417, last))}
        months = spread(last - 23999, 417, last + 1)
        new = [era for era in eras(months) if era.path not in before]
        moved.append(sum(size for month, size in months if any(era.start <= month < era.end for era in new)))
    assert sum(moved) / len(moved) < 12_000, "of 100,000"


def test_one_month_may_hold_all() -> None:
    assert eras([("2021-07", 9000)]) == [Era("2021-07", "", "~", shards_for(9000))]


def seeds(site: Site, *names: str) -> None:
    for name in names:
        site.seed(f"{name}.txt", f"Date: 2021-07-09\nCategory: cyber\nSplit: no\n\nخبر عن {name}\nجرى {name} أمس.\n")


def index(site: Site) -> dict[str, bytes]:
    return {name: data for name, data in site.tree().items() if name.startswith("search/")}


def test_a_new_story_rewrites_the_shards_of_its_words(empty: Site) -> None:
    seeds(empty, "إعصار", "فيضان", "بركان")
    assert empty.build(SOURCE_DATE_EPOCH="1627000000").returncode == 0
    before = index(empty)
    seeds(empty, "جفاف")
    assert empty.build(SOURCE_DATE_EPOCH="1627100000").returncode == 0
    after = index(empty)
    changed = {name for name in after if before.get(name) != after[name]}
    assert {name for name in changed if name.startswith("search/story/")} == after.keys() - before.keys()
    assert len(after.keys() - before.keys()) == 1 and "search/category/all/16/cyber.json" in changed
    # «خبر», «جرى», «أمس» and the word itself; «عن» is too common.
    assert len({name for name in changed if name.startswith("search/words/")}) <= 5


def test_a_story_that_went_leaves_no_word_and_moves_no_other(empty: Site) -> None:
    seeds(empty, "إعصار", "فيضان", "بركان")
    assert empty.build(SOURCE_DATE_EPOCH="1627000000").returncode == 0
    stories = {name: data for name, data in index(empty).items() if name.startswith("search/story/")}
    first = min(stories)
    gone = next(word for word in ("إعصار", "فيضان", "بركان") if word in stories[first].decode())
    (empty.seeds / f"{gone}.txt").unlink()
    assert empty.build(SOURCE_DATE_EPOCH="1627100000").returncode == 0
    left = index(empty)
    assert {name for name in left if name.startswith("search/story/")} == stories.keys() - {first}
    assert not any(gone in data.decode() for data in left.values())


def test_a_theme_without_a_search_page_has_no_index(empty: Site) -> None:
    settings = empty.folder / "pelicanconf.py"
    settings.write_text(settings.read_text("utf-8").replace('"search", ', ""), "utf-8")
    seeds(empty, "إعصار")
    assert empty.build().returncode == 0
    assert index(empty) == {}


@pytest.mark.parametrize("number", range(300))
def test_places_join_those_that_are_there(number: int) -> None:
    chance = random.Random(number)
    day = chance.choice([0, 1, 5, 700_000])
    there = {(day + chance.randrange(4)) * DAY + chance.randrange(5) for _ in range(chance.randrange(8))}
    coming = {(day + chance.randrange(6)) * DAY + chance.randrange(7) for _ in range(chance.randrange(1, 4))}
    assert joined(encode(sorted(there)), coming) == encode(sorted(there | coming))
