"""The ways through the site: no link leads nowhere, no page stands alone, every story is near; pages are light."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from jinja2 import Environment, FileSystemLoader

import press
from conftest import ROOT, Served, Site, new_site
from nashra.site.lists import Paginator
from press import zipped

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
    stories -= {path for path in stories if (served.output / f"{path}.gone").exists()}
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


@pytest.mark.slow
def test_every_one_of_thousands_of_stories_is_three_clicks_away(tmp_path: Path) -> None:
    """3,500 stories of one category, four on a page: 350 pages of one year, and 525 of another, which are more than its
    page can name."""
    site = new_site(tmp_path / "site", seed=False)
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("DEFAULT_PAGINATION = 4\nNASHRA_CARDS = False\n")
    for number in range(3500):
        year = 2019 if number < 1400 else 2020
        month, day = number % 11 + 1, number % 7 + 1
        site.seed(
            f"{number}.txt",
            f"Date: {year}-{month:02}-{day:02}\nCategory: cyber\nSplit: no\n\n"
            f"{press.prose(number, 7)} {number}\nنص الخبر رقم {number}.\n",
        )
    press.build(site)
    ways = Ways(site.output, "http://127.0.0.1:8000")
    stories = {str(event["permalink"]) for event in site.ledger() if event["event"] == "publish"}
    assert len(stories) == 3500
    assert {story: ways.clicks.get(story) for story in stories if ways.clicks.get(story, 99) > CLICKS} == {}
    weights = {page: len(zipped((site.output / page).read_bytes())) for page in ways.pages}
    assert {page: size for page, size in weights.items() if size > 14 * 1024} == {}


# --- what a page may weigh, and how much it can lead to ---------------------------------------------------------------


@pytest.fixture(scope="module")
def macros() -> Any:
    """The theme's macros, and through them what the newest page of a long list names."""
    templates = Environment(loader=FileSystemLoader(ROOT / "theme" / "templates"), autoescape=True)
    ui = tomllib.loads((ROOT / "theme" / "strings.toml").read_text("utf-8"))
    return templates.get_template("_macros.html").make_module({"ui": ui, "SITEURL": ".."})


def named(macros: Any, pages: Paginator, most: int) -> tuple[set[int], str]:
    """Return the pages of a list that its newest page names, numbered from the oldest, and the HTML that does."""
    html = str(macros.pagination(pages.page(1), None, pages.page(2), most=most))
    return {int(link.text) for link in lxml.html.fromstring(html).xpath(".//li/a")}, html


@pytest.mark.parametrize(("count", "least", "most"), [(250, 249, 249), (251, 125, 200), (999, 125, 200)])
def test_the_newest_page_of_a_long_list_names_the_newest_and_some_of_the_others(
    macros: Any, count: int, least: int, most: int
) -> None:
    names, _ = named(macros, Paginator("tag/x.html", "tag/x.html", range(count * 20), 20), 250)
    assert least <= len(names) <= most
    assert {1, count - 1, count - 100} <= names


