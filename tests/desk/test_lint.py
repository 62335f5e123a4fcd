"""What an editor is told of the lists: a term twice, a term with two topics, and nothing when all is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from nashra.desk.lint import lint

ROOT = Path(__file__).resolve().parents[2]
TOPICS = """fallback = "general"
[[topic]]
slug = "sport"
name = "الرياضة"
mediatopic = "15000000"
strong = [
  "مباراة|مباريات", # match
  {first}
]
[[topic]]
slug = "general"
name = "منوعات"
mediatopic = "08000000"
{tier} = [
  "مهرجان", # festival
  {second}
]
"""


def told(tmp_path: Path, first: str, second: str, tier: str = "terms") -> list[str]:
    path = tmp_path / "topics.toml"
    path.write_text(TOPICS.format(first=first, second=second, tier=tier), "utf-8")
    return [str(problem) for problem in lint(path)]


def test_our_own_lists_are_in_order() -> None:
    assert list(map(str, lint(ROOT / "topics.toml"))) == []


def test_a_term_twice(tmp_path: Path) -> None:
    [said] = told(tmp_path, '"هدف|المباراه|مباراه", # goal', '"معرض", # fair')
    assert said.startswith("topics.toml:8: «مباراه» stands in line 7 too; leave one")


@pytest.mark.parametrize(("tier", "problems"), [("terms", 1), ("strong", 1), ("weak", 0), ("counter", 0)])
def test_a_term_with_two_topics(tmp_path: Path, tier: str, problems: int) -> None:
    said = told(tmp_path, '"سباق", # race', '"سِباق", # race', tier)
    assert len(said) == problems
    for line in said:
        assert line.startswith("topics.toml:16: «سِباق» speaks for sport too (line 8); leave it with one topic")
