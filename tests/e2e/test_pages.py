"""Pages beyond the lists: what an article page holds and when it may change, running stories, the calendar, A–ي."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup, Tag
from icalendar import Calendar

from conftest import Site, new_site

FIRST, SECOND = "1627000000", "1627100000"
NAMES = ["أحمد", "بشير", "تامر", "جمال", "خالد", "رامي", "سالم", "طارق", "عادل", "قاسم"]
SUMMARY = "خلاصة كتبها المحرر ولا ترد كلماتها أدناه"
ARTICLE = f"""Title: رأي في شأن آخر
Date: 2021-07-15
Category: cyber
Summary: {SUMMARY}

نص المقال الأول وفيه كلام عن أمر مختلف.
"""


def bulletin(day: int, headline: str, text: str, tags: str = "", more: str = "") -> str:
    return f"Date: 2021-07-{day:02}\nCategory: military-exercises\nTags: {tags}\n{more}\n{headline}\n{text}\n"


def exercise(day: int, what: str) -> str:
    text = f"{what} الحرس الوطني الروسي أن مناورات زاسلون 2021 تستمر حتى الـ30 من تموز الجاري بمشاركة 10-15 دولة."
    more = "وأضاف أن أنظمة Windows Server <script>alert(1)</script> وAT&T لم تتضرر من CVE-2021-34527."
    return bulletin(day, f"زاسلون 2021 في يومها {day}", f"{text}\n{more}")


def fill(site: Site) -> None:
    for day, what in ((10, "أعلن"), (12, "أكد"), (14, "أوضح"), (16, "كرر")):
        site.seed(f"exercise{day}.txt", exercise(day, what))
    for number, name in enumerate(NAMES):
        tags = f"{name}، موضوع {name}"
        site.seed(
            f"other{number}.txt", bulletin(1 + number // 3, f"قضية {name} أمام المحكمة", "نظرت المحكمة فيها.", tags)
        )
    site.seed(
        "fixed.txt",
        bulletin(3, "خبر صُحّح", "كانت الكلفة 50 مليوناً.", more="Correction: الصواب 50، لا 15\nSource: تاس\n"),
    )
    (site.folder / "content" / "articles" / "opinion.md").write_text(ARTICLE, "utf-8")


def build(site: Site, when: str = FIRST) -> None:
    result = site.build(SOURCE_DATE_EPOCH=when)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Four stories of one exercise, ten of nothing in common, a corrected one, an article by hand."""
    site = new_site(tmp_path_factory.mktemp("pages") / "site", seed=False)
    fill(site)
    build(site)
    yield site


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def story(site: Site, word: str) -> BeautifulSoup:
    [path] = [path for path in site.output.glob("2021/07/*/*.html") if word in path.stem]
    return soup(path)


def texts(page: BeautifulSoup | Tag, selector: str) -> list[str]:
    return [" ".join(element.get_text().split()) for element in page.select(selector)]


# --- the article page ------------------------------------------------------------------------------------------


def test_an_article_page_holds_what_a_reader_looks_for(site: Site) -> None:
    page = story(site, "صحح")
    assert texts(page, ".kicker")[0] == "المناورات العسكرية"
    assert texts(page, "h1") == ["خبر صُحّح"]
    assert texts(page, ".story-head .dateline > *") == [
        "3 تموز/يوليو 2021",
        "23 ذو القعدة 1442 هـ",
        "مدة القراءة: دقيقة",
    ]
    assert texts(page, ".source bdi") == ["تاس"]
    assert "الصواب 50، لا 15" in texts(page, ".correction")[0]
    assert texts(page, ".breadcrumb li") == ["الرئيسية", "الأقسام", "المناورات العسكرية"]


def test_a_summary_stands_above_a_text_that_does_not_begin_with_it(site: Site) -> None:
    assert texts(story(site, "رأي"), ".standfirst") == [SUMMARY]
    assert not story(site, "يومها-16").select(".standfirst")


def test_latin_and_ranges_are_set_apart_on_pages_and_not_in_feeds(site: Site) -> None:
    page = story(site, "يومها-16")
    body = page.select_one(".story-body")
    assert [bdi.get_text() for bdi in body.select("bdi[lang=en]")] == [
        *("Windows Server", "script", "alert", "script", "AT&T", "CVE-2021-34527")
    ]
    assert texts(body, "bdi[dir=rtl]") == ["10-15"]
    assert not body.select("script")
    [entry] = [
        one
        for one in feedparser.parse((site.output / "feeds" / "all.atom.xml").read_bytes()).entries
        if one.title == "زاسلون 2021 في يومها 16"
    ]
    assert "bdi" not in entry.content[0].value
    told = BeautifulSoup(entry.content[0].value, "html5lib")
    assert [p.get_text() for p in told.select("p")] == [p.get_text() for p in body.select("p")]


