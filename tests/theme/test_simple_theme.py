"""Another theme renders the site too: Pelican's own `simple`, which knows nothing of ours."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest

from conftest import Site, new_site


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = new_site(tmp_path_factory.mktemp("simple") / "site")
    result = site.build("--theme-path", "simple")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no template feeds.html" in " ".join((result.stdout + result.stderr).split())
    return site


def text(page: Path) -> str:
    return " ".join(str(lxml.html.fromstring(page.read_text("utf-8")).text_content()).split())


def test_pages_of_stories_carry_the_stories(simple: Site) -> None:
    published = [event for event in simple.ledger() if event["event"] == "publish"]
    assert len(published) == 3
    said = " ".join(text(simple.output / str(event["permalink"])) for event in published)
    seed = next(simple.seeds.glob("*.txt")).read_text("utf-8").split("\n")
    missing = [line for line in seed[1:] if line.strip() and line.split("،", 1)[-1].strip() not in said]
    assert missing == []


def test_lists_and_taxonomies_are_there(simple: Site) -> None:
    home = text(simple.output / "index.html")
    assert "لافروف" in home and "نشرة" in home
    for page in ("categories.html", "tags.html", "archives.html", "category/cyber.html", "tag/بوتين.html"):
        assert (simple.output / page).is_file(), page
    assert "الأمن السيبراني" in text(simple.output / "categories.html")
    assert "بوتين" in text(simple.output / "tags.html")
    assert "تموز" in text(simple.output / "archives.html")


def test_its_feeds_are_ours(simple: Site) -> None:
    page = lxml.html.fromstring((simple.output / "index.html").read_text("utf-8"))
    feeds = page.xpath("//link[@rel='alternate']/@href")
    assert feeds
    for feed in feeds:
        assert (simple.output / feed.removeprefix("http://127.0.0.1:8000/")).is_file(), feed


def test_nothing_of_our_theme_is_written(simple: Site) -> None:
    assert not list(simple.output.rglob("*.woff2")) and not list(simple.output.rglob("*.css"))
    assert not (simple.folder / ".nashra" / "fonts").exists()
