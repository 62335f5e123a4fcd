"""What crawlers are told: robots.txt, an index of sitemaps, one for each month and one of the newest stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from nashra.archive.record import Record
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

# sitemaps.org: no more in one file. Google News: no more, and none older than two days.
_MOST, _MOST_NEWS, _NEWS_DAYS = 50_000, 1_000, 2
_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


class Address(NamedTuple):
    """A page as a sitemap lists it: its absolute address, and when it last changed (W3C date, "" for not known)."""

    url: str
    changed: str = ""


def urlset(pages: Iterable[Address]) -> bytes:
    """Return a sitemap of ``pages``."""
    return _document("urlset", "url", pages)


def index(sitemaps: Iterable[Address]) -> bytes:
    """Return a sitemap index."""
    return _document("sitemapindex", "sitemap", sitemaps)


def _document(root: str, element: str, rows: Iterable[Address]) -> bytes:
    lines = [f'{_XML}<{root} xmlns="{_SITEMAP}">\n']
    for url, changed in rows:
        lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
        lines.append(f"<{element}><loc>{escape(url)}</loc>{lastmod}</{element}>\n")
    return "".join([*lines, f"</{root}>\n"]).encode()


def news(stories: Iterable[tuple[str, str, str]], name: str, language: str) -> bytes:
    """Return a news sitemap of ``stories``: (absolute address, W3C date of publishing, headline)."""
    paper = f"<news:name>{escape(name)}</news:name><news:language>{escape(language)}</news:language>"
    lines = [f'{_XML}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n']
    lines += [
        f"<url><loc>{escape(url)}</loc><news:news><news:publication>{paper}</news:publication>"
        f"<news:publication_date>{published}</news:publication_date>"
        f"<news:title>{escape(headline)}</news:title></news:news></url>\n"
        for url, published, headline in stories
    ]
    return "".join([*lines, "</urlset>\n"]).encode()


def robots(site: str) -> bytes:
    """Return robots.txt: everything may be read, and where the sitemaps are."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {site}/sitemap.xml\n".encode()


def fresh(stories: Iterable[Record]) -> Iterator[Record]:
    """Yield those of ``stories``, newest first, that came within two days of the newest one, 1,000 at most.

    The newest story is the measure, never the clock: the same seeds make the same site on any day.
    """
    waiting = iter(stories)
    newest = next(waiting, None)
    if newest is None:
        return
    yield newest
    oldest = (datetime.fromisoformat(newest.instant) - timedelta(days=_NEWS_DAYS)).isoformat()
    yield from takewhile(lambda record: record.instant >= oldest, islice(waiting, _MOST_NEWS - 1))


def parts(rows: Sequence[Address], name: str) -> Iterator[tuple[str, Sequence[Address]]]:
    """Yield the files that ``rows`` take, 50,000 a file, with their names: ``name``.xml, ``name``-2.xml, …"""
    for at in range(0, len(rows), _MOST):
        yield f"{name}{f'-{at // _MOST + 1}' if at else ''}.xml", rows[at : at + _MOST]