def test_related_stories_share_what_a_story_is_about(site: Site) -> None:
    assert texts(story(site, "يومها-16"), ".related .headline") == [
        f"زاسلون 2021 في يومها {day}" for day in (14, 12, 10)
    ]
    assert not story(site, NAMES[0]).select(".related")


def test_share_links_are_plain_and_name_the_page_in_full(site: Site) -> None:
    page = story(site, "يومها-16")
    address = page.select_one("link[rel=canonical]")["href"]
    links = page.select(".share a[href]")
    assert [urlsplit(a["href"]).netloc or a["href"].partition(":")[0] for a in links] == [
        *("wa.me", "t.me", "x.com", "www.facebook.com", "mailto")
    ]
    for link in links:
        assert link["href"].isascii()
        said = [value for values in parse_qs(urlsplit(link["href"]).query).values() for value in values]
        assert any(value.endswith(address) for value in said), link
        assert "facebook" in link["href"] or any("زاسلون 2021 في يومها 16" in value for value in said)
        assert link.get_text().strip() and not link.get_text().isascii()
        assert not link.select("img, script")


def test_a_page_changes_only_for_its_neighbours_and_its_threads(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", seed=False)
    fill(site)
    build(site)
    before = {name: data for name, data in site.tree().items() if name.startswith("2021/07/")}
    # An older story, a newer one of the same people, and one of the same day and the same exercise.
    site.seed("late.txt", bulletin(1, "خبر متأخر عن أحمد", "نص الخبر المتأخر.", "أحمد، بشير"))
    site.seed("new.txt", bulletin(20, "خبر جديد عن أحمد", "نص الخبر الجديد.", "أحمد، بشير"))
    site.seed("more.txt", exercise(16, "وختم"))
    build(site, SECOND)
    after = site.tree()
    stories = [name for name in before if not name.endswith("/index.html")]
    changed = {name for name in stories if after[name] != before[name]}
    assert changed
    for name in changed:
        old, new = (BeautifulSoup(tree[name].decode(), "html5lib") for tree in (before, after))
        for page in (old, new):
            for neighbours in page.select(".neighbours"):
                neighbours.decompose()
        assert str(old.main) == str(new.main), name
    assert len(changed) <= 6
    assert len(stories) > 12


# --- running stories -------------------------------------------------------------------------------------------


def test_a_running_story_is_told_in_time_order_with_a_feed(site: Site) -> None:
    page = soup(site.output / "threads" / "زاسلون-2021.html")
    days = [f"زاسلون 2021 في يومها {day}" for day in (10, 12, 14, 16)]
    assert texts(page, ".timeline > li .headline") == days
    assert texts(page, ".page-head .dateline > *") == [
        "4 أخبار",
        "أولها: 10 تموز/يوليو 2021",
        "آخرها: 16 تموز/يوليو 2021",
    ]
    feeds = [unquote(link["href"]) for link in page.select("head link[rel=alternate]")]
    assert [feed.removeprefix("../") for feed in feeds[:3]] == [
        f"feeds/thread/زاسلون-2021.{suffix}" for suffix in ("rss.xml", "atom.xml", "json")
    ]
    for suffix in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse((site.output / "feeds" / "thread" / f"زاسلون-2021.{suffix}").read_bytes())
        assert [entry.title for entry in parsed.entries] == days[::-1]
    assert "زاسلون 2021" in texts(soup(site.output / "threads.html"), ".thread-list h2")
    assert texts(story(site, "يومها-10"), ".part-of a")[0] == "زاسلون 2021"
    assert not story(site, NAMES[0]).select(".part-of")
    subscriptions = (site.output / "opml.xml").read_text("utf-8")
    assert quote("feeds/thread/زاسلون-2021.rss.xml") in subscriptions


def test_a_site_without_running_stories_has_no_page_of_them(empty: Site) -> None:
    empty.seed("a.txt", bulletin(1, "خبر وحيد", "نص الخبر الوحيد بلا موعد."))
    build(empty)
    assert not (empty.output / "threads.html").exists()
    assert not (empty.output / "calendar.html").exists() and not (empty.output / "calendar.ics").exists()
    assert "threads.html" not in (empty.output / "index.html").read_text("utf-8")
    assert "calendar.html" not in (empty.output / "index.html").read_text("utf-8")


# --- the calendar ----------------------------------------------------------------------------------------------


def test_the_exercise_that_ends_on_30_july_is_on_the_calendar(built: Site) -> None:
    page = soup(built.output / "calendar.html")
    assert texts(page, ".month h2") == ["تموز/يوليو 2021 موعد واحد"]
    assert texts(page, ".agenda h3 time") == ["الجمعة، 30 تموز/يوليو 2021"]
    [time] = page.select(".agenda h3 time")
    assert time["datetime"] == "2021-07-30"
    [sentence] = texts(page, ".agenda li li p:first-child")
    assert "وتستمر حتى الـ30 من تموز الجاري" in sentence
    [link] = page.select(".agenda .from a")
    assert (built.output / unquote(link["href"])).is_file()
    [event] = Calendar.from_ical((built.output / "calendar.ics").read_bytes()).walk("VEVENT")
    assert event.decoded("dtstart").isoformat() == "2021-07-30"
    assert event["description"] == sentence
    [promised] = [e for e in built.ledger() if str(event["url"]).endswith(quote(str(e["permalink"])))]
    assert event["uid"] == f"{promised['uri']}:2021-07-30"
    assert promised["published"] == "2021-07"
    assert event.decoded("dtstamp").isoformat() == "2021-07-01T00:00:00+00:00"


def test_months_that_are_over_have_pages_of_their_own(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", seed=False)
    site.seed("a.txt", exercise(10, "أعلن"))
    build(site)
    newer = "Date: 2021-09-01\n\nافتتاح المعرض قريباً\nستفتتح الوزارة المعرض في 15 أيلول المقبل.\n"
    site.seed("b.txt", newer)
    build(site, SECOND)
    page = soup(site.output / "calendar.html")
    assert [time["datetime"] for time in page.select(".agenda time")] == ["2021-09-15"]
    [link] = page.select("section .directory a")
    assert link["href"].endswith("calendar/2021-07.html")
    past = soup(site.output / "calendar" / "2021-07.html")
    assert [time["datetime"] for time in past.select(".agenda time")] == ["2021-07-30"]
    assert len(Calendar.from_ical((site.output / "calendar.ics").read_bytes()).walk("VEVENT")) == 2


# --- tags from alif to ya --------------------------------------------------------------------------------------


def test_tags_stand_by_kind_and_under_their_letters(site: Site) -> None:
    page = soup(site.output / "tags.html")
    kinds = [h2["id"] for h2 in page.select("main h2")]
    assert "topic" in kinds and kinds == sorted(
        kinds, key=["person", "place", "organisation", "agency", "event", "topic"].index
    )
    letters = texts(page, "#topic ~ .letter h3")
    assert letters == ["ا", "ب", "ت", "ج", "خ", "ر", "س", "ط", "ع", "ق", "م"]
    links = [unquote(a["href"]) for a in page.select("#topic ~ .letters a")]
    assert links == [f"#topic-{letter}" for letter in letters]
    assert all(page.find(id=link[1:]) for link in links)
    listed = [unquote(a["href"]).partition("tag/")[2] for a in page.select(".directory a")]
    assert sorted(listed) == sorted(path.name for path in (site.output / "tag").glob("*.html"))


# --- every page ------------------------------------------------------------------------------------------------


def test_outlines_ids_and_names_of_every_page(site: Site) -> None:
    for path in site.pages():
        page = soup(path)
        levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4, h5, h6")]
        assert levels.count(1) == 1, path
        main = [int(heading.name[1]) for heading in page.select("main :is(h1, h2, h3, h4, h5, h6)")]
        assert all(below - above <= 1 for above, below in pairwise(main)), (path, main)
        ids = [element["id"] for element in page.select("[id]")]
        assert len(ids) == len(set(ids)), path
        for element in page.select("[aria-labelledby]"):
            assert page.find(id=element["aria-labelledby"]), path
        assert all(element.get("aria-label") or element.get("aria-labelledby") for element in page.select("nav, aside"))
        assert all(item.name == "li" for item in page.select("main :is(ul, ol) > *")), path
        for element in page.select("main :is(h1, h2, h3), main p"):
            assert unicodedata.is_normalized("NFC", element.get_text())
