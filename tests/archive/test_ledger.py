"""The ledger file: appended to, never rewritten; torn lines passed over, broken ones named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nashra.archive import ledger
from nashra.archive.identity import Fingerprint, Known, Listed
from nashra.archive.store import Archive
from nashra.errors import Problem

SEEN = "2021-07-20T00:00:00+00:00"
STORY = Known("k3", "tag:n,2026:k3", "2021/07/خبر.html", "2021-07", SEEN, "a.txt", 0, Fingerprint("h", ("1", "2")))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    size = ledger.append(path, [ledger.line(ledger.publish_event(STORY))])
    [(event, end)] = ledger.read(path)
    assert (ledger.apply(event, None), end, path.stat().st_size) == (STORY, size, size)


def test_a_torn_line_is_passed_over_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [ledger.line(ledger.publish_event(STORY))])
    with path.open("ab") as lines:
        lines.write(b'{"event": "edit", "id": "k')
    assert len(list(ledger.read(path))) == 1
    ledger.append(path, [ledger.line(ledger.edit_event(STORY))])
    assert [event["event"] for event, _ in ledger.read(path)] == ["publish", "edit"]


def test_a_last_line_that_only_lost_its_newline_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [ledger.line(ledger.publish_event(STORY)), ledger.line(ledger.edit_event(STORY))])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    [_, (event, end)] = ledger.read(path)
    assert (event["event"], end) == ("edit", path.stat().st_size)
    size = ledger.append(path, [ledger.line(ledger.edit_event(STORY))])
    assert size == path.stat().st_size
    assert [event["event"] for event, _ in ledger.read(path)] == ["publish", "edit", "edit"]
    assert [event["event"] for event, _ in ledger.read(path, end)] == ["edit"]


def test_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [ledger.line(ledger.publish_event(STORY))])
    path.write_bytes(b"\n" + path.read_bytes() + b" \r\n\n  ")
    [(event, end)] = ledger.read(path)
    assert event["id"] == STORY.id
    ledger.append(path, [ledger.line(ledger.edit_event(STORY))])
    assert [event["event"] for event, _ in ledger.read(path, end)] == ["edit"]


@pytest.mark.parametrize(
    "line",
    [
        "no json\n",
        "[]\n",
        "null\n",
        "1\n",
        "null",
        "[" * 100_000 + "\n",
        '{"event": "publish"}\n',
        '{"event": "other"}\n',
        '{"event": ["edit"]}\n',
        *(
            json.dumps(ledger.edit_event(STORY) | wrong) + "\n"
            for wrong in (
                {"id": 1},
                {"id": "\ud800"},
                {"seed": None},
                {"at": "0"},
                {"at": 0.0},
                {"at": True},
                {"at": -1},
                {"updated": 5},
                {"headline": []},
                {"paragraphs": "12"},
                {"paragraphs": {"1": "2"}},
                {"paragraphs": ["1", 2]},
            )
        ),
        json.dumps(ledger.publish_event(STORY) | {"permalink": None}) + "\n",
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [ledger.line(ledger.publish_event(STORY))])
    with path.open("a", encoding="utf-8") as lines:
        lines.write(line)
    with pytest.raises(Problem) as found:
        list(ledger.read(path))
    assert str(found.value).startswith(f"{path}:2: ")


def test_a_story_goes_and_comes_back(tmp_path: Path) -> None:
    missed = replace(STORY, gone="2021-08-01T00:00:00+00:00", lists=(Listed("tag", "بوتين", "فلاديمير بوتين"),))
    gone = ledger.apply(ledger.gone_event(missed), STORY)
    assert gone == missed
    assert ledger.apply(ledger.edit_event(gone), gone) == STORY
    assert ledger.apply({"event": "gone", "id": STORY.id}, STORY).gone == STORY.seen
    with pytest.raises(Problem, match="which no line publishes"):
        ledger.apply(ledger.gone_event(STORY), None)
    assert tmp_path


def test_a_lost_ledger_gives_up_its_links_and_remembers_its_promises(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [ledger.line(ledger.publish_event(STORY))])
    with Archive(tmp_path / "state", path) as archive:
        assert archive.permalink_taken(STORY.permalink)
    path.unlink()
    with Archive(tmp_path / "state", path) as archive:
        assert not archive.permalink_taken(STORY.permalink)
        assert archive.known_in(["a.txt"]) == [STORY]
        assert archive.is_lost(STORY.id)
        archive.promise(STORY)
        archive.keep_promises()
    assert [event["event"] for event, _ in ledger.read(path)] == ["publish"]


def test_merged_ledgers_that_promised_one_link_twice(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    twin = replace(STORY, id="m4", uri="tag:n,2026:m4", seed="b.txt")
    ledger.append(path, [ledger.line(ledger.publish_event(STORY)), ledger.line(ledger.publish_event(twin))])
    with Archive(tmp_path / "state", path) as archive:
        links = [story.permalink for story in archive.known_in(["a.txt", "b.txt"])]
    assert links == ["2021/07/خبر.html", "2021/07/خبر-m4.html"]
