"""Sitemaps by the rules of sitemaps.org and Google News, and what a new story changes in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from conftest import Served, Site
from nashra.archive.record import Record
from nashra.site.sitemaps import Address, fresh, index, news, parts, urlset

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
MOMENT = rf"{DAY}(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?"
# RFC 3986: what an address may hold.
URL = r"https?://[A-Za-z0-9.:-]+(/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*)?"


def faults(data: bytes, host: str) -> Iterator[str]:
    """Yield what sitemap.xsd, siteindex.xsd, sitemap-news.xsd and the protocol's text refuse in ``data``."""
    if len(data) > 50 * 2**20:
        yield "larger than 50 MB"
    root = etree.fromstring(data)
    element = {"urlset": "url", "sitemapindex": "sitemap"}.get(root.tag.removeprefix(SITEMAP))
    if not root.tag.startswith(SITEMAP) or element is None:
        yield f"root {root.tag}"
        return
    if not 1 <= len(root) <= 50_000:
        yield f"{len(root)} entries"
    seen: set[str] = set()
    newsy = 0
    for entry in root:
        if entry.tag != SITEMAP + element:
            yield f"entry {entry.tag}"
        names = [child.tag.replace(SITEMAP, "").replace(NEWS, "news:") for child in entry]
        if names[:1] != ["loc"] or names[1:] not in ([], ["lastmod"], ["news:news"]):
            yield f"children {names}"
        loc = entry.findtext(f"{SITEMAP}loc") or ""
        if not re.fullmatch(URL, loc) or not 12 <= len(loc) < 2048 or not loc.startswith(f"{host}/"):
            yield f"loc {loc}"
        if loc in seen:
            yield f"twice {loc}"
        seen.add(loc)
        lastmod = entry.findtext(f"{SITEMAP}lastmod")
        if lastmod is not None and not re.fullmatch(MOMENT, lastmod):
            yield f"lastmod {lastmod}"
        for item in entry.findall(f"{NEWS}news"):
            newsy += 1
            if [child.tag for child in item] != [NEWS + name for name in ("publication", "publication_date", "title")]:
                yield f"news {[child.tag for child in item]}"
            paper = [child.tag for child in item[0]]
            if paper != [f"{NEWS}name", f"{NEWS}language"] or not item[0][0].text:
                yield f"publication {paper}"
            if not re.fullmatch(r"[a-z]{2,3}", item[0][1].text or ""):
                yield f"language {item[0][1].text}"
            if not re.fullmatch(MOMENT, item[1].text or ""):
                yield f"publication_date {item[1].text}"
            if not item[2].text:
                yield "no title"
    if newsy > 1000 or (newsy and newsy != len(root)):
        yield f"{newsy} news entries of {len(root)}"


def locs(data: bytes) -> list[str]:
    return [str(loc.text) for loc in etree.fromstring(data).iter(f"{SITEMAP}loc")]


RIGHT = urlset([Address("https://e.org/%D8%A7.html", "2021-07-09"), Address("https://e.org/b")])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"https://e.org/b", b"https://e.org/%D8%A7.html"),
        (b"https://e.org/b", b"https://f.org/b"),
        (b"https://e.org/b", "https://e.org/ب".encode()),
        (b"https://e.org/b", b"https://e.org/%d8"),
        (b"https://e.org/b", b"b"),
        (b"2021-07-09", b"2021-07"),
        (b"2021-07-09", b"2021-07-09 10:00"),
        (b"2021-07-09", b"2021-07-39"),
        (b"sitemap/0.9", b"sitemap/0.8"),
        (b"</url>\n</urlset>", b"<x/></url>\n</urlset>"),
    ],
)
def test_the_rules_find_faults(old: bytes, new: bytes) -> None:
    assert list(faults(RIGHT, "https://e.org")) == []
    assert list(faults(RIGHT.replace(old, new, 1), "https://e.org"))


def test_what_wire_copy_says_is_text() -> None:
    data = news([("https://e.org/a", "2021-07-09", "شركة «AT&T» و<Maersk> ]]>")], "أ & ب", "ar")
    assert list(faults(data, "https://e.org")) == []
    assert etree.fromstring(data).findtext(f".//{NEWS}title") == "شركة «AT&T» و<Maersk> ]]>"
    assert etree.fromstring(data).findtext(f".//{NEWS}name") == "أ & ب"
    assert list(faults(index([Address("https://e.org/?a&b")]), "https://e.org")) != []  # a query is none of ours


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (50_000, [50_000]), (50_001, [50_000, 1]), (100_001, [50_000, 50_000, 1])]
)
def test_no_file_holds_more_than_50_000(count: int, sizes: list[int]) -> None:
    made = list(parts([Address(f"https://e.org/{n}") for n in range(count)], "sitemaps/2021-07"))
    assert [len(rows) for _, rows in made] == sizes
    names = ["sitemaps/2021-07.xml", "sitemaps/2021-07-2.xml", "sitemaps/2021-07-3.xml"]
    assert [name for name, _ in made] == names[: len(sizes)]
    assert [row for _, rows in made for row in rows] == [Address(f"https://e.org/{n}") for n in range(count)]


def record(published: str, number: int = 0) -> Record:
    return Record(str(number), "", f"{number}.html", "s", number, "عنوان", "", "cyber", published)


def test_news_is_what_came_within_two_days_of_the_newest() -> None:
    days = ["2021-07-09", "2021-07-08T23:00:00+00:00", "2021-07-07", "2021-07-06T23:59:59+00:00", "2020-01-01"]
    assert [one.published for one in fresh(map(record, days))] == days[:3]
    assert list(fresh([])) == []