class Sitemaps:
    """Writes what crawlers are told. Call it when every page is written.

    A new story changes its month's sitemap, the news sitemap and the index.
    """

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._site = desk.settings["SITEURL"]
        self._written: list[Address] = []
        # How many pages there are that are no stories.
        self.lists = 0

    def write(self) -> None:
        """Write the sitemaps, their index, robots.txt and the IndexNow key."""
        stories, work = self._desk.archive.stories(), self._desk.work
        files = self._desk.archive.files
        # What the index says of each month's sitemaps.
        told: dict[str, list[list[str]]] = {} if work.full else files.told("sitemaps")
        with self._writer.making("sitemaps"):
            for month in sorted(work.changes.months):
                told.pop(month, None)
            again = {month for month, rows in told.items() if any(name in work.missing for name, _ in rows)}
            for month in sorted(work.changes.months | again):
                for _, rows in stories.of_month(month).addresses():
                    told[month] = self._month(month, rows)
            if work.full:
                told = {month: self._month(month, rows) for month, rows in stories.addresses()}
            for files_of_month in told.values():
                for name, _ in files_of_month:
                    if name not in self._writer.written:
                        self._writer.keep(name)
            files.tell("sitemaps", told)
            self._written = [
                Address(f"{self._site}/{name}", changed)
                for month in sorted(told, reverse=True)
                for name, changed in told[month]
            ]
            self._written += self._lists()
            if len(stories):
                self._news(stories)
            self._writer.write_bytes("sitemap.xml", index(self._written))
        self._writer.write_bytes("robots.txt", robots(self._site))
        if key := self._desk.nashra.indexnow_key:
            # By this file search engines know who may tell them of the site (indexnow.org/documentation).
            self._writer.write_bytes(f"{key}.txt", key.encode())

    def _month(self, month: str, rows: Sequence[tuple[str, str, str]]) -> list[list[str]]:
        # Where a sitemap asks for a day and none is known it is the first, as in the feeds.
        pages = [Address(self._url(link), updated or instant[:10]) for link, instant, updated in rows]
        return [[url.removeprefix(f"{self._site}/"), changed] for url, changed in self._save(month, pages)]

    def _news(self, stories: Iterable[Record]) -> None:
        newest = (
            (self._url(one.permalink), one.published if "T" in one.published else one.instant[:10], one.headline)
            for one in fresh(stories)
        )
        data = news(newest, self._desk.settings["SITENAME"], self._desk.settings["DEFAULT_LANG"])
        self._writer.write_bytes("sitemaps/news.xml", data)
        self._written.append(Address(f"{self._site}/sitemaps/news.xml"))

    def _save(self, name: str, rows: Sequence[Address]) -> list[Address]:
        saved = []
        for file, some in parts(rows, f"sitemaps/{name}"):
            self._writer.write_bytes(file, urlset(some))
            saved.append(Address(f"{self._site}/{file}", max(changed for _, changed in some)))
        return saved

    def _lists(self) -> list[Address]:
        """Write the sitemap of pages that are no stories, where one came or went: lists by their newest page, indexes,
        hand-written pages.

        What is for nobody to find is left out: drafts, hidden pages, and the pages for what is missing.
        """
        context, work, files = self._desk.context, self._desk.work, self._desk.archive.files
        unlisted = {"404.html", "offline.html"}
        for name in ("drafts", "hidden_articles", "hidden_pages", "draft_pages"):
            unlisted |= {one.save_as for one in context.get(name, ())}
        moved = [] if work.full else list(self._writer.lists_moved())
        # The older pages of a list are counted, and not listed.
        listed_too = any(not _older_page(name, was | now) for was, now in moved for name in was ^ now)
        told = None if work.full or listed_too else files.told("sitemap of lists")
        if told and told[0] == sorted(unlisted) and work.missing.isdisjoint(told[2]):
            self.lists = told[1] + sum(len(now) - len(was) for was, now in moved)
            files.tell("sitemap of lists", [told[0], self.lists, told[2]])
            for name in told[2]:
                self._writer.keep(name)
            return [Address(f"{self._site}/{name}") for name in told[2]]
        there = self._writer.lists()
        self.lists = len(there)
        listed = sorted(name for name in there - unlisted if not _older_page(name, there))
        saved = self._save("lists", [Address(self._url(name)) for name in listed])
        names = [url.removeprefix(f"{self._site}/") for url, _ in saved]
        files.tell("sitemap of lists", [sorted(unlisted), self.lists, names])
        return saved

    def _url(self, name: str) -> str:
        """Return the canonical address of a file: an index page is named by its folder."""
        if name == "index.html" or name.endswith("/index.html"):
            name = name.removesuffix("index.html")
        return f"{self._site}/{quote(name)}"


def _older_page(name: str, written: set[str]) -> bool:
    """Tell whether ``name`` is an older page of a list: «category/cyber/3.html» of «category/cyber.html»."""
    folder, _, file = name.rpartition("/")
    # The index of tags has a page a letter, «tags/person/3.html»: no older page of anything.
    return not name.startswith("tags/") and file.removesuffix(".html").isdigit() and f"{folder}.html" in written
