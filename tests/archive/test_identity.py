"""Which story is which: through corrections, re-splits, moves and renames."""

from __future__ import annotations

import pytest

from nashra.archive.identity import Fingerprint, Known, permalink, recognise


def known(name: str, seed: str, at: int, headline: str, *paragraphs: str) -> Known:
    return Known(name, f"tag:{name}", f"2021/{name}.html", "2021", seed, at, Fingerprint(headline, paragraphs))


A = known("a", "s.txt", 0, "h", "1", "2", "3")
B = known("b", "s.txt", 1, "", "4", "5")
GONE = known("g", "old.txt", 0, "old", "8", "9")


@pytest.mark.parametrize(
    ("why", "candidates", "stories", "expected"),
    [
        ("nothing changed", [A, B], [("h", "123"), ("", "45")], ["a", "b"]),
        ("a paragraph corrected", [A, B], [("h", "1x3"), ("", "45")], ["a", "b"]),
        ("the headline corrected", [A, B], [("new", "123"), ("", "45")], ["a", "b"]),
        ("swapped", [A, B], [("", "45"), ("h", "123")], ["b", "a"]),
        ("a story put before them", [A, B], [("n", "67"), ("h", "123"), ("", "45")], [None, "a", "b"]),
        ("joined: the larger part is the story", [A, B], [("h", "12345")], ["a"]),
        ("split: the larger part is the story", [A], [("h", "12"), ("", "3")], ["a", None]),
        ("rewritten whole under its headline", [A, B], [("h", "xyz"), ("", "45")], ["a", "b"]),
        ("rewritten whole in its place", [A, B], [("n", "xyz"), ("", "45")], ["a", "b"]),
        ("the seed was renamed", [GONE], [("old", "89")], ["g"]),
        ("another story in a new seed is another story", [GONE], [("other", "67")], [None]),
    ],
)
def test_recognise(
    why: str, candidates: list[Known], stories: list[tuple[str, str]], expected: list[str | None]
) -> None:
    found = recognise(candidates, "s.txt", [Fingerprint(headline, tuple(text)) for headline, text in stories])
    assert [story.id if story else None for story in found] == expected, why


def test_permalinks_are_readable_and_one_a_story() -> None:
    taken = {"2021/07/خبر.html"}
    assert permalink(("2021", "07"), "خبر", "k3", lambda path: path in taken) == "2021/07/خبر-k3.html"
    assert permalink(("2021",), "index", "k3", lambda _: False) == "2021/index-k3.html"
    assert permalink(("2021",), "!!!", "k3", lambda _: False) == "2021/k3.html"
