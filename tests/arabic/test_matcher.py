"""Names found with the clitics written onto them, and not inside other words."""

from __future__ import annotations

import pytest

from nashra.arabic.letters import fold
from nashra.arabic.matcher import Match, Matcher, find
from nashra.arabic.stems import words

NAMES = ["بوتين", "السودان", "الأمم المتحدة", "جنوب السودان"]
MATCHER = Matcher(NAMES)


def found_in(matcher: Matcher, text: str) -> list[Match]:
    read = words(text)
    return find(read, text, enumerate(map(matcher.begins, read.tokens)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("قال بوتين", ["بوتين"]),
        ("لبوتين وبوتين فبوتين", ["بوتين"] * 3),
        ("بوتينغ", []),
        ("وبالسودان وكالسودان فللسودان", ["السودان"] * 3),
        ("...بوتين... [بوتين]", ["بوتين", "بوتين"]),
        ("«قال: “بوتين”»", ["بوتين"]),
        ("في السودان", ["السودان"]),
        ("للسودان وبالسودان والسودان", ["السودان"] * 3),
        ("السودانية", []),
        ("في جنوب السودان", ["جنوب السودان"]),
        ("بميثاق الأمم المتحدة", ["الأمم المتحدة"]),
        ("للأمم المتحدة", ["الأمم المتحدة"]),
        ("“بوتين”، (السودان)", ["بوتين", "السودان"]),
    ],
)
def test_found_at_word_edges(text: str, found: list[str]) -> None:
    folded = fold(text).text
    assert [NAMES[match.name] for match in found_in(MATCHER, folded)] == found


def test_no_names_no_matches() -> None:
    assert found_in(Matcher([]), "نص") == []
