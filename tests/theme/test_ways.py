"""The ways through the site: no link leads nowhere, no page stands alone, every story is near; pages are light."""

from __future__ import annotations

import posixpath
import tomllib
from collections import deque
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from jinja2 import Environment, FileSystemLoader
from look import zipped

from conftest import ROOT, Served, Site, new_site
from nashra.site.lists import Paginator

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


LETTERS = "بتجحدرسشعفقكلمنه"


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Thirty stories with sixty tags each, a third of them under one letter."""
    site = new_site(tmp_path_factory.mktemp("tagged") / "site", seed=False)
    for story in range(30):
        names = []
        for number in range(story * 60, story * 60 + 60):
            first = "م" if number % 3 == 0 else LETTERS[number % len(LETTERS)]
            second, third = LETTERS[number // 16 % 16], LETTERS[number // 256 % 16]
            names.append(f"{first}{second}ا{third}و{LETTERS[number % 16]} الموضوع {number}")
        site.seed(f"{story}.txt", f"Date: 2021-05-{story + 1:02}\nTags: {'، '.join(names)}\n\nخبر رقم {story}\nنصه.\n")
    result = site.build()
    assert result.returncode == 0, result.stdout + result.stderr
    return site


def test_every_one_of_many_tags_is_three_clicks_away_on_light_pages(tagged: Site) -> None:
    ways = Ways(tagged.output, "http://127.0.0.1:8000")
    tags = {page for page in ways.pages if page.startswith("tag/")}
    assert len(tags) >= 1800
    assert {tag: ways.clicks.get(tag) for tag in tags if ways.clicks.get(tag, 99) > CLICKS} == {}
    # Not by way of the stories alone: an index leads to every tag.
    indexes = {page for page in ways.pages if page == "tags.html" or page.startswith("tags/")}
    assert "tags/topic/24.html" in indexes and "tags/topic/24-2.html" in indexes
    assert tags - set().union(*(ways.leads[page] for page in indexes)) == set()
    assert {page: ways.clicks.get(page) for page in indexes if ways.clicks.get(page, 99) > 2} == {}
    assert ways.pages - {*ways.clicks} - UNLINKED == set()
    lists = {page: len(zipped((tagged.output / page).read_bytes())) for page in ways.pages}
    assert {page: size for page, size in lists.items() if size > 14 * 1024} == {}
    feeds = (tagged.output / "feeds.html").read_text("utf-8")
    assert "tags/topic.html" in feeds and feeds.count("<tr>") < 100
    assert (tagged.output / "opml.xml").read_text("utf-8").count("xmlUrl=") >= 1800


@pytest.mark.parametrize(("count", "most"), [(400, 399), (401, 230), (5000, 270)])
def test_the_newest_page_of_a_long_list_names_a_few_hundred_others(count: int, most: int) -> None:
    templates = Environment(loader=FileSystemLoader(ROOT / "theme" / "templates"), autoescape=True)
    ui = tomllib.loads((ROOT / "theme" / "strings.toml").read_text("utf-8"))
    macros = templates.get_template("_macros.html").make_module({"ui": ui, "SITEURL": ".."})
    pages = Paginator("category/cyber.html", "category/cyber.html", range(count * 20), 20)
    html = macros.pagination(pages.page(1), None, pages.page(2))  # type: ignore[attr-defined]
    named = {link.text for link in lxml.html.fromstring(html).xpath(".//li/a")}
    assert len(named) <= most
    assert {"1", str(count - 1), str(count - 100)} <= named
    assert len(zipped(html.encode())) < 6 * 1024


def test_a_kind_with_some_tags_has_one_page_with_its_letters(empty: Site) -> None:
    for story in range(2):
        names = [f"{LETTERS[number % 16]}اب الموضوع {story * 30 + number}" for number in range(30)]
        empty.seed(f"{story}.txt", f"Date: 2021-05-0{story + 1}\nTags: {'، '.join(names)}\n\nخبر رقم {story}\nنصه.\n")
    assert empty.build().returncode == 0
    assert not (empty.output / "tags" / "topic").exists()
    index = lxml.html.parse(str(empty.output / "tags" / "topic.html"))
    anchors = [unquote(link).partition("#")[2] for link in index.xpath("//nav[@class='letters']//a/@href")]
    assert len(anchors) == len(LETTERS) and set(anchors) <= set(index.xpath("//@id"))
    assert len(index.xpath("//ul[@class='directory']/li")) >= 60
    whole = lxml.html.parse(str(empty.output / "tags.html"))
    assert len(whole.xpath("//section[@aria-labelledby='topic']/ul/li")) == 24
