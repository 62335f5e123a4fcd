"""The stories that speed is measured on, what is measured, and a guard that cost follows the change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import ROOT, Site
from nashra.desk import seed as seeds

sys.path.insert(0, str(ROOT / "benchmarks"))
import corpus
import million
import speed
from corpus import FIRST, NAMES, SPAN, Corpus, Story
from speed import Measured, Run

BENCHMARKS = ROOT / "benchmarks"
MANY, SOME = 300, 30


@pytest.fixture(scope="module")
def many() -> Corpus:
    return Corpus(MANY)


@pytest.fixture(scope="module")
def stories(many: Corpus) -> list[Story]:
    return list(many)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- the stories ----------------------------------------------------------------------------------------------------


def test_the_same_stories_whatever_the_order_of_hashes(tmp_path: Path) -> None:
    trees = []
    for number in ("1", "2"):
        folder = tmp_path / number
        options = [f"--{name}={folder / name}" for name in corpus.WRITERS]
        command = [sys.executable, str(ROOT / "benchmarks" / "corpus.py"), str(SOME), *options]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": number}, check=True)
        trees.append(tree(folder))
    assert trees[0] == trees[1]
    assert Counter(path.split("/")[0] for path in trees[0]) == dict.fromkeys(corpus.WRITERS, SOME)


def test_another_seed_tells_other_stories(many: Corpus) -> None:
    assert many.story(1) == Corpus(MANY).story(1)
    assert many.story(1).paragraphs != Corpus(MANY, seed=7).story(1).paragraphs


def test_a_text_depends_on_its_number_alone(many: Corpus) -> None:
    less, more = Corpus(SOME).story(SOME - 1), many.story(SOME - 1)
    assert replace(less, moment=more.moment) == more


def test_a_story_has_two_and_a_half_kilobytes(stories: list[Story]) -> None:
    sizes = [len("\n".join((one.headline, *one.paragraphs)).encode()) for one in stories]
    assert 2400 < sum(sizes) / MANY < 2700
    assert min(sizes) > 2000 and max(sizes) < 3200


def test_stories_spread_evenly_over_twenty_years(many: Corpus, stories: list[Story]) -> None:
    assert Counter(one.moment.year for one in stories) == {FIRST.year + at: MANY // 20 for at in range(20)}
    assert [one.number for one in stories] == sorted(range(MANY), key=lambda at: stories[at].moment)
    assert many.story(MANY).moment == FIRST + SPAN
    gaps = {(after.moment - before.moment).total_seconds() for before, after in pairwise(stories)}
    assert max(gaps) - min(gaps) < 1


def test_categories_are_those_of_the_newsroom(stories: list[Story]) -> None:
    topics = {one["slug"]: one["name"] for one in tomllib.loads((ROOT / "topics.toml").read_text("utf-8"))["topic"]}
    assert NAMES.items() <= topics.items() and len(NAMES) == 8
    assert {one.category for one in stories} == set(NAMES)


def test_a_few_tags_are_in_most_stories(many: Corpus, stories: list[Story]) -> None:
    assert len(set(many.tags)) == 200
    assert {len(one.tags) for one in stories} == {3, 4, 5, 6}
    assert all(len(set(one.tags)) == len(one.tags) for one in stories)
    used = Counter(tag for one in stories for tag in one.tags)
    assert set(used) <= set(many.tags)
    assert used[many.tags[0]] > MANY / 3
    assert sum(used[tag] for tag in many.tags[:10]) > 2 * sum(used[tag] for tag in many.tags[100:])


def front_matter(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    head, _, body = text.removeprefix("---\n").partition("\n---\n" if text.startswith("---") else "\n\n")
    lines = (line.partition(": ") for line in head.splitlines())
    return {name.lower(): value for name, _, value in lines}, tuple(body.strip().split("\n\n"))


def test_the_three_writers_tell_the_same(stories: list[Story]) -> None:
    for one in stories[:SOME]:
        ours = seeds.parse("x.txt", corpus.nashra(one))
        assert (ours.headline, tuple(part.text for part in ours.paragraphs)) == (one.headline, one.paragraphs)
        assert (ours.header.category, ours.header.tags) == (one.category, one.tags)
        moment = one.moment.replace(microsecond=0)
        assert datetime.fromisoformat(ours.header.date) == moment
        head, body = front_matter(corpus.hugo(one))
        assert body == one.paragraphs and json.loads(head["title"]) == one.headline
        assert json.loads(head["categories"]) == [NAMES[one.category]] and json.loads(head["tags"]) == [*one.tags]
        assert datetime.fromisoformat(head["date"]) == moment
        head, body = front_matter(corpus.pelican(one))
        assert body == one.paragraphs and head["title"] == one.headline
        assert head["category"] == NAMES[one.category] and head["tags"].split(", ") == [*one.tags]
        assert datetime.fromisoformat(head["date"]).replace(tzinfo=UTC) == moment


# --- what the three builders make of them ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def some() -> Corpus:
    return Corpus(SOME)


def test_nashra_files_them_as_they_say(some: Corpus, empty: Site) -> None:
    corpus.write(some, {"nashra": empty.seeds})
    result = empty.build("-e", "NASHRA_CARDS=false", SOURCE_DATE_EPOCH=str(speed.EPOCH))
    assert result.returncode == 0, result.stdout + result.stderr
    feed = json.loads((empty.output / "feeds" / "all.json").read_text("utf-8"))
    found = {item["title"]: item["tags"] for item in feed["items"]}
    assert len(feed["items"]) == SOME
    for one in some:
        category, *tags = found[one.headline]
        assert (category, set(tags)) == (NAMES[one.category], {*one.tags})


def places_of(stories: Corpus) -> tuple[set[str], set[str]]:
    return {NAMES[one.category] for one in stories}, {tag for one in stories for tag in one.tags}


def test_stock_pelican_makes_the_same_lists_and_feeds(some: Corpus, tmp_path: Path) -> None:
    site = speed.StockPelican(tmp_path, some)
    corpus.write(some, {"pelican": site.content})
    site.full()
    categories, tags = places_of(some)
    assert len([*(site.output / "category").glob("*.html")]) >= len(categories)
    for kind, names in (("category", categories), ("tag", tags)):
        assert len([*(site.output / "feeds" / kind).glob("*.rss.xml")]) == len(names)
        assert len([*(site.output / "feeds" / kind).glob("*.atom.xml")]) == len(names)
    assert (site.output / "index2.html").is_file() and (site.output / "feeds" / "all.rss.xml").is_file()
    for one in some:
        assert one.paragraphs[-1] in (site.output / f"{one.path}.html").read_text("utf-8")
    assert some.story(SOME).headline not in (site.output / "index.html").read_text("utf-8")
    site.new()
    assert some.story(SOME).headline in (site.output / "index.html").read_text("utf-8")


@pytest.mark.skipif(not shutil.which("hugo", path=speed.hugo_places()), reason="no hugo is installed")
def test_hugo_makes_the_same_lists_and_feeds(some: Corpus, tmp_path: Path) -> None:
    program = speed.find_hugo()
    assert program
    site = speed.Hugo(tmp_path, some, program)
    corpus.write(some, {"hugo": site.content})
    site.full()
    categories, tags = places_of(some)
    assert len([*site.output.glob("categories/*/index.xml")]) == len(categories)
    assert len([*site.output.glob("tags/*/index.xml")]) == len(tags)
    assert (site.output / "page" / "2" / "index.html").is_file() and (site.output / "index.xml").is_file()
    for one in some:
        assert one.paragraphs[-1] in (site.output / one.path / "index.html").read_text("utf-8")
    site.new()
    assert some.story(SOME).headline in (site.output / "index.html").read_text("utf-8")


# --- measuring ------------------------------------------------------------------------------------------------------


def test_a_run_counts_what_its_children_cost(tmp_path: Path) -> None:
    work = "x = bytearray(80 * 2**20); sum(range(3 * 10**6)); print('(12 files changed)')"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    cost, said = speed.run([sys.executable, "-c", child], tmp_path)
    idle, _ = speed.run([sys.executable, "-c", "pass"], tmp_path)
    # What a process had before it became another counts as that one's: these tests may be large.
    measure = f"import sys, speed, pathlib; print(speed.run(sys.argv[1:], pathlib.Path({str(tmp_path)!r}))[0].peak)"
    peaks = [
        float(subprocess.check_output([sys.executable, "-c", measure, sys.executable, "-c", code], cwd=BENCHMARKS))
        for code in (child, "pass")
    ]
    assert peaks[0] > 80 > peaks[1]
    assert cost.cpu > 2 * idle.cpu and cost.wall > idle.wall
    assert cost.files == 12 and "files changed" in said


def test_a_builder_that_fails_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(speed.Failed, match="no such page"):
        speed.run([sys.executable, "-c", "raise SystemExit('no such page')"], tmp_path)


def test_ratios_are_those_of_runs_side_by_side() -> None:
    found = Measured(10_000, "tmpfs")
    found.rows = {
        "full, analysis known": [Run(1, 1, 100, 0), Run(30, 3, 100, 0), Run(2, 2, 100, 0)],
        "full, from cold": [Run(2, 2, 190, 0)] * 3,
        "Hugo: full": [Run(4, 9, 1, 0), Run(60, 9, 1, 0), Run(8, 9, 1, 0)],
        "Pelican: full": [Run(70, 70, 1, 0)],
    }
    found.floors = [{"read wall": 9, "read cpu": 0.1, "write wall": 9, "write cpu": 0.3}]
    assert found.ratio("full, analysis known", "Hugo: full", "wall") == 0.5 / 2
    assert found.ratio("full, analysis known", "Pelican: full", "cpu") == 2 / 70
    assert found.ratio("one new story", "Hugo: full", "wall") is None
    assert found.to_floor() == 2 / 0.4
    lines = [*speed.table(found), *speed.asked([found])]
    assert any(line.startswith("| full, analysis known | 2.00 (1.00–30.00) | 2.00 | 100 |") for line in lines)
    verdicts = {line.split(" | ")[0]: line.split(" | ")[-1] for line in lines if "≤" in line}
    assert verdicts["| full build vs Hugo, wall, analysis known"] == "stretch |"
    assert verdicts["| peak memory, full build"] == "reached |"
    assert verdicts["| ratio to the I/O floor, CPU"] == "missed |"
    assert not any("devserver" in line for line in lines)


def test_growth_is_told_of_two_sizes() -> None:
    small, large = Measured(1_000, "tmpfs"), Measured(10_000, "tmpfs")
    small.rows = {"full, from cold": [Run(1, 1, 1, 0)], "one new story": [Run(1, 1, 1, 0)]}
    large.rows = {"full, from cold": [Run(9, 12, 1, 0)], "one new story": [Run(1.25, 9, 1, 0)]}
    lines = [*speed.asked([small, large, Measured(1_000, "disk")])]
    assert "| growth, CPU, full, from cold | 1,000 → 10,000 | ≤ 11× |  | 12× | missed |" in lines
    new = "| one new story, the largest size vs the smallest, wall | 10,000 vs 1,000 | ≤ 2× | 1.3× | 1.25× | stretch |"
    assert new in lines
    assert not any("analysis known" in line for line in lines)


@pytest.mark.slow
def test_cost_follows_the_change(tmp_path: Path) -> None:
    """Beside starting up, a build of one new story, or of none, costs less than a tenth of a build of all 1,000.

    Ratios of CPU, the least of three: the machine may be slow, or busy.
    """
    small = speed.Nashra(tmp_path / "small", Corpus(5))
    large = speed.Nashra(tmp_path / "large", Corpus(1_000))
    for site in (small, large):
        corpus.write(site.corpus, {"nashra": site.seeds})
        site.cold()
    start = min(small.build().cpu for _ in range(3))
    whole = large.known().cpu - start
    unchanged = min(large.build().cpu for _ in range(3)) - start
    news = []
    for number in range(1_000, 1_003):
        large.save(replace(large.corpus.story(number), moment=FIRST + SPAN))
        news.append(large.build().cpu)
    assert unchanged < whole / 10
    assert min(news) - start < whole / 10


def test_what_a_million_takes_lies_on_the_line_through_two_sizes() -> None:
    few, many = million.Found(10_000, {"s": 1.0}), million.Found(100_000, {"s": 1.9})
    assert "| s | 1 | 1.9 | ×1.90 | 10.9 |" in million.shown([few, many])


@pytest.mark.slow
def test_a_hollow_archive_is_measured_as_a_real_one(tmp_path: Path) -> None:
    real, hollow = (million.measured(600, _made(tmp_path / name), name == "hollow") for name in ("real", "hollow"))
    # As many files would be written, but nearly none is.
    assert hollow.rows["ledger, MB"] == real.rows["ledger, MB"]
    assert abs(hollow.rows["tables, rows"] - real.rows["tables, rows"]) < 0.1 * real.rows["tables, rows"]
    assert 0 < hollow.rows["one story more, files"] < 400
    assert million.promised(600, _made(tmp_path / "promises")).rows["ledger, MB"] > 0.2


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
