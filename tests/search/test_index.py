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
from nashra.search.index import DAY, decode, encode, joined, shards_for, update

FORMS = ["بوتين", "وبوتين", "لبوتين", "السيبراني", "سيبرانية", "وزير", "وزراء", "هجوم", "هجمات"]
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
        published=chance.choice(("2021-07-09", "2021-07", "1969-01-01", "2021-07-10T23:30:00-03:00")),
        seen=f"2026-01-01T00:00:{number % 60:02}+00:00",
        paragraphs=(" ".join(chance.sample(FORMS, 6)),),
    )


def text(record: Record) -> tuple[str, ...]:
    return record.paragraphs


def snapshot(archive: Archive) -> list[object]:
    shards = update(archive, text).shards
    return [
        [archive.shard(number) or b"{}" for number in range(shards)],
        [(place, record.id) for place, record in archive.placed_from(0, 1 << 40)],
        archive.places("cyber"),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_any_history_ends_in_the_index_of_a_new_archive(tmp_path: Path, seed: int) -> None:
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
    assert len(after.keys() - before.keys()) == 1 and "search/category/cyber.json" in changed
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
