"""The ways through the site: no link leads nowhere, no page stands alone, every story is near; pages are light."""

from __future__ import annotations

import posixpath
from collections import deque
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from look import zipped

from conftest import Served, Site, new_site

CLICKS = 3


def links(page: Path, path: str, address: str) -> tuple[set[str], set[str]]:
    """Return what a page's links lead to and what it needs, as paths below the site."""
    tree = lxml.html.fromstring(page.read_text("utf-8"))

    def paths(found: list[str]) -> set[str]:
        made = set()
        for link in found:
            parts = urlsplit(link.removeprefix(address))
            if parts.scheme or parts.netloc or not parts.path:
                continue
            there = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), unquote(parts.path))).lstrip("/")
            made.add(there + "/index.html" if there and parts.path.endswith("/") else there or "index.html")
        return made

    return paths(tree.xpath("//a/@href")), paths(
        tree.xpath("//link[@rel!='canonical']/@href | //script/@src | //img/@src")
    )


class Ways:
    def __init__(self, output: Path, address: str) -> None:
        self.pages = {str(path.relative_to(output)) for path in output.rglob("*.html")}
        self.leads: dict[str, set[str]] = {}
        self.needs: dict[str, set[str]] = {}
        for path in sorted(self.pages):
            self.leads[path], self.needs[path] = links(output / path, path, address)
        self.clicks = {"index.html": 0}
        queue = deque(["index.html"])
        while queue:
            here = queue.popleft()
            for there in sorted(self.leads[here] & self.pages - {*self.clicks}):
                self.clicks[there] = self.clicks[here] + 1
                queue.append(there)


@pytest.fixture(scope="module")
def ways(served: Served) -> Ways:
    return Ways(served.output, served.address)


def test_no_link_leads_nowhere(served: Served, ways: Ways) -> None:
    wanted = {(page, link) for page in ways.pages for link in ways.leads[page] | ways.needs[page]}
    assert len(wanted) > 500
    assert {(page, link) for page, link in wanted if not (served.output / link).is_file()} == set()


# Shown by a server or a service worker, not by a link.
UNLINKED = {"404.html", "offline.html"}


def test_no_page_stands_alone(served: Served, ways: Ways) -> None:
    gone = {str(event.get("permalink")) for event in served.ledger() if event["event"] == "gone"}
    promised = {str(event["permalink"]) for event in served.ledger() if event["event"] == "publish"}
    alone = ways.pages - {*ways.clicks} - UNLINKED - gone
    # The page of a withdrawn story says so to who follows an old link.
    withdrawn = {event["id"] for event in served.ledger() if event["event"] == "gone"}
    old = {
        str(e["permalink"])
        for e in served.ledger()
        if e["event"] == "publish" and str(e["uri"]).rpartition(":")[2] in withdrawn
    }
    assert promised and alone - old == set()


def test_every_story_is_three_clicks_away(served: Served, ways: Ways) -> None:
    stories = {
        unquote(str(event["permalink"])) for event in served.ledger() if event["event"] == "publish"
    } & ways.pages
    assert len(stories) >= 9
    assert {story: ways.clicks.get(story) for story in stories if ways.clicks.get(story, 99) > CLICKS} == {}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Three years of stories, one a day in most months and fifty on one day, in one category; five on a page."""
    site = new_site(tmp_path_factory.mktemp("busy") / "site", seed=False)
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("DEFAULT_PAGINATION = 5\n")
    days = [
        f"{year}-{month:02}-{day:02}" for year in (2019, 2020, 2021) for month in range(1, 13) for day in (3, 9, 21)
    ]
    for number, day in enumerate([*days, *["2020-05-05"] * 50]):
        site.seed(
            f"{number}.txt",
            f"Date: {day}\nCategory: cyber\n\nخبر رقم {number} عن أمن الشبكات\n"
            f"أعلنت الإدارة رقم {number} حماية شبكتها.\n",
        )
    result = site.build()
    assert result.returncode == 0, result.stdout + result.stderr
    return site


def test_every_story_of_a_large_site_is_three_clicks_away(busy: Site) -> None:
    ways = Ways(busy.output, "http://127.0.0.1:8000")
    stories = {str(event["permalink"]) for event in busy.ledger() if event["event"] == "publish"} & ways.pages
    assert len(stories) == 158
    far = {story: ways.clicks.get(story) for story in stories if ways.clicks.get(story, 99) > CLICKS}
    assert far == {}


def test_pages_weigh_at_most_14_kb(served: Served, busy: Site) -> None:
    for site in (served, busy):
        weights = {str(page): len(zipped(page.read_bytes())) for page in site.pages()}
        assert {page: size for page, size in weights.items() if size > 14 * 1024} == {}
