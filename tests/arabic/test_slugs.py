"""Slugs: readable, one a name, short enough for any file system."""

from __future__ import annotations

import pytest

from nashra.arabic.slugs import slug, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("بوتين", "بوتين"),
        ("الحرس الوطني الروسي", "الحرس-الوطني-الروسي"),
        ("زاسلون 2021", "زاسلون-2021"),
        ("السُّودان", "السودان"),
        ("  NATO  ", "nato"),
        ("", ""),
        ("«قمة جنيف»", "قمة-جنيف"),
    ],
)
def test_readable(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(("one", "other"), [("عمر", "أمر"), ("C", "C++"), ("C++", "C#"), ("على", "علي"), ("++", "+")])
def test_two_names_never_share_one(one: str, other: str) -> None:
    assert slug(one) != slug(other)


@pytest.mark.parametrize("name", ["كلمة " * 100, "ك" * 500, "😀 " * 200, "a/../b", "..", "%2e%2e", "\u202ename"])
def test_short_and_safe(name: str) -> None:
    for made in (slug(name), words(name)):
        assert len(made.encode()) <= 120
        assert not set(made) & set("/\\%.\u202e ")
        assert not made.startswith("-") and not made.endswith("-")


def test_cut_at_a_word() -> None:
    assert words("كلمة " * 100) == "-".join(["كلمة"] * 13)
