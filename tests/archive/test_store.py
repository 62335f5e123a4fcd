"""Lists over the archive: their order, their slices, their groups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nashra.archive.record import Record, TagRef, first_moment, period
from nashra.archive.store import Archive

WHEN = ["2021-07-09", "2021-07", "2021", "2020-12-31T23:30:00+03:00", "2021-W01"]


def record(number: int, published: str) -> Record:
    tags = (TagRef("place", "السودان", "السودان"),) if number % 2 else ()
    return Record(
        f"id{number}",
        f"tag:{number}",
        f"p{number}.html",
        "s.txt",
        number,
        f"عنوان {number}",
        "",
        "cyber",
        published,
        paragraphs=("نص",),
        tags=tags,
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "state", tmp_path / "ledger.jsonl") as archive:
        archive.replace("s.txt", [record(number, published) for number, published in enumerate(WHEN)])
        yield archive


def test_newest_first(archive: Archive) -> None:
    assert [story.published for story in archive.stories()] == [WHEN[n] for n in (0, 1, 4, 2, 3)]


def test_slices_are_those_of_a_list(archive: Archive) -> None:
    stories = archive.stories()
    everything = list(stories)
    for piece in (slice(None), slice(1, 3), slice(-2, None), slice(None, None, -1), slice(4, 99), slice(3, 1)):
        assert stories[piece] == everything[piece]
    assert stories[-1] == everything[-1]
    with pytest.raises(IndexError):
        stories[5]


def test_lists_by_tag_category_and_period(archive: Archive) -> None:
    assert [story.at for story in archive.stories("tag", "السودان")] == [1, 3]
    assert len(archive.stories("category", "cyber")) == 5
    assert len(archive.stories("category", "sport")) == 0
    assert [story.at for story in archive.stories("period", "2021/07")] == [0, 1]
    assert [(group.ref.name, group.size) for group in archive.groups("tag")] == [("السودان", 2)]
    assert archive.periods(3)[0] == ("2021/07/09", 1)


def test_neighbours(archive: Archive) -> None:
    stories = list(archive.stories())
    for place, story in enumerate(stories):
        newer, older = archive.neighbours(story)
        assert newer == (stories[place - 1] if place else None)
        assert older == (stories[place + 1] if place + 1 < len(stories) else None)


def test_a_record_survives_json() -> None:
    assert Record.from_json(record(1, "2021").to_json()) == record(1, "2021")


@pytest.mark.parametrize(
    ("value", "moment", "folders"),
    [
        ("2021", "2021-01-01T00:00:00+00:00", ("2021",)),
        ("2021-07", "2021-07-01T00:00:00+00:00", ("2021", "07")),
        ("2021-07-09", "2021-07-09T00:00:00+00:00", ("2021", "07", "09")),
        ("2021-W29", "2021-07-19T00:00:00+00:00", ("2021", "07")),
        ("2020-W53", "2020-12-28T00:00:00+00:00", ()),
        ("2021-07-09T02:00:00+03:00", "2021-07-08T23:00:00+00:00", ("2021", "07", "09")),
    ],
)
def test_moments_and_folders(value: str, moment: str, folders: tuple[str, ...]) -> None:
    assert first_moment(value).isoformat() == moment
    assert period(value) == folders