def spread(stories: int, years: int) -> dict[str, list[dict[str, Any]]]:
    """Return the years and months over which ``stories`` are spread, as templates get them."""
    periods: dict[str, list[dict[str, Any]]] = {"year": [], "month": []}
    for year in range(2021, 2021 - years, -1):
        months = [
            {"title": f"{month}/{year}", "url": f"{year}/{month:02}/", "period_num": (year, month), "count": count}
            for month, count in ((month, stories // years // 12 + 1) for month in range(12, 0, -1))
        ]
        count = sum(month["count"] for month in months)
        periods["year"].append({"title": str(year), "url": f"{year}/", "period_num": (year,), "count": count})
        periods["month"] += months
    return periods


@pytest.mark.parametrize("years", [1, 2, 10, 40])
@pytest.mark.parametrize("stories", [10_000, 100_000])
def test_every_one_of_a_hundred_thousand_stories_is_three_clicks_away(macros: Any, stories: int, years: int) -> None:
    """The front page leads to years or months, the newest page of each names its pages, each of these its stories."""
    periods = spread(stories, years)
    linked = set(lxml.html.fromstring(str(macros.years(periods, 20))).xpath(".//a/@href"))

    def whole(period: dict[str, Any]) -> bool:
        """Tell whether each of a period's stories is two clicks from its newest page."""
        if f"../{period['url']}" not in linked:
            return False
        pages = Paginator(f"{period['url']}index.html", period["url"], range(period["count"]), 20)
        names, _ = named(macros, pages, macros.period_pages)
        return names == set(range(1, pages.num_pages))

    for year in periods["year"]:
        months = [month for month in periods["month"] if month["period_num"][0] == year["period_num"][0]]
        assert len(months) == 12 and sum(month["count"] for month in months) == year["count"]
        assert whole(year) or all(map(whole, months)), year
    assert len(zipped(str(macros.years(periods, 20)).encode())) < 1024


LONG = 12_000
STORY = re.compile(r'(<article class="story .*?<div class="story-body">)(.*?)(</div>\n<section class="share")', re.S)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A month of stories as long as wire copy is, with as many tags as the desk gives; one is very long.

    The newest page of a list is as full as it gets.
    """
    site = new_site(tmp_path_factory.mktemp("full") / "site", seed=False)
    people = [f"{press.prose(number, 1)} {press.prose(-number, 1)}" for number in range(1, 33)]
    for number in range(59):
        words = LONG // 6 if number == 30 else 150
        text = press.prose(1000 + number, words)
        paragraphs = [text[at : at + 400].strip() for at in range(0, len(text), 400)]
        tags = "، ".join(people[(number + step) % 32] for step in range(16))
        site.seed(
            f"{number}.txt",
            f"Date: 2021-03-{number // 20 + 1:02}\nCategory: cyber\nSplit: no\nTags: {tags}\n\n"
            f"{press.prose(number, 11)}\n" + "\n".join(paragraphs) + "\n",
        )
    press.build(site)
    return site


def test_pages_weigh_at_most_14_kb(served: Served, busy: Site, full: Site) -> None:
    for site in (served, busy, full):
        weights = {str(page): len(zipped(page.read_bytes())) for page in site.pages()}
        assert {page: size for page, size in weights.items() if size > 14 * 1024} == {}


def test_the_newest_page_of_a_list_with_very_many_pages_weighs_at_most_14_kb(full: Site, macros: Any) -> None:
    for path, most, brief in [
        ("category/cyber.html", 250, False),
        ("2021/index.html", macros.period_pages, True),
        ("2021/03/index.html", macros.period_pages, True),
    ]:
        html = (full.output / path).read_text("utf-8")
        cards = lxml.html.fromstring(html).xpath("//div[@class='list']/article")
        assert len(cards) == 39, path
        assert all(bool(card.xpath("./p[@class='summary']")) is not brief for card in cards), path
        names, ways = named(macros, Paginator(path, path, range(most * 20), 20), most)
        assert len(names) == most - 1
        page = html.replace("</main>", f"{ways}</main>")
        assert 9 * 1024 < len(zipped(page.encode())) <= 14 * 1024, path


def test_what_a_story_page_adds_to_its_text_weighs_at_most_6_kb(served: Served, full: Site) -> None:
    """A story's text is never cut; to a text of up to 12,000 characters the page keeps to its 14 KB."""
    longest, weights = 0, {}
    for site in (served, full):
        for path in site.pages():
            html = path.read_text("utf-8")
            story = STORY.search(html)
            if story:
                longest = max(longest, len(lxml.html.fromstring(f"<div>{story[2]}</div>").text_content().strip()))
                weights[str(path)] = len(zipped((html[: story.end(1)] + html[story.start(3) :]).encode()))
    assert len(weights) >= 59 + 9
    assert longest >= LONG
    assert {path: size for path, size in weights.items() if size > 6 * 1024} == {}


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
