"""Which story is which: through corrections, re-splits, moves and renames."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nashra.archive.identity import Arriving, Fingerprint, Known, fingerprint, permalink, recognise


def known(name: str, seed: str, at: int, headline: str, *paragraphs: str) -> Known:
    print_ = Fingerprint(headline, paragraphs)
    return Known(name, f"tag:{name}", f"2021/{name}.html", "2021", "2021-07-01T00:00:00+00:00", seed, at, print_)


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
    arriving = [Arriving("s.txt", at, Fingerprint(head, tuple(text))) for at, (head, text) in enumerate(stories)]
    found = recognise(candidates, arriving)
    assert [story.id if story else None for story in found] == expected, why


OTHER = known("o", "o.txt", 0, "other", "8", "9")
LATE = replace(known("l", "s.txt", 1, "", "6", "7"), gone="2021-08-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("why", "candidates", "arriving", "expected"),
    [
        ("two seeds swapped names", [A, OTHER], [("o.txt", 0, "h", "123"), ("s.txt", 0, "other", "89")], ["a", "o"]),
        ("a name was given on", [A], [("n1.txt", 0, "h", "123"), ("s.txt", 0, "new", "xyz")], ["a", None]),
        ("a story moved into another seed", [A, B], [("s.txt", 0, "h", "123"), ("n.txt", 0, "", "45")], ["a", "b"]),
        (
            "what went is not what comes in its place",
            [A, LATE],
            [("s.txt", 0, "h", "123"), ("s.txt", 1, "", "pq")],
            ["a", None],
        ),
        ("what went comes back", [A, LATE], [("s.txt", 0, "h", "123"), ("s.txt", 1, "", "67")], ["a", "l"]),
        ("one paragraph in another seed is not enough", [OTHER], [("n.txt", 0, "new", "8xy")], [None]),
        (
            "a paragraph that many have tells nothing",
            [known("p", "p.txt", 0, "p", "8", "r"), OTHER],
            [("n.txt", 0, "", "8")],
            [None],
        ),
    ],
)
def test_recognise_across_seeds(
    why: str, candidates: list[Known], arriving: list[tuple[str, int, str, str]], expected: list[str | None]
) -> None:
    found = recognise(candidates, [Arriving(seed, at, Fingerprint(h, tuple(text))) for seed, at, h, text in arriving])
    assert [story.id if story else None for story in found] == expected, why


def test_sign_offs_tell_nothing() -> None:
    text = ["أعلنت الوزارة خطة جديدة لدعم المزارعين.", "(وكالات)"]
    assert len(fingerprint("عنوان", text).paragraphs) == 1
    assert len(fingerprint("عنوان", ["(وكالات)"]).paragraphs) == 1
    assert fingerprint("", text).headline == ""


def test_permalinks_are_readable_and_one_a_story() -> None:
    taken = {"2021/07/خبر.html"}
    assert permalink(("2021", "07"), "خبر", "k3", lambda path: path in taken) == "2021/07/خبر-k3.html"
    assert permalink(("2021",), "index", "k3", lambda _: False) == "2021/index-k3.html"
    assert permalink(("2021",), "!!!", "k3", lambda _: False) == "2021/k3.html"