def test_news_is_1000_stories_at_most_and_no_more_are_read() -> None:
    def endless() -> Iterator[Record]:
        for number in range(2000):
            assert number < 1000, "reads on"
            yield record("2021-07-09", number)

    assert len(list(fresh(endless()))) == 1000


def sitemaps(site: Site) -> dict[str, bytes]:
    return {path: data for path, data in site.tree().items() if path.startswith("sitemap")}


def test_the_index_leads_to_every_page_once_by_its_canonical_address(served: Served) -> None:
    found = sitemaps(served)
    for path, data in found.items():
        assert list(faults(data, served.address)) == [], path
    listed = locs(found.pop("sitemap.xml"))
    assert sorted(listed) == sorted(f"{served.address}/{path}" for path in found)
    assert {path for path in found if "20" in path} == {
        f"sitemaps/{month}.xml" for month in ("2021-03", "2021-04", "2021-05", "2021-06", "2021-07")
    }
    newest = locs(found.pop("sitemaps/news.xml"))
    every = [loc for data in found.values() for loc in locs(data)]
    assert len(every) == len(set(every))
    assert set(newest) <= set(every)
    canonical = {}
    for path in served.pages():
        head = path.read_text("utf-8").partition("</head>")[0]
        if link := re.search(r'<link rel="canonical" href="([^"]+)">', head):
            canonical[str(path.relative_to(served.output))] = link[1]
    older = {path for path in canonical if re.search(r"/\d+\.html$", path)}
    assert sorted(every) == sorted(url for path, url in canonical.items() if path not in older)
    assert not any("404" in url for url in every)


def test_months_hold_their_stories_with_the_last_change(served: Served) -> None:
    rows = {
        loc.text.rsplit("/", 1)[-1]: loc.getparent().findtext(f"{SITEMAP}lastmod")
        for month in ("2021-03", "2021-04", "2021-05", "2021-06", "2021-07")
        for loc in etree.fromstring(served.read(f"sitemaps/{month}.xml")).iter(f"{SITEMAP}loc")
    }
    assert len(rows) == 10  # nine of the press and its own bulletin's three, less one withdrawn and one of no date
    edited = [when for when in rows.values() if "T" in (when or "")]
    assert len(edited) == 2  # the course, and the hand-written article, which says so itself
    assert all(rows.values())


def test_robots_may_read_all_and_find_the_index(served: Served) -> None:
    lines = served.read("robots.txt").decode().splitlines()
    assert lines == ["User-agent: *", "Allow: /", "", f"Sitemap: {served.address}/sitemap.xml"]


def story(day: str, headline: str) -> str:
    return f"Date: {day}\nCategory: cyber\n\n{headline}\nأعلن مصرف كبير في {headline} أن قراصنة هاجموا شبكته.\n"


def changed(site: Site) -> set[str]:
    """Build and return the sitemaps that were written."""
    before = {path: (site.output / path).stat().st_mtime_ns for path in sitemaps(site)} if site.output.exists() else {}
    result = site.build(FORCE="1")
    assert result.returncode == 0, result.stdout + result.stderr
    return {path for path in sitemaps(site) if before.get(path) != (site.output / path).stat().st_mtime_ns}


def test_a_story_changes_its_month_alone(empty: Site) -> None:
    empty.seed("a.txt", story("2021-05-11", "قراصنة يهاجمون مصرفاً"))
    empty.seed("b.txt", story("2021-06-20", "هجوم يعطل ميناء الشمال"))
    assert len(changed(empty)) == 5
    assert changed(empty) == set()
    # An old one, in a month and a day that have pages already: no list is new, and the news stay as they are.
    empty.seed("c.txt", story("2021-05-11", "تحذير من ثغرة في الخوادم"))
    assert changed(empty) <= {"sitemaps/2021-05.xml", "sitemaps/lists.xml", "sitemap.xml"}
    assert len(locs((empty.output / "sitemaps/2021-05.xml").read_bytes())) == 2
    for name in ("a.txt", "c.txt"):
        (empty.seeds / name).unlink()
    changed(empty)
    assert set(sitemaps(empty)) == {
        "sitemap.xml",
        *(f"sitemaps/{name}.xml" for name in ("2021-06", "lists", "news")),
    }


def test_drafts_and_hidden_pages_are_for_nobody_to_find(empty: Site) -> None:
    empty.seed("a.txt", story("2021-05-11", "قراصنة يهاجمون مصرفاً"))
    content = empty.folder / "content"
    for name, status in (("draft", "draft"), ("hidden", "hidden")):
        header = f"Title: سر {name}\nStatus: {status}\nSlug: secret-{name}\n"
        (content / "articles" / f"{name}.md").write_text(f"{header}Date: 2021-07-25\n\nنص.\n", "utf-8")
        (content / "pages" / f"{name}.md").write_text(f"{header}\nنص.\n", "utf-8")
    changed(empty)
    secret = [path for path in empty.pages() if "secret" in path.name]
    assert len(secret) == 4
    for path in secret:
        assert '<meta name="robots" content="noindex">' in path.read_text("utf-8"), path
        assert "application/ld+json" not in path.read_text("utf-8"), path
    assert not any(b"secret" in data for data in sitemaps(empty).values())


def test_a_site_without_stories_has_a_sitemap_of_its_pages(empty: Site) -> None:
    changed(empty)
    assert set(sitemaps(empty)) == {"sitemap.xml", "sitemaps/lists.xml"}
    assert Path(empty.output, "robots.txt").is_file()
