"""The project's own bulletin, end to end: what a newcomer gets from the first `make html`."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest
from bs4 import BeautifulSoup

from conftest import SEED, Site

LINES = [line for line in SEED.read_text("utf-8").split("\n") if line.strip()]
STORIES = {
    "cyber": (
        "الأمن السيبراني",
        range(1, 5),
        {"بوتين", "بايدن", "بيسكوف", "الكرملين"},
        ["تاس"],
    ),
    "diplomacy": ("الدبلوماسية", range(5, 11), {"لافروف", "مريم الصادق المهدي", "السودان"}, []),
    "military-exercises": (
        "المناورات العسكرية",
        range(11, 15),
        {"الحرس الوطني الروسي", "زاسلون 2021", "زاباد 2021"},
        ["سبوتنيك"],
    ),
}


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def article_of(site: Site, category: str) -> BeautifulSoup:
    listing = soup(site.output / "category" / f"{category}.html")
    links = {
        (site.output / "category" / unquote(a["href"])).resolve()
        for a in listing.select("main article a[href]")
        if "/2021/" in a["href"]
    }
    assert len(links) == 1
    return soup(links.pop())


def test_the_seed_is_the_one_that_was_given() -> None:
    assert len(LINES) == 15
    assert LINES[0] == "الكرملين: ضرورة التعاون الروسي الأمريكي في الأمن السيبراني"


@pytest.mark.parametrize("category", STORIES)
def test_each_story_is_whole_and_filed(built: Site, category: str) -> None:
    name, lines, tags, sources = STORIES[category]
    page = article_of(built, category)
    shown = [p.get_text() for p in page.select(".story-body p")]
    assert shown == [unicodedata.normalize("NFC", LINES[n]) for n in lines]
    assert page.select_one(".kicker").get_text(strip=True) == name
    assert tags <= {a.get_text(strip=True) for a in page.select("a[rel~=tag]")}
    assert [s.get_text(strip=True) for s in page.select(".source bdi")] == sources


def test_a_category_without_stories_makes_no_page(built: Site) -> None:
    assert {path.stem for path in (built.output / "category").iterdir()} == set(STORIES)


def test_headlines(built: Site) -> None:
    assert article_of(built, "cyber").h1.get_text(strip=True) == LINES[0]
    made = article_of(built, "diplomacy").h1.get_text(strip=True)
    assert "شأن آخر" not in made
    assert "لافروف" in made
    assert len(made.split()) <= 12
    made = article_of(built, "military-exercises").h1.get_text(strip=True)
    assert not made.startswith("أمنيا")
    assert "الحرس الوطني الروسي" in made
    assert "اليوم" not in made


def test_the_date_is_what_the_text_proves(built: Site) -> None:
    events = built.ledger()
    assert {event["published"] for event in events} == {"2021-07"}
    assert all(str(event["permalink"]).startswith("2021/07/") for event in events)
    assert article_of(built, "cyber").select_one("time")["datetime"] == "2021-07"


def test_one_page_a_tag_however_it_is_inflected(built: Site) -> None:
    names = [p.stem for p in (built.output / "tag").glob("*.html")]
    for thing in ("بوتين", "لافروف", "السودان"):
        assert [name for name in names if thing in name] == [thing]
    assert not {"السودانية", "روسي", "الروسي"} & set(names)


def test_every_page_is_arabic_right_to_left_with_one_headline(built: Site) -> None:
    assert len(built.pages()) > 30
    for path in built.pages():
        page = soup(path)
        assert (page.html["lang"], page.html["dir"]) == ("ar", "rtl"), path
        assert len(page.select("h1")) == 1, path
        assert page.h1.get_text(strip=True), path
        assert page.title.get_text(strip=True), path
        allowed = "[src*='/theme/copy-'], [src*='/theme/search-start-'], [type='application/ld+json']"
        assert not page.select(f"script:not({allowed}), [style], [onclick]"), path


def test_every_internal_link_leads_somewhere(built: Site) -> None:
    checked = 0
    for path in built.pages():
        for element in soup(path).select("[href]:not([rel~=external]), [src]"):
            link = str(element.get("href") or element.get("src")).partition("#")[0].partition("?")[0]
            if not link or link.startswith(("mailto:", "http://127.0.0.1:8000")):
                link = link.removeprefix("http://127.0.0.1:8000")
                target = built.output / unquote(link).lstrip("/")
            else:
                assert "://" not in link, f"{path} asks another host: {link}"
                assert link.isascii(), f"{path}: not percent-encoded: {link}"
                target = path.parent / unquote(link)
            assert (target / "index.html").is_file() if target.is_dir() else target.is_file(), f"{path} → {link}"
            checked += 1
    assert checked > 500


def test_every_page_can_be_reached_from_the_front_page(built: Site) -> None:
    seen: set[Path] = set()
    waiting = [built.output / "index.html"]
    while waiting:
        path = waiting.pop().resolve()
        if path in seen or path.suffix != ".html" or not path.is_file():
            continue
        seen.add(path)
        for link in soup(path).select("a[href]"):
            target = path.parent / unquote(str(link["href"]).partition("#")[0])
            waiting.append(target / "index.html" if target.is_dir() else target)
    assert {p.resolve() for p in built.pages()} - seen <= {(built.output / "404.html").resolve()}


def feeds(site: Site) -> list[Path]:
    return sorted((site.output / "feeds").rglob("*.xml"))


def test_feeds_are_well_formed_arabic_and_have_ids_for_ever(built: Site) -> None:
    assert len(feeds(built)) >= 2 * (1 + 3 + 10)
    promised = {str(event["uri"]) for event in built.ledger()}
    ids: dict[str, Path] = {}
    for path in feeds(built):
        parsed = feedparser.parse(path.read_bytes())
        assert parsed.bozo == 0, path
        assert parsed.feed.language == "ar", path
        assert parsed.entries, path
        links = {link.rel: link.href for link in parsed.feed.links}
        assert links["self"].endswith("/" + path.name) or unquote(links["self"]).endswith("/" + path.name)
        for entry in parsed.entries:
            assert entry.id in promised
            assert entry.link.startswith("http://127.0.0.1:8000/2021/07/")
            assert entry.link.isascii()
            html = BeautifulSoup(entry.content[0].value, "html5lib")
            assert html.select_one("body > div[dir=rtl][lang=ar]")
            assert entry.summary and "<" not in entry.summary
            assert len(entry.summary) <= 240
        if path.name.endswith(".atom.xml"):
            assert ids.setdefault(parsed.feed.id, path) == path
            assert parsed.feed.id.startswith("tag:nashra.example,2026:feed/")


@pytest.mark.parametrize("role", ["category", "tag"])
def test_each_feed_holds_what_its_page_shows(built: Site, role: str) -> None:
    pages = sorted((built.output / role).glob("*.html"))
    assert pages
    for path in pages:
        page = soup(path)
        shown = [h.get_text(strip=True) for h in page.select("main article h2, main article h3")]
        assert shown
        for suffix in ("rss", "atom"):
            parsed = feedparser.parse((built.output / "feeds" / role / f"{path.stem}.{suffix}.xml").read_bytes())
            assert [entry.title for entry in parsed.entries] == shown
        advertised = [unquote(link["href"]) for link in page.select("head link[rel=alternate]")]
        assert advertised[0].endswith(f"feeds/{role}/{path.stem}.rss.xml")


def test_feed_text_is_the_seed_text(built: Site) -> None:
    parsed = feedparser.parse((built.output / "feeds" / "all.rss.xml").read_bytes())
    paragraphs = [
        p.get_text() for entry in parsed.entries for p in BeautifulSoup(entry.content[0].value, "html5lib").select("p")
    ]
    assert paragraphs == [unicodedata.normalize("NFC", line) for line in LINES[1:]]
